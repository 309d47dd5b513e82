"""The target column of a table: rows without one are left out, and whether it holds classes or numbers is said."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from primitives.brief import plural

from ...errors import TaskError
from ..columns.cells import CellLevels, cell_levels
from ..columns.kind import mostly
from ..metrics import CLASSES, NUMBERS
from ..targets import FEW_CLASSES, target_form


class TargetColumn(NamedTuple):
    """``y`` [kept] and ``rows`` [kept], the rows that have a target; ``form`` is CLASSES or NUMBERS; ``notes`` are sentences on both.
    ``weights`` [kept], above 0, are how much each row counts in training and in scores; None: all alike."""

    y: np.ndarray
    rows: np.ndarray
    form: str
    notes: tuple[str, ...] = ()
    weights: np.ndarray | None = None


def read_target(name: str, cells: np.ndarray, *, targets: str | None, typed: bool, decimal: str) -> TargetColumn:
    """The targets in the cells [n] of the column ``name``; ``targets`` says what they are (None: found), ``typed`` whether a text is a text
    even if it writes a number. Raises TaskError."""
    levels = cell_levels(cells)
    if not len(levels.texts):
        raise TaskError(f"target={name!r}: every cell of it is missing; name another column, or fill it")
    numbers = _numbers(
        name, levels, targets, typed and any(isinstance(cell, str | bool | np.bool_) for cell in cells), decimal
    )
    if numbers is None:
        rows = np.flatnonzero(levels.codes >= 0)
        y = _texts(name, cells[rows], levels, len(rows))
        return TargetColumn(y, rows, target_form(y, targets), rows_left_out(name, len(cells) - len(rows)))
    rows = np.flatnonzero(np.isfinite(numbers))
    y = numbers[rows]
    whole = bool((y == np.round(y)).all()) and float(np.abs(y).max(initial=0.0)) < 2**53
    y = y.astype(np.int64) if whole else y
    form = target_form(y, targets)
    told = () if targets is not None or not whole else _told(name, len(np.unique(y)), form)
    return TargetColumn(y, rows, form, (*rows_left_out(name, len(cells) - len(rows)), *told))


def _numbers(name: str, levels: CellLevels, targets: str | None, texts: bool, decimal: str) -> np.ndarray | None:
    """float64 [n], NaN where a row is to be left out; None where the targets are labels that are no numbers."""
    if texts and targets != NUMBERS:
        return None
    found = levels.numbers(levels.decimal(decimal))
    usable = np.isfinite(found)
    readable = usable | levels.infinite(found)
    most = mostly(readable, levels.counts) and bool(usable.any())
    if targets == NUMBERS and not most:
        wrong = ", ".join(repr(str(text)) for text in levels.texts[~usable][:5])
        raise TaskError(
            f"target={name!r} has texts ({wrong}): numbers are required for targets={NUMBERS}; correct the column"
        )
    # A few texts among many numbers stand for none; among few they may be labels.
    amounts = targets != CLASSES and most and (targets == NUMBERS or int(usable.sum()) > FEW_CLASSES)
    return levels.spread(found) if readable.all() or amounts else None


def _texts(name: str, cells: np.ndarray, levels: CellLevels, rows: int) -> np.ndarray:
    if len(levels.texts) > 20 and 2 * len(levels.texts) > rows:
        raise TaskError(
            f"target={name!r} has {len(levels.texts):,} distinct texts in {rows:,} rows (an identifier?): labels that "
            f"repeat, or numbers, are required, such as not {levels.some(2)}; name another column"
        )
    if cells.dtype.kind == "b" or all(isinstance(cell, bool | np.bool_) for cell in cells):
        return cells.astype(bool)
    return levels.texts.astype(str)[levels.codes[levels.codes >= 0]]


def rows_left_out(name: str, count: int) -> tuple[str, ...]:
    """A sentence on ``count`` rows without a target; none where there are none."""
    return (f"{name}: target, {plural(count, 'row')} without one left out",) if count else ()


def _told(name: str, distinct: int, form: str) -> tuple[str, ...]:
    if form == CLASSES:
        return (
            (f"{name}: target, {distinct} whole numbers taken as classes (?targets=numbers for a regression)",)
            if distinct > 2
            else ()
        )
    return (f"{name}: target, {distinct:,} whole numbers taken as amounts (?targets=classes for a classification)",)
