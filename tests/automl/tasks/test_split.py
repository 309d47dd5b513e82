"""Splits: disjoint, complete, stratified, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.tasks.split import GROUPS, NIELSEN, TIME, Split
from automl.tasks.task import TaskError

FRACTIONS = st.floats(0, 0.4)


@given(st.lists(st.integers(0, 4), min_size=3, max_size=60), FRACTIONS, FRACTIONS, st.integers(0, 9))
def test_parts_are_disjoint_complete_and_proportional(
    labels: list[int], test: float, validation: float, seed: int
) -> None:
    array = np.array(labels)
    for policy in ("stratified", "random", "last"):
        split = Split(test, validation, seed, policy)
        train, valid, held_out = split.divide(array, len(array))
        assert sorted([*train, *valid, *held_out]) == list(range(len(array)))
        assert len(held_out) == round(len(array) * test)
        again = split.divide(array, len(array))
        assert all(np.array_equal(a, b) for a, b in zip((train, valid, held_out), again, strict=True))
        if policy == "stratified":
            for c in np.unique(array):
                exact = (array == c).mean() * len(held_out)
                assert abs((array[held_out] == c).sum() - exact) <= len(np.unique(array))


def test_a_class_of_ten_is_divided_evenly() -> None:
    labels = np.repeat(np.arange(10), 30)
    train, valid, test = Split(test=1 / 3, validation=0.25, seed=1).divide(labels, 300)
    assert np.bincount(labels[test]).tolist() == [10] * 10
    assert np.bincount(labels[valid]).tolist() == [5] * 10 and np.bincount(labels[train]).tolist() == [15] * 10


def test_seeds_differ_and_a_lone_member_stays_in_train() -> None:
    labels = np.array([0] * 20 + [1])
    assert 20 in Split(test=0.5, validation=0.5, seed=0).divide(labels, 21)[0]
    first, second = (Split(seed=seed).divide(labels, 21)[2].tolist() for seed in (0, 1))
    assert first != second


def test_a_stated_split_stays_as_it_is() -> None:
    """Published results name splits by seed: another numpy must not draw others unseen."""
    train, validation, test = Split(test=0.25, validation=0.25, seed=7).divide(np.arange(16) % 2, 16)
    assert (validation.tolist(), test.tolist()) == ([2, 8, 11], [0, 7, 12, 15])
    assert len(train) == 9


def test_nielsens_split_takes_the_last_ten_thousand() -> None:
    train, validation, test = NIELSEN.divide(None, 60_000)
    assert (len(train), len(validation), len(test)) == (50_000, 10_000, 0)
    assert train[-1] == 49_999 and validation[0] == 50_000


@pytest.mark.parametrize(
    "arguments", [{"test": 1.0}, {"validation": -0.1}, {"test": float("nan")}, {"policy": "odd"}, {"seed": -1}]
)
def test_refuses(arguments: dict) -> None:
    with pytest.raises(TaskError, match="required"):
        Split(**arguments)


def test_refuses_when_nothing_is_left_to_train_on() -> None:
    with pytest.raises(TaskError, match="left to train"):
        Split(test=0.9, validation=0.9).divide(None, 1 * 2)


@given(st.lists(st.integers(0, 7), min_size=4, max_size=60), FRACTIONS, FRACTIONS)
def test_no_time_is_in_two_parts(times: list[int], test: float, validation: float) -> None:
    array = np.array(times)
    parts = Split(test, validation, policy=TIME).divide(None, len(array), array)
    assert sorted(np.concatenate(parts)) == list(range(len(array)))
    train, valid, held_out = (set(array[part]) for part in parts)
    assert max(train) < min(valid, default=9) and max(train | valid) < min(held_out, default=9)


def test_the_cut_is_the_nearest_between_two_times() -> None:
    times = np.repeat([0, 1, 2, 3], [10, 6, 5, 3])
    train, valid, test = Split(test=0.25, validation=0.2, policy=TIME).divide(None, 24, times)
    assert [len(train), len(valid), len(test)] == [10, 6, 8]
    train, valid, test = Split(test=0.25, validation=0.2, policy=TIME).divide(None, 24, np.arange(24))
    assert [len(train), len(valid), len(test)] == [14, 4, 6]


@pytest.mark.parametrize("sizes", [[50, 50], [33, 33, 33], [90, 10], [95, 3, 2], [25, 25, 25, 25]])
@pytest.mark.parametrize("policy", [GROUPS, TIME])
def test_some_are_held_out_for_validation(sizes: list[int], policy: str) -> None:
    keys = np.repeat(np.arange(len(sizes)), sizes)
    for seed in range(6):
        train, valid, test = Split(seed=seed, policy=policy).divide(None, len(keys), keys)
        assert len(train) and len(valid) and (len(test) or len(sizes) == 2)
