"""New rows of a table as a program's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...errors import TaskError
from ..columns.base import AbstractColumn
from ..columns.cells import as_cells, cell_levels
from ..columns.kinds.number import NumberColumn
from ..preprocessing import Preprocessing
from .delimited import ReadingOptions
from .files import read_table
from .raw import raw_from_frame

Rows = Sequence[object] | np.ndarray


def read_rows(path: Path, prepared: Preprocessing | None) -> list[dict[str, object]]:
    """The rows of a table in a file, by column name; columns that training did not have are left out. Raises TaskError where the program
    was not trained on a table, or columns are absent."""
    if prepared is None or not prepared.columns:
        raise TaskError(f"inputs={path.name!r}: the program was not trained on a table; give an array (.npy)")
    used = [column.name for column in prepared.columns if column.width]
    table = read_table(path, ReadingOptions(target=used[0]))
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


def encoded_rows(cases: Rows, prepared: Preprocessing | None) -> Rows:
    """Rows by column name, a pandas frame, or rows with a cell for each column in the order of the training data, as raw examples
    [n, features]; what is neither is given back as it is. Raises TaskError."""
    if prepared is None or not prepared.columns:
        return cases
    if hasattr(cases, "columns") and hasattr(cases, "iloc"):
        return prepared.encode_columns(raw_from_frame(cases).columns)
    if not isinstance(cases, np.ndarray) and any(isinstance(case, Mapping) for case in cases):
        rows = [case for case in cases if isinstance(case, Mapping)]
        if len(rows) < len(cases):
            odd = next(case for case in cases if not isinstance(case, Mapping))
            raise TaskError(
                f"inputs={str(odd)[:60]}: an object with a cell for each column is required, as the others are"
            )
        return prepared.encode_rows(rows)
    columns = _columns(cases, len(prepared.columns))
    if columns is None:
        return cases
    return prepared.encode_columns(
        {column.name: cells for column, cells in zip(prepared.columns, columns, strict=True)}
    )


def _columns(cases: Rows, count: int) -> list[np.ndarray] | None:
    """The columns of rows that have ``count`` cells each; None where they have not."""
    if isinstance(cases, np.ndarray):
        return list(cases.T) if cases.ndim == 2 and cases.shape[1] == count else None
    rows = [case for case in cases if isinstance(case, list | tuple) and len(case) == count]
    return [as_cells(column) for column in zip(*rows)] if rows and len(rows) == len(cases) else None
