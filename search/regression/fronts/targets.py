"""Noisy outputs with parts of a formula taken off them, and how much an error of the output counts in each value of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..algebra import INVERSES, Algebra
from ..columns import Array, Columns, Numbers
from ..targets import (
    COSTS,
    FROM,
    INVERSE,
    LESS,
    LESSENED,
    OVER,
    PLUS,
    RAISED,
    ROOT,
    ROOTED,
    TIMES,
    UNDER,
    UNDO,
    Removal,
    Targets,
    exponents,
)  # fmt: skip

VALID = 0.95
"""The share of rows on which a target must be defined: with noise a few leave the range of a function."""
STEEP = 0.05
"""The slope of a target counts as this share of its median at least: nearer to a turning point the first order says too little."""


@dataclass(frozen=True)
class SlopedLayer:
    """Targets to which the same was done but for the expression ``places`` (−1: none): ``values`` and ``slopes``, by which an error of
    the output is multiplied, [targets, rows]; both are NaN where a target is not defined."""

    steps: tuple[Removal, ...]
    places: Numbers
    values: Array
    slopes: Array

    def chosen(self, rows: NDArray[np.bool_] | slice) -> SlopedLayer:
        """Some of the targets.

        rows: which.
        """
        return SlopedLayer(self.steps, self.places[rows], self.values[rows], self.slopes[rows])

    def after(self, step: Removal, values: Array, slope: Array | float) -> SlopedLayer:
        """The targets with one more thing done.

        step: what was done.
        values: the targets then, [targets, rows].
        slope: of the new values by the old ones.
        """
        return SlopedLayer((*self.steps, step), self.places, values, self.slopes * np.abs(slope))


class WeightedTargets(Targets):
    """All targets of an output with noise: ``values`` and ``weights`` are [targets, rows]. The weighted squares of a fit's errors sum up to
    about the squares of the output's."""

    def __init__(
        self, output: Array, columns: Columns, algebra: Algebra, factors: Numbers, weights: Array | None = None
    ) -> None:
        """output: its values on the rows. columns: the expressions. algebra: the words. factors: which expressions may be taken off.
        weights: of the rows (None: all alike)."""
        self.columns, self.algebra = columns, algebra
        self.own: Array = np.ones(len(output)) if weights is None else weights / weights.mean()
        """The weights of the rows, whose mean is 1."""
        self.total = float(self.own @ output**2)
        """The weighted squares of the output."""
        layers = [sound for layer in _layers(output, columns, algebra, factors) if len((sound := _sound(layer)).places)]
        costs = [
            sum(COSTS[step.kind] for step in layer.steps) + np.where(layer.places < 0, 0, columns.costs[layer.places])
            for layer in layers
        ]
        order = np.argsort(np.concatenate(costs), kind="stable")
        values = np.concatenate([layer.values for layer in layers])[order]
        slopes = np.concatenate([layer.slopes for layer in layers])[order]
        known = np.isfinite(values)
        with np.errstate(all="ignore"):
            spreads = slopes / np.sqrt(self.own)
            floor = STEEP * _middle(spreads)[:, None]
            self.weights: Array = np.where(known, 1.0 / np.maximum(spreads, floor) ** 2, 0.0)
        self.values = np.where(known, values, 0.0)
        self.costs = np.concatenate(costs)[order]
        self._where = [(layer.steps, place) for layer in layers for place in layer.places.tolist()]
        self._order = order


def _sound(layer: SlopedLayer) -> SlopedLayer:
    """Those targets that are defined on nearly all rows, and no constants."""
    with np.errstate(all="ignore"):
        known = (
            np.isfinite(layer.values)
            & np.isfinite(layer.slopes)
            & (layer.slopes < 1e50)
            & (np.abs(layer.values) < 1e50)
        )
        values = np.where(known, layer.values, np.nan)
        slopes = np.where(known, layer.slopes, np.nan)
    keep = known.mean(1) >= VALID
    values, slopes = values[keep], slopes[keep]
    if not len(values):
        return SlopedLayer(layer.steps, layer.places[keep], values, slopes)
    varied = (np.nanmax(values, axis=1) > np.nanmin(values, axis=1)) & (_middle(slopes) > 1e-50)
    return SlopedLayer(layer.steps, layer.places[keep][varied], values[varied], slopes[varied])


