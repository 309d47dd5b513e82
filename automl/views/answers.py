"""What a classifier answers on the cases that were held out: the confusion matrix, and what each class scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr

from ..evaluation.model import Model
from ..tasks.measure import confusion
from ..tasks.metrics import CLASSES, predicted_classes
from ..tasks.task import Task

MOST_CLASSES = 40
"""Classes of a matrix that is shown at most."""


@dataclass(frozen=True)
class ClassAnswers:
    """One class: its ``name``, how many ``cases`` are of it, ``precision`` (of those answered so, which are), ``recall`` (of those that
    are, which were answered so) and ``f1``; None where nothing tells."""

    name: str
    cases: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class HeldOutAnswers:
    """The answers on one ``part`` of a task's data. ``table`` has a row a label and a column an answer, by ``labels``; () where there are
    more classes than are shown. ``wrong`` counts those without an answer, which are ``unanswered``, too."""

    part: str
    cases: int
    wrong: int
    unanswered: int
    labels: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    classes: tuple[ClassAnswers, ...]

    __repr__ = brief_repr


def class_answers(model: Model, task: Task) -> HeldOutAnswers | None:
    """The answers of a program on the test part of its task, or the validation part where it has none; None for a task without classes.

    model: the program with its weights.
    task: whose data it is asked about.
    """
    if task.data.target != CLASSES:
        return None
    part = "validation" if task.test is None else "test"
    cases = task.part(part)
    targets = np.asarray(cases.targets).astype(np.int64)
    found = predicted_classes(model.outputs(cases))
    names = () if task.preprocessing is None else tuple(map(str, task.preprocessing.label_names))
    width = max(len(names), 1 + int(max(targets.max(initial=0), found.max(initial=0))))
    table = confusion(targets, found, width)
    labels = tuple(names[n] if n < len(names) else str(n) for n in range(width))
    given = np.bincount(targets, minlength=width)
    return HeldOutAnswers(
        part=part, cases=len(targets), wrong=int((found != targets).sum()), unanswered=int((found < 0).sum()), labels=labels,
        table=tuple(tuple(map(int, row)) for row in table) if width <= MOST_CLASSES else (),
        classes=tuple(_class(n, labels[n], table, int(given[n])) for n in range(width)),
    )  # fmt: skip


def _class(number: int, name: str, table: np.ndarray, cases: int) -> ClassAnswers:
    right, answered = int(table[number, number]), int(table[:, number].sum())
    return ClassAnswers(
        name=name, cases=cases, precision=_share(right, answered), recall=_share(right, cases),
        f1=_share(2 * right, answered + cases),
    )  # fmt: skip


def _share(some: int, all: int) -> float | None:
    return some / all if all else None
