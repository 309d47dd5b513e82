"""Which kind a column is, and its encoding fitted to the train rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr

from .base import AbstractColumn
from .boolean import BooleanColumn, truth
from .category import CategoryColumn
from .cells import CellLevels
from .coding import coded
from .date import ENOUGH, PARTS, DateColumn, date_format, date_parts, parse_dates
from .left_out import LeftOut
from .number import NumberColumn
from .numerals import POINT, units
from .text import TextColumn

ONE_HOT = 16
"""Levels up to which a category has a feature for each, where a table has few columns."""
ALL_ONE_HOT = 2048
"""Features that the categories of a table together may have, by the level."""
ROW_NAMES = re.compile(
    r"(?i:(?:.*[ _.-])?(?:id|uuid|guid|key)|index|row|row[ _]?(?:no|number)|no|nr|unnamed.*|#|№)|.*[a-z]I[dD]"
)
"""Names that columns which number the rows go by; other numbers that are all different (times, amounts) are features."""
MANY = 20
"""Rows below which a column of whole numbers that are all different is not taken for a name of the rows."""
WORDY = 3.0
"""Words a cell, on average, from which different texts are sentences, not names."""


@dataclass(frozen=True, eq=False)
class TrainRows:
    """What encodings are fitted to beside the cells: ``targets`` [n] (class numbers, or numbers where ``classes`` is 0), how many
    ``columns`` the table has, the sign before fractions where cells do not show it, the columns to ``keep`` even if they name rows, and
    those that are ``categorical`` by their own type, whatever their cells write."""

    targets: np.ndarray
    classes: int = 0
    columns: int = 1
    decimal: str = POINT
    keep: frozenset[str] = frozenset()
    categorical: frozenset[str] = frozenset()

    __repr__ = brief_repr


def fit_column(name: str, levels: CellLevels, train: TrainRows) -> tuple[AbstractColumn, np.ndarray | None]:
    """The encoding of a column whose train cells are ``levels``, and the features of these where they are others than it gives for new
    rows (codes by cross fitting), else None."""
    left_out = _left_out(name, levels, name in train.keep)
    if left_out is not None:
        return LeftOut(name, left_out), None
    if name in train.categorical:
        return _category(name, levels, train)
    if (
        not np.isnan([truth(str(text)) for text in levels.texts[:50]]).any()
        and not _digits(levels)
        and len(levels.texts) <= 20
    ):
        return BooleanColumn(name, levels.missing), None
    found = _number(name, levels, train) or _date(name, levels)
    if found is not None:
        return found, None
    if _sentences(levels):
        return TextColumn(name, missing=levels.missing), None
    if name not in train.keep and _all_different(levels):
        return LeftOut(
            name, f"it names the rows: {len(levels.texts):,} different texts, such as {levels.some(2)}"
        ), None
    return _category(name, levels, train)


def _category(name: str, levels: CellLevels, train: TrainRows) -> tuple[AbstractColumn, np.ndarray | None]:
    if len(levels.texts) <= max(2, min(ONE_HOT, ALL_ONE_HOT // max(1, train.columns))):
        return CategoryColumn(name, tuple(sorted(map(str, levels.texts))), levels.missing), None
    return coded(name, levels, train.targets, train.classes)


def _left_out(name: str, levels: CellLevels, keep: bool) -> str | None:
    """Why a column is of no use, None where it may be."""
    if not len(levels.texts):
        return "every cell of it is missing"
    if len(levels.texts) == 1 and not levels.missing:
        return f"it is {levels.some(1)} in every row"
    whole = (
        not keep
        and ROW_NAMES.fullmatch(name)
        and _all_different(levels, MANY)
        and all(str(text).isdecimal() for text in levels.texts)
    )
    return "it numbers the rows" if whole else None


def _all_different(levels: CellLevels, rows: int = 3) -> bool:
    count = len(levels.codes) - levels.missing
    return count >= rows and len(levels.texts) >= (count if count < MANY else 0.9 * count)


def _digits(levels: CellLevels) -> bool:
    return all(str(text) in "01" for text in levels.texts)


def _number(name: str, levels: CellLevels, train: TrainRows) -> NumberColumn | None:
    texts = levels.texts
    sample = np.arange(0, len(texts), max(1, len(texts) // 200))
    decimal = levels.decimal(train.decimal)
    sampled = CellLevels(texts[sample], np.arange(len(sample)), levels.values[sample])
    if np.isfinite(sampled.numbers(decimal)).mean() < ENOUGH * 0.8:
        return None
    numbers = levels.numbers(decimal)
    usable = np.isfinite(numbers)
    if not mostly(usable, levels.counts) or len(units(sampled.texts) - {"", "%"}) > 1:
        return None
    values = levels.spread(numbers)
    missing = int(np.isnan(values).sum())
    odd = tuple(sorted(map(str, texts[~usable]))[:100])
    return NumberColumn(name, float(np.nanmedian(values)), missing, decimal, odd)


def _date(name: str, levels: CellLevels) -> DateColumn | None:
    format = date_format(levels.texts)
    if format is None:
        return None
    times = parse_dates(levels.texts, format)
    if not mostly(~np.asarray(times.isna()), levels.counts):
        return None
    values = {part: levels.spread(column) for part, column in date_parts(times).items()}
    medians = {part: float(np.nanmedian(column)) for part, column in values.items()}
    parts = tuple(part for part in PARTS if np.nanmin(values[part]) < np.nanmax(values[part])) or ("days",)
    missing = int(np.isnan(values["days"]).sum())
    return DateColumn(name, format, parts, tuple(medians[part] for part in parts), missing)


def mostly(usable: np.ndarray, counts: np.ndarray) -> bool:
    """Whether nearly all cells can be read so: all of a short column, nearly all of a long one."""
    total = int(counts.sum())
    return bool(usable.all()) or (total >= MANY and float(counts[usable].sum()) >= ENOUGH * total)


def _sentences(levels: CellLevels) -> bool:
    """Whether the texts are sentences: of several words, and most of them different."""
    texts = levels.texts
    if len(texts) <= ONE_HOT or len(texts) * 3 < len(levels.codes) - levels.missing:
        return False
    sample = texts[:: max(1, len(texts) // 500)]
    return float(np.mean([len(str(text).split()) for text in sample])) >= WORDY
