"""Scores of few cases: means over folds, which what is scored has not seen; the program itself is fitted to all of them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from automl.evaluation.cross_validation import mean_scores
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Evaluated, Prepared, context_of
from automl.fitting.recipes import joined
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.own_metric import metric_name
from automl.tasks.split import Split
from automl.tasks.task import Task
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes

NOISE = np.random.default_rng(0)


def evaluated(text: str, task: Task, **candidate: object) -> Evaluated:
    return evaluate_candidate(Prepared(context_of(task.data, Vocabulary())), {"term": text, "seed": 1, **candidate})  # type: ignore[typeddict-item]


@pytest.fixture(scope="module")
def amounts() -> Task:
    x = NOISE.normal(size=(80, 5))
    return labelled_task("amounts", x, x @ np.arange(5) + NOISE.normal(size=80))


@pytest.fixture(scope="module")
def coins() -> Task:
    """Classes that nothing tells."""
    return labelled_task("coins", NOISE.normal(size=(120, 30)), NOISE.integers(0, 2, 120))


def test_a_fitted_word_is_scored_by_fits_to_the_other_folds_and_kept_as_fitted_to_all(amounts: Task) -> None:
    found = evaluated("(lambda (x) (linear :units 1 @1 x))", amounts)
    data, folds = joined(amounts.data).train, amounts.data.folds
    assert folds is not None and found.scores["folds"] == 5
    x, y = np.asarray(data.inputs[0]), np.asarray(data.targets)
    scores = [Ridge().fit(x[known], y[known]).score(x[rows], y[rows]) for known, rows in folds.divided()]
    assert found.scores["r2"] == pytest.approx(np.mean(scores), abs=1e-4)
    assert found.weights is not None
    np.testing.assert_allclose(from_bytes(found.weights)["1.weight"], Ridge().fit(x, y).coef_.reshape(1, -1), rtol=1e-3)


def test_nothing_is_learned_from_what_is_held_out(coins: Task) -> None:
    """A tree that knows its cases by heart, and a stack on it, are no better than a coin on others."""
    for text in ("(tree :units 2 @1 x)", "(linear :units 2 @1 (tree :units 2 @2 x))"):
        found = evaluated(f"(lambda (x) {text})", coins)
        assert found.outcome == "ok" and 0.3 < found.scores["accuracy"] < 0.7, found


def test_a_net_is_scored_on_the_validation_part_until_it_is_refined(amounts: Task) -> None:
    text = "(lambda (x) (dense :units 1 @1 x))"
    explored, refined = evaluated(text, amounts, epochs=1), evaluated(text, amounts, phase="refine", epochs=200)
    assert "folds" not in explored.scores
    assert refined.scores["folds"] == 5 and refined.complete and refined.weights is not None
    assert refined.scores["r2"] > 0.8


def test_a_fold_in_which_a_score_is_undefined_does_not_count() -> None:
    y = np.array(["no"] * 57 + ["yes"] * 3)
    task = labelled_task("rare", NOISE.normal(size=(60, 2)), y, metric="auc", folds=5)
    found = evaluated("(lambda (x) (linear :units 2 @1 x))", task)
    assert 0 <= found.scores["auc"] <= 1 and found.scores["folds"] == 5


def remote(**options: object) -> Task:
    """Amounts above 0, of which a line through all but the first says that this one is below 0: in the fold that holds it out."""
    x = np.where(np.arange(60) == 0, -10.0, np.linspace(0.0, 1.0, 60))
    y = np.where(np.arange(60) == 0, 1.0, 5.0 + x)
    return labelled_task("remote", x[:, None], y, split=Split(test=0.0), folds=5, **options)  # type: ignore[arg-type]


def share_below(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """A metric that has no value for answers below 0."""
    if (y_pred < 0).any():
        raise ValueError("an answer below 0")
    return float(np.abs(y_true - y_pred).mean())


def share_of_both(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """A metric that has no value for cases of one class."""
    if len(set(y_true)) < 2:
        raise ValueError("one class alone")
    return float((y_true == y_pred).mean())


@pytest.mark.parametrize("metric", ["neg_mean_squared_log_error", share_below])
def test_a_program_whose_answers_have_no_score_in_a_fold_has_none_over_the_folds(metric: object) -> None:
    name = metric if isinstance(metric, str) else metric_name(metric, lasting=False)  # type: ignore[arg-type]
    task = remote(metric=name, **({} if isinstance(metric, str) else {"direction": "minimize"}))
    fair = evaluated("(lambda (x) (constant :units 1 @1 x))", task)
    failing = evaluated("(lambda (x) (linear :units 1 @1 x))", task)
    assert name in fair.scores and fair.scores["folds"] == 5
    assert name not in failing.scores and "r2" in failing.scores


def test_means_leave_out_a_fold_for_its_cases_but_not_for_the_answers() -> None:
    name = metric_name(share_of_both, lasting=False)
    y = np.array(["no"] * 57 + ["yes"] * 3)
    data = labelled_task("rare", NOISE.normal(size=(60, 2)), y, metric=name, folds=5).data
    assert data.folds is not None
    parts = [joined(data).train.take(rows) for _, rows in data.folds.divided()]
    told = [not data.why_undefined(None, part) for part in parts]
    assert any(told) and not all(told)
    right = [(part, data.score(np.eye(2)[np.asarray(part.targets)], part)) for part in parts]
    assert mean_scores(data, right)[name] == 1.0
    first = told.index(True)
    broken = np.full((len(parts[first]), 2), np.nan)
    spoilt = [*right[:first], (parts[first], data.score(broken, parts[first])), *right[first + 1 :]]
    means = mean_scores(data, spoilt)
    assert name not in means and "cross_entropy" not in means and means["accuracy"] < 1.0


def test_a_program_with_nothing_to_fit_is_scored_over_the_folds_too(amounts: Task) -> None:
    found = evaluated("(lambda (x) (stack_list :length 1 (take 1 (unstack x))))", amounts)
    assert found.outcome == "ok" and found.scores["folds"] == 5


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("(linear :units 2 @1 (flatten x))", "explore"),
        ("(dense :units 2 @1 (flatten x))", "refine"),
        ("(stack_list :length 2 (take 2 (unstack (flatten x))))", "explore"),
    ],
)
def test_programs_for_few_pictures_have_a_doubt(text: str, phase: str) -> None:
    """Without it one whose score is a mean over folds would be chosen by another measure than the others."""
    x, y = NOISE.normal(size=(20, 1, 6, 6)), np.arange(20) % 2
    found = evaluated(f"(lambda (x) {text})", labelled_task("few", x, y, split=Split(test=0.0)), phase=phase, epochs=1)
    assert found.scores["folds"] == 5 and 0 < found.scores["doubt"] < 5


def test_where_time_is_short_that_is_said(coins: Task) -> None:
    found = evaluated("(lambda (x) (forest :units 2 :trees 400 @1 x))", coins, seconds=0.3)
    assert found.outcome == "ok" and not found.complete and found.detail


def test_what_was_fitted_is_scored_though_that_took_all_the_time() -> None:
    x = NOISE.normal(size=(2000, 3))
    many = labelled_task("many", x, (x[:, 0] > 0).astype(int))
    assert many.data.folds is None
    found = evaluated("(lambda (x) (boosting :units 2 @1 x))", many, seconds=1e-4)
    assert found.outcome == "ok" and not found.complete and found.scores["accuracy"] > 0.7, found
    late = evaluated("(lambda (x) (dense :units 2 @1 (boosting :units 2 @2 x)))", many, seconds=1e-4)
    assert late.outcome == "timed out", late
