"""Unlabelled arrays: to be given back through whatever bottleneck the program has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from library.records import Direction
from primitives.types import function, tensor

from ...errors import TaskError
from ..cases.parts import part_of
from ..data import ProblemData
from ..metrics import NUMBERS
from ..task import Task, TaskKind, task_kinds

SOLVED_AT = 0.95


def unlabelled_from_labelled(base: Task, *, solved_at: float | None = None) -> Task:
    """The inputs of ``base``, a task of labelled arrays, with its parts and its preprocessing; its labels are left
    out. Raises TaskError where an input is no array."""
    view, held_out, prepared = base.data, base.test, base.preprocessing
    columns = view.train.inputs
    if len(columns) != 1 or not isinstance(columns[0], np.ndarray):
        raise TaskError(f"base={base.name!r}: a task of one array is required as input; choose such a one")
    train, validation = (part_of(part.inputs, part.inputs[0]) for part in (view.train, view.validation))
    shape = tensor(*columns[0].shape[1:])
    data = ProblemData(
        name=f"{view.name}-unlabelled",
        kind=KIND.name,
        type=function(shape, shape),
        target=NUMBERS,
        metric="r2",
        direction=Direction.MAXIMIZE,
        solved_at=SOLVED_AT if solved_at is None else solved_at,
        goal_given=solved_at is not None,
        train=train,
        validation=train if view.validation is view.train else validation,
        family=view.family,
    )
    test = None if held_out is None else part_of(held_out.inputs, held_out.inputs[0])
    kept = None if prepared is None else replace(prepared, target=None, label_names=())
    return Task(data, test, base.split, kept, base.source, base.notes)


def sample(seed: int = 0) -> Task:
    return unlabelled_from_labelled(task_kinds()["labelled"].sample(seed))


KIND = TaskKind("unlabelled", sample)
"""``Tensor[s…] -> Tensor[s…]``: reconstruct the input; R² over all numbers, of which the mean image gets 0."""
