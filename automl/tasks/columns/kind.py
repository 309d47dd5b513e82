"""What a kind of column is: by which columns it knows its own, and how its encodings are read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from primitives.brief import brief_repr
from primitives.plugins import PluginKind, instances

from ..cases.keys import CaseKeys
from .base import AbstractColumn
from .cells import CellLevels
from .numerals import POINT

MANY = 20
"""Rows below which a column of whole numbers that are all different is not taken for a name of the rows."""
ENOUGH = 0.95
"""The part of a column's texts that must be dates, or numbers, for it to count as one of these; what is left counts as missing."""


@dataclass(frozen=True, eq=False)
class TrainRows:
    """What encodings are fitted to beside the cells: ``targets`` [n] (class numbers, or numbers where ``classes`` is 0), how many
    ``columns`` the table has, the sign before fractions where cells do not show it, the columns to ``keep`` even if they name rows, and
    those that are ``categorical`` by their own type, whatever their cells write. ``keys``: the groups or times of the rows, by which what
    is said of a row is made of others alone; None where there are none."""

    targets: np.ndarray
    classes: int = 0
    columns: int = 1
    decimal: str = POINT
    keep: frozenset[str] = frozenset()
    categorical: frozenset[str] = frozenset()
    keys: CaseKeys | None = None

    __repr__ = brief_repr

    def take(self, rows: np.ndarray) -> TrainRows:
        """Those at ``rows``."""
        return replace(self, targets=self.targets[rows], keys=None if self.keys is None else self.keys.take(rows))


class FittedColumn(NamedTuple):
    """The encoding of a column, and the features [n, width] of the train rows where they are others than it gives for new rows."""

    column: AbstractColumn
    crossed: np.ndarray | None = None


Fit = Callable[[str, CellLevels, TrainRows], FittedColumn | None]
"""From a column's name and its train cells to its encoding; None where it is not of the kind."""


@dataclass(frozen=True)
class ColumnKind:
    """``name`` under which encodings of the class ``column`` are stored, as ``read`` reads them: from what ``to_json`` gave; KeyError,
    TypeError or ValueError on anything else.

    ``fits`` are asked in the order of their keys, those of all kinds together, until one has an encoding: LEFT_OUT, then for columns that
    are categorical by their type TYPED_CATEGORIES and TYPED_CODES, then TRUTH, NUMBERS, DATES, TEXTS, NAMES (of the rows), CATEGORIES,
    CODES. After LEFT_OUT a column has at least one cell that is not missing. A kind of your own that knows its cells by their look is asked
    between these and TRUTH, say at 5.

    ``refit``: of encodings that are made of targets, how one is fitted to other rows, with the same width, so that scores over folds know
    nothing of what they are of: from the encoding, the cells of these rows and their targets to what ``fits`` give (default: encodings do
    not look at targets).
    """

    name: str
    column: type[AbstractColumn]
    read: Callable[[Mapping[str, Any]], AbstractColumn]
    fits: Mapping[int, Fit]
    refit: Callable[[AbstractColumn, CellLevels, TrainRows], FittedColumn] | None = None


LEFT_OUT, TRUTH, NUMBERS, DATES, TEXTS, NAMES, CATEGORIES, CODES = range(0, 80, 10)
TYPED_CATEGORIES, TYPED_CODES = LEFT_OUT + 1, LEFT_OUT + 2
COLUMNS: PluginKind[ColumnKind] = PluginKind("column", f"{__package__}.kinds", instances(ColumnKind), "columns")


def mostly(usable: np.ndarray, counts: np.ndarray) -> bool:
    """Whether nearly all cells can be read so: all of a short column, nearly all of a long one."""
    total = int(counts.sum())
    return bool(usable.all()) or (total >= MANY and float(counts[usable].sum()) >= ENOUGH * total)


def all_different(levels: CellLevels, rows: int = 3) -> bool:
    """Whether a column of at least ``rows`` cells has as good as no text twice."""
    count = len(levels.codes) - levels.missing
    return count >= rows and len(levels.texts) >= (count if count < MANY else 0.9 * count)


def places(levels: CellLevels, known: tuple[str, ...]) -> np.ndarray:
    """int64 [n]: the place of each cell's text among the known ones, -1 where it is none of them or missing."""
    position = {text: index for index, text in enumerate(known)}
    return np.append(np.array([position.get(str(text), -1) for text in levels.texts], dtype=np.int64), -1)[levels.codes]
