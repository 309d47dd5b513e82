"""Where the data of a baseline comes from."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from automl.baselines import load
from automl.baselines.data import load_data
from automl.errors import TaskError

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def write_mnist(folder, names=FILES):
    """A folder of MNIST's form with 30 train and 20 test images."""
    folder.mkdir()
    for name in names:
        count = 30 if name.startswith("train") else 20
        images = (np.arange(count * 784) % 251).reshape(count, 28, 28).astype(np.uint8)
        array = images if "images" in name else np.arange(count, dtype=np.uint8) % 10
        head = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
        (folder / name).write_bytes(head + array.tobytes())
    return folder


@pytest.mark.parametrize("name", ["plain", "a folder", "a+b", "a&test=0.5", "a#b", "a%20b", "a?b=c", "naïve"])
def test_a_folder_of_any_name_is_read(tmp_path, name):
    task = load_data(load("shallow"), write_mnist(tmp_path / name))
    assert task.name == "mnist" and len(task.test) == 20 and task.split.test == 0.0


def test_the_test_part_is_never_drawn_from_the_train_files(tmp_path):
    with pytest.raises(TaskError, match="test files are required"):
        load_data(load("shallow"), write_mnist(tmp_path / "train", FILES[:2]))
    with pytest.raises(TaskError, match="both or neither"):
        load_data(load("shallow"), write_mnist(tmp_path / "half", FILES[:3]))


def test_what_is_fetched_is_what_a_folder_holds(tmp_path, monkeypatch):
    """Results go by the digest of the data, which must not depend on where it came from."""
    from automl.tasks.sources import bundled, idx

    folder = write_mnist(tmp_path / "mnist")
    images, labels = (
        np.concatenate([idx.read_idx(folder / f"{part}-{what}") for part in ("train", "t10k")])
        for what in ("images-idx3-ubyte", "labels-idx1-ubyte")
    )
    monkeypatch.setattr(bundled, "TRAIN", 30)
    monkeypatch.setattr(bundled, "_fetch", lambda: (images, labels.astype(np.int64)))
    fetched, read = load_data(load("shallow"), None), load_data(load("shallow"), folder)
    assert fetched.digest == read.digest and len(fetched.test) == 20
