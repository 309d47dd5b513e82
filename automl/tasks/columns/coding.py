"""Codes of a category of many levels, by the target's mean (sklearn's TargetEncoder)."""

from __future__ import annotations

import numpy as np

from .category import CodedColumn
from .cells import CellLevels

MOST = 5_000
"""Levels that are kept with a code of their own: the most frequent ones that occur at least twice."""
MOST_CLASSES = 10
"""Classes up to which a level has the share of each; of more only how often it occurs."""

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
    if classes > MOST_CLASSES:
        return np.zeros((len(members), 0)), np.zeros((len(np.unique(members)), 0)), np.zeros(0)
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import TargetEncoder

    kind = "continuous" if not classes else "binary" if classes == 2 else "multiclass"
    folds = KFold(min(FOLDS, len(members)), shuffle=True, random_state=0)
    encoder = TargetEncoder(target_type=kind, cv=folds)
    crossed = encoder.fit_transform(members[:, None], targets)
    return crossed, np.stack(encoder.encodings_, axis=1), np.atleast_1d(encoder.target_mean_)


def _by_group(members: np.ndarray, means: np.ndarray, mean: np.ndarray, count: int) -> np.ndarray:
    """float64 [count, k]: the means of each group; the mean of all rows for one that no train row is in."""
    table = np.tile(mean, (count, 1)) if means.shape[1] else np.zeros((count, 0))
    table[np.unique(members)] = means
    return table
