"""The cells of a column as texts: which are missing, which are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from numbers import Real
from typing import NamedTuple

import numpy as np

from primitives.brief import brief

from .numerals import POINT, decimal_sign, parse_numerals

MISSING_TEXTS = frozenset(
    ("", "na", "n/a", "n.a.", "nan", "nat", "null", "none", "nil", "missing", "?", "-", "--", ".", "<na>", "#n/a", "#na", "#null!")
)  # fmt: skip
"""Texts, in small letters, that stand for a cell without a value."""

PLAIN = ("string", "floating", "integer", "mixed-integer-float", "datetime", "date", "empty")
"""What pandas calls cells of one kind, none of which equals one of another."""


class _Distinct(NamedTuple):
    texts: np.ndarray
    codes: np.ndarray
    values: np.ndarray


class CellLevels:
    """The distinct texts of a column, ``texts`` [k] in the order in which they come first, and ``codes`` [n], the number of each cell's
    text; -1 where the cell is missing. ``values`` [k] are the numbers of cells that were no texts, NaN for texts.

    ``plain``, float64 [n], are the numbers of the cells where it is known that each writes one, finite, with a point before fractions if
    any, and is nothing else; else None. Such columns have their texts only when they are asked for.
    """

    def __init__(self, texts: np.ndarray, codes: np.ndarray, values: np.ndarray) -> None:
        self.plain: np.ndarray | None = None
        self._known: Callable[[], _Distinct] = partial(_Distinct, texts, codes, values)

    @classmethod
    def of_numbers(cls, plain: np.ndarray, levels: Callable[[], CellLevels]) -> CellLevels:
        """The levels of cells whose numbers are known to be ``plain`` (see above); ``levels`` gives the same with their texts."""
        none = np.zeros(0)
        found = cls(none, none, none)
        found.plain = plain
        found._known = lambda: levels()._distinct
        return found

    @cached_property
    def _distinct(self) -> _Distinct:
        return self._known()

    @property
    def texts(self) -> np.ndarray:
        return self._distinct.texts

    @property
    def codes(self) -> np.ndarray:
        return self._distinct.codes

    @property
    def values(self) -> np.ndarray:
        return self._distinct.values

    def __len__(self) -> int:
        return len(self.codes if self.plain is None else self.plain)

    def __repr__(self) -> str:
        if self.plain is not None:
            return f"{type(self).__name__}(plain={brief(self.plain)})"
        return (
            f"{type(self).__name__}(texts={brief(self.texts)}, codes={brief(self.codes)}, values={brief(self.values)})"
        )

    @property
    def missing(self) -> int:
        """How many cells have no value."""
        return 0 if self.plain is not None else int((self.codes < 0).sum())

    @property
    def counts(self) -> np.ndarray:
        """int64 [k]: how many cells have each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    def numbers(self, decimal: str = POINT) -> np.ndarray:
        """float64 [k]: the finite number that each text is or writes with the sign ``decimal`` before fractions, else NaN."""
        found = np.where(np.isnan(self.values), parse_numerals(self.texts, decimal), self.values)
        return np.where(np.isfinite(found), found, np.nan)

    def infinite(self, numbers: np.ndarray) -> np.ndarray:
        """bool [k]: which of the texts without one of the ``numbers`` [k] is or writes an infinity: no number to learn from, and no text
        either."""
        found, rest = np.zeros(len(numbers), dtype=bool), np.flatnonzero(np.isnan(numbers))
        given = self.values[rest]
        found[rest] = np.isinf(np.where(np.isnan(given), parse_numerals(self.texts[rest]), given))
        return found

    def decimal(self, usual: str = POINT) -> str:
        """The sign before fractions that the texts show, or else ``usual`` (decimal_sign)."""
        return decimal_sign(self.texts[np.isnan(self.values)], usual)

    def cell_numbers(self, decimal: str = POINT) -> np.ndarray:
        """float64 [n]: of each cell the finite number that it is or writes (see ``numbers``), NaN where it is missing or does neither."""
        if self.plain is not None and decimal == POINT:
            return self.plain
        return self.spread(self.numbers(decimal))

    def spread(self, values: np.ndarray, missing: float = float("nan")) -> np.ndarray:
        """float64 [n]: of the values [k] of the distinct texts that of each cell, and ``missing`` where it has none."""
        return np.append(values.astype(np.float64), missing)[self.codes]

    def take(self, indices: np.ndarray) -> CellLevels:
        """The cells at ``indices``, with the texts that occur there."""
        if self.plain is not None:
            return CellLevels.of_numbers(self.plain[indices], lambda: CellLevels(*self._distinct).take(indices))
        codes = self.codes[indices]
        used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(self.texts)))
        places = np.full(len(self.texts) + 1, -1)
        places[used] = np.arange(len(used))
        return CellLevels(self.texts[used], places[codes], self.values[used])

    def some(self, count: int = 3) -> str:
        """The first texts, quoted, for a message."""
        return ", ".join(repr(str(text)[:40]) for text in self.texts[:count])


