"""Programs a second: the enumerator over columns against typed DEAP, with the same words, examples and core.

    python -m experiments.benchmarks.columns [--terms N] [--programs N] [--rounds N] [--plot FILE] [--json FILE]

*Columns*: ``Enumerator.run`` on a goal that no term meets. A term counts once its values on all 10 examples have been
computed and fingerprinted and compared with the goal and with all that is held; it counts whether it fails or not, and
equal ones count each. Distinct ones are kept with their values and back-pointers. Values are computed once for each
distinct combination of argument values in an example (see docs/columns.md), which is what makes it fast.

*DEAP*: ``genHalfAndHalf``, ``gp.compile``, a call on each of the 10 examples, a hash of the outputs, distinct ones kept. Its
functions are the words' own scalar meanings at the same ground types, its programs have the result types in the same
shares. Once with the heights whose mean size is nearest to the enumerator's, once with those nearest to 18 nodes.

The two alternate in one process; neither uses threads (``cores`` is processor seconds a second). Words whose lists can be
long (``range``, ``replicate``) and lazy ones are left out of both: the columns bound the length of lists, DEAP would not.

Lambda bodies are apart: the same words with ``map``, ``filter`` and ``fold``. A body is judged in up to 160 worlds.

Floats are apart too: arithmetic and functions of one Float, 12 examples.

Solved against terms: the bootstrap and the starter tasks by ``automl.search``, the terms that each took.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from automl.tasks.load import load_tasks
from primitives.columns.bank import Bank
from primitives.types import is_function
from primitives.values import Value
from primitives.words import builtin_words
from search.enumeration.enumerator import LevelReport
from search.enumeration.levels import BankGrowth
from search.enumeration.settings import Settings

from .banks import (
    EXAMPLES,
    FIRST_ORDER,
    FLOAT_WORDS,
    INPUTS,
    LITERALS,
    Census,
    Enough,
    census,
    enumerator,
    float_enumerator,
    root_bank,
    rows,
)
from .common import parser, report
from .synthesis import BOOTSTRAP, STARTER, run_tasks, summary
from .typed_gp import TYPES, Tally, TypedGP

HIGHER_ORDER = ["map", "filter", "fold"]
USUAL_SIZE = 18.0
"""The mean size of DEAP's programs in the project's notes."""


def enumerate_terms(names: Sequence[str], inputs: Sequence[Sequence[Value]], depth: int, terms: int) -> LevelReport:
    """The last report of a search for at most about ``terms`` terms."""
    *_, last = enumerator(names, inputs, depth).run(max_terms=terms)
    assert isinstance(last, LevelReport)
    return last


def timed(run: Callable[[], int]) -> tuple[float, float]:
    """Programs a second of ``run``, which gives how many there were, and processor seconds a second."""
    wall, processor = time.perf_counter(), time.process_time()
    count = run()
    seconds = time.perf_counter() - wall
    return count / seconds, (time.process_time() - processor) / seconds


def against_deap(terms: int, programs: int, rounds: int, seed: int) -> dict[str, Any]:
    """Rates, alternating, and what the programs of each were."""
    inputs = rows(seed)
    seen = census(inputs, terms, checks=200, seed=seed)
    gp = TypedGP({name: builtin_words()[name] for name in FIRST_ORDER}, INPUTS, LITERALS)
    size, rng = seen.nodes / seen.terms, random.Random(seed)
    heights = {"deap, size as in columns": gp.height(size, rng), "deap, about 18 nodes": gp.height(USUAL_SIZE, rng)}
    tallies: dict[str, Tally] = {}

    def columns(terms: int = terms) -> int:
        last = enumerate_terms(FIRST_ORDER, inputs, 0, terms)
        if not last.complete:
            raise ValueError(
                f"terms={terms}: the bank outgrew its {Settings().memory >> 20} MiB and forgot terms; give fewer"
            )
        return last.terms

    def deap(name: str, draw: int) -> int:
        tallies[name] = gp.run(programs, heights[name], seen.shares, inputs, seed + draw)
        return tallies[name].programs

    rates: dict[str, list[tuple[float, float]]] = {"columns": [], **{name: [] for name in heights}}
    for number in range(-1, rounds):
        measured = {"columns": timed(columns)}
        measured |= {name: timed(partial(deap, name, number)) for name in heights}
        for name, rate in measured.items():
            if number >= 0:  # the first round warms up
                rates[name].append(rate)
    figures = {name: {**_rate(found), **_tally(tallies.get(name), heights.get(name))} for name, found in rates.items()}
    figures["columns"] |= _described(seen)
    tenth = statistics.median(timed(lambda: columns(terms // 10))[0] for _ in range(rounds))
    figures["columns"]["programs_per_second_of_the_first_tenth"] = round(tenth)
    for name in heights:
        figures[f"columns / {name}"] = _compared(rates["columns"], rates[name])
    return {"words": FIRST_ORDER, "examples": EXAMPLES, "rounds": rounds, **figures}


def _compared(ours: Sequence[tuple[float, float]], theirs: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Ratio of the rates by the clock, its median and lowest over the rounds; and by processor seconds, which what else the machine
    does changes less."""
    pairs = list(zip(ours, theirs, strict=True))
    ratios = [a / b for (a, _), (b, _) in pairs]
    processor = [(a / used) / (b / spent) for (a, used), (b, spent) in pairs]
    return {
        "ratio": round(statistics.median(ratios), 1),
        "lowest": round(min(ratios), 1),
        "by_processor_seconds": round(statistics.median(processor), 1),
    }


