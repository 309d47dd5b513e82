"""New rows of a table as a program's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...errors import TaskError
from ..cases.arrays import plain_array
from ..columns.base import AbstractColumn
from ..columns.cells import as_cells, cell_levels
from ..columns.kinds.number import NumberColumn
from ..preprocessing import Preprocessing
from .delimited import ReadingOptions
from .files import read_table
from .given import as_frame
from .raw import raw_from_frame, some

Rows = Sequence[object] | np.ndarray


def read_series(path: Path, steps: int, ends: bool = False) -> np.ndarray:
    """float64 [n, steps]: the rows of a table in a file as series of one channel, NaN where a cell is no number. Columns without any
    number, as of labels, are no steps. Raises TaskError where there are not so many columns as ``steps``, or more where series may end
    before that (``ends``)."""
    table = read_table(path, ReadingOptions(keep_empty=True))
    found = []
    for name in table.columns:
        levels = table.levels(name)
        numbers = levels.spread(levels.numbers(levels.decimal(table.decimal)))
        found += [numbers] if np.isfinite(numbers).any() else []
    if len(found) > steps or not found or (len(found) < steps and not ends):
        raise TaskError(
            f"inputs={path.name!r}: {len(found)} columns of numbers: {steps} are required, the steps of a series in their order, as in the "
            "training data; leave the others out"
        )
    return np.stack(found, axis=1)


def read_rows(path: Path, prepared: Preprocessing | None) -> list[dict[str, object]]:
    """The rows of a table in a file, by column name, empty ones between others too; columns that training did not have are left
    out. Raises TaskError where the program was not trained on a table, or columns are absent."""
    if prepared is None or not prepared.columns:
        raise TaskError(f"inputs={path.name!r}: the program was not trained on a table; give an array (.npy)")
    used = [column.name for column in prepared.columns if column.width]
    table = read_table(path, ReadingOptions(target=used[0], keep_empty=True))
    prepared.check_present(table.columns)
    columns = [
        as_numbers(table.columns[column.name], column, table.decimal) for column in prepared.columns if column.width
    ]
    return [dict(zip(used, row)) for row in zip(*columns, strict=True)]


def as_numbers(cells: np.ndarray, column: AbstractColumn, decimal: str) -> np.ndarray:
    """The cells of a column of numbers as this file, not that of the training, writes numbers."""
    if not isinstance(column, NumberColumn):
        return cells
    levels = cell_levels(cells)
    numbers = levels.numbers(levels.decimal(decimal))
    known = [text if np.isnan(number) else number for text, number in zip(levels.texts, numbers)]
    return as_cells([*known, None])[levels.codes]


def encoded_rows(cases: object, prepared: Preprocessing | None) -> Rows:
    """New rows as raw examples [n, features].

    cases: a frame or what turns into one, rows by column name, rows with a cell for each column in the order of the training data, or one
        row alone by column name; features [n, features] are given back as they are, so is what is for a program without a table.
    prepared: what the training made of its table.

    Raises TaskError on anything else, with the columns that are absent or the cells that cannot be read.
    """
    if prepared is None or not prepared.columns:
        return listed(cases)
    if _is_row(cases, prepared):
        return prepared.encode_rows([dict(cases)])  # type: ignore[call-overload]
    if not isinstance(cases, list | tuple):
        frame = as_frame(cases)
        if frame is not None:
            return prepared.encode_columns(raw_from_frame(frame, empty=True).columns)
    rows = listed(cases)
    if not len(rows):
        return np.zeros((0, *prepared.shape))
    if not isinstance(rows, np.ndarray) and any(isinstance(case, Mapping) for case in rows):
        named = [case for case in rows if isinstance(case, Mapping)]
        if len(named) < len(rows):
            odd = next(case for case in rows if not isinstance(case, Mapping))
            raise TaskError(
                f"inputs={str(odd)[:60]}: an object with a cell for each column is required, as the others are"
            )
        return prepared.encode_rows(named)
    columns = _columns(rows, len(prepared.columns))
    if columns is None:
        return _features(rows, prepared)
    return prepared.encode_columns(
        {column.name: cells for column, cells in zip(prepared.columns, columns, strict=True)}
    )


def listed(cases: object) -> Rows:
    """Cases that can be counted: an array, or a list of what is given one after another. Raises TaskError on what is no collection."""
    if isinstance(cases, str | bytes | Mapping) or not hasattr(cases, "__iter__"):
        raise TaskError(f"inputs={str(cases)[:60]!r}: cases [n, …] are required; give a list or an array of them")
    if isinstance(cases, list | tuple):
        return cases
    return plain_array(cases, "inputs") if hasattr(cases, "__array__") or hasattr(cases, "toarray") else list(cases)


def _is_row(cases: object, prepared: Preprocessing) -> bool:
    """Whether ``cases`` is one row by column name, not a table."""
    if isinstance(cases, Mapping):
        return not any(isinstance(cell, list | tuple | np.ndarray) for cell in cases.values())
    used = [column.name for column in prepared.columns if column.width]
    return hasattr(cases, "to_frame") and bool(used) and all(name in getattr(cases, "index", ()) for name in used)


def _columns(cases: Rows, count: int) -> list[np.ndarray] | None:
    """The columns of rows that have ``count`` cells each; None where they have not."""
    if isinstance(cases, np.ndarray):
        return list(cases.T) if cases.ndim == 2 and cases.shape[1] == count else None
    rows = [case for case in cases if isinstance(case, list | tuple | np.ndarray) and len(case) == count]
    return [as_cells(column) for column in zip(*rows)] if rows and len(rows) == len(cases) else None


def _features(rows: Rows, prepared: Preprocessing) -> Rows:
    """Rows that are features already. Raises TaskError where they have another width."""
    if isinstance(rows, np.ndarray):
        shapes = {rows.shape[1:]}
    else:
        shapes = {row.shape if isinstance(row, np.ndarray) else _width(row) for row in rows}
    if shapes == {prepared.shape}:
        return rows
    names = [column.name for column in prepared.columns]
    raise TaskError(
        f"inputs={str(rows[0])[:60]}: {len(names)} cells a row are required, in the order of the training data ({some(names)}), or rows by "
        "column name; correct them"
    )


def _width(row: object) -> tuple[int, ...]:
    """The shape of a row of plain cells; that of what has lists in it, or is none, is ()."""
    plain = isinstance(row, list | tuple) and not any(isinstance(cell, list | tuple) for cell in row)
    return (len(row),) if plain and isinstance(row, list | tuple) else ()
