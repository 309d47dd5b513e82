"""The interval of a test score: it holds the score of all cases as often as it says, and is the same each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from automl.evaluation.confidence import score_interval
from automl.tasks.cases.parts import Part
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.tables.task import table_task

RNG = np.random.Generator(np.random.PCG64(0))


@pytest.fixture(scope="module")
def coins() -> ProblemData:
    return labelled_task("coins", RNG.normal(size=(60, 1)), np.arange(60) % 2).data


def interval(
    data: ProblemData, right: np.ndarray, weights: np.ndarray | None = None, groups: np.ndarray | None = None
) -> tuple[float, float]:
    y = np.arange(len(right)) % 2
    found = score_interval(
        data, np.eye(2)[np.where(right, y, 1 - y)], Part((np.zeros((len(y), 1)),), y, weights), groups
    )
    assert found is not None
    return found


@pytest.mark.parametrize("count", [5, 20, 50])
@pytest.mark.parametrize("accuracy", [0.9, 0.98])
def test_an_accuracy_is_in_its_interval_nearly_as_often_as_that_says(
    count: int, accuracy: float, coins: ProblemData
) -> None:
    """Over every number of right answers, with its probability; none right and all right among them."""
    covered = 0.0
    for right in range(count + 1):
        low, high = interval(coins, np.arange(count) < right)
        known = binomtest(right, count).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((known.low, known.high)) and 0 <= low < high <= 1
        assert low <= right / count <= high
        covered += binom.pmf(right, count, accuracy) * (low <= accuracy <= high)
    assert covered > 0.9


def test_weights_that_differ_say_less(coins: ProblemData) -> None:
    right = np.arange(40) % 4 > 0
    equal, plain = interval(coins, right, np.full(40, 1e-3)), interval(coins, right)
    assert equal == pytest.approx(plain)
    some = interval(coins, right, np.where(np.arange(40) < 20, 1.0, 1e-6))
    assert some == pytest.approx(interval(coins, right[:20]), abs=1e-4)


def test_groups_that_are_right_or_wrong_together_count_as_one_case_each(coins: ProblemData) -> None:
    covered = 0
    groups = np.repeat(np.arange(20), 10)
    for _ in range(200):
        right = np.repeat(RNG.random(20) < 0.8, 10)
        low, high = interval(coins, right, groups=groups)
        covered += low <= 0.8 <= high
    assert covered / 200 > 0.9
    low, high = interval(coins, np.ones(200, dtype=bool), groups=groups)
    assert low < 0.85 and high == 1.0
    alone = score_interval(coins, np.eye(2), Part((np.zeros((2, 1)),), np.arange(2)), np.zeros(2))
    assert alone is None


def test_another_metric_has_the_percentiles_of_samples_of_groups() -> None:
    x = RNG.normal(size=(60, 1))
    data = labelled_task("amounts", x, x[:, 0]).data
    wanted = np.repeat(RNG.normal(size=(20, 1)), 10, axis=0)
    part, answers = Part((wanted,), wanted), wanted + np.repeat(RNG.normal(size=(20, 1)) * 0.5, 10, axis=0)
    low, high = score_interval(data, answers, part) or (0.0, 0.0)
    wide = score_interval(data, answers, part, np.repeat(np.arange(20), 10)) or (0.0, 0.0)
    assert low < data.score(answers, part)["r2"] < high
    assert wide[1] - wide[0] > 2 * (high - low)
    assert (low, high) == score_interval(data, answers, part) == score_interval(data, list(answers), part)
    assert score_interval(data, wanted, part) is None, "all samples have the same score, which is no interval"


def test_a_score_that_is_undefined_has_no_interval() -> None:
    y = np.arange(40) % 2
    data = replace(labelled_task("t", y[:, None] * 1.0, y).data, metric="auc", digest="")
    ones = Part((np.zeros((10, 1), np.float32),), np.ones(10, dtype=np.int64))
    assert score_interval(data, np.eye(2)[np.ones(10, dtype=int)], ones) is None


def test_a_table_that_is_divided_by_groups_keeps_those_of_its_test_part() -> None:
    groups = np.arange(60) // 6
    rows = {"a": np.arange(60.0), "who": groups, "y": np.where(np.arange(60) % 2, "u", "v")}
    task = table_task(rows, "y", groups="who")
    arrays = labelled_task("arrays", np.arange(60.0)[:, None], np.arange(60) % 2, groups=groups)
    assert arrays.test_groups is not None and arrays.test is not None and len(arrays.test_groups) == len(arrays.test)
    assert task.test is not None and task.test_groups is not None
    assert len(task.test_groups) == len(task.test) and len(set(task.test_groups)) < len(task.test)
    assert table_task(rows, "y", time="who").test_groups is None and table_task(rows, "y").test_groups is None
