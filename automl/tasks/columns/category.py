"""Columns of categories: one feature a level where they are few, and the target's mean of each level where they are many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr

from .base import AbstractColumn, ColumnSummary, Json, filled, joined, with_missing
from .cells import CellLevels


@dataclass(frozen=True)
class CategoryColumn(AbstractColumn):
    """One-hot over ``levels``; missing cells are a level of their own where ``missing`` train rows had none. A text that training did not
    have is "other": zero everywhere."""

    KIND = "category"
    name: str
    levels: tuple[str, ...]
    missing: int = 0

    __repr__ = brief_repr

    @property
    def width(self) -> int:
        return len(self.levels) + bool(self.missing)

    @property
    def features(self) -> tuple[str, ...]:
        return with_missing(tuple(f"{self.name}={level}" for level in self.levels), self.name, self.missing)

    def encode(self, levels: CellLevels) -> np.ndarray:
        place = _places(levels, self.levels)
        rows = np.zeros((len(place), self.width + 1))
        rows[np.arange(len(place)), np.where(place >= 0, place, self.width)] = 1.0
        if self.missing:
            rows[levels.codes < 0, :] = 0.0
            rows[levels.codes < 0, len(self.levels)] = 1.0
        return rows[:, : self.width]

    def summary(self) -> ColumnSummary:
        what = f"{len(self.levels)} levels, a feature each"
        return ColumnSummary(self.name, self.KIND, joined(what, filled(self.missing, "as a level of their own")))

    def to_json(self) -> Json:
        return {"name": self.name, "levels": list(self.levels), "missing": self.missing}


@dataclass(frozen=True)
class CodedColumn(AbstractColumn):
    """A category of many levels: for each the target's smoothed mean (of classes: the share of each class, or of more than ten classes
    mixtures of the shares) over the train rows, and the logarithm of 1 + how many rows have it. ``codes`` [levels][k]; a level not among
    ``levels`` has ``other`` [k] and a count of 0, a missing cell ``absent``. ``distinct`` is how many levels the train rows had.

    Micci-Barreca, A preprocessing scheme for high-cardinality categorical attributes (2001); fitted by sklearn.preprocessing.TargetEncoder,
    by whose cross fitting the codes of the train rows have not seen their own targets.
    """

    KIND = "category"
    name: str
    levels: tuple[str, ...]
    codes: tuple[tuple[float, ...], ...]
    other: tuple[float, ...]
    absent: tuple[float, ...]
    distinct: int
    missing: int = 0

    __repr__ = brief_repr

    @property
    def width(self) -> int:
        return len(self.other)

    @property
    def features(self) -> tuple[str, ...]:
        means = range(self.width - 1)
        names = (f"{self.name} target{f' {index + 1}' if len(means) > 1 else ''}" for index in means)
        return (*names, f"{self.name} frequency")

    def encode(self, levels: CellLevels) -> np.ndarray:
        place = _places(levels, self.levels)
        table = np.array([*self.codes, self.other, self.absent])
        place = np.where(place >= 0, place, len(self.levels))
        return table[np.where(levels.codes < 0, len(self.levels) + 1, place)]

    def summary(self) -> ColumnSummary:
        rare = self.distinct - len(self.levels)
        what = f"{self.distinct:,} levels, coded by the target's mean and by how often they occur"
        others = f"{rare:,} of them too rare to tell apart" if rare else ""
        return ColumnSummary(
            self.name, self.KIND, joined(what, others, filled(self.missing, "as a level of their own"))
        )

    def to_json(self) -> Json:
        return {
            "name": self.name, "levels": list(self.levels), "codes": [list(row) for row in self.codes], "other": list(self.other),
            "absent": list(self.absent), "distinct": self.distinct, "missing": self.missing,
        }  # fmt: skip


def _places(levels: CellLevels, known: tuple[str, ...]) -> np.ndarray:
    """int64 [n]: the place of each cell's text among the known ones, -1 where it is none of them or missing."""
    position = {text: index for index, text in enumerate(known)}
    return np.append(np.array([position.get(str(text), -1) for text in levels.texts], dtype=np.int64), -1)[levels.codes]
