"""A column that no program sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .base import AbstractColumn, ColumnSummary, Json
from .cells import CellLevels


@dataclass(frozen=True)
class LeftOut(AbstractColumn):
    """A column without features, for a ``reason``: it is empty, constant, or names the rows. New rows need not have it."""

    KIND = "left out"
    name: str
    reason: str

    @property
    def width(self) -> int:
        return 0

    @property
    def features(self) -> tuple[str, ...]:
        return ()

    def encode(self, levels: CellLevels) -> np.ndarray:
        return np.zeros((len(levels.codes), 0))

    def summary(self) -> ColumnSummary:
        return ColumnSummary(self.name, self.KIND, self.reason)

    def to_json(self) -> Json:
        return {"name": self.name, "reason": self.reason}
