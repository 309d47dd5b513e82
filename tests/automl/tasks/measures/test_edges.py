"""Every metric at its edges: each has a finite value or a stated reason, and says nothing by way of a warning."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Prepared, context_of
from automl.tasks.cases.parts import Part
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.measure import measure_named, measures
from automl.tasks.metrics import CLASSES, NUMBERS
from automl.tasks.own_metric import metric_name
from automl.tasks.split import Split
from automl.tasks.tables.task import table_task
from automl.tasks.task import TaskError
from library.vocabulary import Vocabulary
from primitives.values import Failure

RNG = np.random.Generator(np.random.PCG64(0))
X = RNG.normal(size=(60, 2))
ANSWERS = {
    "fair": lambda y, width: RNG.uniform(0.1, 1.0, size=(len(y), width)),
    "sure and wrong": lambda y, width: np.eye(width)[(np.zeros(len(y), dtype=int))],
    "nan": lambda y, width: np.full((len(y), width), np.nan),
    "one nan": lambda y, width: np.where(np.arange(len(y))[:, None] == 0, np.nan, RNG.uniform(size=(len(y), width))),
    "infinite": lambda y, width: np.full((len(y), width), np.inf),
    "huge": lambda y, width: np.where(np.arange(width) % 2, -1.0, 1.0) * np.full((len(y), width), 1e308),
    "failures": lambda y, width: [Failure("undefined", "head")] * len(y),
    "text": lambda y, width: ["no"] * len(y),
}
CLASS_TARGETS = {
    "two classes": np.arange(12) % 2, "three classes": np.arange(12) % 3, "one class": np.zeros(12, dtype=int),
    "an empty class": np.arange(12) % 2 * 2, "the last class alone": np.full(12, 2), "one row": np.array([1]),
}  # fmt: skip
NUMBER_TARGETS = {
    "numbers": np.arange(1.0, 13.0), "constant": np.full(12, 3.0), "zero": np.zeros(12), "some zeros": np.arange(12.0),
    "one row": np.array([2.0]),
}  # fmt: skip
UNDEFINED = {"auc": ("one class", "the last class alone", "one row"), "mape": ("zero", "some zeros")}
SCORERS = {
    "roc_auc": CLASSES, "neg_log_loss": CLASSES,
    "neg_mean_poisson_deviance": NUMBERS, "neg_mean_absolute_percentage_error": NUMBERS,
}  # fmt: skip
"""Some of scikit-learn's; which of them are undefined where is scikit-learn's to say."""


def data_of(metric: str, form: str, classes: int = 3) -> ProblemData:
    y = np.arange(60) % classes if form == CLASSES else X[:, 0] + 100.0
    if metric == "roc_auc":
        return replace(labelled_task("t", X, y, targets=form, metric="auc").data, metric=metric)
    return labelled_task("t", X, y, targets=form, metric=metric).data


CASES = [
    (each.name, each.form, targets)
    for each in (*measures().values(), *(measure_named(name, form) for name, form in SCORERS.items()))
    for targets in (CLASS_TARGETS if each.form == CLASSES else NUMBER_TARGETS)
]


@pytest.mark.parametrize(("metric", "form", "targets"), CASES)
def test_a_finite_value_or_a_reason(metric: str, form: str, targets: str) -> None:
    if form == CLASSES:
        y, width = CLASS_TARGETS[targets], 2 if targets == "two classes" else 3
    else:
        y, width = NUMBER_TARGETS[targets], 1
    data = data_of(metric, form, width)
    if form == NUMBERS:
        y = ((y - np.array(data.target_offset)) / np.array(data.target_scale)).astype(np.float32)[:, None]
    for weights in (None, RNG.uniform(0.5, 2.0, len(y))):
        part = Part((), y, weights)
        for kind, answers in ANSWERS.items():
            outputs = answers(y, width)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                value = data.score(outputs, part).get(metric)
                data.case_errors(outputs, part)
                reason = "" if value is not None else data.why_undefined(outputs, part, ("a", "b", "c")[:width])
            assert (value is None) == bool(reason) and "\n" not in reason, kind
            assert value is None or np.isfinite(value), kind
            if kind == "fair" and metric not in SCORERS:
                assert (value is None) == (targets in UNDEFINED.get(metric, ()))


def test_a_part_of_one_class_is_said_by_its_name() -> None:
    y = np.where(np.arange(60) < 40, np.where(np.arange(60) % 2, "yes", "no"), "no")
    task = table_task(X, y, metric="auc", split=Split(policy="last"), folds=0)
    assert task.why_undefined("test") == (
        "test holds only the class 'no': auc needs two; divide the rows otherwise, or ask for log_loss"
    )
    late = table_task(X, y, metric="auc", split=Split(policy="last", test=0.0, validation=0.3), folds=0)
    assert (
        "auc: validation holds only the class 'no': auc needs two" in late.notes[-1] and "by log loss" in late.notes[-1]
    )
    assert not any("auc" in note for note in table_task(X, y, metric="auc", folds=0).notes)


def test_folds_are_as_many_as_have_both_classes_or_say_which_have_not() -> None:
    y = np.arange(60) < 4
    few = table_task(X, y, metric="auc", split=Split(seed=1))
    assert few.data.folds is not None and few.data.folds.count == 3 and not any("auc" in note for note in few.notes)
    plain = table_task(X, y, split=Split(seed=1))
    assert plain.data.folds is not None and plain.data.folds.count == 5
    asked = table_task(X, y, metric="auc", folds=5, split=Split(seed=1))
    assert (
        "auc: 2 of 5 folds hold only the class 'False'" in asked.notes[-1]
        and "mean is over the others" in asked.notes[-1]
    )


@pytest.mark.parametrize("rows", [30, 90, 200])
@pytest.mark.parametrize("seed", range(5))
def test_a_stratified_part_has_two_classes_where_it_can(rows: int, seed: int) -> None:
    y = np.arange(rows) < 3
    train, validation, test = Split(seed=seed).divide(y, rows)
    assert [int(y[part].sum()) for part in (train, validation, test)] == [1, 1, 1]
    assert len(test) == round(rows * 0.25)
    alone = np.arange(rows) < 1
    assert sum(int(alone[part].sum()) for part in Split(seed=seed).divide(alone, rows)) == 1


def test_percentages_of_zeros_are_refused_with_their_number() -> None:
    y = np.where(np.arange(60) < 7, 0.0, X[:, 0] + 100.0)
    with pytest.raises(
        TaskError, match=r"metric='mape' of t: the targets hold 7 targets that are 0 among 60: .* ask for mae"
    ):
        table_task(X, y, metric="mape", name="t")
    assert table_task(X, y, metric="mae").metric == "mae"


@pytest.mark.parametrize("metric", ["mape", "neg_mean_squared_log_error", "neg_mean_gamma_deviance"])
@pytest.mark.parametrize("folds", [0, 5])
def test_small_amounts_are_not_taken_for_zeros(metric: str, folds: int) -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    a = rng.normal(size=400)
    y = np.exp(4 * a + rng.normal(size=400))
    task = table_task(a[:, None], y, metric=metric, folds=folds)
    part, scale = task.data.validation, task.preprocessing.target
    assert part.targets.min() < 0 and not task.why_undefined("validation") and not any(metric in n for n in task.notes)
    found = evaluate_candidate(
        Prepared(context_of(task.data, Vocabulary())), {"term": "(lambda (x) (constant :units 1 @1 x))", "seed": 0}
    )
    assert found.outcome == "ok" and np.isfinite(found.scores[metric])
    raw = scale.invert(np.asarray(part.targets, dtype=np.float64))
    assert np.abs(raw / y[np.abs(np.log(raw) - np.log(y)[:, None].T).argmin(axis=1)][:, None] - 1).max() < 1e-3


@pytest.mark.parametrize("folds", [0, 5])
def test_numbers_that_nothing_could_be_compared_by_are_refused_before_a_search(folds: int) -> None:
    def never(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        raise ValueError("too few cases")

    where = "each fold" if folds else "validation"
    with pytest.raises(TaskError, match=rf"of table: {where} holds no value of never\(\)(#\d+)? \(too few cases\)"):
        table_task(X, X[:, 0], metric=metric_name(never, lasting=False), folds=folds)
