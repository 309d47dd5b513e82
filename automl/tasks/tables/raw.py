"""A table as it was read: named columns of cells, before anything is known of what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from primitives.brief import brief_repr

from ...errors import TaskError
from ..columns.cells import CellLevels, as_cells, cell_levels, number_levels
from ..columns.numerals import POINT

if TYPE_CHECKING:
    import pandas


class CellsByName(Mapping[str, np.ndarray]):
    """Cells [n] of columns by name; those of some are read when they are asked for."""

    def __init__(self, cells: Mapping[str, np.ndarray | Callable[[], np.ndarray]]) -> None:
        self._cells = dict(cells)

    def __getitem__(self, name: str) -> np.ndarray:
        found = self._cells[name]
        return found if isinstance(found, np.ndarray) else found()

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def only(self, names: Iterable[str]) -> CellsByName:
        """Those of the columns ``names``."""
        return CellsByName({name: self._cells[name] for name in names})


@dataclass(frozen=True, eq=False)
class RawTable:
    """``columns``: name to cells [n]. ``typed``: whether cells have types of their own (a frame, Parquet, Excel), so that a text "1" is no
    number. ``decimal``: the sign before fractions where the cells do not show it. ``notes``: sentences on how it was read.
    ``categorical``: the columns that are categories by their own type, even of numbers. ``repeated``: names that more than one column had;
    ``unnamed``: columns whose names are not those of the file, which has none for them. ``numbers``, float64 [n]: of columns whose every
    cell is known to write a finite number and nothing else."""

    columns: Mapping[str, np.ndarray]
    typed: bool = True
    decimal: str = POINT
    notes: tuple[str, ...] = ()
    categorical: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    numbers: Mapping[str, np.ndarray] = field(default_factory=dict)

    __repr__ = brief_repr

    def __len__(self) -> int:
        return next((len(cells) for cells in chain(self.numbers.values(), self.columns.values())), 0)

    def levels(self, name: str) -> CellLevels:
        """What a column holds, as its encoding is fitted to it."""
        if name in self.numbers:
            return CellLevels.of_numbers(self.numbers[name], lambda: cell_levels(self.columns[name]))
        cells = self.columns[name]
        return cell_levels(cells) if name in self.categorical else number_levels(cells)

    def without(self, names: Sequence[str]) -> RawTable:
        """The table without the columns ``names``. Raises TaskError where one is none of them."""
        absent = [name for name in names if name not in self.columns]
        if absent:
            raise TaskError(
                f"drop={', '.join(absent)}: the name of a column is required, one of {some(self.columns)}; correct it"
            )
        kept = [name for name in self.columns if name not in names]
        columns, numbers = self.columns, {name: self.numbers[name] for name in kept if name in self.numbers}
        picked = columns.only(kept) if isinstance(columns, CellsByName) else {name: columns[name] for name in kept}
        return replace(self, columns=picked, numbers=numbers)

    def without_row_numbers(self) -> RawTable:
        """The table without columns that have no name and number the rows from 0 or 1, as an index that was saved with a frame does."""
        numbering = [name for name in self.columns if name in self.unnamed and _counts(self.columns[name])]
        said = (f"{name}: it has no name and numbers the rows, it is left out" for name in numbering)
        return replace(self.without(numbering), notes=(*self.notes, *said)) if numbering else self


def _counts(cells: np.ndarray) -> bool:
    """Whether cells are the numbers of their rows, from 0 or 1."""
    for first in (0, 1):
        if all(str(cell).strip() == str(number) for number, cell in enumerate(cells, first)):
            return True
    return False


def some(names: Mapping[str, object] | Sequence[str], count: int = 30) -> str:
    """The first names, for a message."""
    listed = list(names)
    return ", ".join(listed[:count]) + (f", … ({len(listed)} in all)" if len(listed) > count else "")


def column_text(label: object) -> str:
    """The name of a column with this label: the parts of a label of several levels stand with underscores between."""
    return "_".join(map(str, label)) if isinstance(label, tuple) else "" if label is None else str(label).strip()


def repeated_names(labels: Sequence[object]) -> frozenset[str]:
    """The names that more than one column has."""
    counts = Counter(map(column_text, labels))
    return frozenset(name for name, count in counts.items() if name and count > 1)


def distinct_names(names: Sequence[object]) -> tuple[list[str], tuple[str, ...]]:
    """Names of columns as texts that differ: an empty one becomes columnN, one that is there already gets a number; with words on it."""
    found: dict[str, None] = {}
    notes = []
    for index, name in enumerate(names):
        text = column_text(name)
        chosen = text or f"column{index + 1}"
        if chosen in found:
            chosen = next(new for number in range(2, len(names) + 3) if (new := f"{chosen}.{number}") not in found)
        if chosen != text:
            notes.append(
                f"column {index + 1} is named {text!r} in the file, as none or another is: it is called {chosen!r} here"
            )
        found[chosen] = None
    return list(found), tuple(notes)


def raw_from_frame(frame: pandas.DataFrame | pandas.Series, *, empty: bool = False) -> RawTable:
    """The cells of a pandas frame or series; its index is left out. Raises TaskError where it has no columns, or no rows unless it may be
    ``empty``."""
    import pandas

    if isinstance(frame, pandas.Series):
        frame = frame.to_frame()
    names, notes = distinct_names(list(frame.columns))
    if not len(names) or (not len(frame) and not empty):
        raise TaskError(f"frame.shape={frame.shape}: at least one row and one column are required; give data")
    columns = {name: _cells(frame.iloc[:, index]) for index, name in enumerate(names)}
    kinds = zip(names, frame.dtypes, strict=True)
    categorical = frozenset(name for name, kind in kinds if isinstance(kind, pandas.CategoricalDtype))
    return RawTable(columns, notes=notes, categorical=categorical, repeated=repeated_names(list(frame.columns)))


def _cells(series: pandas.Series) -> np.ndarray:
    kind = series.dtype.kind if isinstance(series.dtype, np.dtype) else "O"
    if kind in "fiub":
        return series.to_numpy()
    if kind == "m":
        return series.dt.total_seconds().to_numpy()
    return as_cells(None if gone else value for value, gone in zip(series.astype(object), series.isna(), strict=True))
