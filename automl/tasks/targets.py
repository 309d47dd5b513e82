"""The targets of labelled data: whether they are classes or numbers, and their form in a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.brief import brief_repr

from ..errors import TaskError
from .metrics import CLASSES, NUMBERS
from .preprocessing import Label, Preprocessing, check_finite

FEW_CLASSES = 10
"""Distinct whole numbers up to which they count as classes, where none is told."""

LARGEST = 1e150
"""The size of targets beyond which their squares are no floats."""


@dataclass(frozen=True, eq=False)
class EncodedTargets:
    """``y`` (and ``y_test`` where the data has a test part): class numbers [n], int64, of the ``names`` in order, or numbers [n, k],
    float64. ``names`` are the labels as texts, and ``labels`` as they were given where these are no texts; both are empty for numbers."""

    form: str
    y: np.ndarray
    y_test: np.ndarray | None = None
    names: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()

    __repr__ = brief_repr


def are_classes(distinct: int, rows: int) -> bool:
    """Whether ``distinct`` different whole numbers in ``rows`` targets count as classes: two always, and up to FEW_CLASSES that
    each occur five times on average. More are numbers to predict, as are numbers with fractions."""
    return distinct <= 2 or (distinct <= FEW_CLASSES and 5 * distinct <= rows)


def target_form(y: np.ndarray, targets: str | None, pictures: bool = False) -> str:
    """CLASSES or NUMBERS: what ``targets`` says, or else by the values (``are_classes``; whole numbers beside ``pictures`` are classes up
    to a tenth as many as there are). Raises TaskError."""
    if targets is not None and targets not in (CLASSES, NUMBERS):
        raise TaskError(f"targets={targets!r}: {CLASSES} or {NUMBERS} is required; choose one of these")
    if y.dtype.kind == "O":
        raise TaskError(
            "y.dtype=object: an array of labels or of numbers is required; convert it (mixed types or lengths?)"
        )
    if y.ndim == 2 and targets != CLASSES and y.dtype.kind in "iuf":
        return NUMBERS
    if y.ndim != 1:
        raise TaskError(f"y.shape={y.shape}: [n] labels or [n, k] numbers are required; reshape y")
    if targets == NUMBERS and y.dtype.kind not in "iufb":
        raise TaskError(
            f"y.dtype={y.dtype}: numbers are required for targets='{NUMBERS}'; convert y or use targets='{CLASSES}'"
        )
    if targets or y.dtype.kind not in "iuf":
        return targets or CLASSES
    check_finite(y, "y")
    distinct = len(np.unique(y))
    few = distinct <= max(20, len(y) // 10) if pictures else are_classes(distinct, len(y))
    return CLASSES if few and bool((y == np.round(y)).all()) else NUMBERS


def encode_targets(
    form: str, y: Any, y_test: Any = None, label_names: Sequence[str] | None = None, *, uniform: bool = False
) -> EncodedTargets:
    """Targets in the form of a task. ``label_names`` name the classes 0, 1, … of whole numbers. Raises TaskError on NaN, infinity, one
    class or one number only (unless ``uniform``), and on labels of the test part that the others have not."""
    first, second = np.asarray(y), None if y_test is None else np.asarray(y_test)
    for array, name in ((first, "y"), (second, "y_test")):
        if array is not None and array.dtype.kind in "fiu":
            check_finite(array, name)
    if form == NUMBERS:
        return _numbers(first, second, uniform)
    return _classes(first, second, label_names, uniform)


def _numbers(y: np.ndarray, y_test: np.ndarray | None, uniform: bool) -> EncodedTargets:
    first = _rows(y)
    largest = float(np.abs(first).max(initial=0.0))
    if largest > LARGEST:
        raise TaskError(
            f"y={largest:.3g}: numbers up to {LARGEST:.0e} are required, for errors are squared; divide the targets"
        )
    if not uniform and (first == first[:1]).all():
        raise TaskError(
            f"y={first[0].tolist()} in every case: targets that differ are required; check the target column"
        )
    second = None if y_test is None else _rows(y_test)
    if second is not None and second.shape[1:] != first.shape[1:]:
        raise TaskError(f"y_test.shape={second.shape}: [n, {first.shape[1]}] is required, as in y; reshape y_test")
    return EncodedTargets(NUMBERS, first, second)


def _rows(y: np.ndarray) -> np.ndarray:
    return y.astype(np.float64).reshape(len(y), -1)


def _classes(
    y: np.ndarray, y_test: np.ndarray | None, label_names: Sequence[str] | None, uniform: bool
) -> EncodedTargets:
    classes = np.unique(y)
    if not uniform and len(classes) < 2:
        raise TaskError(f"classes={classes.tolist()}: at least two classes are required; check the labels y")
    if y_test is not None and not np.isin(y_test, classes).all():
        unseen = y_test[~np.isin(y_test, classes)][:1].tolist()[0]
        raise TaskError(
            f"y_test has the label {unseen!r}, which y has not: labels of the train part are required; drop the cases"
        )
    names = _label_names(classes, label_names)
    encoded = [None if each is None else np.searchsorted(classes, each).astype(np.int64) for each in (y, y_test)]
    assert encoded[0] is not None
    given = () if label_names is not None or classes.dtype.kind in "US" else tuple(classes.tolist())
    return EncodedTargets(CLASSES, encoded[0], encoded[1], names, given)


def _label_names(classes: np.ndarray, given: Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        whole = classes.dtype.kind == "f" and bool((classes == np.round(classes)).all())
        return tuple(str(int(c)) if whole else str(c) for c in classes.tolist())
    if classes.dtype.kind not in "iu" or int(classes.min()) < 0 or int(classes.max()) >= len(given):
        raise TaskError(
            f"label_names={len(given)} names: integer labels from 0 to {len(given) - 1} are required; correct y or "
            "names"
        )
    return tuple(str(given[int(c)]) for c in classes)


def numeric_labels(name: str, prepared: Preprocessing) -> np.ndarray:
    """The whole numbers that are the labels of a task's classes. Raises TaskError where they are none.

    name: of the task, for the message.
    prepared: knows the labels.
    """
    try:
        return np.array([int(label) for label in prepared.label_names], dtype=np.int64)
    except ValueError:
        raise TaskError(
            f"base={name!r} has the labels {', '.join(prepared.label_names[:5])}: whole numbers are required as "
            "labels; choose a task such as digits"
        ) from None
