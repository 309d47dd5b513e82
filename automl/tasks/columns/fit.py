"""The encoding of a column, fitted to the train rows by the first kind that it is of."""

from __future__ import annotations

import numpy as np

from .base import AbstractColumn
from .cells import CellLevels
from .kind import COLUMNS, ColumnKind, FittedColumn, TrainRows


def fit_column(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn:
    """The encoding of a column whose train cells are ``levels``, and the features of these where they are others than it gives for new
    rows (codes by cross fitting). Raises PluginError where two kinds have one name."""
    fits = [(order, fit) for kind in COLUMNS.found().values() for order, fit in kind.fits.items()]
    for _, fit in sorted(fits, key=lambda each: each[0]):
        found = fit(name, levels, train)
        if found is not None:
            return found
    raise AssertionError("every column is of some kind: the last of them takes all")


def looks_at_targets(column: AbstractColumn) -> bool:
    """Whether the encoding is made of the targets of the train rows."""
    return bool(column.width) and _kind_of(column).refit is not None


def refit_column(
    column: AbstractColumn, levels: CellLevels, known: np.ndarray, others: np.ndarray, train: TrainRows
) -> tuple[np.ndarray, np.ndarray]:
    """The features [n, width] of the cells at ``known``, whose targets ``train`` has, and of those at ``others`` by an encoding of the kind
    and width of ``column`` that is fitted to the known ones."""
    refit = _kind_of(column).refit
    assert refit is not None, "only what looks at targets is fitted anew"
    cells = levels.take(known)
    found, crossed = refit(column, cells, train)
    return found.encode(cells) if crossed is None else crossed, found.encode(levels.take(others))


def _kind_of(column: AbstractColumn) -> ColumnKind:
    return next(kind for kind in COLUMNS.found().values() if kind.column is type(column))
