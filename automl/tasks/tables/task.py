"""A task from a table: targets read, rows divided, and the encodings of the columns fitted to the train rows alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...errors import TaskError
from ..assembly import Goal, assembled
from ..cases.class_weights import ClassWeight
from ..cases.keys import case_keys
from ..columns.base import AbstractColumn
from ..columns.cells import CellLevels
from ..columns.fit import fit_column, looks_at_targets
from ..columns.kind import TrainRows, all_different
from ..columns.kinds.date import DateColumn
from ..columns.kinds.left_out import LeftOut
from ..metrics import CLASSES, NUMBERS
from ..preprocessing import Affine, Preprocessing, fit_inputs, standardise
from ..split import GROUPS, TIME, Split
from ..targets import encode_targets
from ..task import Task
from .dividing import divided_by, uneven_parts
from .fold_codes import fold_codes
from .given import Aim, Table, Targets, aim, given_table
from .raw import RawTable
from .target import TargetColumn, read_target

LEAST = 5
"""Rows with a target below which nothing can be learned, and no score would mean anything."""
KIND = "labelled"


def table_task(
    table: Table,
    target: Targets | TargetColumn,
    *,
    name: str = "table",
    split: Split | None = None,
    targets: str | None = None,
    metric: str | None = None,
    direction: str | None = None,
    probabilities: bool = False,
    scaling: str = "auto",
    drop: Sequence[str] = (),
    groups: str | None = None,
    time: str | None = None,
    solved_at: float | None = None,
    folds: int | None = None,
    class_weight: ClassWeight | None = None,
    family: str | None = None,
    source: str = "",
) -> Task:
    """A task from a table, whose columns may hold numbers, categories, dates, truth values, texts, and cells that are missing; what
    becomes of each says ``task.preprocessing.describe()``. Rows without a target are left out.

    table: a frame, an array [n, columns], a dictionary of columns, one dictionary a row, or what ``read_table`` gives.
    target: the label of a column, or the targets [n]; a TargetColumn is what was already read, and taken as it is, however few rows it has
        and even where they all have one target.
    name: what the task is called (default: ``table``).
    split: how the rows are divided (default: ``Split()``).
    targets: ``classes`` or ``numbers`` (default: texts are classes, and so are up to ten whole numbers that repeat).
    metric: the name of one of automl.tasks.measure.measures, or that of a function of your own (automl.tasks.own_metric) (default:
        accuracy, R²).
    direction: of a function of your own: ``maximize`` or ``minimize`` (default: ``maximize``).
    probabilities: whether it is told the probabilities of the labels rather than answers (default: no).
    scaling: ``auto``, ``unit``, ``standardise`` or ``none``, of the features, fitted on the train part (default: ``auto``).
    drop: columns to leave out (default: none).
    groups: a column; the rows of one value of it are kept in one part, and it is left out (default: none).
    time: a column by which the latest rows are held out (default: none).
    solved_at: the score that counts as solved (default: none does).
    folds: in how many parts of the rows beside the test part scores are measured in turn; 0: in the validation part alone (default: 5
        where there are fewer than 1,000, else 0).
    class_weight: how much a case of each class counts where programs are trained: ``balanced``, ``none``, or a weight by label (default:
        each 1, but ``balanced`` where the metric counts classes alike).
    family: tasks of one family are held out together (default: none).
    source: where the data comes from, for people (default: not said).

    Raises TaskError.
    """
    raw = given_table(table)
    read = target if isinstance(target, TargetColumn) else None
    aimed, cells, raw = aim(table, raw, target) if read is None else Aim("target", read.y, raw)
    raw = raw.without(drop).without_row_numbers()
    raw, keys, split = divided_by(raw, split or Split(), groups, time)
    found = _read_target(name, aimed, cells, targets, raw) if read is None else read
    encoded = encode_targets(found.form, found.y, uniform=read is not None)
    labels, kept = encoded.y if found.form == CLASSES else None, None if keys is None else keys[found.rows]
    train, validation, test = divided = split.divide(labels, len(found.rows), kept)
    levels = {key: raw.levels(key).take(found.rows) for key in raw.columns}
    y_train = encoded.y[train] if found.form == CLASSES else encoded.y[train, 0]
    by = case_keys(split, kept, len(found.rows))
    known = TrainRows(
        y_train, len(encoded.names), len(levels), raw.decimal, categorical=raw.categorical, keys=None if by is None else by.take(train)
    )  # fmt: skip
    columns, x = _encoded(name, aimed, levels, train, known)
    prepared = Preprocessing(
        shape=x.shape[1:],
        inputs=_scaled(fit_inputs(x[train], scaling, None), columns),
        target=standardise(encoded.y[train]) if found.form == NUMBERS else None,
        label_names=encoded.names,
        labels=encoded.labels,
        columns=columns,
    )
    weights = found.weights
    parts = [
        (x[rows], encoded.y[rows], None if weights is None else weights[rows]) for rows in (train, validation, test)
    ]
    beside = np.concatenate([train, validation])
    task = assembled(
        KIND, name, found.form, parts, prepared, Goal(solved_at), metric=metric, direction=direction, probabilities=probabilities,
        split=split, family=family, source=source,
        notes=(*raw.notes, *uneven_parts(split, divided), *_dated(split, columns, levels), *found.notes),
        folds=folds,
        class_weight=class_weight, keys=None if kept is None else kept[beside],
    )  # fmt: skip
    if kept is not None and split.policy == GROUPS and task.test is not None:
        task = replace(task, test_groups=kept[test])
    y_beside = encoded.y[beside] if found.form == CLASSES else encoded.y[beside, 0]
    cells_beside = {column.name: levels[column.name].take(beside) for column in columns if looks_at_targets(column)}
    return _with_codes(
        task,
        columns,
        cells_beside,
        replace(known, targets=y_beside, keys=None if by is None else by.take(beside)),
        x[beside],
    )


def _scaled(inputs: Affine, columns: Sequence[AbstractColumn]) -> Affine:
    """The scaling of all features, as their columns want it, where each has a scale of its own."""
    ends = np.cumsum([column.width for column in columns])
    if len(inputs.scale) != ends[-1]:
        return inputs
    parts = np.split(np.array(inputs.scale), ends[:-1])
    scale = np.concatenate([column.scales(part) for column, part in zip(columns, parts, strict=True)])
    return Affine(inputs.offset, tuple(map(float, scale)))


def _dated(split: Split, columns: Sequence[AbstractColumn], levels: Mapping[str, CellLevels]) -> tuple[str, ...]:
    """A sentence where rows that are drawn have a time of their own each, as those of a series have."""
    if split.policy in (GROUPS, TIME) or not split.test:
        return ()
    dates = [each.name for each in columns if isinstance(each, DateColumn) and all_different(levels[each.name])]
    return tuple(
        f"{name}: differs from row to row, and the rows held out are drawn from all times; ?time={name} holds out the latest, which tells "
        "how good forecasts are"
        for name in dates[:1]
    )


def _with_codes(
    task: Task, columns: Sequence[AbstractColumn], levels: Mapping[str, CellLevels], rows: TrainRows, x: np.ndarray
) -> Task:
    """The task whose folds, where it has some, have features of their own in place of those made of targets."""
    folds, prepared = task.data.folds, task.preprocessing
    if folds is None or prepared is None or not levels:
        return task
    codes = fold_codes(folds, columns, levels, rows, x, prepared)
    return replace(task, data=replace(task.data, folds=replace(folds, codes=codes)))


def _read_target(name: str, aimed: str, cells: np.ndarray, targets: str | None, raw: RawTable) -> TargetColumn:
    found = read_target(aimed, cells, targets=targets, typed=raw.typed, decimal=raw.decimal)
    if len(found.rows) < LEAST:
        raise TaskError(
            f"{name}: rows={len(found.rows)} with a target: at least {LEAST} are required, and some hundred to learn "
            "anything of use; add rows"
        )
    return found


def _encoded(
    name: str, target: str, levels: Mapping[str, CellLevels], train: np.ndarray, rows: TrainRows
) -> tuple[tuple[AbstractColumn, ...], np.ndarray]:
    """The encodings and the features [n, width] of all rows. Raises TaskError where no column says anything."""
    if not levels:
        raise TaskError(
            f"{name} has no column beside target={target!r}: at least one feature is required; add a column"
        )
    for keep in (
        frozenset[str](),
        frozenset(levels),
    ):  # where only names of rows are left, they are better than nothing
        columns, features = [], []
        for key, each in levels.items():
            column, crossed = fit_column(key, each.take(train), replace(rows, keep=keep))
            encoded = column.encode(each)
            if crossed is not None:
                encoded[train] = crossed
            columns.append(column)
            features.append(encoded)
        if any(column.width for column in columns):
            return tuple(columns), np.concatenate(features, axis=1)
    reasons = "; ".join(f"{column.name}: {column.reason}" for column in columns[:10] if isinstance(column, LeftOut))
    raise TaskError(f"{name}: no column beside target={target!r} says anything ({reasons}); add a column that does")
