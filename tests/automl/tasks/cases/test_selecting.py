"""Some classes and few labelled examples of each: the test part is what it was, and there is enough to compare programs by."""

from __future__ import annotations

import numpy as np
import pytest

from automl.errors import TaskError
from automl.tasks.cases.distorted import distorted
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.load import load_tasks


def counts(task, part: str) -> list[int]:
    return np.bincount(np.asarray(task.part(part).targets)).tolist()


def test_so_many_of_some_classes_are_kept_beside_the_test_part() -> None:
    (few,), (all_of_them,) = load_tasks("digits?classes=5-9&examples=5"), load_tasks("digits?classes=5-9")
    assert few.preprocessing is not None and few.preprocessing.label_names == ("5", "6", "7", "8", "9")
    both = np.add(counts(few, "train"), counts(few, "validation")).tolist()
    assert both == [5] * 5 and min(counts(all_of_them, "train")) > 50
    assert np.array_equal(few.part("test").targets, all_of_them.part("test").targets)
    assert few.data.folds is not None and few.data.folds.count == 5 and all_of_them.data.folds is None
    (other,) = load_tasks("digits?classes=5-9&examples=5&seed=1")
    assert other.digest != few.digest


def test_with_one_example_of_a_class_programs_are_compared_on_copies() -> None:
    (one,) = load_tasks("digits?classes=5,7&examples=1")
    assert counts(one, "train") == [1, 1] and counts(one, "validation") == [10, 10] and one.data.folds is None
    assert any("10 distorted copies of each" in note for note in one.notes)
    x, copies = (np.asarray(one.part(part).inputs[0]) for part in ("train", "validation"))
    assert not np.array_equal(copies[0], copies[2]) and not np.array_equal(copies[0], x[0])
    near = [np.abs(copies[n] - x[n % 2]).mean() < np.abs(copies[n] - x[1 - n % 2]).mean() for n in range(20)]
    assert np.mean(near) > 0.8


def test_copies_are_the_same_for_the_same_seed_and_stream_only() -> None:
    x = np.random.default_rng(0).normal(size=(2, 1, 8, 8)).astype(np.float32)
    assert np.array_equal(distorted(x, 2, 1), distorted(x, 2, 1))
    assert not np.array_equal(distorted(x, 2, 1), distorted(x, 2, 1, stream=1))
    assert np.array_equal(distorted(np.ones_like(x), 3, 0), np.ones((6, 1, 8, 8), np.float32))


def test_classes_are_named_as_they_are_called() -> None:
    x, y = np.arange(60.0).reshape(30, 2), np.arange(30) % 3
    given = {"label_names": ("cat", "dog", "ship"), "classes": "ship,cat"}
    task = labelled_task("t", x, y, **given)
    assert task.preprocessing is not None and task.preprocessing.label_names == ("cat", "ship")
    with pytest.raises(TaskError, match="at least two of the labels cat, dog, ship are required"):
        labelled_task("t", x, y, **{**given, "classes": "cat,bird"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("classes=5-12", "at least two of the labels"),
        ("classes=5", "at least two"),
        ("classes=5-9&examples=0", "from 1 to"),
        ("examples=100000", "from 1 to"),
    ],
)
def test_what_cannot_be_kept_is_refused(options: str, said: str) -> None:
    with pytest.raises(TaskError, match=said):
        load_tasks(f"digits?{options}")


def test_numbers_have_no_classes() -> None:
    with pytest.raises(TaskError, match="labels as targets"):
        load_tasks("diabetes?examples=5")
