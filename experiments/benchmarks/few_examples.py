"""New classes from few examples: MNIST's digits 5 to 9 after a net was found for 0 to 4, with its parts as words and without.

    python -m experiments.benchmarks.few_examples [--set mnist|cifar10_subset] [--data FOLDER] [--examples 1,5,10,100] [--seeds 3]
        [--budget "24 evaluations"] [--known 6000] [--known-budget 120s] [--known-start PROGRAM] [--solved-at 0.98] [--test 2000]
        [--nets 1000] [--library URL] [--plot FILE] [--json FILE]

A search on ``--known`` pictures of the digits 0 to 4 is to reach ``--solved-at``; its net and the net's parts become words (they stay in
``--library``, and are taken from there where it has some). Each of the arms then searches the digits 5 to 9 with the same budget, seeds
and labelled examples, so many a class, drawn from the training pictures by the seed:

- ``library``: with these words;
- ``scratch``: with an empty library;
- ``random``: with the same words, whose weights are those of nets that nobody trained (a new draw for each seed).

All are scored once on the first ``--test`` test pictures of these digits, which no search sees. Intervals are Student's, over the seeds, of
the means and of the paired differences to ``scratch``, in points. What finding the known net took is stated apart.

``retrieval`` is what finding the four best of ``--nets`` untrained nets of twenty forms takes by 5 examples of each of 5 classes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from automl import Library, grow, search
from automl.study.reuse.retrieval import TypeIndex, suited_words
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.load import load_tasks
from automl.tasks.split import Split
from automl.tasks.task import Task
from library.digests import word_digest
from library.records import Subroutine
from primitives.definitions import expand
from primitives.inference import infer
from primitives.notation.types import parse_scheme, parse_type
from primitives.syntax import parse
from primitives.term import show_canonical
from primitives.weights import initialise
from primitives.words import builtin_words

from .common import parser, report

ARMS = ("library", "scratch", "random")
KNOWN, NEW = range(5), range(5, 10)
FEATURES = "Tensor[1,28,28] -> Tensor[64]"
FORM = (
    "(lambda (x) (pipe x (conv :maps {maps} :kernel 5 @1) relu max_pool (conv :maps 16 :kernel 5 @2) relu max_pool flatten "
    "(dense :units 64 @3) relu))"
)
Pictures = tuple[np.ndarray, np.ndarray]


def pictures(name: str, folder: str | None, test: int) -> tuple[Pictures, Pictures]:
    """The training pictures of ``mnist`` or ``cifar10_subset`` and the first ``test`` test pictures of the new classes, bytes [n, c, h, w],
    with their labels."""
    task = load_tasks(f"{name}?path={folder or f'../shared/data/{name}'}&validation=0&scaling=none")[0]
    parts = [task.part("train"), task.part("test")]
    (x, y), (x_test, y_test) = (
        (np.asarray(part.inputs[0]).astype(np.uint8), np.asarray(part.targets)) for part in parts
    )
    rows = np.flatnonzero(np.isin(y_test, NEW))[:test]
    return (x, y), (x_test[rows], y_test[rows])


def known_task(train: Pictures, count: int, solved_at: float) -> Task:
    """The first so many pictures of the classes 0 to 4."""
    x, y = train
    rows = np.flatnonzero(np.isin(y, KNOWN))[:count]
    split = Split(test=0.0, validation=0.2)
    return labelled_task(
        "low digits", x[rows], y[rows], split=split, full_scale=255.0, layout="chw", solved_at=solved_at
    )


def new_task(train: Pictures, test: Pictures, count: int, seed: int) -> Task:
    """``count`` pictures of each of the digits 5 to 9, drawn by the seed."""
    x, y = train
    rng = np.random.default_rng([seed, count])
    rows = np.concatenate([rng.choice(np.flatnonzero(y == label), count, replace=False) for label in NEW])
    return labelled_task(
        f"high digits {count}", x[rows], y[rows] - NEW.start, test[0], test[1] - NEW.start, split=Split(seed=seed),
        label_names=[str(label) for label in NEW], full_scale=255.0, layout="chw",
    )  # fmt: skip


def learned(task: Task, library: Library, budget: str, start: str | None, seed: int, workers: int) -> dict[str, Any]:
    """What finding the net of the known classes took, which is in the library then, with its parts."""
    began = time.process_time()
    seconds, evaluations = budget_of(budget)
    starts = None if start is None else [start]
    found = grow(
        [task], seconds, evaluations=evaluations, library=library, workers=workers, seed=seed, starts=starts
    ).results[0]
    spent = {"cpu_seconds": round(time.process_time() - began, 1), "seconds": round(found.seconds, 1)}
    return {"solved": found.solved, "score": found.score, "program": found.program, **spent}


def budget_of(text: str) -> tuple[str | None, int | None]:
    """A time, or a number of evaluations."""
    return (None, int(text.split()[0])) if "evaluation" in text else (text, None)


def untrained(library: Library, seed: int) -> Library:
    """The same words with weights as nets begin with; those of one net stay those of one net."""
    vocabulary, drawn = library.vocabulary, Library("memory:")
    words = vocabulary.all_words
    blobs: dict[str, dict[str, Any]] = {}
    for record in library:
        if record.weights is not None:
            body = expand(vocabulary.read(record.body), words)
            sites = infer(body, words, parse_scheme(record.type).type).sites
            fresh = initialise(sites, seed)
            held = blobs.setdefault(record.weights, dict(library.store.blobs.get(record.weights)))
            held.update({name: tensor for name, tensor in fresh.items() if name in held})
    digests = {old: drawn.store.blobs.put(tensors) for old, tensors in blobs.items()}
    records = [_reweighted(record, digests, vocabulary.read(record.body)) for record in library]
    drawn.store.promote(records, [], {record.name: {"reasons": ["a control"]} for record in records})
    return drawn


def _reweighted(record: Subroutine, digests: Mapping[str, str], body: Any) -> Subroutine:
    if record.weights is None:
        return record
    weights = digests[record.weights]
    return replace(record, weights=weights, digest=word_digest(body, weights))


def searched(task: Task, library: Library, budget: str, seed: int, workers: int) -> dict[str, Any]:
    """One search, scored on the test part."""
    began = time.process_time()
    seconds, evaluations = budget_of(budget)
    found = search(
        task, seconds, evaluations=evaluations, library=library, seed=seed, workers=workers, quiet=True
    )  # fmt: skip
    return {
        "test": found.test_score,
        "validation": found.score,
        "evaluations": found.evaluations,
        "cpu_seconds": round(time.process_time() - began, 2),
        "seconds": round(found.seconds, 2),
        "used": list(found.subroutines),
        "program": found.program,
    }


def interval(values: Sequence[float]) -> dict[str, Any]:
    """The mean, and Student's interval of 95 % where there are two values at least."""
    from scipy.stats import t

    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return {"mean": round(mean, 4), "interval_95": None}
    half = float(t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return {"mean": round(mean, 4), "interval_95": [round(mean - half, 4), round(mean + half, 4)]}


def summary(rows: Sequence[Mapping[str, Any]], counts: Sequence[int]) -> dict[str, Any]:
    """By examples a class: the accuracy of each arm, and the points by which it is above ``scratch``, seed by seed."""
    found: dict[str, Any] = {}
    for count in counts:
        tests = {
            arm: {row["seed"]: row["test"] for row in rows if (row["arm"], row["examples"]) == (arm, count)}
            for arm in ARMS
        }
        above = {
            arm: interval([100 * (tests[arm][seed] - tests["scratch"][seed]) for seed in tests[arm]])
            for arm in ARMS
            if arm != "scratch"
        }
        found[str(count)] = {arm: interval(list(tests[arm].values())) for arm in ARMS} | {"points_above_scratch": above}
    return found


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Accuracy on the test pictures against examples a class, with intervals."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    counts = [int(count) for count in found]
    for arm, label in zip(ARMS, ("with the library", "from scratch", "the same words, untrained"), strict=True):
        means = [found[str(count)][arm]["mean"] for count in counts]
        spans = [
            found[str(count)][arm]["interval_95"] or [mean, mean] for count, mean in zip(counts, means, strict=True)
        ]
        lengths = [[mean - low, high - mean] for mean, (low, high) in zip(means, spans, strict=True)]
        axes.errorbar(counts, means, np.array(lengths).T, marker="o", capsize=3, label=label)
    axes.set(
        xscale="log",
        xlabel="labelled examples a class",
        ylabel="accuracy on test pictures of the new classes",
        ylim=(0, 1),
    )
    axes.set_xticks(counts, [str(count) for count in counts])
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=110)


