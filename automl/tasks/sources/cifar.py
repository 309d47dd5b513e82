"""CIFAR-10 (Krizhevsky 2009) from a folder: the official binary batches, or a subset as ``.npz``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import TaskError
from ..kinds.labelled import labelled_task
from ..load import LABELLED_OPTIONS, SELECTING_OPTIONS, Reference, Source, sources
from ..metrics import CLASSES
from ..split import Split
from ..task import Task

NAMES = ("cifar10", "cifar10_subset")
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRAIN_FILES, TEST_FILE = tuple(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"
SUBSET = (4000, 1000)
"""Images of ``cifar10_subset``: the first of the train and of the test files."""
RECORD = 1 + 3 * 32 * 32
USUAL = 0.9
ADDRESS = "https://www.cs.toronto.edu/~kriz/cifar.html"


def _load(reference: Reference) -> list[Task]:
    arrays = _resized(_read(reference), reference.options.get("size"))
    given = {"usual": USUAL, "label_names": CLASS_NAMES, "layout": "chw", "targets": CLASSES}
    split = Split(test=0.0, validation=0.1)
    x, y, x_test, y_test = arrays
    return [labelled_task(x=x, y=y, x_test=x_test, y_test=y_test, **{**given, **reference.labelled(split)})]


def _read(reference: Reference) -> tuple[np.ndarray, ...]:
    """Bytes [n, 3, 32, 32] and classes [n] of the train and of the test images."""
    given = reference.options.get("path")
    inside = (reference.name, "cifar-10-batches-bin", ".")
    folders = (
        [Path(given)] if given is not None else [folder / name for folder in reference.search_path for name in inside]
    )
    for place in folders:
        batches = [place / name for name in (*TRAIN_FILES, TEST_FILE)]
        if all(path.is_file() for path in batches):
            return _batches(batches, reference.name)
        packed = place if place.suffix == ".npz" else place / "cifar10_subset.npz"
        if packed.is_file() and reference.name == "cifar10_subset":
            return _packed(packed, reference)
    raise TaskError(
        f"task={reference.name!r}: a folder with {TRAIN_FILES[0]} … {TEST_FILE} (the binary version of {ADDRESS})"
        f"{' or cifar10_subset.npz' if reference.name == NAMES[1] else ''} is required; write "
        f"{reference.name}?path=FOLDER"
    )


def _batches(paths: list[Path], name: str) -> tuple[np.ndarray, ...]:
    parts = []
    for path in paths:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        if not len(data) or len(data) % RECORD or data.reshape(-1, RECORD)[:, 0].max() > 9:
            raise TaskError(f"path={path.name!r}: records of {RECORD} bytes are required; fetch the file again")
        parts.append(data.reshape(-1, RECORD))
    train, test = np.concatenate(parts[:-1]), parts[-1]
    if name == NAMES[1]:
        train, test = train[: SUBSET[0]], test[: SUBSET[1]]
    return (*_record(train), *_record(test))


def _record(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return rows[:, 1:].reshape(-1, 3, 32, 32), rows[:, 0].astype(np.int64)


def _packed(path: Path, reference: Reference) -> tuple[np.ndarray, ...]:
    """Of the arrays of an ``.npz`` as the source of such files reads it; bytes as they are."""
    from dataclasses import replace

    (task,) = sources()["npz"].load(replace(reference, path=path, options={"test": "0", "validation": "0"}))
    held_out, view = task.test, task.data
    assert held_out is not None and task.preprocessing is not None
    scaling = task.preprocessing.inputs
    parts = []
    for part in (view.train, held_out):
        images = np.asarray(part.inputs[0])
        if images.shape[1:] != (3, 32, 32):
            raise TaskError(f"path={path.name!r}: images of shape [3, 32, 32] are required, got {images.shape[1:]}")
        parts += [np.round(scaling.invert(images)).astype(np.uint8), np.asarray(part.targets)]
    return tuple(parts)


def _resized(arrays: tuple[np.ndarray, ...], size: str | None) -> tuple[np.ndarray, ...]:
    """The images with sides of ``size`` pixels (bicubic), so that nets of larger images can read them."""
    if size is None:
        return arrays
    if not size.isdecimal() or not 8 <= int(size) <= 512:
        raise TaskError(f"size={size!r}: a whole number of pixels from 8 to 512 is required; write such as 64")
    from PIL import Image

    def scaled(images: np.ndarray) -> np.ndarray:
        shape = (int(size), int(size))
        pictures = (
            Image.fromarray(image).resize(shape, Image.Resampling.BICUBIC) for image in np.moveaxis(images, 1, 3)
        )
        return np.moveaxis(np.stack([np.asarray(picture) for picture in pictures]), 3, 1)

    x, y, x_test, y_test = arrays
    return scaled(x), y, scaled(x_test), y_test


SOURCE = Source(
    "cifar",
    "CIFAR-10 by name (cifar10, cifar10_subset), from a folder (path=FOLDER), resized by size=PIXELS",
    (*LABELLED_OPTIONS, *SELECTING_OPTIONS, "path", "size"),
    lambda reference: reference.path is None and reference.name in NAMES,
    _load,
    names=NAMES,
)
