"""Tables from files: text, Excel and Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import TaskError
from .delimited import ReadingOptions, Row, read_delimited, table_of_rows
from .raw import RawTable, raw_from_frame, some

if TYPE_CHECKING:
    import pandas

TEXT, EXCEL, PARQUET = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm", ".xls"), (".parquet", ".pq")
SUFFIXES = (*TEXT[:2], *EXCEL, *PARQUET)
OPTIONS = ("delimiter", "encoding", "header", "sheet", "decimal", "skip_bad")
"""Options of a task's text that say how its table is to be read."""


def reading_options(options: Mapping[str, str], target: str | None = None, *, skip_bad: bool = False) -> ReadingOptions:
    """The options that a task's text gives; whether bad lines are left out is given apart. Raises TaskError."""
    texts: dict[str, Any] = {key: options[key] for key in OPTIONS if key in options and key != "skip_bad"}
    return ReadingOptions(**texts, skip_bad=skip_bad, target=target)


def read_table(path: Path, options: ReadingOptions | None = None) -> RawTable:
    """The table in a file, by its suffix. Raises TaskError on what is damaged, or where the package that reads it is not installed."""
    options, suffix = options or ReadingOptions(), path.suffix.lower()
    if suffix in EXCEL:
        return _excel(path, options)
    return raw_from_frame(_parquet(path)) if suffix in PARQUET else read_delimited(path, options)


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