def _middle(slopes: Array) -> Array:
    """The geometric mean of each row."""
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(np.nanmean(np.log(np.maximum(slopes, 1e-60)), axis=1)))


def _layers(output: Array, columns: Columns, algebra: Algebra, factors: Numbers) -> Iterator[SlopedLayer]:
    plain = SlopedLayer((), np.array([-1]), output[None], np.ones((1, len(output))))
    yield plain
    yield from _stripped(plain, algebra)
    yield from _inverted(plain, algebra)
    yield from _raised(plain, columns, algebra)
    if "multiply" not in algebra:
        return
    factors = factors[(columns.values[factors] != 0).all(1)]
    known = columns.values[factors]
    start = SlopedLayer((), factors, np.broadcast_to(output, known.shape), np.ones(known.shape))
    with np.errstate(all="ignore"):
        first = [start.after(Removal(OVER), output / known, 1.0 / known)]
        if "divide" in algebra:
            first += [
                start.after(Removal(TIMES), output * known, known),
                start.after(Removal(UNDER), known / output, known / output**2),
            ]
    for layer in first:
        yield layer
        yield from _stripped(layer, algebra)
        some = layer.chosen(slice(0, LESSENED))
        for place, expression in enumerate(columns.recipes):
            if expression.leaf is not None and np.ptp(columns.values[place]):
                yield some.after(Removal(LESS, place), some.values - columns.values[place], 1.0)
        yield from _raised(layer.chosen(slice(0, ROOTED)), columns, algebra)


def _raised(layer: SlopedLayer, columns: Columns, algebra: Algebra) -> Iterator[SlopedLayer]:
    """Roots of the targets, and of 1 less them, by each of the arguments, and one over them."""
    if "power" not in algebra and not ("exp" in algebra and "log" in algebra):
        return
    for one in (layer, layer.after(Removal(FROM), 1.0 - layer.values, 1.0)):
        for place in exponents(columns):
            exponent = 1.0 / columns.values[place]
            with np.errstate(all="ignore"):
                values = np.where(one.values > 0, one.values, np.nan) ** exponent
                root = one.after(Removal(RAISED, place), values, exponent * values / one.values)
                yield root
                yield from _inverted(root, algebra)


def _stripped(layer: SlopedLayer, algebra: Algebra) -> Iterator[SlopedLayer]:
    """The targets with one function, or a one and a function, taken off."""
    yield from _without_function(layer, algebra)
    for sign in (1.0, -1.0):
        moved = layer.after(Removal(PLUS, sign), layer.values + sign, 1.0)
        yield moved
        yield from _without_function(moved, algebra)
        yield from _inverted(moved, algebra)


def _inverted(layer: SlopedLayer, algebra: Algebra) -> Iterator[SlopedLayer]:
    if "divide" in algebra:
        with np.errstate(all="ignore"):
            yield layer.after(Removal(INVERSE), 1.0 / layer.values, 1.0 / layer.values**2)


def _without_function(layer: SlopedLayer, algebra: Algebra) -> Iterator[SlopedLayer]:
    for function in algebra.unary:
        with np.errstate(all="ignore"):
            values = getattr(np, INVERSES[function])(layer.values)
            back = getattr(np, function)(values)
            values = np.where(np.abs(back - layer.values) <= 1e-9 * np.abs(layer.values), values, np.nan)
            yield layer.after(Removal(UNDO, function), values, _slope(INVERSES[function], layer.values))
    with np.errstate(all="ignore"):
        roots = np.sqrt(layer.values)
        yield layer.after(Removal(ROOT), roots, 0.5 / roots)


def _slope(function: str, values: Array) -> Array:
    """The derivative of one of the functions that undo others."""
    slopes = {
        "log": lambda: 1.0 / values, "exp": lambda: np.exp(values), "square": lambda: 2.0 * values,
        "arcsin": lambda: 1.0 / np.sqrt(1.0 - values**2), "arccos": lambda: 1.0 / np.sqrt(1.0 - values**2),
        "arctan": lambda: 1.0 / (1.0 + values**2), "arctanh": lambda: 1.0 / (1.0 - values**2), "sin": lambda: np.cos(values),
        "cos": lambda: np.sin(values), "tan": lambda: 1.0 + np.tan(values) ** 2,
    }  # fmt: skip
    return np.asarray(slopes[function]())
