"""A task of labelled data from features that are ready: its parts, its metric and its goal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from library.records import Direction
from primitives.types import function, tensor

from .data import Part, ProblemData, frozen
from .measure import Measure, measure_named
from .metrics import CLASSES, NUMBERS
from .preprocessing import Affine, Preprocessing
from .split import Split
from .task import Task

SOLVED_AT = {CLASSES: 0.95, NUMBERS: 0.8}
USUAL = {CLASSES: "accuracy", NUMBERS: "r2"}
FEW = 10
"""Validation cases below which a score is said to mean little: one more right or wrong changes it by a tenth."""
Arrays = tuple[np.ndarray, np.ndarray]


class Goal(NamedTuple):
    """The score asked for (``solved_at``), without which no score counts as solved, and one that is good on this data (``usual``)."""

    solved_at: float | None = None
    usual: float | None = None


def assembled(
    kind: str,
    name: str,
    form: str,
    parts: Sequence[Arrays],
    prepared: Preprocessing,
    goal: Goal,
    *,
    metric: str | None = None,
    split: Split | None = None,
    family: str | None = None,
    source: str = "",
    notes: Sequence[str] = (),
) -> Task:
    """The task of ``parts``: raw features [n, *shape] and targets of the train, the validation and the test part. A validation part without
    cases is replaced by the train part, a test part without cases is none. ``metric`` is the name of one for targets of this ``form``;
    None: accuracy or R². Raises TaskError."""
    asked = measure_named(metric or USUAL[form], form)
    train, validation, test = (_part(prepared, *arrays) for arrays in parts)
    width = len(prepared.label_names) or parts[0][1].shape[1]
    data = ProblemData(
        name=name,
        kind=kind,
        type=function(tensor(*prepared.shape), tensor(width)),
        target=form,
        metric=asked.name,
        direction=asked.direction,
        solved_at=next(score for score in (*goal, *_good(asked, form)) if score is not None),
        goal_given=goal.solved_at is not None,
        train=train,
        validation=validation if len(validation) else train,
        target_scale=prepared.target.scale if prepared.target else (),
        target_offset=prepared.target.offset if prepared.target and metric is not None else (),
        family=family,
    )
    return Task(data, test if len(test) else None, split, prepared, source, (*notes, *_few(data)))


def _good(measure: Measure, form: str) -> tuple[float]:
    """A score that is good: what is usual, and of other metrics than the usual one the best that there is."""
    if measure.name == USUAL[form]:
        return (SOLVED_AT[form],)
    return (1.0 if measure.direction is Direction.MAXIMIZE else 0.0,)


def _part(prepared: Preprocessing, x: np.ndarray, y: np.ndarray) -> Part:
    scale: Affine | None = prepared.target
    return Part((frozen(prepared.apply(x)),), frozen(scale.apply(y) if scale else y))


def _few(data: ProblemData) -> tuple[str, ...]:
    """A sentence where the validation score is of so few cases that it says little."""
    count = len(data.validation)
    if data.validation is data.train:
        return (f"few cases: the score is of the same {count} that are trained on, so it says nothing about new ones",)
    return (
        ()
        if count >= FEW
        else (f"few cases: the validation score is of {count} alone, so it says little about new ones",)
    )
