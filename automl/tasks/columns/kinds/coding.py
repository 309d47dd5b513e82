"""Columns of categories of many levels: codes by the target's mean (sklearn's TargetEncoder)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.brief import brief_repr, plural

from ...cases.folds import folds_by
from ...cases.keys import CaseKeys
from ..base import AbstractColumn, ColumnSummary, Json, filled, joined
from ..cells import CellLevels
from ..kind import CODES, TYPED_CODES, ColumnKind, FittedColumn, TrainRows, places

MOST = 5_000
"""Levels that are kept with a code of their own: the most frequent ones that occur at least twice."""
MOST_CLASSES = 10
"""Classes up to which a level has the share of each; of more it has so many mixtures of shares, in which the levels differ most."""
TOLD_APART = 50
"""Classes, the most frequent ones, that a mixture is of; the others count as one."""

FOLDS = 5


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
        place = places(levels, self.levels)
        table = np.array([*self.codes, self.other, self.absent])
        place = np.where(place >= 0, place, len(self.levels))
        return table[np.where(levels.codes < 0, len(self.levels) + 1, place)]

    def summary(self) -> ColumnSummary:
        rare = self.distinct - len(self.levels)
        what = f"{plural(self.distinct, 'level')}, coded by the target's mean and by how often they occur"
        others = f"{rare:,} of them too rare to tell apart" if rare else ""
        return ColumnSummary(
            self.name, self.KIND, joined(what, others, filled(self.missing, "as a level of their own"))
        )

    def to_json(self) -> Json:
        return {
            "name": self.name, "levels": list(self.levels), "codes": [list(row) for row in self.codes], "other": list(self.other),
            "absent": list(self.absent), "distinct": self.distinct, "missing": self.missing,
        }  # fmt: skip


def coded(
    name: str,
    levels: CellLevels,
    targets: np.ndarray,
    classes: int,
    width: int | None = None,
    keys: CaseKeys | None = None,
) -> FittedColumn:
    """The encoding, and the features [n, width] of the train rows, for which the targets of other rows alone were used.

    ``targets`` [n] are class numbers below ``classes``, or numbers where that is 0. ``width`` is that of the features (None: as many as the
    targets ask for): what rows with fewer classes lack is 0. ``keys``: the groups of the rows, of which none is told by its own targets, or
    their times, by which no row is told by later ones (None: by other rows at random).
    """
    counts = levels.counts
    ranked = sorted(np.flatnonzero(counts >= 2), key=lambda index: (-counts[index], levels.texts[index]))
    kept = np.array(ranked[:MOST], dtype=np.int64)
    other, absent = len(kept), len(kept) + 1
    groups = np.full(len(counts) + 1, other)
    groups[kept], groups[-1] = np.arange(len(kept)), absent
    members = groups[levels.codes]
    often = np.log1p(np.append(counts[kept], [0, levels.missing]))
    crossed, means, mean = _target_means(members, targets, classes, keys)
    if width is not None:
        crossed, means, mean = (_as_wide(each, width - 1) for each in (crossed, means, mean))
    table = np.concatenate([_by_group(members, means, mean, len(kept) + 2), often[:, None]], axis=1)
    rows = [tuple(map(float, row)) for row in table]
    texts = tuple(str(text) for text in levels.texts[kept])
    column = CodedColumn(name, texts, tuple(rows[:other]), rows[other], rows[absent], len(counts), levels.missing)
    return FittedColumn(column, np.concatenate([crossed, often[members][:, None]], axis=1))


def _as_wide(array: np.ndarray, width: int) -> np.ndarray:
    """The array [..., k] as [..., width]: with columns of 0, or without the last ones."""
    wide = np.zeros((*array.shape[:-1], width))
    shared = min(width, array.shape[-1])
    wide[..., :shared] = array[..., :shared]
    return wide


def _target_means(
    members: np.ndarray, targets: np.ndarray, classes: int, keys: CaseKeys | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row by cross fitting [n, k]; of each member that occurs, in order [members, k]; of all rows [k]."""
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import TargetEncoder

    kind = "continuous" if not classes else "binary" if len(np.unique(targets)) <= 2 else "multiclass"
    by = None if keys is None else folds_by(keys, FOLDS, np.random.Generator(np.random.PCG64(0)))
    drawn = KFold(min(FOLDS, len(members)), shuffle=True, random_state=0)
    encoder = TargetEncoder(target_type=kind, cv=drawn if by is None else by.rounds())
    crossed = encoder.fit_transform(members[:, None], _frequent(targets) if classes > TOLD_APART else targets)
    means, mean = np.stack(encoder.encodings_, axis=1), np.atleast_1d(encoder.target_mean_)
    if classes <= MOST_CLASSES:
        return crossed, means, mean
    mixtures = _mixtures(means, mean, np.unique(members, return_counts=True)[1])
    return crossed @ mixtures, means @ mixtures, mean @ mixtures


def _frequent(targets: np.ndarray) -> np.ndarray:
    """The classes by rank of their frequency, those beyond TOLD_APART as one; of equally frequent ones the lower first."""
    counts = np.bincount(targets)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(rank, TOLD_APART)[targets]


def _mixtures(means: np.ndarray, mean: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """float64 [classes, MOST_CLASSES at most]: the directions in which the shares of the levels, each with its ``counts`` of rows, lie
    farthest from those of all rows (principal components)."""
    apart = (means - mean) * np.sqrt(counts)[:, None]
    directions = np.linalg.svd(apart, full_matrices=False)[2][:MOST_CLASSES].T
    largest = np.abs(directions).argmax(axis=0)
    return directions * np.sign(directions[largest, np.arange(directions.shape[1])])


def _by_group(members: np.ndarray, means: np.ndarray, mean: np.ndarray, count: int) -> np.ndarray:
    """float64 [count, k]: the means of each group; the mean of all rows for one that no train row is in."""
    table = np.tile(mean, (count, 1))
    table[np.unique(members)] = means
    return table


def _fit(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn:
    return coded(name, levels, train.targets, train.classes, keys=train.keys)


def _fit_typed(name: str, levels: CellLevels, train: TrainRows) -> FittedColumn | None:
    return _fit(name, levels, train) if name in train.categorical else None


def _refit(column: AbstractColumn, levels: CellLevels, train: TrainRows) -> FittedColumn:
    return coded(column.name, levels, train.targets, train.classes, column.width, train.keys)


def _read(data: Mapping[str, Any]) -> CodedColumn:
    codes = tuple(tuple(map(float, row)) for row in data["codes"])
    other, absent = tuple(map(float, data["other"])), tuple(map(float, data["absent"]))
    levels = tuple(map(str, data["levels"]))
    if len(codes) != len(levels) or {len(row) for row in (*codes, absent)} != {len(other)}:
        raise ValueError(f"codes of {data['name']!r}: one row of {len(other)} numbers a level is required")
    return CodedColumn(str(data["name"]), levels, codes, other, absent, int(data["distinct"]), int(data["missing"]))


CODED = ColumnKind("coded", CodedColumn, _read, {TYPED_CODES: _fit_typed, CODES: _fit}, _refit)
