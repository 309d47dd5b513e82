"""Text files of cells: encoding, delimiter, sign before fractions and header are found where they are not told."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from primitives.brief import plural

from ...errors import TaskError
from ..columns.cells import as_cells
from ..columns.numerals import DECIMALS, POINT
from .decoding import decoded, ending
from .dialect import LOOKED_AT, comments_before, decimal_of, delimiter_of, mostly_numbers, numbers_in
from .plain import plain_text
from .raw import CellsByName, RawTable, distinct_names, repeated_names

MAX_FIELD = 1_000_000
Row = Sequence[object]


@dataclass(frozen=True)
class ReadingOptions:
    """How a table is to be read; None: to be found. ``header`` is yes or no, ``skip_bad`` leaves out lines that have more or fewer cells
    than the others, ``sheet`` is the name of one of a workbook, ``decimal`` the sign before fractions, ``target`` the column that is
    known to be there, and ``keep_empty`` whether empty rows between others are rows of missing cells where there are several columns; in a
    table of one column they are in any case."""

    delimiter: str | None = None
    encoding: str | None = None
    header: str | None = None
    skip_bad: bool = False
    sheet: str | None = None
    decimal: str | None = None
    target: str | None = None
    keep_empty: bool = False

    def __post_init__(self) -> None:
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise TaskError(f"delimiter={self.delimiter!r}: one character is required; give one")
        if self.header not in (None, "yes", "no"):
            raise TaskError(f"header={self.header!r}: yes or no is required; write header=no for a file without names")
        if self.decimal not in (None, *DECIMALS):
            raise TaskError(f"decimal={self.decimal!r}: {' or '.join(DECIMALS)} is required; give one of these")

    def keeping_empty(self) -> ReadingOptions:
        """The same, with empty rows as rows of missing cells."""
        return replace(self, keep_empty=True)


def read_delimited(path: Path, options: ReadingOptions) -> RawTable:
    """The table in a text file. Raises TaskError with all lines that do not fit."""
    text, notes = decoded(path, options.encoding)
    before = comments_before(text)
    if before:
        lines = text.splitlines(keepends=True)
        text = "".join(lines[before:])
        notes = (
            *notes,
            f"comments before the table are left out: {'; '.join(line.strip()[:60] for line in lines[:before][:3])}",
        )
    delimiter = options.delimiter or delimiter_of(text, ending(path))
    plain = plain_text(text, delimiter, LOOKED_AT + 2)
    if plain is not None:
        first = plain.first(LOOKED_AT + 1)
        header, decimal = _header(first, options), options.decimal or decimal_of(first, delimiter)
        read, numbers = plain.columns(header.lines, LOOKED_AT + 1, decimal)
        columns = CellsByName(dict(zip(header.names, read, strict=True)))
        known = {header.names[place]: each for place, each in numbers.items()}
        return _named(columns, header, RawTable({}, False, decimal, notes, numbers=known))
    csv.field_size_limit(MAX_FIELD)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        numbered = _without_trailing(text, [(reader.line_num, row) for row in reader], before)
    except csv.Error as error:
        raise TaskError(
            f"path={str(path)!r} cannot be read as CSV ({error}); save it as UTF-8 with '{delimiter}' between cells"
        ) from None
    _check_quotes(path.name, text, delimiter, numbered, before)
    rows, more = _of_one_width(path.name, numbered, options.skip_bad)
    decimal = options.decimal or decimal_of([row for row in rows if row][: LOOKED_AT + 1], delimiter)
    return table_of_rows(path.name, rows, options, (*notes, *more), typed=False, decimal=decimal)


def table_of_rows(
    name: str, rows: list[Row], options: ReadingOptions, notes: tuple[str, ...] = (), *, typed: bool, decimal: str = POINT
) -> RawTable:  # fmt: skip
    """The table of rows of one width, of which the first may be the header; an empty row, [], is one of missing cells, or left out with
    words on it. Raises TaskError where there is no row beside the header."""
    header = _header([row for row in rows if row], options)
    body, more = _body(rows, header, options.keep_empty, None if typed else "")
    if not body:
        raise TaskError(f"{name}: rows=0: a header line and at least one row are required; add them")
    columns = {key: as_cells(cells) for key, cells in zip(header.names, zip(*body), strict=True)}
    return _named(CellsByName(columns), header, RawTable({}, typed, decimal, (*notes, *more)))


class _Header(NamedTuple):
    """The ``names`` of the columns, the ``labels`` of the file if it has any, how many ``lines`` these take, and ``notes`` on them."""

    names: list[str]
    labels: list[str]
    lines: int
    notes: tuple[str, ...]


def _header(rows: Sequence[Row], options: ReadingOptions) -> _Header:
    """What the columns are called, by the first rows."""
    named = bool(rows) and (options.header == "yes" or (options.header is None and has_header(rows, options.target)))
    if named:
        labels = [str(cell) if cell == cell and cell is not None else "" for cell in rows[0]]
        names, notes = distinct_names(labels)
        return _Header(names, labels, 1, notes)
    names = [f"column{index + 1}" for index in range(len(rows[0]) if rows else 0)]
    said = f"the file has no line of names: its columns are called {names[0]} to {names[-1]}" if rows else ""
    notes = () if options.header == "no" else (f"{said} (?header=yes if its first line has names)",)
    return _Header(names, [], 0, notes)


def _body(rows: list[Row], header: _Header, keep: bool, missing: object) -> tuple[list[Row], tuple[str, ...]]:
    """The rows below the header, and words on how many empty ones are left out: those of several columns, unless they are to be kept."""
    first = next((place for place, row in enumerate(rows) if row), 0)
    below, width = rows[first + 1 :] if header.lines else rows, len(header.names)
    if keep or width == 1:
        return [row or (missing,) * width for row in below], ()
    found = [row for row in below if row]
    left_out = len(below) - len(found)
    return found, (f"empty rows left out: {left_out:,}",) if left_out else ()


def _named(columns: CellsByName, header: _Header, table: RawTable) -> RawTable:
    """The table with the columns, less those that have neither a name nor a cell."""
    unnamed = [key for key, label in zip(header.names, header.labels) if not label.strip()]
    empty = [key for key in unnamed if key not in table.numbers and _empty(columns[key])]
    kept = columns.only(key for key in columns if key not in empty)
    more = tuple(note for note in header.notes if not any(repr(key) in note for key in empty))
    return replace(
        table, columns=kept, notes=(*table.notes, *more), repeated=repeated_names(header.labels), unnamed=frozenset(unnamed)
    )  # fmt: skip


def has_header(rows: Sequence[Row], target: str | None = None) -> bool:
    """Whether the first row has names: it names the ``target``, or else it has a text above a column of numbers, or no column has numbers.
    Years and other whole numbers that count up are names too, where a text stands beside them."""
    first = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    if target is not None and target in first:
        return True
    if len(rows) < 2 or len(set(first)) < len(first):
        return len(rows) < 2 or not np.isfinite(numbers_in(first)).any()
    columns = list(zip(*rows[1 : LOOKED_AT + 1], strict=True))
    numeric = np.array([mostly_numbers(column) for column in columns])
    above = np.isfinite(numbers_in(first))
    if not numeric.any():
        return True
    if not above[numeric].all():
        return True
    steps = np.diff(numbers_in(first)[above])
    texts = [text for text in first if text and not np.isfinite(numbers_in([text])).all()]
    return len(steps) > 1 and bool((steps == steps[0]).all()) and steps[0] == 1 and bool(texts)


def _without_trailing(text: str, numbered: list[tuple[int, list[str]]], before: int) -> list[tuple[int, list[str]]]:
    """The rows by line, without those that blank lines at the end of the text make; one without a sign is []."""
    last = sum(1 for _ in io.StringIO(text.rstrip(), newline=""))
    empty = [not row or (len(row) == 1 and not row[0].strip()) for _, row in numbered]
    rows = [(line, [] if gone else row) for (line, row), gone in zip(numbered, empty, strict=True)]
    return [(line + before, row) for line, row in rows if row or line <= last]


def _check_quotes(name: str, text: str, delimiter: str, numbered: list[tuple[int, list[str]]], before: int) -> None:
    """Raises TaskError where the last row is what follows a quote that is never closed: the rest of the file would be one cell."""
    if not numbered or not any("\n" in cell for cell in numbered[-1][1]):
        return
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True), 0
    try:
        for _ in reader:
            line = reader.line_num
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise TaskError(
                f"{name}, line {line + before + 1}: a quote is opened there and never closed; close it, or double it "
                "where it belongs to the text"
            ) from None


def _of_one_width(name: str, numbered: list[tuple[int, list[str]]], skip: bool) -> tuple[list[Row], tuple[str, ...]]:
    """The rows that are empty or have as many cells as the first; an empty cell that all others have at their end is taken off.
    Raises TaskError."""
    filled = [row for _, row in numbered if row]
    if not filled:
        raise TaskError(f"{name}: rows=0: a header line and at least one row are required; add them")
    width = len(filled[0])
    if len(filled) > 1 and all(len(row) == width + 1 and not row[-1].strip() for row in filled[1:]):
        numbered = [(line, row[:width]) for line, row in numbered]
    wrong = [(line, len(row)) for line, row in numbered if len(row) not in (0, width)]
    if wrong and not skip:
        shown = "; ".join(f"line {line}: {plural(count, 'cell')}" for line, count in wrong[:10])
        more = f"; and {plural(len(wrong) - 10, 'line')} more" if len(wrong) > 10 else ""
        raise TaskError(
            f"{name}, {shown}{more}, but the header has {width}; correct the lines, name what stands between cells "
            "(?delimiter=;), or leave such lines out (?skip_bad=yes)"
        )
    left_out = (
        (f"{plural(len(wrong), 'line')} with more or fewer than {plural(width, 'cell')} left out",) if wrong else ()
    )
    return [row for _, row in numbered if len(row) in (0, width)], left_out


def _empty(cells: np.ndarray) -> bool:
    return all(cell is None or cell != cell or not str(cell).strip() for cell in cells)
