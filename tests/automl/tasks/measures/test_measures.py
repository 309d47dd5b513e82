"""Metrics by name: as scikit-learn has them, in a task, and one of a user's own."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.measure import measure_named, measures, probabilities_of
from automl.tasks.own_metric import metric_name
from automl.tasks.scorers.scorer import scorer_form
from automl.tasks.split import Split
from automl.tasks.tables.target import TargetColumn
from automl.tasks.tables.task import table_task
from automl.tasks.task import TaskError

RNG = np.random.Generator(np.random.PCG64(0))
X = RNG.normal(size=(90, 3))
WEIGHTLESS = {
    "neg_max_error", "neg_negative_likelihood_ratio", "positive_likelihood_ratio", "adjusted_mutual_info_score", "adjusted_rand_score",
    "completeness_score", "fowlkes_mallows_score", "homogeneity_score", "mutual_info_score", "normalized_mutual_info_score", "rand_score",
    "v_measure_score",
}  # fmt: skip
"""Scorers of scikit-learn that take no weights."""


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


@pytest.mark.parametrize("classes", [2, 4])
def test_weighted_classes_as_sklearn_has_them(classes: int) -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    for ties in (False, True):
        p = probabilities_of(RNG.normal(size=(200, classes)).round(0 if ties else 6))
        y, w = RNG.integers(0, classes, 200), RNG.exponential(size=200) * (RNG.uniform(size=200) > 0.2)
        kind = {} if classes == 2 else {"multi_class": "ovr"}
        found = p.argmax(1)
        oracle = {
            "accuracy": sklearn.accuracy_score(y, found, sample_weight=w),
            "balanced_accuracy": sklearn.balanced_accuracy_score(y, found, sample_weight=w),
            "f1": sklearn.f1_score(y, found, average="binary" if classes == 2 else "macro", sample_weight=w),
            "log_loss": sklearn.log_loss(y, p, sample_weight=w),
            "auc": sklearn.roc_auc_score(y, p[:, 1] if classes == 2 else p, sample_weight=w, **kind),
        }
        assert {name: measure_named(name, "classes").value(y, p, w) for name in oracle} == pytest.approx(oracle)
        kept = w > 0
        assert {
            name: measure_named(name, "classes").value(y[kept], p[kept], w[kept]) for name in oracle
        } == pytest.approx(oracle)
        assert set(oracle) == {each.name for each in measures().values() if each.form == "classes"}


def test_weighted_numbers_as_sklearn_has_them() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    y, p, w = RNG.normal(size=(50, 1)) + 3, RNG.normal(size=(50, 1)) + 3, RNG.exponential(size=50)
    functions = {
        "r2": sklearn.r2_score, "mae": sklearn.mean_absolute_error, "mse": sklearn.mean_squared_error,
        "rmse": sklearn.root_mean_squared_error, "mape": sklearn.mean_absolute_percentage_error,
    }  # fmt: skip
    oracle = {name: function(y, p, sample_weight=w) for name, function in functions.items()}
    assert {name: measure_named(name, "numbers").value(y, p, w) for name in oracle} == pytest.approx(oracle)


@pytest.mark.parametrize("metric", list(measures()))
def test_a_task_with_weights_is_scored_by_them(metric: str) -> None:
    """All that a part is scored by: the metric itself, other data of the model, what an importance starts from."""
    form = measures()[metric].form
    y = (X[:, 0] > 0) if form == "classes" else X[:, 0] + 10
    weights = RNG.exponential(size=len(y))
    target = TargetColumn(y, np.arange(len(y)), form, weights=weights)
    task = table_task(X, target, metric=metric, folds=0)
    part = task.data.validation
    assert part.weights is not None and set(part.weights) <= set(weights)
    targets = np.asarray(part.targets)
    answers = RNG.uniform(0.1, 1.0, size=(len(part), 2 if form == "classes" else 1))
    units = (targets, probabilities_of(answers))
    if form == "numbers":
        units = tuple(task.preprocessing.target.invert(each) for each in (targets, answers))
    found = task.data.score(answers, part)[metric]
    assert found == pytest.approx(measures()[metric].value(*units, part.weights))
    assert found != pytest.approx(measures()[metric].value(*units))


def test_a_function_that_takes_weights_is_told_them() -> None:
    def weighed(y_true, y_pred, sample_weight=None):
        return 1.0 if sample_weight is None else float(sample_weight.sum())

    weights = RNG.exponential(size=len(X))
    target = TargetColumn(X[:, 0] > 0, np.arange(len(X)), "classes", weights=weights)
    task = table_task(X, target, metric=metric_name(weighed, lasting=False), folds=0)
    part = task.data.validation
    assert task.data.score(np.eye(2)[np.asarray(part.targets)], part)[task.metric] == pytest.approx(part.total)


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
    with pytest.raises(
        TaskError, match="for classes is required, of accuracy, auc, balanced_accuracy, f1, log_loss, or a scorer"
    ):
        table_task(X, ["a", "b", "c"] * 30, metric=metric)


def test_scorers_of_scikit_learn_are_metrics_by_their_names() -> None:
    metrics, linear = pytest.importorskip("sklearn.metrics"), pytest.importorskip("sklearn.linear_model")
    y, w = RNG.integers(0, 2, len(X)), RNG.exponential(size=len(X))
    amounts = np.exp(X[:, 0]) + 1.0
    sure, near = linear.LogisticRegression().fit(X, y), linear.LinearRegression().fit(X, np.log(amounts))
    shares, numbers = sure.predict_proba(X), near.predict(X)[:, None] + 2.0
    near.intercept_ += 2.0
    known = [name for name in metrics.get_scorer_names() if not name.endswith("_samples")]
    for name in known:
        scorer = metrics.get_scorer(name)
        if scorer_form(name) == "classes":
            measure, given, answers, model = measure_named(name, "classes"), y, shares, sure
        else:
            measure, given, answers, model = measure_named(name, "numbers"), amounts, numbers, near
        told = {} if name in WEIGHTLESS else {"sample_weight": w}
        wanted = given if answers is shares else given[:, None]
        assert measure.value(wanted, answers, w) == pytest.approx(scorer(model, X, given, **told)), name
    with pytest.raises(
        TaskError, match=r"metric='roc_auc' of table: the targets hold no value of roc_auc \(multi_class must"
    ):
        table_task(X, ["a", "b", "c"] * 30, metric="roc_auc")
    assert table_task(X, y, metric="roc_auc").metric == "roc_auc"


def test_what_a_scorer_cannot_say_has_a_reason() -> None:
    late = table_task(
        X, np.r_[y := np.arange(60) % 2, y[:30] * 0], metric="roc_auc", split=Split(policy="last"), folds=0
    )
    assert late.why_undefined("test") == "test holds only the class '0': roc_auc needs two"
