"""How well given features suit a task, quickly and from few examples: the evidence of a linear model, and a ridge regression that leaves
each case out in turn, both in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

ROUNDS = 50
"""Most steps of the fixed point; it takes about ten."""
SETTLED = 1e-4
"""The change of the ratio of both precisions, in parts of it, by which it counts as found."""
LEAST, MOST = 1e-9, 1e9
"""Bounds of this ratio in parts of the features' mean square: where features say the targets without an error it has no other end."""
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Of a ridge regression, in parts of the features' mean square."""


class LeaveOneOut(NamedTuple):
    """What a ridge regression says of each case without having seen it, float64 [n, k], and the ``penalty`` with which it says so best."""

    said: np.ndarray
    penalty: float


def log_evidence(features: np.ndarray, targets: np.ndarray) -> float:
    """LogME: the mean over the columns of the targets of ln p(y | features) / n for the linear model y = F w + e, w normal with precision
    α, e with precision β, at the α and β that make it greatest (You, Liu, Wang and Long 2021, Algorithm 1). Larger is better.

    features: F, float [n, d], finite.
    targets: float [n, k]; of classes their indicators.
    """
    f, y = np.asarray(features, np.float64), np.asarray(targets, np.float64)
    count, width = f.shape
    u, s, _ = np.linalg.svd(f, full_matrices=False)
    square = (s**2)[:, None]
    unit = float(square.mean()) or 1.0
    within = (u.T @ y) ** 2
    outside = np.maximum((y**2).sum(0) - within.sum(0), 0.0)
    ratio = np.full(y.shape[1], unit)
    for _ in range(ROUNDS):
        gamma, weights, error = _moments(square, within, outside, ratio)
        alpha = gamma / np.maximum(weights, 1e-300)
        beta = np.maximum(count - gamma, 1e-12) / np.maximum(error, 1e-300)
        found = np.clip(alpha / beta, LEAST * unit, MOST * unit)
        moved = np.abs(found - ratio) / ratio
        ratio = found
        if moved.max() < SETTLED:
            break
    # For a given ratio the best β has a closed form, so that the value is that of a greatest point also where the ratio is at its bound.
    _, weights, error = _moments(square, within, outside, ratio)
    beta = count / np.maximum(error + ratio * weights, 1e-300)
    value = 0.5 * (count * np.log(beta) - np.log1p(square / ratio).sum(0) - count * (1.0 + np.log(2 * np.pi)))
    return float(value.mean() / count)


def _moments(
    square: np.ndarray, within: np.ndarray, outside: np.ndarray, ratio: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many directions the data decide, and the squared lengths of the mean weights and of the error, for each ratio α / β."""
    gamma = (square / (square + ratio)).sum(0)
    weights = (square * within / (square + ratio) ** 2).sum(0)
    error = (within * (ratio / (square + ratio)) ** 2).sum(0) + outside
    return gamma, weights, error


def left_out(features: np.ndarray, targets: np.ndarray) -> LeaveOneOut:
    """The answers of a ridge regression with an intercept that is not penalised to each case, fitted to all others, with that of PENALTIES
    by which their squared error is least; by the diagonal of the hat matrix (Allen 1974), without a fit for each.

    features: float [n, d], finite, n at least 2.
    targets: float [n, k]; of classes their indicators.
    """
    return _Ridge.of(features, targets).left_out()


def ridge_answers(features: np.ndarray, targets: np.ndarray, new: np.ndarray) -> np.ndarray:
    """float64 [m, k]: what such a regression, with the penalty that ``left_out`` finds, says of new cases.

    features: float [n, d], finite.
    targets: float [n, k].
    new: float [m, d], finite.
    """
    ridge = _Ridge.of(features, targets)
    penalty = ridge.left_out().penalty * ridge.unit
    weights = ridge.v.T @ ((ridge.s / (ridge.s**2 + penalty))[:, None] * ridge.within)
    return np.asarray((np.asarray(new, np.float64) - ridge.offset) @ weights + ridge.mean)


class _Ridge(NamedTuple):
    """Features about their mean, u s v, and the targets about theirs, along u."""

    y: np.ndarray
    offset: np.ndarray
    mean: np.ndarray
    u: np.ndarray
    s: np.ndarray
    v: np.ndarray
    within: np.ndarray
    unit: float

    @classmethod
    def of(cls, features: np.ndarray, targets: np.ndarray) -> _Ridge:
        f, y = np.asarray(features, np.float64), np.asarray(targets, np.float64)
        offset, mean = f.mean(0), y.mean(0)
        u, s, v = np.linalg.svd(f - offset, full_matrices=False)
        return cls(y, offset, mean, u, s, v, u.T @ (y - mean), float((s**2).mean()) or 1.0)

    def left_out(self) -> LeaveOneOut:
        found: list[tuple[float, LeaveOneOut]] = []
        for part in PENALTIES:
            kept = self.s**2 / (self.s**2 + part * self.unit)
            fitted = self.mean + self.u @ (kept[:, None] * self.within)
            leverage = 1.0 / len(self.y) + self.u**2 @ kept
            error = (self.y - fitted) / np.maximum(1.0 - leverage, 1e-9)[:, None]
            found.append((float((error**2).mean()), LeaveOneOut(self.y - error, part)))
        return min(found, key=lambda entry: entry[0])[1]


def indicators(classes: np.ndarray, count: int) -> np.ndarray:
    """float64 [n, count]: 1 where a case is of the class.

    classes: int [n].
    count: of classes.
    """
    return np.eye(count)[np.asarray(classes, np.int64)]
