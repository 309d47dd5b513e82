"""Columns of categories: one feature a level where they are few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.brief import brief_repr, plural

from ..base import MISSING, AbstractColumn, ColumnSummary, Json, filled, joined, with_missing
from ..cells import CellLevels
from ..kind import CATEGORIES, TYPED_CATEGORIES, ColumnKind, FittedColumn, TrainRows, places

ONE_HOT = 16
"""Levels up to which a category has a feature for each, where a table has few columns."""
ALL_ONE_HOT = 2048
"""Features that the categories of a table together may have, by the level."""


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
        place = places(levels, self.levels)
        rows = np.zeros((len(place), self.width + 1))
        rows[np.arange(len(place)), np.where(place >= 0, place, self.width)] = 1.0
        if self.missing:
            rows[levels.codes < 0, :] = 0.0
            rows[levels.codes < 0, len(self.levels)] = 1.0
        return rows[:, : self.width]

    def cell(self, features: np.ndarray) -> str | None:
        place = int(features.argmax())
        if features[place] < 0.5:
            return "another value"
        return self.levels[place] if place < len(self.levels) else MISSING

    def summary(self) -> ColumnSummary:
        what = f"{plural(len(self.levels), 'level')}, a feature each"
        return ColumnSummary(self.name, self.KIND, joined(what, filled(self.missing, "as a level of their own")))

    def to_json(self) -> Json:
        return {"name": self.name, "levels": list(self.levels), "missing": self.missing}


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    if len(levels.texts) > max(2, min(ONE_HOT, ALL_ONE_HOT // max(1, train.columns))):
        return None
    return FittedColumn(CategoryColumn(name, tuple(sorted(map(str, levels.texts))), levels.missing))


def _fit_typed(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    return _fit(name, levels, train) if name in train.categorical else None


def _read(data: Mapping[str, Any]) -> CategoryColumn:
    return CategoryColumn(str(data["name"]), tuple(map(str, data["levels"])), int(data["missing"]))


CATEGORY = ColumnKind(CategoryColumn.KIND, CategoryColumn, _read, {TYPED_CATEGORIES: _fit_typed, CATEGORIES: _fit})
