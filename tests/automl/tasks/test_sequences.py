"""Lists of images or vectors: drawn from a labelled task, or given as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.cases.parts import RaggedArray
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.kinds.sequences import REDUCTIONS, sequences_from_labelled, sequences_task
from automl.tasks.load import load_tasks
from automl.tasks.task import Split, TaskError, task_kinds

COUNT = 120
X = np.arange(COUNT * 4, dtype=np.float64).reshape(COUNT, 1, 2, 2)
Y = np.arange(COUNT) * 7 % 10
BASE = labelled_task("base", X, Y, scaling="none")
DRAW = {"count": 50, "validation_count": 20, "test_count": 10}


def labels_of(images: np.ndarray) -> np.ndarray:
    """The label of each image, found by its unique pixels."""
    return Y[(images[:, 0, 0, 0] / 4).round().astype(int)]


@pytest.mark.parametrize("reduction", sorted(REDUCTIONS))
def test_targets_are_the_reduction_of_the_labels(reduction: str) -> None:
    task = sequences_from_labelled(BASE, reduction, **DRAW)
    result = "list(int)" if reduction == "sorted" else "int"
    assert str(task.type) == f"list(Tensor[1,2,2]) -> {result}" and task.name == f"base-{reduction}"
    for name in ("train", "validation", "test"):
        part = task.part(name)
        for index in range(len(part)):
            images = part.inputs[0].row(index)
            assert part.targets[index] == REDUCTIONS[reduction](labels_of(images))


def test_elements_may_be_arguments_of_their_own() -> None:
    lists = sequences_from_labelled(BASE, "equal", lengths=(2, 2), test_lengths=(2, 2), **DRAW)
    task = sequences_from_labelled(BASE, "equal", lengths=(2, 2), test_lengths=(2, 2), apart="yes", **DRAW)
    assert str(task.type) == "Tensor[1,2,2] -> Tensor[1,2,2] -> int" and task.digest != lists.digest
    for name in ("train", "validation", "test"):
        part, listed = task.part(name), lists.part(name)
        assert (part.targets == listed.targets).all() and len(part.inputs) == 2
        for place in range(2):
            assert (part.inputs[place][3] == listed.inputs[0].row(3)[place]).all()
    with pytest.raises(TaskError, match="one length is required"):
        sequences_from_labelled(BASE, apart="yes", **DRAW)


def test_the_first_element_may_be_an_argument_of_its_own() -> None:
    lists = sequences_from_labelled(BASE, "occurrences", **DRAW)
    task = sequences_from_labelled(BASE, "occurrences", apart="first", **DRAW)
    assert str(task.type) == "Tensor[1,2,2] -> list(Tensor[1,2,2]) -> int"
    for name in ("train", "test"):
        part, listed = task.part(name), lists.part(name)
        assert (part.targets == listed.targets).all()
        for case in range(len(part)):
            both = np.concatenate([part.inputs[0][case][None], part.inputs[1].row(case)])
            assert (both == listed.inputs[0].row(case)).all()
    with pytest.raises(TaskError, match="apart='some'"):
        sequences_from_labelled(BASE, apart="some", **DRAW)


def test_the_label_of_the_first_element_may_be_given_in_its_place() -> None:
    first, task = (sequences_from_labelled(BASE, "occurrences", apart=apart, **DRAW) for apart in ("first", "number"))
    assert str(task.type) == "int -> list(Tensor[1,2,2]) -> int"
    for name in ("train", "test"):
        part, pictured = task.part(name), first.part(name)
        assert (part.targets == pictured.targets).all() and (part.inputs[1].values == pictured.inputs[1].values).all()
        named = {image.tobytes(): number for image, number in zip(pictured.inputs[0], part.inputs[0])}
        assert [named[image.tobytes()] for image in pictured.inputs[0]] == part.inputs[0].tolist()


def test_how_many_elements_have_a_label_is_asked_by_its_number() -> None:
    sums, counts = (sequences_from_labelled(BASE, rule, lengths=(1, 1), **DRAW) for rule in ("sum", "count_1"))
    assert (counts.data.train.targets == (sums.data.train.targets == 1)).all() and counts.data.train.targets.sum() > 0
    with pytest.raises(TaskError, match="count_x"):
        sequences_from_labelled(BASE, "count_x", **DRAW)


def test_parts_draw_only_from_the_same_part_of_the_base() -> None:
    task = sequences_from_labelled(BASE, **DRAW)
    for name, lengths in (("train", {1, 2, 3}), ("validation", {1, 2, 3}), ("test", {20})):
        drawn = {image.tobytes() for image in task.part(name).inputs[0].values}
        assert drawn <= {image.tobytes() for image in BASE.part(name).inputs[0]}
        assert set(task.part(name).inputs[0].lengths.tolist()) == lengths
    assert task.preprocessing.inputs == BASE.preprocessing.inputs and task.data.loss is None


def test_deterministic_by_seed() -> None:
    first, same, other = (sequences_from_labelled(BASE, seed=seed, **DRAW) for seed in (0, 0, 1))
    assert first.digest == same.digest != other.digest


def test_scores_lists() -> None:
    task = sequences_from_labelled(BASE, **DRAW)
    exact = task.part("test").targets
    outputs = [int(value) for value in exact]
    outputs[0] += 2
    assert task.score(outputs, "test") == {"accuracy": 0.9, "error": pytest.approx(0.1), "mae": 0.2}
    assert task.right(exact) is True and task.right(np.zeros(10, dtype=np.int64)) is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reduction": "odd"}, "reduction='odd'"),
        ({"lengths": (0, 3)}, "lengths=0-3"),
        ({"lengths": (3, 1)}, "lengths=3-1"),
        ({"test_lengths": (0, 0)}, "test_lengths=0-0"),
        ({"count": 0}, "count=0"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_refuses_a_drawing(options: dict, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        sequences_from_labelled(BASE, **options)


def test_refuses_a_base_without_numbers_or_test_part() -> None:
    words = labelled_task("words", X, np.array(["a", "b"] * 60))
    with pytest.raises(TaskError, match="whole numbers are required as labels"):
        sequences_from_labelled(words)
    with pytest.raises(TaskError, match="with classes and a test part"):
        sequences_from_labelled(labelled_task("whole", X, Y, split=Split(test=0.0)))
    with pytest.raises(TaskError, match="with classes"):
        sequences_from_labelled(task_kinds()["sequences"].sample())


LENGTHS = np.array([2, 1, 3] * 10)
VALUES = np.random.Generator(np.random.PCG64(0)).normal(size=(60, 5))


@pytest.mark.parametrize(
    ("y", "options", "type", "form"),
    [
        (np.arange(30), {}, "list(Tensor[5]) -> int", "integers"),
        (np.arange(30) % 3, {"targets": "classes"}, "list(Tensor[5]) -> Tensor[3]", "classes"),
        (np.array(["a", "b", "c"] * 10), {"targets": "classes"}, "list(Tensor[5]) -> Tensor[3]", "classes"),
        (np.linspace(0, 1, 30), {}, "list(Tensor[5]) -> Tensor[1]", "numbers"),
        (np.stack([np.linspace(0, 1, 30)] * 2, axis=1), {}, "list(Tensor[5]) -> Tensor[2]", "numbers"),
    ],
)
def test_from_arrays(y: np.ndarray, options: dict, type: str, form: str) -> None:
    task = sequences_task("t", VALUES, LENGTHS, y, **options)
    view = task.data
    assert str(task.type) == type and view.target == form
    sizes = [len(view.train), len(view.validation), len(task.test)]
    assert sum(sizes) == 30 and min(sizes) > 0
    assert task.is_solved(
        task.score(np.eye(3)[view.validation.targets] if form == "classes" else view.validation.targets)
    )


def test_from_npz(tmp_path) -> None:
    path = tmp_path / "lists.npz"
    parts = {"values": VALUES, "lengths": LENGTHS, "y": np.arange(30)}
    arrays = {f"{key}_{part}": value for part in ("train", "test") for key, value in parts.items()}
    np.savez(path, **arrays)
    (task,) = load_tasks(f"{path}?validation=0.1")
    assert str(task.type) == "list(Tensor[5]) -> int" and len(task.test) == 30 and len(task.data.train) == 27


@pytest.mark.parametrize(
    ("values", "lengths", "y", "options", "message"),
    [
        (VALUES, LENGTHS[:-1], np.arange(29), {}, "lengths.sum"),
        (VALUES, LENGTHS, np.arange(29), {}, r"len\(y\)=29"),
        (VALUES * np.nan, LENGTHS, np.arange(30), {}, "finite"),
        (VALUES[:, 0], LENGTHS, np.arange(30), {}, "values.shape"),
        (VALUES, LENGTHS / 2, np.arange(30), {}, "whole numbers"),
        (VALUES, LENGTHS, np.zeros(30), {}, "differ"),
        (VALUES, LENGTHS, np.arange(30) / 2, {"targets": "integers"}, "whole numbers"),
        (VALUES, LENGTHS, np.arange(30), {"targets": "odd"}, "targets='odd'"),
        (VALUES, LENGTHS, np.array(["a"] * 30), {}, "numbers are required"),
    ],
)
def test_refuses_arrays(values: np.ndarray, lengths: np.ndarray, y: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        sequences_task("t", values, lengths, y, **options)


def test_ragged_arrays() -> None:
    ragged = RaggedArray(VALUES, LENGTHS)
    taken = ragged.take(np.array([4, 2, 2]))
    assert [len(taken.row(i)) for i in range(3)] == [1, 3, 3] and len(taken) == 3
    assert np.array_equal(taken.row(2), ragged.row(2)) and np.array_equal(taken.row(0), ragged.row(4))
    assert len(ragged.take(np.array([], dtype=np.int64))) == 0
    with pytest.raises(TaskError, match="at least 0"):
        RaggedArray(VALUES[:1], np.array([2, -1]))
