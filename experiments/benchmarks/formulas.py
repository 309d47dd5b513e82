"""Formulas from numbers: the search and its rivals on sets of published laws, each law and seed with its own seconds.

    python -m experiments.benchmarks.formulas [--set feynman|feynman_all|nguyen|empirical] [--noise 0] [--seconds 60]
        [--evaluations N] [--seeds 0,1,2] [--rows 200] [--only NAME,…] [--rivals deap,gplearn] [--json FILE [--resume]]

*Solved*: the formula has the law's values on held-out rows without noise, drawn from the same ranges, as Floats are equal in examples (a
relative 1e-6). *Same*: sympy says that it is the law; with noise, but for a constant or a factor and after rounding to three decimals, as
in SRBench (La Cava et al. 2021). *Accurate*: its R² on held-out rows is above 0.999. *Form*: it is the law but for the constants of that.
What has measured rows has no held-out ones: it is neither solved nor accurate, and ``form`` is what tells.
The search is ``automl.search`` on examples; where all outputs are below 1e-3 it is given them in a smaller unit, a power of ten.
``seconds`` is what each took; a rival ends with the generation in which its time is over.
``--evaluations`` bounds the search by its terms in place of seconds, so that a busy machine does not change what it finds; it allows no
rivals.

A line tells of each law as soon as it is done, and FILE holds all rows so far; ``--resume`` keeps those that FILE has of the same settings.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl import search
from automl.tasks.kinds.examples import examples_task
from primitives.syntax import parse, show
from primitives.term import Lambda, Literal, Term, Word, apply
from primitives.types import FLOAT, function

from .common import parser, report
from .formula_check import explained, has_form, holds, same
from .formula_rivals import RIVALS, installed, rival
from .formula_sets import SETS, WORDS, Array, BenchmarkFormula, formulas

HELD_OUT = 200
"""Rows on which formulas are tested."""
ACCURATE = 0.999
SMALL = 1e-3
"""Outputs below it are given in another unit: below 1e-6 they would be equal to 0 as Floats of examples are."""
TOLD = ("solved", "same", "form", "accurate")
"""What is said of a formula that was found."""
OURS = "automl"
SETTINGS = ("set", "noise", "seconds", "evaluations", "rows_searched")
"""Of a result: rows of another one with the same are as good as those of a new run."""


def found_by(name: str, x: Array, y: Array, seconds: float, seed: int, evaluations: int | None = None) -> Term | None:
    """What a method finds for values ``y`` [rows] of arguments ``x`` [rows, arguments] in so many seconds, or evaluations in their
    place; None where it finds nothing."""
    if name != OURS:
        return rival(name, x, y, seconds, seed)
    type = function(*[FLOAT] * (x.shape[1] + 1))
    unit = unit_of(y)
    task = examples_task("formula", type, list(zip(x.tolist(), (y / unit).tolist())))
    budget = f"{seconds:g}s" if evaluations is None else None
    found = search(task, budget, evaluations=evaluations, seed=seed, quiet=True)
    return in_unit(parse(found.program, WORDS), unit) if found.program else None


def unit_of(y: Array) -> float:
    """The unit in which outputs are given: 1, or the power of ten below the largest where that is below SMALL."""
    largest = float(np.abs(y).max())
    return 1.0 if largest >= SMALL or not largest else 10.0 ** math.floor(math.log10(largest))


def in_unit(program: Term, unit: float) -> Term:
    """A program whose outputs are in a unit, as one in the unit 1."""
    if unit == 1.0:
        return program
    body, hints = program, list[str]()
    while isinstance(body, Lambda):
        hints.append(body.hint)
        body = body.body
    made: Term = apply(Word("*"), Literal(unit, FLOAT), body)
    for hint in reversed(hints):
        made = Lambda(made, hint)
    return made


def run_one(
    law: BenchmarkFormula,
    method: str,
    count: int,
    noise: float,
    seconds: float,
    seed: int,
    evaluations: int | None = None,
) -> dict[str, Any]:
    """One row of the result: formula, part, method, seed, solved, same, form, accurate, r2, seconds, cpu_seconds, program."""
    x, y = law.sample(count, noise, np.random.default_rng([seed, 0]))
    began, worked = time.perf_counter(), time.process_time()
    found = found_by(method, x, y, seconds, seed, evaluations)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    drawn = None if law.data is not None else law.exact(HELD_OUT, np.random.default_rng([seed, 1]))
    solved = drawn is not None and found is not None and holds(found, *drawn)
    share = None if drawn is None or found is None else explained(found, *drawn)
    form = found is not None and has_form(found, law.program, x if drawn is None else drawn[0])
    noisy = noise if law.noise is None and law.data is None else 1.0
    alike = False if found is None else same(found, law.program, noisy)
    return {
        "formula": law.name, "part": law.part, "method": method, "seed": seed, "solved": solved, "same": alike, "form": form,
        "accurate": share is not None and share > ACCURATE, "r2": share,
        "seconds": round(took, 2), "cpu_seconds": round(worked, 2), "program": None if found is None else show(found),
    }  # fmt: skip


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Counts for each method, over all and over each part."""
    found = dict[str, dict[str, Any]]()
    for method in dict.fromkeys(row["method"] for row in rows):
        mine = [row for row in rows if row["method"] == method]
        for part in dict.fromkeys(["", *(row["part"] for row in mine)]):
            some = [row for row in mine if part in ("", row["part"])]
            found[f"{method} {part}".strip()] = {
                "runs": len(some), **{key: sum(row.get(key) is True for row in some) for key in TOLD},
                "same_unknown": sum(row["same"] is None for row in some),
            }  # fmt: skip
    return found


