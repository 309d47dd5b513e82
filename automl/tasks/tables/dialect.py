"""How a text file writes a table: what stands between its cells, and before the fractions of its numbers."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..columns.cells import MISSING_TEXTS
from ..columns.numerals import COMMA, POINT, parse_numerals, shown_sign
from .plain import DELIMITERS

LOOKED_AT = 200
"""Lines by which the delimiter, the sign and the header are found."""
_ONE_NUMBER = re.compile(r'\s*"?[-+−]?\d[\d.]*(?:,\d+)?"?\s*')


def delimiter_of(text: str, suffix: str = "") -> str:
    """The delimiter of a text: that which cuts its first lines into the most cells, the same number in nearly all and in the first one.
    A comma that also stands before fractions is none; in a file whose ``suffix`` is .tsv it is the tab."""
    if suffix.lower() == ".tsv" and "\t" in text:
        return "\t"
    looked_at = text[: 1 << 18]
    lines = looked_at.splitlines()[: -1 if len(looked_at) < len(text) else None][:LOOKED_AT]
    widths = {delimiter: _widths(lines, delimiter) for delimiter in DELIMITERS}
    if set(widths[","]) == {1, 2} and widths[","][0] == 1 and _is_one_column(lines):
        return ";"
    best, found = (False, 0.0, 1), ","
    for delimiter, counts in widths.items():
        width, count = max(Counter(counts).items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        fits = (counts[:1] == [width], round(count / max(1, len(counts)), 1), width)
        if width > 1 and fits > best and not (delimiter == "," and _stands_before_fractions(lines, widths)):
            best, found = fits, delimiter
    return found


def comments_before(text: str) -> int:
    """How many lines that begin with # stand before the table: those that do not have as many cells as the lines that follow."""
    lines = text[: 1 << 16].splitlines()[:LOOKED_AT]
    count = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if not count or count == len(lines):
        return 0
    rest = lines[count:]
    delimiter = delimiter_of("\n".join(rest))
    width = _widths(rest, delimiter)[:1]
    while count and width == _widths(lines[count - 1 : count], delimiter):
        count -= 1
    return count


def decimal_of(rows: Sequence[Sequence[object]], delimiter: str) -> str:
    """The sign before fractions in a table of which ``rows`` are the first, the header among them or not: that which most of its columns
    of numbers show; if none does, the comma where it stands in numbers that have semicolons between them."""
    columns = [column for column in zip(*(rows[1:] or rows), strict=False) if mostly_numbers(column)]
    texts = [np.array([str(cell).strip() for cell in column], dtype=object) for column in columns]
    shown = Counter(map(shown_sign, texts))
    if shown[COMMA] != shown[POINT]:
        return COMMA if shown[COMMA] > shown[POINT] else POINT
    commas = any("," in text for column in texts for text in column)
    return COMMA if delimiter == ";" and commas else POINT


def mostly_numbers(cells: Sequence[object]) -> bool:
    """Whether nearly all cells that are not missing write numbers, with either sign before fractions."""
    texts = [text for cell in cells if cell is not None and (text := str(cell).strip()).lower() not in MISSING_TEXTS]
    return bool(texts) and float(np.isfinite(numbers_in(texts)).mean()) >= 0.9


def numbers_in(texts: Sequence[str]) -> np.ndarray:
    """float64 [k]: the numbers that the texts write with either sign before fractions, NaN where one writes none."""
    cells = np.array(texts, dtype=object)
    found = parse_numerals(cells)
    rest = np.isnan(found)
    found[rest] = parse_numerals(cells[rest], COMMA)
    return found


def _widths(lines: Sequence[str], delimiter: str) -> list[int]:
    """How many cells each line has."""
    try:
        return [len(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if row]
    except csv.Error:
        return []


def _is_one_column(lines: Sequence[str]) -> bool:
    """Whether what follows the first line is one number a line, some with a comma."""
    return all(_ONE_NUMBER.fullmatch(line) for line in lines[1:] if line.strip())


def _stands_before_fractions(lines: Sequence[str], widths: dict[str, list[int]]) -> bool:
    """Whether in most lines a comma between digits has another delimiter beside its number, one that all lines have equally often."""
    for delimiter, counts in widths.items():
        if delimiter == "," or len(set(counts)) != 1 or counts[0] == 1:
            continue
        sign = re.escape(delimiter)
        fraction = re.compile(rf'\d,\d+"?\s*{sign}|{sign}\s*"?[-+−]?\d[\d.]*,\d')
        body = [line for line in lines[1:] if line.strip()] or lines
        if 2 * sum(bool(fraction.search(line)) for line in body) >= len(body):
            return True
    return False
