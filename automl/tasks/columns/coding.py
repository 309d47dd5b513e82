"""Codes of a category of many levels, by the target's mean (sklearn's TargetEncoder)."""

from __future__ import annotations

import numpy as np

from .category import CodedColumn
from .cells import CellLevels

MOST = 5_000
"""Levels that are kept with a code of their own: the most frequent ones that occur at least twice."""
MOST_CLASSES = 10
"""Classes up to which a level has the share of each; of more it has so many mixtures of shares, in which the levels differ most."""
TOLD_APART = 50
"""Classes, the most frequent ones, that a mixture is of; the others count as one."""

FOLDS = 5


def coded(name: str, levels: CellLevels, targets: np.ndarray, classes: int) -> tuple[CodedColumn, np.ndarray]:
    """The encoding, and the features [n, width] of the train rows, for which the targets of other rows alone were used.

    ``targets`` [n] are class numbers below ``classes``, or numbers where that is 0.
    """
    counts = levels.counts
    ranked = sorted(np.flatnonzero(counts >= 2), key=lambda index: (-counts[index], levels.texts[index]))
    kept = np.array(ranked[:MOST], dtype=np.int64)
    other, absent = len(kept), len(kept) + 1
    groups = np.full(len(counts) + 1, other)
    groups[kept], groups[-1] = np.arange(len(kept)), absent
    members = groups[levels.codes]
    often = np.log1p(np.append(counts[kept], [0, levels.missing]))
    crossed, means, mean = _target_means(members, targets, classes)
    table = np.concatenate([_by_group(members, means, mean, len(kept) + 2), often[:, None]], axis=1)
    rows = [tuple(map(float, row)) for row in table]
    texts = tuple(str(text) for text in levels.texts[kept])
    column = CodedColumn(name, texts, tuple(rows[:other]), rows[other], rows[absent], len(counts), levels.missing)
    return column, np.concatenate([crossed, often[members][:, None]], axis=1)


def _target_means(members: np.ndarray, targets: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row by cross fitting [n, k]; of each member that occurs, in order [members, k]; of all rows [k]."""
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import TargetEncoder

    kind = "continuous" if not classes else "binary" if len(np.unique(targets)) <= 2 else "multiclass"
    folds = KFold(min(FOLDS, len(members)), shuffle=True, random_state=0)
    encoder = TargetEncoder(target_type=kind, cv=folds)
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
