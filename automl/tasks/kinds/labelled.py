"""Labelled arrays: images or vectors with a class or with numbers to predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from library.records import Direction
from primitives.types import function, tensor

from ...errors import TaskError
from ..data import Part, ProblemData, frozen
from ..metrics import CLASSES, NUMBERS
from ..pictures import PictureForm
from ..preprocessing import Affine, ColumnEncoding, Preprocessing, check_finite, fit_inputs, standardise
from ..split import Split
from ..task import Task, TaskKind

SOLVED_AT = {CLASSES: 0.95, NUMBERS: 0.8}
LAYOUTS = ("auto", "chw", "hwc")
FEW = 10
"""Validation cases below which a score is said to mean little: one more right or wrong changes it by a tenth."""


def labelled_task(
    name: str,
    x: np.ndarray,
    y: np.ndarray | Sequence[Any],
    x_test: np.ndarray | None = None,
    y_test: np.ndarray | Sequence[Any] | None = None,
    *,
    split: Split | None = None,
    targets: str | None = None,
    scaling: str = "auto",
    full_scale: float | None = None,
    layout: str = "auto",
    label_names: Sequence[str] | None = None,
    columns: tuple[ColumnEncoding, ...] = (),
    solved_at: float | None = None,
    usual: float | None = None,
    family: str | None = None,
    source: str = "",
    pictures: PictureForm | None = None,
    notes: Sequence[str] = (),
) -> Task:
    """A task from ``x`` ([n, features], [n, h, w], [n, c, h, w] or [n, h, w, c]) and ``y`` ([n] labels, or
    numbers [n] or [n, k]).

    With ``x_test`` and ``y_test`` these are the test part and ``split`` makes only the validation part.
    ``targets`` is ``classes`` or ``numbers``; None decides by the values. ``label_names`` name the classes 0, 1,
    … of an integer ``y``. ``solved_at`` is the score asked for; without one no score counts as solved, and ``usual`` is
    one that is good on this data. Scaling is fitted on the train part; a validation part without cases is replaced by the
    train part. ``pictures`` is what picture files were made into, ``notes`` are sentences on how the data was read.
    Raises TaskError on NaN, infinity, wrong shapes, no cases or one class only.
    """
    if (x_test is None) != (y_test is None):
        raise TaskError("x_test and y_test: both or neither are required; give the other one too")
    split = split or Split()
    if x_test is not None:
        split = replace(split, test=0.0)
    x = _inputs(x, layout, "x")
    x_test = None if x_test is None else _inputs(x_test, layout, "x_test")
    if x_test is not None and x_test.shape[1:] != x.shape[1:]:
        raise TaskError(
            f"x_test.shape={x_test.shape}: examples of x's shape {x.shape[1:]} are required; reshape x_test"
        )
    form = _target_form(np.asarray(y), targets)
    encoded, names = _targets(form, y, y_test, label_names)
    for array, target, label in ((x, encoded[0], "y"), (x_test, encoded[1], "y_test")):
        if array is not None and target is not None and len(array) != len(target):
            raise TaskError(
                f"len({label})={len(target)}: {len(array)} targets are required, one an example; give one each"
            )
    train, validation, test = split.divide(encoded[0] if form == CLASSES else None, len(x))
    prepared = Preprocessing(
        shape=x.shape[1:],
        inputs=fit_inputs(x[train], scaling, full_scale),
        target=standardise(encoded[0][train]) if form == NUMBERS else None,
        label_names=names,
        columns=columns,
        pictures=pictures,
        raw_range=None if columns else (float(x[train].min()), float(x[train].max())),
    )
    held_out = (x[test], encoded[0][test]) if x_test is None else (x_test, encoded[1])
    parts = [_part(prepared, x[train], encoded[0][train]), _part(prepared, x[validation], encoded[0][validation])]
    view = _view(KIND.name, name, form, parts, prepared, solved_at, usual, family)
    test_part = _part(prepared, *held_out) if len(held_out[0]) else None
    return Task(view, test_part, split, prepared, source, (*notes, *_few(view)))


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


def sample(seed: int = 0) -> Task:
    rng = np.random.Generator(np.random.PCG64(seed))
    y = np.repeat(np.arange(3), 20)
    x = rng.normal(size=(60, 1, 4, 4)) + y[:, None, None, None]
    return labelled_task("sample-blobs", x, y, split=Split(seed=seed), label_names=("0", "1", "2"))


def _inputs(x: Any, layout: str, name: str) -> np.ndarray:
    """[n, features] or [n, channels, height, width], numbers only."""
    array = np.asarray(x)
    if layout not in LAYOUTS:
        raise TaskError(f"layout={layout!r}: one of {', '.join(LAYOUTS)} is required; choose one of these")
    if array.dtype.kind == "O":
        raise TaskError(
            f"{name}.dtype=object: examples of one shape are required (mixed ranks or lengths?); pad or resize them"
        )
    if array.ndim not in (2, 3, 4):
        raise TaskError(
            f"{name}.shape={array.shape}: [n, features], [n, h, w], [n, c, h, w] or [n, h, w, c] is required; "
            f"reshape it ({name}.reshape(len({name}), -1) gives vectors)"
        )
    if 0 in array.shape:
        raise TaskError(
            f"{name}.shape={array.shape}: at least one example with at least one number is required; give data"
        )
    check_finite(array, name)
    if array.ndim == 3:
        return array[:, None]
    few = (1, 3, 4)
    last = layout == "hwc" or (
        layout == "auto" and array.ndim == 4 and array.shape[3] in few and array.shape[1] not in few
    )
    return np.moveaxis(array, 3, 1) if array.ndim == 4 and last else array


def _target_form(y: np.ndarray, targets: str | None) -> str:
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
    many = len(np.unique(y)) > max(20, len(y) // 10)
    return NUMBERS if many or (y.dtype.kind == "f" and bool((y != np.round(y)).any())) else CLASSES


def _targets(
    form: str, y: Any, y_test: Any, label_names: Sequence[str] | None
) -> tuple[tuple[np.ndarray, np.ndarray | None], tuple[str, ...]]:
    first, second = np.asarray(y), None if y_test is None else np.asarray(y_test)
    for array, name in ((first, "y"), (second, "y_test")):
        if array is not None and array.dtype.kind in "fiu":
            check_finite(array, name)
    if form == NUMBERS:
        pair = [None if a is None else a.astype(np.float64).reshape(len(a), -1) for a in (first, second)]
        assert pair[0] is not None
        if (pair[0] == pair[0][:1]).all():
            raise TaskError(
                f"y={pair[0][0].tolist()} in every case: targets that differ are required; check the target column"
            )
        if pair[1] is not None and pair[1].shape[1:] != pair[0].shape[1:]:
            raise TaskError(
                f"y_test.shape={pair[1].shape}: [n, {pair[0].shape[1]}] is required, as in y; reshape y_test"
            )
        return (pair[0], pair[1]), ()
    classes = np.unique(first)
    if len(classes) < 2:
        raise TaskError(f"classes={classes.tolist()}: at least two classes are required; check the labels y")
    if second is not None and not np.isin(second, classes).all():
        unseen = second[~np.isin(second, classes)][0]
        raise TaskError(
            f"y_test has the label {unseen!r}, which y has not: labels of the train part are required; drop the cases"
        )
    names = _label_names(classes, label_names)
    encoded = np.searchsorted(classes, first).astype(np.int64)
    return (encoded, None if second is None else np.searchsorted(classes, second).astype(np.int64)), names


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


def _part(prepared: Preprocessing, x: np.ndarray, y: np.ndarray | None) -> Part:
    assert y is not None
    scale: Affine | None = prepared.target
    return Part((frozen(prepared.apply(x)),), frozen(scale.apply(y) if scale else y))


def _view(
    kind: str,
    name: str,
    form: str,
    parts: list[Part],
    prepared: Preprocessing,
    solved_at: float | None,
    usual: float | None,
    family: str | None,
) -> ProblemData:
    width = len(prepared.label_names) or parts[0].targets.shape[1]  # type: ignore[union-attr]
    return ProblemData(
        name=name,
        kind=kind,
        type=function(tensor(*prepared.shape), tensor(width)),
        target=form,
        metric="accuracy" if form == CLASSES else "r2",
        direction=Direction.MAXIMIZE,
        solved_at=next(score for score in (solved_at, usual, SOLVED_AT[form]) if score is not None),
        goal_given=solved_at is not None,
        train=parts[0],
        validation=parts[1] if len(parts[1]) else parts[0],
        target_scale=prepared.target.scale if prepared.target else (),
        family=family,
    )


KIND = TaskKind("labelled", sample)
"""``Tensor[…] -> Tensor[classes]`` (scores of the classes; accuracy) or ``Tensor[…] -> Tensor[k]`` (numbers; R²)."""
