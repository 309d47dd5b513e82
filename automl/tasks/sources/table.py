"""A table with a target column from CSV: numbers stay numbers, texts become one-hot columns, missing cells are
refused."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...errors import TaskError
from ..kinds.labelled import labelled_task
from ..load import LABELLED_OPTIONS, Reference, Source
from ..metrics import NUMBERS
from ..preprocessing import ColumnEncoding
from ..task import Task

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?"))
MAX_CATEGORIES = 100
MAX_FIELD = 1_000_000


def read_table(path: Path, delimiter: str) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a CSV file, cells stripped. Raises TaskError with line and column."""
    csv.field_size_limit(MAX_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TaskError(
            f"path={str(path)!r} cannot be read as CSV ({error}); save it as UTF-8 with '{delimiter}' between cells"
        ) from None
    if len(lines) < 2:
        raise TaskError(
            f"{path.name}: rows={max(0, len(lines) - 1)}: a header line and at least one row are required; add them"
        )
    header = lines[0][1]
    if len(set(header)) != len(header) or "" in header:
        raise TaskError(
            f"{path.name}: header={header[:20]}: distinct, non-empty column names are required; rename the columns"
        )
    for number, row in lines[1:]:
        if len(row) != len(header):
            raise TaskError(
                f"{path.name}, line {number}: {len(row)} cells, but the header has {len(header)}; correct the line"
            )
        for column, cell in zip(header, row, strict=True):
            if cell.lower() in MISSING:
                raise TaskError(
                    f"{path.name}, line {number}: {column}={cell!r} is missing; every cell needs a value: fill it "
                    "in or drop the row"
                )
    return header, [row for _, row in lines[1:]]


def numbers(cells: Sequence[str], column: str) -> np.ndarray | None:
    """float64 [n], or None where a cell is not a number. Raises TaskError on infinity."""
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        return None
    if not all(map(math.isfinite, values)):
        raise TaskError(f"column={column!r} has an infinite number: finite ones are required; correct the cell")
    return np.array(values)


def encoding(cells: Sequence[str], column: str) -> ColumnEncoding:
    """How a column becomes features: as a number, or one-hot over its distinct texts."""
    if numbers(cells, column) is not None:
        return ColumnEncoding(column)
    categories = sorted(set(cells))
    if len(categories) > MAX_CATEGORIES or len(categories) == len(cells) > 2:
        raise TaskError(
            f"column={column!r} has {len(categories)} distinct texts in {len(cells)} rows (an identifier?): at "
            f"most {MAX_CATEGORIES} that repeat are required; leave it out with drop={column}"
        )
    return ColumnEncoding(column, tuple(categories))


def _load(reference: Reference) -> list[Task]:
    path, options = reference.path, reference.options
    assert path is not None
    delimiter = options.get("delimiter", "\t" if path.suffix == ".tsv" else ",")
    if len(delimiter) != 1:
        raise TaskError(f"delimiter={delimiter!r}: one character is required; give one")
    header, rows = read_table(path, delimiter)
    target = options.get("target")
    if target not in header:
        raise TaskError(
            f"target={target!r}: the name of a column is required, one of {', '.join(header[:30])}; write "
            f"{path.name}:COLUMN"
        )
    dropped = [name for name in options.get("drop", "").split(",") if name]
    absent = [name for name in dropped if name not in header]
    if absent:
        raise TaskError(
            f"drop={absent[0]!r}: the name of a column is required, one of {', '.join(header[:30])}; correct it"
        )
    cells = {name: [row[index] for row in rows] for index, name in enumerate(header)}
    columns = tuple(encoding(cells[name], name) for name in header if name != target and name not in dropped)
    if not columns:
        raise TaskError(
            f"{path.name} has no column beside target={target!r}: at least one feature is required; add a column"
        )
    x = np.concatenate([column.encode(cells[column.name]) for column in columns], axis=1)
    return [labelled_task(x=x, y=_target(cells[target], target, options), columns=columns, **reference.labelled())]


def _target(cells: Sequence[str], column: str, options: object) -> np.ndarray:
    values = numbers(cells, column)
    if values is None and isinstance(options, dict) and options.get("targets") == NUMBERS:
        raise TaskError(f"target={column!r} has texts: numbers are required for targets={NUMBERS}; correct the column")
    return np.array(cells) if values is None else values


SOURCE = Source(
    "table",
    "a table with a target column (.csv or .tsv; write data.csv:COLUMN)",
    (*LABELLED_OPTIONS, "target", "delimiter", "drop"),
    lambda reference: (
        reference.path is not None and reference.path.suffix in (".csv", ".tsv") and reference.path.is_file()
    ),
    _load,
)
