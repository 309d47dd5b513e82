"""Which expressions, alone or two together, come nearest to targets whose rows count differently."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..columns import Array, Numbers, Singles

LEAST = 1e-5
"""The share of its size that must be left of an expression beside its mean, in single precision."""


class Screen:
    """Expressions on some of the rows, standardised, in single precision."""

    def __init__(self, values: Array, rows: Numbers) -> None:
        """values: of the expressions, [number, rows]. rows: on which they are compared."""
        some = values[:, rows]
        middle = some.mean(1, keepdims=True)
        scale = some.std(1, keepdims=True)
        self.rows = rows
        self.values: Singles = ((some - middle) / np.where(scale > 0, scale, 1.0)).astype(np.float32)
        self.squares: Singles = self.values**2

    def left(self, targets: Array, weights: Array) -> Array:
        """What the best multiple of each expression, plus a constant, leaves of each target: weighted squares, [targets, expressions].

        targets, weights: on all rows, [targets, rows].
        """
        known = weights[:, self.rows]
        centred = targets[:, self.rows]
        total = known.sum(1, keepdims=True)
        centred = centred - (known * centred).sum(1, keepdims=True) / total
        whole = (known * centred**2).sum(1, keepdims=True)
        light = (known / total).astype(np.float32)
        mean = light @ self.values.T
        spread = light @ self.squares.T
        own = spread - mean**2
        common = (known * centred / np.sqrt(total * np.where(whole > 0, whole, 1.0))).astype(np.float32) @ self.values.T
        with np.errstate(all="ignore"):
            explained = np.where(own > LEAST * spread, common**2 / own, 0.0)
        return np.asarray(np.maximum(1.0 - explained, 1e-12) * whole)


def weighted(values: Array, weights: Array) -> Array:
    """Rows of values without their weighted mean, each value times the root of its weight, and of norm 1.

    values: [number, rows].
    weights: [rows].
    """
    root = np.sqrt(weights)
    centred = (values - (values @ weights)[:, None] / weights.sum()) * root
    norm = np.sqrt((centred**2).sum(1, keepdims=True))
    size = np.sqrt(((values * root) ** 2).sum(1, keepdims=True))
    return np.asarray(np.where(norm > 1e-7 * size, centred / np.where(norm > 0, norm, 1.0), 0.0))


def best_pairs(target: Array, first: Array, second: Array, most: int, costs: Array) -> list[tuple[int, int]]:
    """The pairs of expressions that together explain a target best for what they cost.

    target: of norm 1.
    first, second: rows of norm 1.
    most: how many pairs.
    costs: half the bits that a row takes more for each pair, [first, second].
    """
    likeness = first @ second.T
    one, two = first @ target, second @ target
    rest = 1.0 - likeness**2
    with np.errstate(all="ignore"):
        explained = (one[:, None] ** 2 + two[None, :] ** 2 - 2 * one[:, None] * two[None, :] * likeness) / rest
    explained[rest < 1e-6] = 0.0
    rank = np.log2(np.maximum(1.0 - explained, 1e-14)) + costs
    flat = rank.ravel()
    best = np.argpartition(flat, most)[:most] if len(flat) > most else np.arange(len(flat))
    return [divmod(int(place), len(second)) for place in best[np.argsort(flat[best])].tolist()]


def coefficients(target: Array, weights: Array, parts: Sequence[Array]) -> tuple[list[float], float]:
    """Factors of expressions and, last, a constant, by weighted least squares, and the weighted squares left: 0 each, and infinity, where
    something is not finite.

    target, weights: [rows].
    parts: each [rows].
    """
    root = np.sqrt(weights)
    design = np.stack([*parts, np.ones(len(target))]).T * root[:, None]
    scale = np.abs(design).max(0)
    scale = np.where(scale > 0, scale, 1.0)
    if not (np.isfinite(design).all() and np.isfinite(target * root).all()):
        return [0.0] * len(scale), float("inf")
    solution = np.linalg.lstsq(design / scale, target * root, rcond=1e-12)[0] / scale
    error = design @ solution - target * root
    return solution.tolist(), float(error @ error)


def least_needed(target: Array, weights: Array, parts: Array) -> int:
    """The number of the expression without which the best sum of all, and a constant, is worse by least.

    target, weights: [rows].
    parts: [number, rows].
    """
    root = np.sqrt(weights)
    design = np.concatenate([parts, np.ones((1, len(target)))]).T * root[:, None]
    scale = np.abs(design).max(0)
    design = design / np.where(scale > 0, scale, 1.0)
    basis, upper = np.linalg.qr(design)
    inverse = np.linalg.pinv(upper)
    solution = inverse @ (basis.T @ (target * root))
    with np.errstate(all="ignore"):
        worse = solution**2 / (inverse**2).sum(1)
    return int(np.nanargmin(worse[:-1]))
