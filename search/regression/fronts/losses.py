"""What the residuals of a formula count as, and the weights by which least squares finds the least of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..columns import Array

SQUARED, ABSOLUTE, HUBER = "squared", "absolute", "huber"
LOSSES = (SQUARED, ABSOLUTE, HUBER)
SHARE = 0.1
"""The bound between small and large residuals of Huber's loss, of the spread of the targets; set by hand."""
LEAST = 1e-6
"""Residuals smaller than that share of the spread count as so large where they are divided by."""


@dataclass(frozen=True)
class RegressionLoss:
    """One of LOSSES for targets of a ``spread``; Huber's is that of squares up to SHARE of it and of absolute residuals beyond (Huber
    1964)."""

    name: str
    spread: float

    @classmethod
    def of(cls, name: str, y: Array) -> RegressionLoss:
        """The loss of that name, its spread half the range in which the middle half of the targets lie.

        name: one of LOSSES.
        y: the targets [rows].

        Raises ValueError for another name.
        """
        if name not in LOSSES:
            raise ValueError(f"loss={name!r}: one of {', '.join(LOSSES)} is required; choose one of these")
        low, high = np.quantile(y, (0.25, 0.75))
        return cls(name, float((high - low) / 2 or np.ptp(y) / 2 or 1.0))

    def mean(self, residuals: Array, weights: Array) -> float:
        """The mean loss, infinite where a residual is no number.

        residuals: [rows].
        weights: [rows], whose sum is 1.
        """
        size = np.abs(residuals)
        if not np.isfinite(size).all():
            return float("inf")
        with np.errstate(over="ignore"):
            if self.name == SQUARED:
                size = size**2
            elif self.name == HUBER:
                bound = SHARE * self.spread
                size = np.where(size <= bound, size**2 / 2, bound * (size - bound / 2))
            return float(weights @ size)

    def size(self, mean: float) -> float:
        """The size of residuals, all alike, that have a mean loss.

        mean: the loss.
        """
        if self.name == ABSOLUTE:
            return mean
        if self.name == SQUARED:
            return math.sqrt(mean)
        bound = SHARE * self.spread
        return math.sqrt(2 * mean) if mean <= bound**2 / 2 else mean / bound + bound / 2

    def weighing(self, residuals: Array) -> Array:
        """By what the weights of rows are multiplied so that least squares goes towards the least loss (iteratively reweighted least
        squares).

        residuals: [rows].
        """
        size = np.maximum(np.abs(residuals), LEAST * self.spread)
        if self.name == SQUARED:
            return np.ones_like(size)
        return 1.0 / size if self.name == ABSOLUTE else np.minimum(1.0, SHARE * self.spread / size)
