"""Folds of few cases: each held out once, classes spread, groups whole, the future never known."""

from __future__ import annotations

import json

import numpy as np
import pandas
import pytest

from automl.tasks.cases.folds import FEW_ROWS, make_folds
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import GROUPS, TIME, Split
from automl.tasks.tables.task import table_task
from automl.tasks.task import TaskError, task_kinds


def test_each_case_is_held_out_once_and_classes_are_spread() -> None:
    labels = np.repeat([0, 1, 2], [50, 20, 5])
    folds = make_folds(Split(), len(labels), labels, None)
    assert folds is not None and folds.count == 5
    held_out = np.concatenate([rows for _, rows in folds.divided()])
    assert sorted(held_out) == list(range(75))
    for known, rows in folds.divided():
        assert not set(known) & set(rows)
        assert np.bincount(labels[rows]).tolist() == [10, 4, 1]
    again, other = make_folds(Split(), 75, labels, None), make_folds(Split(seed=1), 75, labels, None)
    assert again is not None and (again.held_out == folds.held_out).all()
    assert other is not None and (other.held_out != folds.held_out).any()


def test_groups_stay_whole() -> None:
    keys = np.random.default_rng(0).integers(0, 12, 90)
    folds = make_folds(Split(policy=GROUPS), 90, None, keys)
    assert folds is not None
    for known, rows in folds.divided():
        assert len(rows) and not set(keys[known]) & set(keys[rows])
    few = make_folds(Split(policy=GROUPS), 90, None, keys % 3)
    assert few is not None and few.count == 3
    assert make_folds(Split(policy=GROUPS), 90, None, keys * 0) is None


@pytest.mark.parametrize("policy", [TIME, "last"])
def test_no_fold_is_fitted_to_what_comes_later(policy: str) -> None:
    times = np.random.default_rng(0).permutation(60) if policy == TIME else None
    moment = np.arange(60) if times is None else times
    folds = make_folds(Split(policy=policy), 60, None, times)
    assert folds is not None and folds.count == 5
    for known, rows in folds.divided():
        assert len(known) >= 10 and moment[known].max() < moment[rows].min()


@pytest.mark.parametrize(("sizes", "count"), [([10, 20, 5, 5, 15, 5], 4), ([1, 50, 2], 2), ([30, 30], 0), ([40], 0)])
def test_no_time_is_in_two_folds(sizes: list[int], count: int) -> None:
    times = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    folds = make_folds(Split(policy=TIME), len(times), None, times)
    assert (0 if folds is None else folds.count) == count
    for known, rows in () if folds is None else folds.divided():
        assert len(known) and len(rows) and times[known].max() < times[rows].min()


def test_many_cases_have_none_unless_they_are_asked_for() -> None:
    assert make_folds(Split(), FEW_ROWS, None, None) is None
    assert make_folds(Split(), FEW_ROWS - 1, None, None) is not None
    assert make_folds(Split(), 50, None, None, 0) is None
    asked = make_folds(Split(), 5 * FEW_ROWS, None, None, 10)
    assert asked is not None and asked.count == 10
    for wrong in (1, -3, 200):
        with pytest.raises(TaskError, match=f"folds={wrong}:"):
            make_folds(Split(), 50, None, None, wrong)


def test_small_tables_and_few_pictures_have_folds() -> None:
    rng = np.random.default_rng(0)
    small = labelled_task("small", rng.normal(size=(100, 2)), rng.integers(0, 2, 100))
    assert small.data.folds is not None and any("mean over 5 folds of the 75 cases" in note for note in small.notes)
    assert labelled_task("large", rng.normal(size=(1400, 2)), rng.integers(0, 2, 1400)).data.folds is None
    assert task_kinds()["labelled"].sample(0).data.folds is None
    x = rng.normal(size=(320, 1, 6, 6))
    folded = [labelled_task("pictures", x[:n], np.arange(n) % 2).data.folds for n in (100, 320)]
    assert folded[0] is not None and folded[0].count == 5 and folded[1] is None
    asked = labelled_task("pictures", x, np.arange(320) % 2, folds=4).data.folds
    assert asked is not None and asked.count == 4
    with pytest.raises(TaskError, match="folds=5 of task='pictures': a table, series, or fewer than 1000 pictures are"):
        labelled_task("pictures", rng.normal(size=(60, 1, 4, 4)), np.arange(60) % 2, folds=5)


def test_folds_travel_and_leave_the_digest_as_it_was() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(100, 2)), rng.integers(0, 2, 100)
    data, without = labelled_task("t", x, y).data, labelled_task("t", x, y, folds=0).data
    text, arrays = data.payload()
    json.loads(text)
    received = ProblemData.from_payload(text, arrays)
    assert received.folds is not None and data.folds is not None and without.folds is None
    assert (received.folds.held_out == data.folds.held_out).all()
    assert received.digest == data.digest == without.digest
    assert received.evaluation_digest == data.evaluation_digest != without.evaluation_digest == without.digest
    assert data.with_data(data.train, data.validation).folds is None


def test_folds_of_a_table_go_by_its_groups_and_its_times() -> None:
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame({"who": rng.integers(0, 20, 120), "when": np.arange(120), "y": rng.normal(size=120)})
    grouped = table_task(frame, "y", groups="who").data
    ordered = table_task(frame, "y", time="when").data
    assert grouped.folds is not None and not grouped.folds.ordered
    assert ordered.folds is not None and ordered.folds.ordered
    assert (np.diff(ordered.folds.held_out) >= 0).all(), "the rows are in the order of their times"
