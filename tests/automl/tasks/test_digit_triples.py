"""Pictures of three of MNIST's digits in three channels: what they are made of, and which class they have."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from automl.tasks.load import load_tasks
from automl.tasks.sources.digit_triples import SETS
from automl.tasks.task import Task, TaskError

SIDE, EACH = 4, 30
CODE, PART, COPY = 5, 6, 7
"""Pixels that say which digit an image is of, from which of MNIST's parts, and which of its images it is."""


def write_idx(path: Path, array: np.ndarray) -> None:
    header = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())


def write_mnist(folder: Path, digits: int = 10) -> str:
    """The reference's option for a folder with images whose pixels tell what they are; Nielsen's split leaves the last sixth of the train
    files to validation."""
    for stem, part in (("train", 1), ("t10k", 2)):
        labels = np.arange(EACH * digits) % digits
        images = np.zeros((len(labels), SIDE * SIDE), dtype=np.uint8)
        last = labels.size - labels.size // 6 if part == 1 else 0
        images[:, CODE], images[:, COPY] = labels * 20, np.arange(len(labels)) // digits
        images[:, PART] = np.where(np.arange(len(labels)) < last, 10, 20) * part
        write_idx(folder / f"{stem}-images-idx3-ubyte", images.reshape(-1, SIDE, SIDE))
        write_idx(folder / f"{stem}-labels-idx1-ubyte", labels)
    return f"path={folder}"


def pixels(task: Task, part: str) -> np.ndarray:
    """Bytes [n, 3, pixels]."""
    images = np.asarray(task.part(part).inputs[0])
    return np.round(images * 255).astype(int).reshape(len(images), 3, -1)


COUNTS = "count=400&validation_count=100&test_count=60"


@pytest.mark.parametrize("name", list(SETS))
def test_pictures_are_of_three_digits_of_their_own_part(name: str, tmp_path: Path) -> None:
    (task,) = load_tasks(f"{name}?{write_mnist(tmp_path)}&{COUNTS}")
    classes = SETS[name].classes
    assert (task.name, str(task.type)) == (name, f"Tensor[3,4,4] -> Tensor[{classes}]")
    for part, count, mark in (("train", 400, 10), ("validation", 100, 20), ("test", 60, 40)):
        found, targets = pixels(task, part), np.asarray(task.part(part).targets)
        digits = found[:, :, CODE] // 20
        value = digits.sum(1) - 1 if name == "addnist" else digits.prod(1) % 10
        assert (value == targets).all() and set(found[:, :, PART].ravel()) == {mark}
        assert np.bincount(targets, minlength=classes).tolist() == [count // classes] * classes
        assert len(set(map(tuple, digits.tolist()))) > count / 4 and len(set(found[:, :, COPY].ravel())) > 3


def test_the_seed_decides_the_pictures(tmp_path: Path) -> None:
    spec = f"addnist?{write_mnist(tmp_path)}&{COUNTS}"
    first, same, other = (load_tasks(spec, seed=seed)[0] for seed in (0, 0, 1))
    assert first.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("count=19", "count=19"),
        ("test_count=x", "whole|int"),
        ("validation=0.2", "option='validation'"),
        ("targets=numbers", "option='targets'"),
    ],
)
def test_refuses(option: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=message):
        load_tasks(f"addnist?{write_mnist(tmp_path)}&{option}")


def test_refuses_files_without_a_digit(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="each digit from 0 to 9"):
        load_tasks(f"multnist?{write_mnist(tmp_path, digits=9)}&{COUNTS}")


@pytest.mark.shared_data
@pytest.mark.slow
def test_of_mnist_itself(shared_data: Path) -> None:
    (task,) = load_tasks(f"multnist?path={shared_data / 'mnist'}&{COUNTS}")
    assert str(task.type) == "Tensor[3,28,28] -> Tensor[10]"
    assert [len(task.part(part)) for part in ("train", "validation", "test")] == [400, 100, 60]
    assert float(task.part("train").inputs[0].max()) == 1.0
