"""Rows written as a text file of theirs writes them: what stands between cells, which are quoted, and how lines end."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ..tables.decoding import decoded, ending
from ..tables.dialect import LOOKED_AT, comments_before, delimiter_of, numbers_in
from ..tables.files import TEXT

Quoting = Literal[0, 1, 2]
QUOTING: tuple[Quoting, ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)


class _Numeral(float):
    """A number that is written as the text that it was read from."""

    def __new__(cls, text: str) -> _Numeral:
        """text: as it stands in the file."""
        made = super().__new__(cls, 0.0)
        made.text = text
        return made

    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


@dataclass(frozen=True)
class TextDialect:
    """How a text file writes a table: its ``delimiter``, which cells have quotes (``quoting``, one of QUOTING: where needed, all, or all
    but numbers), and the ``terminator`` of its lines."""

    delimiter: str = ","
    quoting: Quoting = csv.QUOTE_MINIMAL
    terminator: str = "\r\n"

    def written(self, rows: Iterable[Sequence[object]]) -> str:
        """The text of a table.

        rows: its cells, those of the header too.
        """
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=self.delimiter, quoting=self.quoting, lineterminator=self.terminator)
        for row in rows:
            cells = [str(cell) for cell in row]
            if self.quoting == csv.QUOTE_NONNUMERIC:
                known = np.isfinite(numbers_in(cells))
                writer.writerow([_Numeral(cell) if number else cell for cell, number in zip(cells, known, strict=True)])
            else:
                writer.writerow(cells)
        return stream.getvalue()


def dialect_for(path: str, source: Path, delimiter: str | None = None, encoding: str | None = None) -> TextDialect:
    """How a file is to be written: as another one is, by that of QUOTING which gives most of its first lines again; the delimiter is the
    other's where both have the same ending.

    path: of the file; one that ends in .tsv has tabs, one in .csv commas, unless the other says so.
    source: the other file, of text or not.
    delimiter, encoding: of the other one (None: to be found).

    Raises TaskError where the other cannot be read.
    """
    suffix = Path(path).suffix.lower()
    usual = "\t" if suffix == ".tsv" else ","
    if ending(source) not in TEXT:
        return TextDialect(usual)
    text, _ = decoded(source, encoding)
    lines = text.splitlines(keepends=True)[comments_before(text) :]
    terminator = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    own = delimiter or delimiter_of(text, ending(source))
    first = [line.rstrip("\r\n") for line in lines[:LOOKED_AT]]
    rows = list(csv.reader(first, delimiter=own, skipinitialspace=True))

    def alike(quoting: Quoting) -> int:
        again = TextDialect(own, quoting, "\n").written(rows).splitlines()
        return sum(line == other for line, other in zip(again, first, strict=False))

    return TextDialect(own if ending(source) == suffix else usual, max(QUOTING, key=alike), terminator)
