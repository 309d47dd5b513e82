"""Tables from files: text, JSON, Excel and Parquet; text and JSON compressed too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from ...errors import TaskError
from ..columns.cells import as_cells
from .decoding import decoded, ending
from .delimited import ReadingOptions, Row, read_delimited, table_of_rows
from .raw import CellsByName, RawTable, distinct_names, raw_from_frame, some

if TYPE_CHECKING:
    import pandas

TEXT, EXCEL, PARQUET = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm", ".xls"), (".parquet", ".pq")
ROWS, ROW_LINES = (".json",), (".jsonl", ".ndjson")
"""A JSON list of rows, each an object by column, or an object of columns, each a list of cells; and one such row a line."""
OPTIONS = ("delimiter", "encoding", "header", "sheet", "decimal", "skip_bad")
"""Options of a task's text that say how its table is to be read."""


def is_table(path: Path) -> bool:
    """Whether a file is a table, by its name; one of JSON rows may be something else too.

    path: of the file.
    """
    kinds = (*TEXT[:2], *ROWS, *ROW_LINES)
    return ending(path) in kinds or path.suffix.lower() in (*EXCEL, *PARQUET)


def reading_options(options: Mapping[str, str], target: str | None = None, *, skip_bad: bool = False) -> ReadingOptions:
    """The options that a task's text gives; whether bad lines are left out is given apart. Raises TaskError."""
    texts: dict[str, Any] = {key: options[key] for key in OPTIONS if key in options and key != "skip_bad"}
    return ReadingOptions(**texts, skip_bad=skip_bad, target=target)


def read_table(path: Path, options: ReadingOptions | None = None) -> RawTable:
    """The table in a file, by its suffix. Raises TaskError on what is damaged, or where the package that reads it is not installed."""
    options, suffix = options or ReadingOptions(), path.suffix.lower()
    if suffix in EXCEL:
        return _excel(path, options)
    if suffix in PARQUET:
        return raw_from_frame(_parquet(path))
    return _json(path, options) if ending(path) in (*ROWS, *ROW_LINES) else read_delimited(path, options)


def _json(path: Path, options: ReadingOptions) -> RawTable:
    """A table of JSON rows: a column that a row has not is missing there."""
    text, notes = decoded(path, options.encoding)
    rows = _rows_of(path.name, text, ending(path) in ROW_LINES)
    labels = list(dict.fromkeys(label for row in rows for label in row))
    if not labels:
        raise TaskError(f"{path.name}: rows=0 with a cell: at least one row and one column are required; add them")
    for number, row in enumerate(rows, 1):
        nested = next((label for label, cell in row.items() if isinstance(cell, list | dict)), None)
        if nested is not None:
            raise TaskError(
                f"{path.name}, row {number}: column {nested!r} holds {str(row[nested])[:40]}; a number, a text, true, false or null is "
                "required; give its parts columns of their own"
            )
    names, more = distinct_names(labels)
    columns = {name: as_cells([row.get(label) for row in rows]) for name, label in zip(names, labels, strict=True)}
    return RawTable(CellsByName(columns), notes=(*notes, *more))


def is_by_column(data: object) -> TypeGuard[dict[str, list]]:
    """Whether JSON data is an object of columns, each a list of cells.

    data: any.
    """
    return isinstance(data, dict) and bool(data) and all(isinstance(cells, list) for cells in data.values())


def rows_by_column(columns: Mapping[str, list]) -> list[dict[str, object]]:
    """The rows of columns, each an object. Raises TaskError where some have more cells than others.

    columns: the cells by name.
    """
    lengths = {len(cells) for cells in columns.values()}
    if len(lengths) > 1:
        raise TaskError(f"columns of {min(lengths)} to {max(lengths)} cells: as many each are required; add null")
    return [dict(zip(columns, cells)) for cells in zip(*columns.values(), strict=True)]


def _rows_of(name: str, text: str, lines: bool) -> list[dict[str, object]]:
    """The rows in a JSON text, or in ``lines`` of it."""
    pieces = [line for line in text.split("\n") if line.strip()] if lines else [text]
    read: list[Any] = []
    try:
        for piece in pieces:
            read.append(json.loads(piece))
    except (ValueError, RecursionError) as error:
        where = f", row {len(read) + 1}" if lines else ""
        raise TaskError(f"{name}{where}: no JSON ({error}); correct it") from None
    rows = read if lines else read[0]
    if is_by_column(rows):
        rows = rows_by_column(rows)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise TaskError(
            f"{name}: a list of rows, each an object with a cell for each column, is required"
            f"{', one a line' if lines else ', or an object of columns'}; write it so"
        )
    return rows


def _excel(path: Path, options: ReadingOptions) -> RawTable:
    import pandas

    try:
        with pandas.ExcelFile(path) as book:
            sheet = options.sheet or book.sheet_names[0]
            if sheet not in book.sheet_names:
                raise TaskError(f"sheet={sheet!r}: one of {', '.join(map(str, book.sheet_names))} is required; name it")
            frame = pandas.read_excel(book, sheet, header=None, dtype=object)
            notes = _sheets(sheet, [str(name) for name in book.sheet_names])
    except ImportError as error:
        raise _missing(path, error) from None
    except TaskError:
        raise
    except Exception as error:  # noqa: BLE001 - zip, XML and the reader's own
        raise TaskError(f"path={str(path)!r} cannot be read as Excel ({error}); save it again, or as CSV") from None
    empty = frame.isna().all(axis=1)
    cells = frame.astype(object).to_numpy().tolist()
    rows: list[Row] = [[] if gone else row for row, gone in zip(cells, empty, strict=True)]
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise TaskError(f"{path.name}: rows=0 in the sheet: a header line and at least one row are required; add them")
    return table_of_rows(path.name, rows, options, notes, typed=True)


def _sheets(read: str, names: list[str]) -> tuple[str, ...]:
    """A sentence on the sheets of a workbook that has more than one."""
    others = [name for name in names if name != read]
    if not others:
        return ()
    return (f"sheet {read!r} of {len(names)} sheets is read (?sheet=NAME reads another: {some(others, 10)})",)


def _parquet(path: Path) -> pandas.DataFrame:
    import pandas

    try:
        return pandas.read_parquet(path)
    except ImportError as error:
        raise _missing(path, error) from None
    except Exception as error:  # noqa: BLE001 - Arrow's own
        raise TaskError(f"path={str(path)!r} cannot be read as Parquet ({error}); save it again, or as CSV") from None


def _missing(path: Path, error: ImportError) -> TaskError:
    return TaskError(
        f"path={str(path)!r}: the package that reads {path.suffix} is not installed ({error}); install "
        "automl-programs[tables], or save the table as CSV"
    )
