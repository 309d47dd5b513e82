"""A column of dates or of times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from primitives.brief import brief_repr

from ..base import AbstractParts, ColumnSummary, Json, filled, fitted_parts, joined
from ..cells import CellLevels
from ..kind import DATES, ENOUGH, ColumnKind, FittedColumn, TrainRows, mostly

if TYPE_CHECKING:
    import pandas

ISO = "ISO8601"
FORMATS = (
    ISO, "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%m/%d/%y", "%d %b %Y", "%d %B %Y",
    "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
PARTS = ("year", "month", "day", "weekday", "hour", "days")


@dataclass(frozen=True)
class DateColumn(AbstractParts):
    """The ``parts`` of a date (days: since 1970, with the fraction of the day), a missing one filled with their ``medians``; where
    ``missing`` train rows had none, one feature more says so. ``format`` is one of strptime's, or ISO8601."""

    KIND = "date"
    name: str
    format: str
    parts: tuple[str, ...]
    medians: tuple[float, ...]
    missing: int = 0

    __repr__ = brief_repr

    def encode(self, levels: CellLevels) -> np.ndarray:
        values = date_parts(self._times(levels))
        return self.encoded({part: levels.spread(values[part]) for part in self.parts})

    def problem(self, levels: CellLevels) -> str | None:
        wrong = levels.texts[np.asarray(self._times(levels).isna())]
        if len(wrong):
            return (
                f"{self.name}={str(wrong[0])[:80]!r}: a date as in training ({self.format}) is required; mend the cell"
            )
        return None

    def _times(self, levels: CellLevels) -> pandas.DatetimeIndex:
        found = parse_dates(levels.texts, self.format)
        # A date that comes from JSON, Excel or Parquet is written as ISO has it, whatever the training file had.
        return found if self.format == ISO else found.where(~found.isna(), parse_dates(levels.texts, ISO))

    def summary(self) -> ColumnSummary:
        form = "" if self.format == ISO else f"read as {self.format}"
        what = f"into {', '.join(self.parts)}"
        return ColumnSummary(self.name, self.KIND, joined(form, what, filled(self.missing, "filled with the median")))

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "format": self.format,
            "parts": list(self.parts),
            "medians": list(self.medians),
            "missing": self.missing,
        }


def parse_dates(texts: np.ndarray, format: str) -> pandas.DatetimeIndex:
    """The moments [k] that texts write, NaT where one writes none; time zones are taken to UTC and left out."""
    import pandas

    if not len(texts):
        return pandas.DatetimeIndex([])
    try:
        found = pandas.to_datetime(pandas.Index(texts, dtype=object), format=format, errors="coerce", utc=True)
    except (ValueError, OverflowError):
        return pandas.DatetimeIndex([pandas.NaT] * len(texts))
    return found.tz_localize(None)


def date_parts(times: pandas.DatetimeIndex) -> dict[str, np.ndarray]:
    """Each part of moments [k] as float64 [k], NaN where there is no moment."""
    named = {part: "day_of_week" if part == "weekday" else part for part in PARTS[:-1]}
    parts = {part: np.asarray(getattr(times, name), dtype=np.float64) for part, name in named.items()}
    seconds = np.asarray(times.values.astype("datetime64[s]").astype(np.int64), dtype=np.float64)
    parts["hour"] = parts["hour"] + np.asarray(times.minute, dtype=np.float64) / 60
    return {**parts, "days": np.where(np.asarray(times.isna()), np.nan, seconds / 86_400)}


def date_format(texts: np.ndarray) -> str | None:
    """The first of FORMATS, with or without a time, in which nearly all texts [k] are dates; None where there is none."""
    sample = texts[:: max(1, len(texts) // 50)][:50]
    if (
        sum(len(text) >= 6 and any(sign in text for sign in "-/. :") and any(map(str.isdigit, text)) for text in sample)
        < len(sample) * 0.9
    ):
        return None  # fmt: skip
    every = [format for date in FORMATS for format in ([date] if date == ISO else [date + time for time in TIMES])]
    for format in every:
        if np.mean(~np.asarray(parse_dates(sample, format).isna())) < 0.9:
            continue
        if np.mean(~np.asarray(parse_dates(texts, format).isna())) >= ENOUGH:
            return format
    return None


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    format = date_format(levels.texts)
    if format is None:
        return None
    times = parse_dates(levels.texts, format)
    if not mostly(~np.asarray(times.isna()), levels.counts):
        return None
    values = {part: levels.spread(column) for part, column in date_parts(times).items()}
    return FittedColumn(DateColumn(name, format, *fitted_parts(values, "days")))


def _read(data: Mapping[str, Any]) -> DateColumn:
    parts, medians = tuple(map(str, data["parts"])), tuple(map(float, data["medians"]))
    return DateColumn(str(data["name"]), str(data["format"]), parts, medians, int(data["missing"]))


DATE = ColumnKind(DateColumn.KIND, DateColumn, _read, {DATES: _fit})
