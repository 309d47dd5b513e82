"""Functions of a multiple of an expression: the factor inside is found on a grid, then to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .columns import Array
from .constants import simpler
from .sums import standard

TURNS = np.concatenate([np.geomspace(0.05, 1.0, 16), np.linspace(1.2, 60.0, 200)])
"""How far the argument of a curve goes over all rows: what is tried."""
NEAR = 0.98
"""The share of a target that a curve must explain on the grid to be looked at."""
HALF = 0.5
"""The same where outputs have noise."""
LARGEST = 1e12
"""Values of a curve beyond it are of no use."""
MOST = 2
"""Curves of one target and expression that are looked at."""


@dataclass(frozen=True)
class FittedCurve:
    """``functions`` of ``factor`` times an expression, with coefficients and a constant, give the target of this number."""

    target: int
    functions: tuple[str, ...]
    factor: float


def curves(targets: Array, values: Array, families: tuple[tuple[str, ...], ...]) -> Iterator[FittedCurve]:
    """The curves over an expression that explain a target fully.

    targets: standard rows, [targets, rows].
    values: those of the expression.
    families: numpy's functions that stand together, such as sine and cosine.
    """
    reach = _reach(values)
    for functions in families:
        signs = (1.0, -1.0) if len(functions) == 1 else (1.0,)
        for sign in signs:
            factors = sign * TURNS / reach
            explained = explained_by(targets, values, factors, functions)
            for target in np.flatnonzero(explained.max(0) > NEAR).tolist():
                for place in _peaks(explained[:, target]):
                    found = _refined(targets[target], values, float(factors[place]), reach, functions)
                    if found is not None:
                        yield FittedCurve(target, functions, found)


def approximate(targets: Array, values: Array, families: tuple[tuple[str, ...], ...]) -> Iterator[FittedCurve]:
    """The curves over an expression that explain a target best on the grid, where that is most of it.

    targets: standard rows, [targets, rows].
    values: those of the expression.
    families: numpy's functions that stand together, such as sine and cosine.
    """
    reach = _reach(values)
    for functions in families:
        for sign in (1.0, -1.0) if len(functions) == 1 else (1.0,):
            factors = sign * TURNS / reach
            explained = explained_by(targets, values, factors, functions)
            for target in np.flatnonzero(explained.max(0) > HALF).tolist():
                yield FittedCurve(target, functions, float(factors[int(explained[:, target].argmax())]))


def _peaks(explained: Array) -> list[int]:
    """The highest places that are higher than those beside them."""
    best = np.argsort(-explained)[: 4 * MOST].tolist()
    high = [place for place in best if explained[place] >= max(explained[max(0, place - 1) : place + 2])]
    return [place for place in high if explained[place] > NEAR][:MOST]


def explained_by(targets: Array, values: Array, factors: Array, functions: tuple[str, ...]) -> Array:
    """The share of each target that each curve explains, [factors, targets].

    targets: standard rows, [targets, rows].
    values: those of the expression.
    factors: of it, in the curves.
    functions: numpy's that stand together.
    """
    with np.errstate(all="ignore"):
        parts = [getattr(np, name)(factors[:, None] * values[None, :]) for name in functions]
    sound = np.logical_and.reduce([np.isfinite(part).all(1) & (np.abs(part).max(1) < LARGEST) for part in parts])
    basis = list[Array]()
    for part in parts:
        row = standard(np.where(sound[:, None], part, 0.0))
        for earlier in basis:
            row = row - (row * earlier).sum(1, keepdims=True) * earlier
        norm = np.sqrt((row**2).sum(1, keepdims=True))
        basis.append(np.where(norm > 1e-9, row / np.where(norm > 0, norm, 1.0), 0.0))
    return np.sum([(each @ targets.T) ** 2 for each in basis], axis=0)


def _refined(wanted: Array, values: Array, factor: float, reach: float, functions: tuple[str, ...]) -> float | None:
    """The factor to the last digit; None where the curve does not explain the target fully."""
    from scipy.optimize import least_squares

    def residual(given: Array) -> Array:
        with np.errstate(all="ignore"):
            made = [getattr(np, name)(float(given[0]) * values) for name in functions]
        parts = np.stack([*made, np.ones(len(values))]).T
        scale = np.abs(parts).max(0)
        if not np.isfinite(parts).all() or not 0 < scale.min() <= scale.max() < LARGEST:
            return np.full(len(values), 1e3)
        return np.asarray(parts / scale @ np.linalg.lstsq(parts / scale, wanted, rcond=None)[0] - wanted)

    found = least_squares(residual, [factor], x_scale=[0.1 / reach], xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=60)
    if float(np.abs(found.fun).max()) > 1e-7:
        return None
    best = float(found.x[0])
    for simple in simpler(best, 1e-6):
        if float(np.abs(residual(np.array([simple]))).max()) < 1e-9:
            return simple
    return best if float(np.abs(found.fun).max()) < 1e-9 else None


def _reach(values: Array) -> float:
    """Over how much an expression is spread, but for a few values that are far from all others: as if evenly."""
    low, high = np.quantile(values, (0.25, 0.75))
    whole = float(np.ptp(values))
    return min(whole, 2.0 * float(high - low)) if high > low else whole
