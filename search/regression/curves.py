"""Functions of an expression with a constant inside: it is found on a grid, then to the last digit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .columns import Array
from .constants import simpler
from .families import CurveFamily
from .sums import standard

NEAR, NEAR_WAVES = 0.98, 0.9
"""The share of a target that a curve must explain on the grid to be looked at, and where it has two constants inside."""
HALF = 0.5
"""The same where outputs have noise."""
LARGEST = 1e12
"""Values of a curve beyond it are of no use."""
MOST = 2
"""Curves of one target and expression that are looked at."""
ZOOMS, FINER = 3, (24, 6)
"""How often a grid is made finer around its best place, and into how many steps each step on both sides is divided, where it has one
constant and where it has two."""
UNEXPLAINED = 1e-5
"""The share of a target that a curve may leave on the finest grid."""


@dataclass(frozen=True)
class FittedCurve:
    """The functions of a ``family`` with ``constants`` inside, with coefficients and a constant, give the target of this number."""

    target: int
    family: CurveFamily
    constants: tuple[float, ...]


def curves(
    targets: Array, values: Array, families: Sequence[CurveFamily], beside: Array | None = None
) -> Iterator[FittedCurve | None]:
    """The curves over an expression that explain a target fully, and None for each that was looked at and does not.

    targets: standard rows, [targets, rows].
    values: those of the expression.
    families: of curves.
    beside: rows of which a multiple may be added, and by which each function may be multiplied, [number, rows] (default: none).
    """
    fit = _Fit(targets, values, beside)
    for family in families:
        for places in family.grid(values):
            explained = fit.explained(family, family.constants(places, values))
            near = NEAR if places.shape[1] == 1 else NEAR_WAVES
            for target in np.flatnonzero(explained.max(0) > near).tolist():
                for peak in _peaks(explained[:, target], near):
                    found = fit.refined(target, family, places, peak)
                    yield None if found is None else FittedCurve(target, family, found)


def approximate(
    targets: Array, values: Array, families: Sequence[CurveFamily], beside: Array | None = None
) -> Iterator[FittedCurve]:
    """The curves over an expression that explain a target best on the grid, where that is most of it.

    targets: standard rows, [targets, rows].
    values: those of the expression.
    families: of curves.
    beside: rows of which a multiple may be added, [number, rows] (default: none).
    """
    fit = _Fit(targets, values, beside, times=False)
    for family in families:
        for places in family.grid(values, noisy=True):
            constants = family.constants(places, values)
            explained = fit.explained(family, constants)
            for target in np.flatnonzero(explained.max(0) > HALF).tolist():
                best = constants[int(explained[:, target].argmax())]
                yield FittedCurve(target, family, tuple(best.tolist()))


def _peaks(explained: Array, near: float) -> list[int]:
    """The highest places that are higher than those beside them."""
    best = np.argsort(-explained)[: 4 * MOST].tolist()
    high = [place for place in best if explained[place] >= max(explained[max(0, place - 1) : place + 2])]
    return [place for place in high if explained[place] > near][:MOST]


class _Fit:
    """Curves over one expression, held against targets."""

    def __init__(self, targets: Array, values: Array, beside: Array | None = None, times: bool = True) -> None:
        self.values, self.beside, self.times = values, beside, times
        self.wanted = targets
        self.left = targets
        self.basis: Array | None = None
        if beside is not None:
            self.basis = np.linalg.qr(standard(beside).T)[0]
            self.left = targets - targets @ self.basis @ self.basis.T

    def parts(self, family: CurveFamily, constants: Array) -> list[Array]:
        """The functions at constants [tried, constants], and these times what is beside, each [tried, rows]."""
        parts = family.features(constants, self.values)
        if self.beside is not None and self.times:
            with np.errstate(all="ignore"):
                parts = [*parts, *(part * row for part in parts for row in self.beside)]
        return parts

    def explained(self, family: CurveFamily, constants: Array, chosen: slice = slice(None)) -> Array:
        """The share of each target that each curve explains, [tried, targets]."""
        parts, left = self.parts(family, constants), self.left[chosen]
        with np.errstate(all="ignore"):
            sound = np.logical_and.reduce(
                [np.isfinite(part).all(1) & (np.abs(part).max(1) < LARGEST) for part in parts]
            )
        basis = list[Array]()
        for part in parts:
            row = standard(np.where(sound[:, None], part, 0.0))
            if self.basis is not None:
                row = row - row @ self.basis @ self.basis.T
            for earlier in basis:
                row = row - (row * earlier).sum(1, keepdims=True) * earlier
            norm = np.sqrt((row**2).sum(1, keepdims=True))
            basis.append(np.where(norm > 1e-9, row / np.where(norm > 0, norm, 1.0), 0.0))
        outside = 1.0 - (left**2).sum(1)
        found = np.sum([(each @ left.T) ** 2 for each in basis], axis=0) + outside
        return np.asarray(np.where(sound[:, None], found, 0.0))

    def refined(self, target: int, family: CurveFamily, places: Array, peak: int) -> tuple[float, ...] | None:
        """The constants to the last digit; None where the curve does not explain the target fully."""
        place = places[peak]
        beside = places[[max(0, peak - 1), min(len(places) - 1, peak + 1)]]
        step = np.abs(beside - place).max(0)
        step = np.where(step > 0, step, 0.3 * np.abs(place))
        finer = FINER[len(place) - 1]
        lines = np.meshgrid(*[np.linspace(-1.0, 1.0, 2 * finer + 1)] * len(place), indexing="ij")
        around = np.stack([line.ravel() for line in lines], axis=1)
        for _ in range(ZOOMS):
            tried = place + step * around
            known = self.explained(family, family.constants(tried, self.values), slice(target, target + 1))[:, 0]
            place, step = tried[int(known.argmax())], step / finer
        if known.max() < 1.0 - UNEXPLAINED:
            return None
        return self._exact(target, family, place, step)

    def _exact(self, target: int, family: CurveFamily, place: Array, step: Array) -> tuple[float, ...] | None:
        from scipy.optimize import least_squares

        wanted = self.wanted[target]
        rows = [] if self.beside is None else list(self.beside)

        def residual(constants: Array) -> Array:
            parts = np.stack(
                [*(each[0] for each in self.parts(family, constants[None])), *rows, np.ones(len(wanted))]
            ).T
            scale = np.abs(parts).max(0)
            if not np.isfinite(parts).all() or not 0 < scale.min() <= scale.max() < LARGEST:
                return np.full(len(wanted), 1e3)
            return np.asarray(parts / scale @ np.linalg.lstsq(parts / scale, wanted, rcond=None)[0] - wanted)

        def at(given: Array) -> Array:
            return residual(family.constants(given[None], self.values)[0])

        tolerance = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}
        found = least_squares(at, place, x_scale=step, max_nfev=60, **tolerance)
        if float(np.abs(found.fun).max()) > 1e-7:
            return None
        best = family.constants(found.x[None], self.values)[0]
        for number in range(len(best)):
            for simple in simpler(float(best[number]), 1e-6):
                tried = best.copy()
                tried[number] = simple
                if float(np.abs(residual(tried)).max()) < 1e-9:
                    best = tried
                    break
        sound = family.is_seen(best, self.values) and float(np.abs(residual(best)).max()) < 1e-9
        return tuple(best.tolist()) if sound else None
