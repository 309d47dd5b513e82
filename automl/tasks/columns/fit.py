"""The encoding of a column, fitted to the train rows by the first kind that it is of."""

from __future__ import annotations

from .cells import CellLevels
from .kind import COLUMNS, FittedColumn, TrainRows


def fit_column(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn:
    """The encoding of a column whose train cells are ``levels``, and the features of these where they are others than it gives for new
    rows (codes by cross fitting). Raises PluginError where two kinds have one name."""
    fits = [(order, fit) for kind in COLUMNS.found().values() for order, fit in kind.fits.items()]
    for _, fit in sorted(fits, key=lambda each: each[0]):
        found = fit(name, levels, train)
        if found is not None:
            return found
    raise AssertionError("every column is of some kind: the last of them takes all")
