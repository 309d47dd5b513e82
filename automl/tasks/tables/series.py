"""A table whose columns are the steps of a series, one series a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import TaskError
from ..cases.layouts import SERIES
from ..kinds.labelled import labelled_task
from ..split import GROUPS, TIME
from ..task import Task
from .raw import RawTable, some
from .target import read_target


def series_table_task(
    table: RawTable,
    target: str,
    *,
    drop: Sequence[str] = (),
    groups: str | None = None,
    time: str | None = None,
    targets: str | None = None,
    **given: Any,
) -> Task:
    """A task of the rows of a table, each a series of one channel whose steps are the columns in their order.

    table: its columns are numbers, but for those that the other arguments name; an empty cell is a missing step, or comes after the end.
    target: the column of targets.
    drop: columns to leave out (default: none).
    groups: a column; the rows of one value of it are kept in one part, and it is no step (default: none).
    time: a column by which the latest rows are held out; it is no step (default: none).
    targets: ``classes`` or ``numbers`` (default: by the values).

    The other arguments are those of labelled_task. Raises TaskError where a step of a row is no number.
    """
    found = read_target(target, table.columns[target], targets=targets, typed=table.typed, decimal=table.decimal)
    keys = {name: column for name, column in ((GROUPS, groups), (TIME, time)) if column is not None}
    for name, column in keys.items():
        if column not in table.columns:
            raise TaskError(f"{name}={column!r}: the name of a column is required, one of {some(table.columns)}")
    steps = table.without([target, *drop, *keys.values()])
    if not steps.columns:
        raise TaskError(f"target={target!r} is the only column: at least one step of a series is required; add columns")
    rows = found.rows
    arrays: dict[str, Any] = {name: table.columns[column][rows] for name, column in keys.items()}
    x = np.stack([_numbers(steps, name)[rows] for name in steps.columns], axis=1)
    notes = (*steps.notes, *found.notes)
    return labelled_task(x=x, y=found.y, targets=found.form, notes=notes, **{**arrays, **given, "layout": SERIES})


def _numbers(table: RawTable, name: str) -> np.ndarray:
    """float64 [n]: the cells of a column, NaN where one is empty. Raises TaskError where one is no number."""
    levels = table.levels(name)
    numbers = levels.spread(levels.numbers(levels.decimal(table.decimal)))
    wrong = (
        np.flatnonzero(~np.isfinite(numbers) & (levels.codes >= 0))
        if levels.plain is None
        else np.zeros(0, dtype=np.int64)
    )
    if len(wrong):
        raise TaskError(
            f"column={name!r} has no number in row {int(wrong[0]) + 1} (and {len(wrong) - 1:,} more): a number, or an empty cell, is "
            "required at each step of a series; correct it, or leave the column out (?drop=COLUMN)"
        )
    return numbers
