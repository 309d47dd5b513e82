"""A column of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base import AbstractNumber, ColumnSummary, Json, filled, joined, one_feature
from ..cells import CellLevels
from ..kind import ENOUGH, NUMBERS, ColumnKind, FittedColumn, TrainRows, mostly
from ..numerals import POINT, units


@dataclass(frozen=True)
class NumberColumn(AbstractNumber):
    """A number; a missing one is filled with the ``median`` of the train rows, and where ``missing`` of these had none, a second feature
    says so. ``odd`` are texts of the train rows that are no numbers and count as missing; ``decimal`` is the sign before fractions."""

    KIND = "number"
    name: str
    median: float | None = None
    missing: int = 0
    decimal: str = POINT
    odd: tuple[str, ...] = ()

    def encode(self, levels: CellLevels) -> np.ndarray:
        values = levels.cell_numbers(self.decimal)
        return one_feature(values, 0.0 if self.median is None else self.median, self.missing)

    def problem(self, levels: CellLevels) -> str | None:
        wrong = [str(text) for text, value in zip(levels.texts, levels.numbers(self.decimal)) if np.isnan(value)]
        wrong = [text for text in wrong if text not in self.odd]
        if wrong:
            return (
                f"{self.name}={wrong[0][:80]!r}: a number is required in this column; mend the cell, or leave it empty"
            )
        if self.median is None and levels.missing:
            return f"{self.name}: a number is required in every row, since training had one in each; fill the cell"
        return None

    def summary(self) -> ColumnSummary:
        median = "" if self.median is None else f"filled with the median {self.median:.6g}"
        comma = "" if self.decimal == POINT else "a comma before fractions"
        odd = f"{', '.join(map(repr, self.odd[:3]))} taken as missing" if self.odd else ""
        return ColumnSummary(self.name, self.KIND, joined(comma, odd, filled(self.missing, median)))

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "median": self.median,
            "missing": self.missing,
            "decimal": self.decimal,
            "odd": list(self.odd),
        }


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    if levels.plain is not None:
        return FittedColumn(NumberColumn(name, float(np.median(levels.plain))))
    texts = levels.texts
    sample = np.arange(0, len(texts), max(1, len(texts) // 200))
    decimal = levels.decimal(train.decimal)
    sampled = CellLevels(texts[sample], np.arange(len(sample)), levels.values[sample])
    numbers = sampled.numbers(decimal)
    if (np.isfinite(numbers) | sampled.infinite(numbers)).mean() < ENOUGH * 0.8:
        return None
    numbers = levels.numbers(decimal)
    usable = np.isfinite(numbers)
    readable = usable | levels.infinite(numbers)
    if not usable.any() or not mostly(readable, levels.counts) or len(units(sampled.texts) - {"", "%"}) > 1:
        return None
    values = levels.spread(numbers)
    missing = int(np.isnan(values).sum())
    odd = tuple(sorted(map(str, texts[~usable]))[:100])
    return FittedColumn(NumberColumn(name, float(np.nanmedian(values)), missing, decimal, odd))


def _read(data: Mapping[str, Any]) -> NumberColumn:
    median = None if data["median"] is None else float(data["median"])
    odd = tuple(map(str, data["odd"]))
    return NumberColumn(str(data["name"]), median, int(data["missing"]), str(data["decimal"]), odd)


NUMBER = ColumnKind(NumberColumn.KIND, NumberColumn, _read, {NUMBERS: _fit})
