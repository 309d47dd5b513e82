"""What a column encoding is: from the cells of a column to features, with words about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from .cells import CellLevels

Json = dict[str, object]
MISSING = "missing"
"""What is said of an empty cell."""


class ColumnSummary(NamedTuple):
    """What became of a column, for people."""

    column: str
    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.column}: {self.kind}{', ' if self.what else ''}{self.what}"


class AbstractColumn(ABC):
    """How one column of a table becomes features; fitted on train rows, stored as JSON."""

    KIND: ClassVar[str]
    name: str

    @property
    @abstractmethod
    def width(self) -> int:
        """How many features it gives; 0 where the column is left out."""

    @property
    @abstractmethod
    def features(self) -> tuple[str, ...]:
        """[width]: the names of its features, for people; they begin with the column's."""

    def scales(self, alone: np.ndarray) -> np.ndarray:
        """[width]: by what its features are divided, where each ``alone`` would be divided by so much, its deviation."""
        return alone

    @abstractmethod
    def encode(self, levels: CellLevels) -> np.ndarray:
        """float64 [n, width]; no cell is refused: what cannot be read counts as missing, an unseen text as "other"."""

    @abstractmethod
    def summary(self) -> ColumnSummary:
        """What became of the column."""

    @abstractmethod
    def to_json(self) -> Json:
        """What ``from_json`` of its class reads, without ``kind``."""

    def cell(self, features: np.ndarray) -> str | None:
        """The cell that its features [width] stand for, for people; None where they do not tell it."""
        return None

    def problem(self, levels: CellLevels) -> str | None:
        """What is wrong with cells that a prediction is asked for, in a sentence; None where nothing is."""
        return None


class AbstractNumber(AbstractColumn):
    """A column that becomes one number, and where ``missing`` train rows had none a second feature that says so."""

    missing: int

    @property
    def width(self) -> int:
        return 2 if self.missing else 1

    @property
    def features(self) -> tuple[str, ...]:
        return with_missing((self.name,), self.name, self.missing)

    def cell(self, features: np.ndarray) -> str | None:
        """The number to six digits, of what float32 keeps."""
        return MISSING if self.missing and features[1] > 0.5 else f"{features[0]:.6g}"


class AbstractParts(AbstractColumn):
    """A column that becomes the ``parts`` of what its cells tell, a missing one filled with their ``medians``; where ``missing`` train rows
    had none, one feature more says so."""

    parts: tuple[str, ...]
    medians: tuple[float, ...]
    missing: int

    @property
    def width(self) -> int:
        return len(self.parts) + bool(self.missing)

    @property
    def features(self) -> tuple[str, ...]:
        return with_missing(tuple(f"{self.name} {part}" for part in self.parts), self.name, self.missing)

    def encoded(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """float64 [n, width] of each part's values, float64 [n], NaN where a row has none."""
        columns = [np.nan_to_num(values[part], nan=median) for part, median in zip(self.parts, self.medians)]
        if self.missing:
            columns.append(np.isnan(values[self.parts[0]]).astype(np.float64))
        return np.stack(columns, axis=1)


def fitted_parts(values: Mapping[str, np.ndarray], otherwise: str) -> tuple[tuple[str, ...], tuple[float, ...], int]:
    """``(parts, medians, missing)``: the parts whose values, float64 [n] of the train rows, differ, in their order, or ``otherwise`` alone
    where none does; the median of each; and how many rows have no values."""
    parts = tuple(part for part, column in values.items() if np.nanmin(column) < np.nanmax(column)) or (otherwise,)
    return parts, tuple(float(np.nanmedian(values[part])) for part in parts), int(np.isnan(values[parts[0]]).sum())


def with_missing(names: tuple[str, ...], column: str, missing: int) -> tuple[str, ...]:
    """The names of features, and that of the one more which says where the column is missing, if it has one."""
    return (*names, f"{column} is missing") if missing else names


def one_feature(values: np.ndarray, instead: float, missing: int) -> np.ndarray:
    """The features of a column of numbers, float64 [n]: ``instead`` in place of NaN, and a second one that says where, if training had
    any ``missing``."""
    absent = np.isnan(values)
    values = np.where(absent, instead, values)
    return np.stack([values, absent], axis=1) if missing else values[:, None]


def filled(count: int, by: str) -> str:
    """Words on missing cells."""
    return f"{count:,} missing {by}" if count else ""


def joined(*parts: str) -> str:
    """The parts that say something, with commas."""
    return ", ".join(part for part in parts if part)