def _rate(found: Sequence[tuple[float, float]]) -> dict[str, Any]:
    rate, cores = (statistics.median(column) for column in zip(*found))
    processor = statistics.median(programs / used for programs, used in found)
    return {"programs_per_second": round(rate), "per_processor_second": round(processor), "cores": round(cores, 2)}


def _tally(tally: Tally | None, heights: tuple[int, int] | None) -> dict[str, Any]:
    if tally is None:
        return {}
    count = tally.programs
    return {
        "programs": count, "heights": heights, "mean_size": round(tally.nodes / count, 2), "lists": round(tally.lists / count, 3),
        "failing": round(tally.failing / count, 3), "distinct": round(len(tally.kept) / count, 3),
    }  # fmt: skip


def _described(seen: Census) -> dict[str, Any]:
    return {
        "programs": seen.terms, "mean_size": round(seen.nodes / seen.terms, 2), "lists": round(seen.shares[TYPES[2]], 3),
        "failing": round(seen.failing / seen.terms, 3), "distinct": round(seen.kept / seen.terms, 3), "kept": seen.kept,
        "bytes_per_kept_term": round(seen.kept_bytes / max(1, seen.kept)), "kept_checked_by_interpreter": seen.checked,
    }  # fmt: skip


def with_lambdas(terms: int, rounds: int, seed: int) -> dict[str, Any]:
    """Terms a second with map, filter and fold: in all; bodies over the seconds of growing them; applications of the three words over
    the seconds of theirs."""
    inputs, names = rows(seed), [*FIRST_ORDER, *HIGHER_ORDER]
    whole: list[float] = []
    for number in range(-1, rounds):
        rate, _ = timed(lambda: enumerate_terms(names, inputs, 1, terms).terms)
        whole += [rate] if number >= 0 else []
    counts, seconds, bodies = _apart(names, inputs, terms)
    apart = {kind: round(counts[kind] / seconds[kind]) for kind in counts if seconds[kind] > 0}
    return {
        "words": HIGHER_ORDER, "body_worlds": Settings().body_worlds, "terms": counts, "terms_per_second": round(statistics.median(whole)),
        "per_second_of_their_own": apart, "seconds": {kind: round(spent, 3) for kind, spent in seconds.items()},
        **bodies,
    }  # fmt: skip


def with_floats(terms: int, rounds: int, seed: int) -> dict[str, Any]:
    """The rate by processor seconds, without the words of other types."""

    def considered() -> int:
        *_, last = float_enumerator(seed).run(max_terms=terms)
        return last.terms

    measured = [timed(considered) for _ in range(rounds + 1)][1:]  # the first round warms up
    rate = statistics.median(by_clock / max(used, 1e-9) for by_clock, used in measured)
    return {"words": FLOAT_WORDS, "terms_per_processor_second": round(rate)}


