"""Metrics by name: as scikit-learn has them, in a task, and one of a user's own."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.measure import measure_named, measures, probabilities_of
from automl.tasks.tables.task import table_task
from automl.tasks.task import TaskError

RNG = np.random.Generator(np.random.PCG64(0))
X = RNG.normal(size=(90, 3))


@pytest.mark.parametrize("classes", [2, 4])
def test_classes_as_sklearn_has_them(classes: int) -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    for ties in (False, True):
        scores = RNG.normal(size=(200, classes)).round(0 if ties else 6)
        y, p = RNG.integers(0, classes, 200), probabilities_of(scores)
        kind = {} if classes == 2 else {"multi_class": "ovr"}
        oracle = {
            "accuracy": sklearn.accuracy_score(y, p.argmax(1)), "balanced_accuracy": sklearn.balanced_accuracy_score(y, p.argmax(1)),
            "f1": sklearn.f1_score(y, p.argmax(1), average="binary" if classes == 2 else "macro"), "log_loss": sklearn.log_loss(y, p),
            "auc": sklearn.roc_auc_score(y, p[:, 1] if classes == 2 else p, **kind),
        }  # fmt: skip
        assert {name: measure_named(name, "classes").measure(y, p) for name in oracle} == pytest.approx(oracle)
        assert set(oracle) == {each.name for each in measures().values() if each.form == "classes"}


def test_numbers_as_sklearn_has_them() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    y, p = RNG.normal(size=(50, 1)) + 3, RNG.normal(size=(50, 1)) + 3
    oracle = {
        "r2": sklearn.r2_score(y, p), "mae": sklearn.mean_absolute_error(y, p), "mse": sklearn.mean_squared_error(y, p),
        "rmse": sklearn.root_mean_squared_error(y, p), "mape": sklearn.mean_absolute_percentage_error(y, p),
    }  # fmt: skip
    assert {name: measure_named(name, "numbers").measure(y, p) for name in oracle} == pytest.approx(oracle)


def test_a_task_is_scored_by_the_metric_that_was_asked_for() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    y = X[:, 0] * 100 + 1000
    task = labelled_task("t", X, y, metric="MAPE")
    data = task.data
    assert (task.metric, str(task.direction), data.has_goal) == ("mape", "minimise", False)
    again = ProblemData.from_payload(*data.payload())
    assert again.digest == data.digest != labelled_task("t", X, y).data.digest
    answers = np.asarray(data.validation.targets) + 0.1
    units = [task.preprocessing.target.invert(each) for each in (data.validation.targets, answers)]
    for each in (data, again):
        assert each.score(answers, data.validation)["mape"] == pytest.approx(
            sklearn.mean_absolute_percentage_error(*units)
        )
    assert data.better(0.1, 0.2) and "mape" not in data.score(answers * np.nan, data.validation)


def test_balanced_accuracy_of_answering_no_is_a_half() -> None:
    y = np.where(np.arange(90) % 10 == 0, "yes", "no")
    task = table_task(X, y, metric="balanced accuracy")
    rows = np.tile([1.0, 0.0], (len(task.data.validation), 1))
    scores = task.data.score(rows, task.data.validation)
    assert task.metric == "balanced_accuracy" and scores["balanced_accuracy"] == 0.5 and scores["accuracy"] > 0.8


@pytest.mark.parametrize("metric", ["rmse", "odd"])
def test_other_names_are_refused_with_those_there_are(metric: str) -> None:
    with pytest.raises(TaskError, match="for classes is required, of accuracy, auc, balanced_accuracy, f1, log_loss"):
        table_task(X, ["a", "b", "c"] * 30, metric=metric)
