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
LARGEST = 1e12
"""Values of a curve beyond it are of no use."""
MOST = 4
"""Curves of one target and expression that are looked at."""


@dataclass(frozen=True)
class FittedCurve:
    """``functions`` of ``factor`` times an expression, with coefficients and a constant, give the target."""

    functions: tuple[str, ...]
    factor: float


def curves(target: Array, values: Array, families: tuple[tuple[str, ...], ...]) -> Iterator[FittedCurve]:
    """The curves over an expression that explain a target fully.

    target: its values on the rows.
    values: those of the expression.
    families: numpy's functions that stand together, such as sine and cosine.
    """
    reach = float(np.ptp(values))
    wanted = standard(target[None])[0]
    for functions in families:
        signs = (1.0, -1.0) if len(functions) == 1 else (1.0,)
        factors = np.array([sign * turn / reach for sign in signs for turn in TURNS])
        explained = np.array([_explained(wanted, values, factor, functions) for factor in factors])
        peaks = [
            place for place in np.argsort(-explained)[: 4 * MOST].tolist()
            if explained[place] > NEAR and explained[place] >= max(explained[max(0, place - 1) : place + 2])
        ]  # fmt: skip
        for place in peaks[:MOST]:
            found = _refined(wanted, values, float(factors[place]), reach, functions)
            if found is not None:
                yield FittedCurve(functions, found)


def _design(values: Array, factor: float, functions: tuple[str, ...]) -> Array:
    with np.errstate(all="ignore"):
        return np.stack([getattr(np, name)(factor * values) for name in functions])


def _explained(wanted: Array, values: Array, factor: float, functions: tuple[str, ...]) -> float:
    """The share of a standard target that the curve explains."""
    parts = _design(values, factor, functions)
    if not np.isfinite(parts).all() or np.abs(parts).max() > LARGEST:
        return 0.0
    basis = standard(parts)
    if len(basis) > 1:
        second = basis[1] - (basis[1] @ basis[0]) * basis[0]
        norm = float(np.sqrt(second @ second))
        basis = np.stack([basis[0], second / norm]) if norm > 1e-9 else basis[:1]
    return float(((basis @ wanted) ** 2).sum())


def _refined(wanted: Array, values: Array, factor: float, reach: float, functions: tuple[str, ...]) -> float | None:
    """The factor to the last digit; None where the curve does not explain the target fully."""
    from scipy.optimize import least_squares

    def residual(given: Array) -> Array:
        parts = np.concatenate([_design(values, float(given[0]), functions), np.ones((1, len(values)))]).T
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