def _apart(
    names: Sequence[str], inputs: Sequence[Sequence[Value]], terms: int
) -> tuple[dict[str, int], dict[str, float], dict[str, int]]:
    """Counts and seconds of bodies, of applications of higher-order words, and of the rest; what the kept bodies take."""
    engine = enumerator(names, inputs, 1)
    counts, seconds = (
        dict.fromkeys(("bodies", "higher order", "first order"), 0),
        dict.fromkeys(("bodies", "higher order", "first order"), 0.0),
    )

    def tick(number: int, bank: Bank) -> None:
        counts["bodies"] += number if bank.depth else 0
        if sum(counts.values()) >= terms:
            raise Enough

    root, growth = (
        root_bank(engine, inputs),
        BankGrowth(engine.space.values, engine.space.plan, engine.space.domains, tick),
    )
    grow_bodies = growth.ensure

    def ensure(bank: Bank, cost: int) -> None:
        started = time.perf_counter()
        try:
            grow_bodies(bank, cost)
        finally:
            seconds["bodies"] += time.perf_counter() - started

    growth.ensure = ensure  # type: ignore[method-assign]
    try:
        for level in range(1, engine.settings.max_cost):
            growth.leaves(root, level)
            before = time.perf_counter() - seconds["bodies"]
            for found in growth.grow(root, level, EXAMPLES, lambda type: True):
                kind = "higher order" if any(map(is_function, found.operation.arguments)) else "first order"
                counts[kind] += found.batch.size
                now = time.perf_counter() - seconds["bodies"]
                seconds[kind] += now - before
                before = now
    except Enough:
        pass
    banks = root.children.values()
    kept = sum(store.count for bank in banks for store in bank.stores.values())
    size = round(sum(bank.nbytes for bank in banks) / max(1, kept))
    return counts, seconds, {"kept_bodies": kept, "bytes_per_kept_body": size}


def solved_against_terms(budget: str, limit: int | None, seed: int) -> dict[str, Any]:
    """For each file a row a task (task, terms, seconds, solved, right) by the terms that it took."""
    figures: dict[str, Any] = {}
    for path in (BOOTSTRAP, STARTER):
        found = run_tasks(load_tasks(str(path))[:limit], budget, seed=seed)
        kept = [{key: row[key] for key in ("task", "terms", "seconds", "solved", "right")} for row in found]
        kept.sort(key=lambda row: (not row["solved"], row["terms"]))
        figures[path.name] = {"budget": budget, **summary(found), "rows": kept}
    return figures


def plot(figures: Mapping[str, object], path: Path) -> None:
    """Share of tasks solved against terms, one line a file."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for name, found in figures.items():
        if isinstance(found, Mapping):
            terms = sorted(max(1, row["terms"]) for row in found["rows"] if row["solved"])
            axes.step([1, *terms], range(len(terms) + 1), where="post", label=f"{name} ({found['tasks']} tasks)")
    axes.set(xscale="log", xlabel="terms", ylabel="tasks solved", title="Solved against terms")
    axes.grid(alpha=0.3)
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, bbox_inches="tight")
    pyplot.close(figure)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--terms", type=int, default=3_000_000, help="a round of the enumerator")
    options.add_argument("--programs", type=int, default=20_000, help="a round of DEAP")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--budget", default="10s", help="for each task of solved against terms")
    options.add_argument("--limit", type=int, default=None, help="tasks of each file")
    options.add_argument("--plot", metavar="FILE", default=None, help="a PNG of tasks solved against terms")
    given = options.parse_args()
    started = time.perf_counter()
    figures = {
        "against DEAP": against_deap(given.terms, given.programs, given.rounds, given.seed),
        "lambda bodies": with_lambdas(given.terms // 5, given.rounds, given.seed),
        "floats": with_floats(given.terms // 2, given.rounds, given.seed),
        "solved against terms": solved_against_terms(given.budget, given.limit, given.seed),
    }
    if given.plot:
        plot(figures["solved against terms"], Path(given.plot))
    report("columns", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
