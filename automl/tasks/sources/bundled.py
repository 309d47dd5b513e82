"""Data sets by name: those that come with scikit-learn, and MNIST from a folder or through its fetch_openml."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...errors import TaskError
from ..kinds.labelled import labelled_task
from ..load import LABELLED_OPTIONS, SELECTING_OPTIONS, Reference, Source, sources
from ..metrics import CLASSES, NUMBERS
from ..split import NIELSEN, Split
from ..task import Task

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bundled:
    """One of scikit-learn's sets: a score that is good on it (``usual``), the largest pixel value of images (``full_scale``; None for
    vectors)."""

    loader: str
    targets: str
    usual: float
    split: Split = Split()
    full_scale: float | None = None


SETS = {
    "digits": Bundled("load_digits", CLASSES, 0.98, Split(test=1 / 3), full_scale=16.0),
    "iris": Bundled("load_iris", CLASSES, 0.95),
    "wine": Bundled("load_wine", CLASSES, 0.95),
    "breast_cancer": Bundled("load_breast_cancer", CLASSES, 0.95),
    "diabetes": Bundled("load_diabetes", NUMBERS, 0.4),
}
NAMES = (*SETS, "mnist")
TRAIN = 60_000
"""Of MNIST's 70,000 images so many are the train part; the others are the test part."""


def _load(reference: Reference) -> list[Task]:
    return _mnist(reference) if reference.name == "mnist" else [_scikit(reference)]


def _scikit(reference: Reference) -> Task:
    from sklearn import datasets

    found = SETS[reference.name]
    bunch = getattr(datasets, found.loader)()
    images = found.full_scale is not None
    names = [str(name) for name in bunch.target_names] if found.targets == CLASSES else None
    given = {
        "targets": found.targets,
        "full_scale": found.full_scale,
        "usual": found.usual,
        "label_names": names,
    }
    arrays = {"x": bunch.images if images else bunch.data, "y": bunch.target}
    return labelled_task(**arrays, **{**given, **reference.labelled(found.split)})


def _mnist(reference: Reference) -> list[Task]:
    """From ``?path=FOLDER``, a folder ``mnist`` on the search path, or OpenML (cached by scikit-learn in the user's
    data folder)."""
    given_path = reference.options.get("path")
    folders = [Path(given_path)] if given_path is not None else [folder / "mnist" for folder in reference.search_path]
    idx = sources()["idx"]
    for local in (replace(reference, path=folder) for folder in folders):
        if idx.accepts(local):
            return _with_test_files(idx.load(local), local)
    if given_path is not None:
        raise TaskError(f"path={given_path!r}: a folder with MNIST's IDX files is required; correct the path")
    x, y = _fetch()
    given = {"usual": 0.99, **reference.labelled(NIELSEN)}
    return [labelled_task(x=x[:TRAIN], y=y[:TRAIN], x_test=x[TRAIN:], y_test=y[TRAIN:], **given)]


def _with_test_files(tasks: list[Task], local: Reference) -> list[Task]:
    """MNIST's test part is that of its files, never one drawn from the train part. Raises TaskError."""
    if tasks[0].split is not None and tasks[0].split.test:
        raise TaskError(
            f"path={str(local.path)!r}: MNIST's test files are required beside those of the train part; add them, or give "
            "the folder itself as the data"
        )
    return tasks


def _fetch() -> tuple[np.ndarray, np.ndarray]:
    """Bytes [70000, 28, 28] and int64 [70000] in the original order: 60,000 train images, then 10,000 test images."""
    from sklearn.datasets import fetch_openml

    log.info("fetching mnist_784 from OpenML, or taking it from scikit-learn's cache")
    try:
        bunch = fetch_openml("mnist_784", version=1, as_frame=False, parser="liac-arff")
    except (OSError, ValueError) as error:
        raise TaskError(
            f"task='mnist' could not be fetched from OpenML ({error}); give a folder with its IDX files instead: "
            "mnist?path=FOLDER"
        ) from None
    return bunch.data.reshape(-1, 28, 28).astype(np.uint8), bunch.target.astype(np.int64)


SOURCE = Source(
    "bundled",
    f"a data set by name ({', '.join(NAMES)})",
    (*LABELLED_OPTIONS, *SELECTING_OPTIONS, "path"),
    lambda reference: reference.path is None and reference.name in NAMES,
    _load,
    names=NAMES,
)