def line(row: Mapping[str, Any]) -> str:
    """What is said of a row while the benchmark runs."""
    told = " ".join(key for key in TOLD if row.get(key)) or "missed"
    written = " ".join(str(row["program"]).split())
    return f"{row['formula']}  {row['method']}  seed {row['seed']}  {row['seconds']:g} s  {told}  {written}"


def known_rows(path: str | None, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a result that was begun; none where there is no such file.

    Raises ValueError where it was made with other settings.
    """
    if path is None or not Path(path).is_file():
        return []
    figures = json.loads(Path(path).read_text(encoding="utf-8"))["figures"]
    for name in SETTINGS:
        if figures[name] != settings[name]:
            raise ValueError(f"{path}: {name}={figures[name]!r}: {settings[name]!r} is required; name another file")
    return list(figures["rows"])


def run_all(
    wanted: Sequence[tuple[BenchmarkFormula, int, str]], known: Sequence[dict[str, Any]], run: Callable[..., dict[str, Any]],
    done: Callable[[list[dict[str, Any]]], None],
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of all laws, seeds and methods: those known, and the others by ``run``; ``done`` is told the rows so far after each, and
    those known that are still to come."""
    found = {(row["formula"], row["seed"], row["method"]): row for row in known}
    rows = list[dict[str, Any]]()
    for law, seed, method in wanted:
        row = found.pop((law.name, seed, method), None)
        if row is None:
            row = run(law, method, seed)
            print(line(row), file=sys.stderr, flush=True)
        rows.append(row)
        done([*rows, *found.values()])
    return rows


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--set", choices=SETS, default="feynman")
    options.add_argument("--noise", type=float, default=0.0, help="of the target, relative to its root mean square")
    options.add_argument("--seconds", type=float, default=60.0, help="for each formula and method")
    options.add_argument("--evaluations", type=int, default=None, help="terms for each formula, in place of seconds")
    options.add_argument("--seeds", default=None, help="several, such as 0,1,2 (default: --seed)")
    options.add_argument("--rows", type=int, default=200, help="to search on, where the set does not say how many")
    options.add_argument("--only", default="", help="names of formulas")
    options.add_argument(
        "--rivals", default="", help=f"of {', '.join(RIVALS)}; those that are not installed are left out"
    )
    options.add_argument("--resume", action="store_true", help="keep the rows that --json FILE has already")
    given = options.parse_args()
    asked = [name for name in given.rivals.split(",") if name]
    if not set(asked) <= set(RIVALS):
        options.error(f"--rivals={given.rivals!r}: some of {', '.join(RIVALS)} are required")
    laws, only = formulas(given.set), [name for name in given.only.split(",") if name]
    if not set(only) <= {law.name for law in laws}:
        options.error(f"--only={given.only!r}: names in the set {given.set} are required")
    if given.resume and given.json is None:
        options.error("--resume: --json FILE is required with it; name the file that was begun")
    if asked and given.evaluations is not None:
        options.error(f"--rivals={given.rivals!r}: --seconds are required with rivals; leave out --evaluations")
    started, seeds = time.perf_counter(), [int(each) for each in (given.seeds or str(given.seed)).split(",")]
    methods = [OURS, *(name for name in asked if installed(name))]
    for name in sorted(set(asked) - set(methods)):
        print(f"{name} is not installed: its rows are left out", file=sys.stderr)
    settings = {
        "set": given.set, "noise": given.noise, "seconds": given.seconds, "evaluations": given.evaluations, "rows_searched": given.rows,
    }  # fmt: skip
    try:
        known = known_rows(given.json, settings) if given.resume else []
    except ValueError as error:
        options.error(str(error))

    def figures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        absent = sorted(set(asked) - set(methods))
        return {
            **settings,
            "seeds": seeds,
            "absent": absent,
            "kept": len(known),
            "summary": summary(rows),
            "rows": rows,
        }

    def write(rows: Sequence[dict[str, Any]]) -> None:
        if given.json is not None:
            begun = {"benchmark": "formulas", "unfinished": True, "figures": figures(rows)}
            Path(given.json).write_text(json.dumps(begun, indent=1) + "\n", encoding="utf-8")

    rows = run_all(
        [(law, seed, method) for law in laws if not only or law.name in only for seed in seeds for method in methods],
        known,
        lambda law, method, seed: run_one(law, method, given.rows, given.noise, given.seconds, seed, given.evaluations),
        write,
    )
    report("formulas", figures(rows), seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
