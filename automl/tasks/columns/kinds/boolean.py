"""A column of truth values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base import MISSING, AbstractNumber, ColumnSummary, Json, filled, one_feature
from ..cells import CellLevels
from ..kind import TRUTH, ColumnKind, FittedColumn, TrainRows

TRUE = frozenset(("true", "yes", "y", "t", "on"))
FALSE = frozenset(("false", "no", "n", "f", "off"))


@dataclass(frozen=True)
class BooleanColumn(AbstractNumber):
    """1 for yes, 0 for no, in any of the usual spellings; between them where a cell is missing or says something else, and where
    ``missing`` train rows had no value a second feature says so."""

    KIND = "yes or no"
    name: str
    missing: int = 0

    def encode(self, levels: CellLevels) -> np.ndarray:
        values = levels.spread(np.array([truth(str(text)) for text in levels.texts], dtype=np.float64))
        return one_feature(values, 0.5, self.missing)

    def cell(self, features: np.ndarray) -> str | None:
        return "yes" if features[0] > 0.75 else "no" if features[0] < 0.25 else MISSING

    def problem(self, levels: CellLevels) -> str | None:
        wrong = [str(text) for text in levels.texts if np.isnan(truth(str(text)))]
        return f"{self.name}={wrong[0][:80]!r}: yes or no is required, as in training; mend the cell" if wrong else None

    def summary(self) -> ColumnSummary:
        return ColumnSummary(self.name, self.KIND, filled(self.missing, "put between the two"))

    def to_json(self) -> Json:
        return {"name": self.name, "missing": self.missing}


def truth(text: str) -> float:
    """1 or 0, or NaN where the text is neither."""
    low = text.lower()
    return 1.0 if low in TRUE or low == "1" else 0.0 if low in FALSE or low == "0" else float("nan")


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    if levels.plain is not None:
        return None  # 0 and 1 are numbers
    told = not np.isnan([truth(str(text)) for text in levels.texts[:50]]).any()
    if told and not _digits(levels) and len(levels.texts) <= 20:
        return FittedColumn(BooleanColumn(name, levels.missing))
    return None


def _digits(levels: CellLevels) -> bool:
    return all(str(text) in "01" for text in levels.texts)


def _read(data: Mapping[str, Any]) -> BooleanColumn:
    return BooleanColumn(str(data["name"]), int(data["missing"]))


BOOLEAN = ColumnKind(BooleanColumn.KIND, BooleanColumn, _read, {TRUTH: _fit})
