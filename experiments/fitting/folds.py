"""What choosing by folds gives where rows are few, and what codes by the target's mean do to a mean over folds (docs/tables.md).

    python -m experiments.fitting.folds [--splits 5] [--draws 8] [--json FILE]

On splits of four tables that come with scikit-learn, eight programs are scored by the validation part and by five folds; of the program
that each of the two chooses, and of the best of the eight there, the score on the test part is reported, all of them fitted to all rows
beside it. On generated tables of one category of 300 levels (600 rows beside the test part) the mean R² over folds of a linear map is set
against its R² on new rows: with the codes that are stored, and with those that each fold has of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean, stdev

import numpy as np

from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import CandidateOrder, Prepared, context_of
from automl.fitting.forward import outputs_of
from automl.tasks.data import ProblemData
from automl.tasks.split import Split
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes
from primitives.compile import compile_term
from primitives.types import TensorType, arguments_of

from ..benchmarks.common import parser, report

SETS = ("diabetes", "iris", "wine", "breast_cancer")
BODIES = (
    "(linear :units {units} @1 x)", "(linear :units {units} :penalty 100.0 @1 x)", "(boosting :units {units} @1 x)",
    "(forest :units {units} @1 x)", "(forest :units {units} :leaf 5 @1 x)", "(tree :units {units} :leaf 5 @1 x)",
    "(nearest :units {units} :neighbours 9 @1 x)", "(dense :units {units} @1 (relu (dense :units 16 @2 x)))",
)  # fmt: skip
LINEAR = BODIES[0]
LEVELS, ROWS, BESIDE = 300, 5000, 600
VALIDATION, FOLDS, BEST = "by the validation part", "by the folds", "best of the eight"


def program(body: str, data: ProblemData) -> str:
    """The text of the program with this body."""
    result = arguments_of(data.type)[1]
    assert isinstance(result, TensorType)
    return f"(lambda (x) {body.format(units=result.shape[-1])})"


def compared_by(data: ProblemData, text: str) -> float:
    """The score of the program by which it is chosen; a net is trained as where it is refined."""
    order: CandidateOrder = {"term": text, "seed": 1, "phase": "refine"}
    return evaluate_candidate(Prepared(context_of(data, Vocabulary())), order).scores[data.metric]


def on_new_rows(task: Task, text: str) -> float:
    """The score on the test part of the program fitted to all rows beside it."""
    assert task.test is not None
    data, case = task.data, Prepared(context_of(task.data, Vocabulary()))
    found = evaluate_candidate(case, {"term": text, "seed": 1, "phase": "final"})
    assert found.weights is not None, found.detail
    net = compile_term(case.vocabulary.read(text), case.words, data.type, weights=from_bytes(found.weights))
    return data.score(outputs_of(net, data.type, task.test), task.test)[data.metric]


def choices(name: str, seed: int) -> dict[str, float]:
    """Of one split of the bundled table, the test scores of the two that are chosen, and of the best."""
    from sklearn import datasets

    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    tasks = {way: table_task(x, y, split=Split(seed=seed), folds=folds) for way, folds in ((VALIDATION, 0), (FOLDS, 5))}
    texts = [program(body, tasks[FOLDS].data) for body in BODIES]
    new = [on_new_rows(tasks[FOLDS], text) for text in texts]
    found = {}
    for way, task in tasks.items():
        scores = [compared_by(task.data, text) for text in texts]
        found[way] = new[int(np.argmax(scores))]
    return {**found, BEST: max(new)}


def optimism(seed: int, tells: float) -> dict[str, float]:
    """How far the mean over folds lies above the score of new rows, by the stored codes and by those of the folds; ``tells`` is the
    standard deviation of the levels' effects, beside a noise of 1."""
    rng = np.random.default_rng(seed)
    level, effect = rng.integers(0, LEVELS, ROWS), rng.normal(size=LEVELS) * tells
    y = effect[level] + rng.normal(size=ROWS)
    frame = {"name": np.array([f"level {each}" for each in level]), "x": rng.normal(size=ROWS)}
    task = table_task(frame, y, split=Split(test=1 - BESIDE / ROWS, seed=seed), folds=5)
    data, text = task.data, program(LINEAR, task.data)
    assert data.folds is not None and data.folds.codes is not None
    stored = replace(data, folds=replace(data.folds, codes=None))
    new = on_new_rows(task, text)
    return {"stored": compared_by(stored, text) - new, "of the folds": compared_by(data, text) - new}


def summary(found: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The mean of each figure, and the standard error of that mean."""
    columns = {key: [one[key] for one in found] for key in found[0]}
    return {
        key: {"mean": round(fmean(each), 4), "error": round(stdev(each) / len(each) ** 0.5, 4)}
        for key, each in columns.items()
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--splits", type=int, default=5, help="of each bundled table: 0 for none, else at least 2")
    options.add_argument("--draws", type=int, default=8, help="generated tables of each of the two kinds, at least 2")
    given = options.parse_args()
    started = time.perf_counter()
    above = {
        kind: summary([optimism(1000 * given.seed + draw, tells) for draw in range(given.draws)])
        for kind, tells in (("levels tell something", 1.0), ("levels tell nothing", 0.0))
    }
    print(above, flush=True)
    chosen = {}
    for name in SETS if given.splits else ():
        chosen[name] = summary([choices(name, 1000 * given.seed + split) for split in range(given.splits)])
        print(name, chosen[name], flush=True)
    figures = {"splits": given.splits, "draws": given.draws, "chosen": chosen, "above new rows": above}
    report("folds", figures, seed=given.seed, started=started, path=given.json, program=f"{__package__}.folds")


if __name__ == "__main__":
    main()
