"""A column that no program sees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base import AbstractColumn, ColumnSummary, Json
from ..cells import CellLevels
from ..kind import LEFT_OUT, MANY, NAMES, ColumnKind, FittedColumn, TrainRows, all_different

ROW_NAMES = re.compile(
    r"(?i:(?:.*[ _.-])?(?:id|uuid|guid|key)|index|row|row[ _]?(?:no|number)|no|nr|unnamed.*|#|№)|.*[a-z]I[dD]"
)
"""Names that columns which number the rows go by; other numbers that are all different (times, amounts) are features."""


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
        return np.zeros((len(levels), 0))

    def summary(self) -> ColumnSummary:
        return ColumnSummary(self.name, self.KIND, self.reason)

    def to_json(self) -> Json:
        return {"name": self.name, "reason": self.reason}


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    reason = _useless(name, levels, name in train.keep)
    return None if reason is None else FittedColumn(LeftOut(name, reason))


def _fit_names(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    """What no kind knows, and differs from row to row."""
    if name in train.keep or not all_different(levels):
        return None
    reason = f"it names the rows: {len(levels.texts):,} different texts, such as {levels.some(2)}"
    return FittedColumn(LeftOut(name, reason))


def _useless(name: str, levels: CellLevels, keep: bool) -> str | None:
    """Why a column is of no use, None where it may be."""
    if levels.plain is not None and levels.plain.min() < levels.plain.max() and not ROW_NAMES.fullmatch(name):
        return None
    if not len(levels.texts):
        return "every cell of it is missing"
    if len(levels.texts) == 1 and not levels.missing:
        return f"it is {levels.some(1)} in every row"
    whole = (
        not keep
        and ROW_NAMES.fullmatch(name)
        and all_different(levels, MANY)
        and all(str(text).isdecimal() for text in levels.texts)
    )
    return "it numbers the rows" if whole else None


def _read(data: Mapping[str, Any]) -> LeftOut:
    return LeftOut(str(data["name"]), str(data["reason"]))


WITHOUT = ColumnKind(LeftOut.KIND, LeftOut, _read, {LEFT_OUT: _fit, NAMES: _fit_names})
