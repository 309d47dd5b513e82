"""The data of a baseline: the declared task, from a folder or fetched, and its expansion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ..errors import TaskError
from ..tasks.cases.parts import Part, frozen
from ..tasks.data import ProblemData
from ..tasks.load import load_tasks, resolve
from ..tasks.task import Task
from .declaration import Baseline

MOVES = ((0, 1), (0, -1), (1, 0), (-1, 0))
"""Rows down and columns right of the four moved copies."""


def load_data(baseline: Baseline, given: str | Path | None) -> Task:
    """The task of the declaration's ``data``, read from the folder or file ``given``, or by its ordinary loader.
    Raises TaskError."""
    spec = baseline.data
    if given is not None:
        if not Path(given).exists():
            raise TaskError(f"data={str(given)!r}: an existing folder or file is required; correct the path")
        spec += f"{'&' if '?' in spec else '?'}path={quote(str(given))}"
    tasks = load_tasks(spec)
    if len(tasks) != 1:
        raise TaskError(f"data={spec!r} holds {len(tasks)} tasks: one is required; name one")
    if tasks[0].test is None:
        raise TaskError(f"data={resolve(spec).name!r} has no test part: one is required; give the files of both parts")
    return tasks[0]


def expanded(data: ProblemData, how: str) -> ProblemData:
    """The data with a larger train part: ``translations`` adds each image moved by one pixel down, up, right and left
    (zeros come in), as Nielsen's expand_mnist does; the empty text nothing."""
    if not how:
        return data
    images, targets = data.train.inputs[0], data.train.targets
    if not isinstance(images, np.ndarray) or images.ndim != 4 or not isinstance(targets, np.ndarray):
        raise TaskError(f"expand={how!r} of data={data.name!r}: images are required; leave it out")
    copies = [images, *(_moved(images, *move) for move in MOVES)]
    train = Part((frozen(np.concatenate(copies)),), frozen(np.concatenate([targets] * len(copies))))
    # The digest of what it was made from is enough, and 200,000 images need not be read again for another.
    return replace(data, train=train, digest=f"{data.digest}+{how}")


def _moved(images: np.ndarray, down: int, right: int) -> np.ndarray:
    moved = np.roll(images, (down, right), axis=(2, 3))
    if down:
        moved[:, :, 0 if down > 0 else -1] = 0
    if right:
        moved[:, :, :, 0 if right > 0 else -1] = 0
    return moved
