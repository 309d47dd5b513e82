"""Equality, distance and scores."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.tasks.distance import distance, equal
from automl.tasks.metrics import CLASSES, INTEGERS, NUMBERS, VALUES, case_errors, score
from automl.tasks.task import TaskError
from primitives.values import Failure, Graph, Some, Table
from primitives.values import equal as kernel_equal

LISTS = st.lists(st.integers(-5, 5), max_size=4).map(tuple)
BY_TYPE = (
    st.integers(-9, 9),
    st.booleans(),
    st.text("ab", max_size=3),
    LISTS,
    st.lists(LISTS, max_size=3).map(tuple),
    st.floats(allow_nan=True),
    st.one_of(st.none(), st.integers(0, 3).map(Some)),
    st.dictionaries(st.integers(0, 3), st.integers(0, 2)).map(lambda d: Table(d.items())),
)


@given(st.sampled_from(BY_TYPE).flatmap(lambda values: st.tuples(values, values)))
def test_agrees_with_the_kernel_on_values_of_one_type(pair: tuple) -> None:
    assert equal(*pair) == kernel_equal(*pair)


@given(st.tuples(*[st.one_of(*BY_TYPE)] * 2))
def test_distance_is_graded_and_zero_only_for_equals(pair: tuple) -> None:
    apart = distance(*pair)
    assert 0.0 <= apart <= 1.0 and not math.isnan(apart)
    assert equal(*pair) == (apart == 0.0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (True, 1), (1, True), (1, 1.0), (1.0, 1), ("1", 1), ((1,), 1), (float("nan"), float("nan")), (Some(1), None),
        (None, Some(1)), ((), ""), (Failure("undefined", "head"), 1), (Failure("undefined"), Failure("undefined")),
        (Graph([(1, 2)]), Graph([(2, 1)])), (1.0, 1.001), (math.inf, 1.0), (1, None),
    ],
)  # fmt: skip
def test_differ(first: object, second: object) -> None:
    assert not equal(first, second) and distance(first, second) > 0


@pytest.mark.parametrize(
    ("first", "second"),
    [(1.0, 1.0 + 1e-9), (1e12, 1e12 + 1.0), (math.inf, math.inf), (Graph([(1, 2)]), Graph([(1, 2)])), ((), ())],
)
def test_equal_within_tolerance(first: object, second: object) -> None:
    assert equal(first, second)


def test_tiny_outputs_are_not_met_by_zero() -> None:
    assert case_errors(VALUES, [0.0, 3e-9], (2e-9, 3e-9)).tolist() == [pytest.approx(0.4), 0.0]
    assert score(VALUES, [2.000001e-34], (2e-34,))["accuracy"] == 1.0


def test_nearer_values_have_smaller_distances() -> None:
    assert distance(4, 5) < distance(1, 5) < distance("x", 5)
    assert distance((1, 2, 4), (1, 2, 3)) < distance((1, 0, 4), (1, 2, 3)) < 1.0 == distance(0, (1, 2, 3))
    assert distance((1, 2), (1, 2, 3)) == pytest.approx(1 / 3)


def test_tensors() -> None:
    import torch

    ones = torch.ones(2, 3)
    assert equal(ones, ones + 1e-5) and not equal(ones, ones + 1e-2) and not equal(ones, torch.ones(3, 2))
    assert not equal(ones * float("nan"), ones * float("nan")) and not equal(ones, torch.ones(2, 3, dtype=torch.long))


def test_scores_of_classes() -> None:
    targets = np.array([0, 1, 2, 1])
    logits = np.array([[5.0, 0, 0], [0, 5, 0], [5, 0, 0], [np.nan, 9, 0]])
    assert score(CLASSES, logits, targets) == {"accuracy": 0.5, "error": 0.5}
    assert case_errors(CLASSES, logits, targets).tolist() == [0, 0, 1, 1]
    assert score(CLASSES, [0, 1, 2, 1], targets)["accuracy"] == 1.0
    assert score(CLASSES, [0, Failure("undefined"), 2, 1], targets)["accuracy"] == 0.75
    rows = [logits[0], Failure("undefined"), logits[2], np.zeros(2)]
    assert case_errors(CLASSES, rows, targets).tolist() == [0, 1, 1, 1]
    uniform = score(CLASSES, np.zeros((4, 3)), targets)
    assert uniform["cross_entropy"] == pytest.approx(math.log(3))


def test_cross_entropy_agrees_with_torch() -> None:
    import torch

    rng = np.random.Generator(np.random.PCG64(0))
    logits, targets = rng.normal(size=(20, 5)) * 30, rng.integers(0, 5, 20)
    expected = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(targets))
    ours = score(CLASSES, torch.tensor(logits, requires_grad=True), targets)
    assert ours["cross_entropy"] == pytest.approx(float(expected))


def test_scores_of_integers() -> None:
    targets = np.array([3, 4, 5])
    assert score(INTEGERS, [3, 5, Failure("undefined")], targets) == {
        "accuracy": pytest.approx(1 / 3), "error": pytest.approx(2 / 3), "mae": 0.5,
    }  # fmt: skip
    assert score(INTEGERS, [3, True, 5.0], targets)["accuracy"] == pytest.approx(1 / 3)
    assert score(INTEGERS, [np.array(3), np.int64(4), np.array([5])], targets)["accuracy"] == pytest.approx(2 / 3)
    assert "mae" not in score(INTEGERS, [None] * 3, targets)


def test_scores_of_numbers_agree_with_scikit_learn() -> None:
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

    rng = np.random.Generator(np.random.PCG64(0))
    targets, outputs = rng.normal(size=(30, 1)), rng.normal(size=(30, 1))
    ours = score(NUMBERS, outputs, targets, scale=(4.0,))
    assert ours["r2"] == pytest.approx(r2_score(targets, outputs))
    assert ours["mse"] == pytest.approx(mean_squared_error(targets * 4, outputs * 4))
    assert ours["mae"] == pytest.approx(mean_absolute_error(targets * 4, outputs * 4))
    assert score(NUMBERS, outputs[:, 0], targets) == score(NUMBERS, outputs, targets)
    assert score(NUMBERS, np.full((30, 1), np.inf), targets) == {}
    assert np.isinf(case_errors(NUMBERS, np.full((30, 1), np.nan), targets)).all()


def test_scores_of_values() -> None:
    targets = ((1, 2), (3,))
    assert score(VALUES, [(1, 2), (4,)], targets) == {"accuracy": 0.5, "error": 0.5, "distance": 0.25}
    with pytest.raises(TaskError, match="cases=0"):
        score(VALUES, [], ())
