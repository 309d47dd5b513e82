"""Text files of cells without quotes, read all at once: a column that holds nothing but numbers as these, its texts when asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from primitives.brief import brief_repr

from ..columns.cells import plain_numbers
from ..columns.numerals import POINT

if TYPE_CHECKING:
    import pandas

DELIMITERS = (",", ";", "\t", "|")
LONGEST = 100_000
"""Bytes in a line, at most."""
EXACT = 2.0**53
"""Fractions of at least this size are read from their texts, some of which may be whole numbers."""
Cells = np.ndarray | Callable[[], np.ndarray]
"""The cells [n] of a column, or what reads them."""


@dataclass(frozen=True, eq=False)
class PlainText:
    """A text with ``width`` cells in every line and nothing but the ``delimiter`` between them."""

    text: str
    delimiter: str
    width: int

    __repr__ = brief_repr

    def first(self, count: int) -> list[list[str]]:
        """The cells of the first lines."""
        lines = self.text.split("\n", count)[:count]
        return [line.split(self.delimiter) for line in lines]

    def columns(self, skip: int, looked_at: int, decimal: str = POINT) -> tuple[list[Cells], Mapping[int, np.ndarray]]:
        """[width]: the texts of each column without the first ``skip`` lines, and by place the numbers, float64 [n], of those that hold
        nothing else. Which might is said by the first lines ``looked_at``. Where the sign before fractions is a comma, points may stand
        between thousands, so that only whole numbers without any are known as numbers."""
        sample = self.first(looked_at)[1:]
        kinds = {place: object for place in range(self.width) if not all(is_number(row[place]) for row in sample)}
        frame = self._frame(skip, kinds)
        cells: list[Cells] = []
        numbers: dict[int, np.ndarray] = {}
        for place in range(self.width):
            found = frame[place].to_numpy()
            if place in kinds:
                cells.append(found)
                continue
            cells.append(cache(partial(self._texts, place, skip)))
            plain = plain_numbers(found)
            if plain is not None and (found.dtype.kind != "f" or (decimal == POINT and np.abs(plain).max() < EXACT)):
                numbers[place] = plain
        return cells, numbers

    def _texts(self, place: int, skip: int) -> np.ndarray:
        return self._frame(skip, {place: object}, [place])[place].to_numpy()

    def _frame(self, skip: int, kinds: Mapping[int, type], places: list[int] | None = None) -> pandas.DataFrame:
        import pandas

        return pandas.read_csv(
            io.StringIO(self.text), sep=self.delimiter, header=None, skiprows=skip, dtype=dict(kinds), usecols=places, na_filter=False,
            quoting=csv.QUOTE_NONE, skip_blank_lines=False, low_memory=False,
        )  # fmt: skip


def plain_text(text: str, delimiter: str, least: int) -> PlainText | None:
    """The text as one that can be read at once; None where it has fewer than ``least`` lines, quotes, spaces at the beginning of cells,
    numbers with a plus before them, or lines of more or fewer cells than the first."""
    text = text.replace("\r\n", "\n")
    odd = (
        '"',
        "\0",
        "\r",
        "\v",
        "\f",
        f"{delimiter} ",
        "\n ",
        f"{delimiter}+",
        "\n+",
        *(() if delimiter == "\t" else "\t"),
    )
    if delimiter not in DELIMITERS or text.startswith((" ", "+", "\ufeff")) or any(each in text for each in odd):
        return None
    try:
        data = np.frombuffer(text.encode("utf-8"), np.uint8)
    except UnicodeEncodeError:
        return None
    ends = np.flatnonzero(data == ord("\n"))
    if not text.endswith("\n"):
        ends = np.append(ends, len(data))
    if len(ends) < least or np.diff(ends, prepend=0).max() > LONGEST:
        return None
    between = np.diff(np.searchsorted(np.flatnonzero(data == ord(delimiter)), ends), prepend=0)
    if not between[0] or (between != between[0]).any():
        return None
    return PlainText(text, delimiter, int(between[0]) + 1)


def is_number(text: str) -> bool:
    """Whether Python reads a text as a float.

    text: of a cell, or given on the command line.
    """
    try:
        float(text)
    except ValueError:
        return False
    return True
