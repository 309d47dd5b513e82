"""Tables and targets as Python has them: frames, arrays, lists, dictionaries of columns, one dictionary a row."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...errors import TaskError
from ..cases.arrays import plain_array
from ..columns.cells import as_cells
from .raw import RawTable, column_text, raw_from_frame, some

if TYPE_CHECKING:
    import pandas

Table = object
"""A RawTable, a frame, an array [n, columns], or what is made into one of these."""
Targets = Hashable | Sequence[object] | np.ndarray
"""The label of a column, or targets [n] in anything that holds them."""


class Aim(NamedTuple):
    """The ``name`` of the targets, their ``cells`` [n], and the ``table`` without them."""

    name: str
    cells: np.ndarray
    table: RawTable


def as_frame(data: object) -> pandas.DataFrame | pandas.Series | None:
    """Data whose columns have names as a pandas frame: a frame, a series, what turns into one (Arrow, polars), a dictionary of columns, one
    dictionary a row, an array with named fields. None where columns have no names. Raises TaskError on columns of several lengths."""
    import pandas

    if isinstance(data, pandas.DataFrame | pandas.Series):
        return data
    if hasattr(data, "to_pandas"):
        return data.to_pandas()  # type: ignore[no-any-return]
    rows = isinstance(data, list | tuple) and len(data) > 0 and all(isinstance(row, Mapping) for row in data)
    if not rows and not isinstance(data, Mapping) and not (isinstance(data, np.ndarray) and data.dtype.names):
        return None
    try:
        return pandas.DataFrame(data)
    except ValueError as error:
        raise TaskError(
            f"x={type(data).__name__}: columns of one length are required ({error}); correct them"
        ) from None


def given_table(data: Table) -> RawTable:
    """The cells of a table in any form. Raises TaskError where it has no rows or columns."""
    if isinstance(data, RawTable):
        return data
    frame = as_frame(data)
    if frame is not None:
        return raw_from_frame(frame)
    array = plain_array(data, "x")
    if array.ndim != 2 or 0 in array.shape:
        raise TaskError(f"x.shape={array.shape}: a table [n, columns] with rows is required; reshape it")
    return RawTable({f"column{index + 1}": array[:, index] for index in range(array.shape[1])})


def aim(data: Table, raw: RawTable, target: Targets) -> Aim:
    """The targets of the table ``raw`` that ``data`` was given as: one of its columns by its label, or cells beside it. Raises TaskError
    where there is no such column or more than one, or cells do not belong to the rows."""
    if _is_label(data, target):
        name = column_text(target)
        if name not in raw.columns:
            raise TaskError(
                f"target={target!r}: the name of a column is required, one of {some(raw.columns)}; correct it"
            )
        if name in raw.repeated:
            raise TaskError(
                f"target={target!r} is the name of more than one column: one is required; rename the others"
            )
        return Aim(name, raw.columns[name], raw.without([name]))
    _check_order(data, target)
    frame = as_frame(target)
    if frame is not None:
        named = raw_from_frame(frame)
        if len(named.columns) != 1:
            raise TaskError(f"target.columns={some(named.columns)}: one column is required; choose one")
        ((label, cells),) = named.columns.items()
    else:
        label, cells = "target", _one_column(target)
    if len(cells) != len(raw):
        raise TaskError(f"len(target)={len(cells)}: {len(raw)} targets are required, one a row; give one each")
    return Aim(label, cells, raw)


def _is_label(data: Table, target: Targets) -> bool:
    """Whether ``target`` names a column: a text, a single number or date, or a tuple where columns have such names."""
    if isinstance(target, tuple):
        return hasattr(data, "iloc") and target in set(getattr(data, "columns", ()))
    return isinstance(target, str) or (np.ndim(target) == 0 and not hasattr(target, "__iter__"))  # type: ignore[arg-type]


def _check_order(data: Table, target: Targets) -> None:
    """Raises TaskError where the rows of a frame and its targets have the same index in another order: by their places they would be
    paired wrongly, by their labels not as those expect who go by places."""
    import pandas

    kinds = (pandas.DataFrame, pandas.Series)
    if not isinstance(data, kinds) or not isinstance(target, kinds) or len(data) != len(target):
        return
    one, other = data.index, target.index
    if one.equals(other):
        return
    if one.is_unique and other.is_unique and not len(one.symmetric_difference(other)):
        raise TaskError(
            "x.index and y.index hold the same labels in another order: rows and targets in one order are required; write "
            "y.loc[X.index], or reset the index of both"
        )


def _one_column(target: Targets) -> np.ndarray:
    if not isinstance(target, Iterable):
        raise TaskError(f"target={target!r}: the name of a column, or targets [n], are required; give one of these")
    held = hasattr(target, "__array__") or hasattr(target, "toarray")
    cells = plain_array(target, "target") if held else as_cells(target)
    if cells.dtype == object and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells):
        cells = np.array(cells.tolist())
    if cells.ndim == 2 and cells.shape[1] == 1:
        cells = cells[:, 0]
    if cells.ndim != 1:
        raise TaskError(f"target.shape={cells.shape}: one column of targets [n] is required; choose one")
    return cells