def retrieval(train: Pictures, test: Pictures, nets: int) -> dict[str, Any]:
    """The seconds of processor and of the clock that the type index, and the choice by LogME, take."""
    library, words = Library("memory:"), builtin_words()
    records = []
    for number in range(nets):
        body = parse(FORM.format(maps=6 + number % 20), words)
        weights = library.store.blobs.put(initialise(infer(body, words, parse_type(FEATURES)).sites, number))
        records.append(
            Subroutine(
                name=f"net_{number}", digest=word_digest(body, weights), type=FEATURES, kind="geometric",
                body=show_canonical(body), weights=weights,
            )
        )  # fmt: skip
    library.store.promote(records, [], {record.name: {"reasons": ["a benchmark"]} for record in records})
    vocabulary, data = library.vocabulary, new_task(train, test, 5, 0).data
    began, clock = time.process_time(), time.perf_counter()
    found = suited_words(TypeIndex(vocabulary), data, 4)
    return {
        "nets": nets,
        "examples": len(data.train),
        "cpu_seconds": round(time.process_time() - began, 2),
        "seconds": round(time.perf_counter() - clock, 2),
        "found": len(found),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--set", choices=("mnist", "cifar10_subset"), default="mnist")
    options.add_argument("--data", help="folder with its files (default: ../shared/data/SET)")
    options.add_argument("--examples", default="1,5,10,100", help="of each new class")
    options.add_argument("--seeds", type=int, default=3, help="draws of the examples, each with a search of its own")
    options.add_argument("--budget", default="24 evaluations", help="of each search for the new digits")
    options.add_argument("--known", type=int, default=6000, help="pictures of the known digits")
    options.add_argument("--known-budget", default="120s")
    options.add_argument("--known-start", metavar="PROGRAM", help="with which the search for the known net begins")
    options.add_argument("--solved-at", type=float, default=0.98, help="the accuracy that this net is to reach")
    options.add_argument("--library", metavar="URL", default="memory:", help="where the known net is kept")
    options.add_argument("--test", type=int, default=2000, help="test pictures of the new digits")
    options.add_argument("--nets", type=int, default=1000, help="of which retrieval is timed; 0: it is not")
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--plot", metavar="FILE", default=None)
    given = options.parse_args()
    started = time.perf_counter()
    counts = [int(count) for count in given.examples.split(",")]
    train, test = pictures(given.set, given.data, given.test)
    library = Library(given.library)
    known: dict[str, Any] = {}
    if not list(library):
        task = known_task(train, given.known, given.solved_at)
        known = learned(task, library, given.known_budget, given.known_start, given.seed, given.workers)
    known["words"] = {record.name: record.type for record in library}
    rows: list[dict[str, Any]] = []
    for seed in range(given.seed, given.seed + given.seeds):
        arms = {"library": library, "scratch": Library("memory:"), "random": untrained(library, seed)}
        for count in counts:
            task = new_task(train, test, count, seed)
            for arm, words in arms.items():
                found = searched(task, words, given.budget, seed, given.workers)
                rows.append({"arm": arm, "examples": count, "seed": seed, **found})
    found = summary(rows, counts)
    if given.plot is not None:
        draw(found, Path(given.plot))
    figures = {"set": given.set, "known": known, "accuracy": found, "rows": rows}
    if given.nets:
        figures["retrieval"] = retrieval(train, test, given.nets)
    report("few_examples", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