def cell_levels(cells: np.ndarray) -> CellLevels:
    """The levels of cells [n] of any kind: texts, numbers, truth values, dates, None; texts count without the spaces around them."""
    import pandas

    first, distinct = pandas.factorize(_hashable(cells), use_na_sentinel=True)
    only_texts = distinct.dtype == object and set(map(type, distinct)) == {str}
    stripped = _stripped(distinct) if only_texts else as_cells(map(cell_text, distinct))
    if not len(stripped):
        return CellLevels(stripped, np.full(len(cells), -1), np.zeros(0))
    if only_texts and bool((stripped == distinct).all()):  # a large table of numbers is mostly such columns
        return CellLevels(distinct, first, np.full(len(distinct), np.nan))
    second, texts = pandas.factorize(stripped, use_na_sentinel=True)
    codes = np.append(second, -1)[first]
    values = np.full(len(texts) + 1, np.nan)
    values[second] = _values(distinct)
    return CellLevels(np.asarray(texts, dtype=object), codes, values[:-1])


def number_levels(cells: np.ndarray) -> CellLevels:
    """The levels of cells [n], as ``cell_levels`` has them; where they are finite numbers by their own type they are known as such."""
    numbers = plain_numbers(cells)
    if numbers is None or np.signbit(numbers[numbers == 0]).any():  # as a level -0.0 is what 0.0 is
        return cell_levels(cells)
    return CellLevels.of_numbers(numbers, partial(cell_levels, cells))


def plain_numbers(cells: np.ndarray) -> np.ndarray | None:
    """float64 [n]: the cells where all are finite numbers by their own type, else None."""
    numbers = cells.astype(np.float64) if cells.dtype.kind in "fiu" else np.zeros(0)
    return numbers if len(numbers) and np.isfinite(numbers).all() else None


def _values(distinct: np.ndarray) -> np.ndarray:
    """float64 [k]: numbers that were no texts, NaN for everything else."""
    if distinct.dtype.kind in "fiu":
        return distinct.astype(np.float64)
    kinds = (Real, np.integer, np.floating)
    typed = [isinstance(value, kinds) and not isinstance(value, bool) for value in distinct]
    return np.array([_float(value) if plain else np.nan for value, plain in zip(distinct, typed, strict=True)])


def _stripped(texts: np.ndarray) -> np.ndarray:
    """What ``cell_text`` says of each, for texts alone and faster."""
    plain = as_cells(map(str.strip, texts))
    for text in MISSING_TEXTS.intersection(small := as_cells(map(str.lower, plain))):
        plain[small == text] = None
    return plain


def _float(value: Real) -> float:
    """The number as a float, an infinity where it is beyond them."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def cell_text(value: object) -> str | None:
    """A cell as text, None where it is missing: whole floats without their point, so that 1.0 and 1 are one level."""
    if type(value) is not str and (value is None or value != value):
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer() and abs(float(value)) < 1e15:
        return str(int(value))
    text = (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).strip()
    return None if text.lower() in MISSING_TEXTS else text


def as_cells(values: Iterable[object]) -> np.ndarray:
    """Values of any kind as cells [n], without turning numbers beside texts into texts."""
    listed = list(values)
    cells = np.empty(len(listed), dtype=object)
    cells[:] = listed
    return cells


def _hashable(cells: np.ndarray) -> np.ndarray:
    """The cells as keys: a truth value would be the same key as 0 or 1, and lists are none at all."""
    from pandas.api.types import infer_dtype

    if cells.dtype != object or infer_dtype(cells, skipna=True) in PLAIN:
        return cells
    odd = any(isinstance(value, bool | list | dict | set | np.ndarray | np.bool_) for value in cells)
    return as_cells(value if value is None else str(value) for value in cells) if odd else cells
