"""A column of times of day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.brief import brief_repr

from ..base import AbstractParts, ColumnSummary, Json, filled, fitted_parts, joined
from ..cells import CellLevels
from ..kind import DATES, ColumnKind, FittedColumn, TrainRows, mostly

_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d(?:\.\d+)?))?)?\s*(?P<half>[ap]\.?\s?m\.?)?"
    r"\s*(?:Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ClockColumn(AbstractParts):
    """The ``parts`` of a time of day: its hour, with minutes and seconds as a fraction, and the minute within it. A missing one is filled
    with their ``medians``; where ``missing`` train rows had none, one feature more says so."""

    KIND = "time of day"
    name: str
    parts: tuple[str, ...]
    medians: tuple[float, ...]
    missing: int = 0

    __repr__ = brief_repr

    def encode(self, levels: CellLevels) -> np.ndarray:
        return self.encoded(_parts(levels.spread(hours_of(levels.texts))))

    def problem(self, levels: CellLevels) -> str | None:
        wrong = levels.texts[np.isnan(hours_of(levels.texts))]
        if len(wrong):
            return (
                f"{self.name}={str(wrong[0])[:80]!r}: a time of day (22:35) is required, as in training; mend the cell"
            )
        return None

    def summary(self) -> ColumnSummary:
        what = f"into {' and '.join(self.parts)}"
        return ColumnSummary(self.name, self.KIND, joined(what, filled(self.missing, "filled with the median")))

    def to_json(self) -> Json:
        return {"name": self.name, "parts": list(self.parts), "medians": list(self.medians), "missing": self.missing}


def hours_of(texts: np.ndarray) -> np.ndarray:
    """float64 [k]: the hours since midnight of the times of day that texts write (22:35, 22:35:10, 9:05 pm), NaN where one writes none."""
    return np.array([_hours(str(text)) for text in texts], dtype=np.float64)


def _hours(text: str) -> float:
    found = _TIME.fullmatch(text)
    if found is None or not (found["minute"] or found["half"]):
        return float("nan")
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return float("nan")
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    if hour > 23:
        return float("nan")
    return hour + int(found["minute"] or 0) / 60 + float(found["second"] or 0) / 3600


def _parts(hours: np.ndarray) -> dict[str, np.ndarray]:
    minutes = np.floor(hours * 60 + 1e-6)  # of 22:35, whose hours are no exact fraction, 35 and not 34
    return {"hour": hours, "minute": minutes % 60}


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    sample = levels.texts[:: max(1, len(levels.texts) // 50)]
    if 2 * np.isnan(hours_of(sample)).sum() > len(sample):
        return None
    found = hours_of(levels.texts)
    if not mostly(np.isfinite(found), levels.counts):
        return None
    return FittedColumn(ClockColumn(name, *fitted_parts(_parts(levels.spread(found)), "hour")))


def _read(data: Mapping[str, Any]) -> ClockColumn:
    parts, medians = tuple(map(str, data["parts"])), tuple(map(float, data["medians"]))
    return ClockColumn(str(data["name"]), parts, medians, int(data["missing"]))


CLOCK = ColumnKind(ClockColumn.KIND, ClockColumn, _read, {DATES + 1: _fit})
