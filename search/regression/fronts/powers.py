"""Products of powers of the arguments, and of one more expression, that come near to a target: by its weighted logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .. import products
from ..columns import Array, Columns, Numbers
from .front import NODE
from .screening import coefficients

MOST = 2_000
"""Other expressions that are tried."""
LEAST = 1e-3
"""The share of a logarithm that must be left beside those of the arguments."""


@dataclass(frozen=True)
class NearProduct:
    """A product of powers, times ``sign``, that leaves weighted ``squares`` of a target, and what it ``cost``s."""

    product: products.PowerProduct
    sign: float
    squares: float
    cost: float


class NearPowers:
    """Looks for products of powers of the ``leaves``, the arguments that are nowhere 0."""

    def __init__(self, columns: Columns, order: Numbers, rows: Numbers) -> None:
        """columns: the expressions. order: the numbers of those that may be in a product. rows: on which they are compared."""
        values = columns.values
        self.columns, self.rows = columns, rows
        whole = (values != 0).all(1)
        leaves = [place for place, each in enumerate(columns.recipes) if each.leaf is not None]
        self.leaves = [place for place in leaves if whole[place] and np.ptp(values[place])]
        self.others = [place for place in order.tolist() if whole[place] and place not in self.leaves][:MOST]
        self.costs = columns.costs[self.others]

    @cached_property
    def base(self) -> list[Array]:
        """The logarithms of the leaves."""
        return [np.log(np.abs(self.columns.values[place])) for place in self.leaves]

    @cached_property
    def _screened(self) -> Array:
        return np.asarray(np.log(np.abs(self.columns.values[self.others][:, self.rows])))

    def likely(self, target: Array, weights: Array, most: int) -> list[int]:
        """The other expressions that leave least of a target besides the leaves.

        target, weights: [rows].
        most: how many.
        """
        if not self.others:
            return []
        size, own = _logarithm(target, weights)
        root = np.sqrt(own[self.rows])
        basis = np.linalg.qr((np.stack([*self.base, np.ones(len(size))])[:, self.rows] * root).T)[0]
        rest = self._screened * root
        whole = np.sqrt((rest**2).sum(1))
        rest = rest - rest @ basis @ basis.T
        norms = np.sqrt((rest**2).sum(1))
        left = size[self.rows] * root
        left = left - basis @ (basis.T @ left)
        useful = norms > LEAST * whole
        likeness = np.where(useful, (rest @ left / np.where(useful, norms, 1.0)) ** 2, 0.0)
        remaining = np.maximum(float(left @ left) - likeness, 1e-12 * float(left @ left) + 1e-300)
        rank = np.log2(remaining) + 2.0 * NODE / len(self.rows) * self.costs
        return [self.others[place] for place in np.argsort(rank)[:most].tolist()]

    def fit(self, target: Array, weights: Array, other: int | None = None) -> NearProduct | None:
        """The likeliest product, with simple exponents; None where there is none.

        target, weights: [rows].
        other: the number of one more expression in it.
        """
        places, logarithms = list(self.leaves), list(self.base)
        if other is not None:
            places.append(other)
            logarithms.append(np.log(np.abs(self.columns.values[other])))
        size, own = _logarithm(target, weights)
        solution, squares = coefficients(size, own, logarithms)
        spread = np.sqrt(max(squares, 0.0) / max(1, len(size) - len(solution)))
        design = np.stack([*logarithms, np.ones(len(size))]).T * np.sqrt(own)[:, None]
        errors = np.sqrt(np.abs(np.diag(np.linalg.pinv(design.T @ design)))) * spread
        exponents = [_exponent(each, error) for each, error in zip(solution[:-1], errors.tolist())]
        used = [(place, each) for place, each in zip(places, exponents) if each]
        if not used or any(abs(each) > products.LARGEST for _, each in used):
            return None
        left = size - sum(each * row for each, row in zip(exponents, logarithms))
        start = float((left * own).sum() / own.sum())
        factor = float(np.exp(np.clip(start, -300, 300)))
        found = products.PowerProduct(tuple(place for place, _ in used), tuple(each for _, each in used), factor, 0.0)
        signs = np.sign(target)
        for place, _ in used:
            signs = signs * np.sign(self.columns.values[place])
        cost = sum(
            (1 + self.columns.costs[place]) * min(3.0, abs(each)) + (each * 2 != round(each * 2)) * 2
            for place, each in used
        )
        return NearProduct(
            found, 1.0 if signs @ own >= 0 else -1.0, float((own * (left - start) ** 2).sum()), float(cost)
        )


def _logarithm(target: Array, weights: Array) -> tuple[Array, Array]:
    """Of the size of a target where it is not 0, and the weights of the rows there."""
    known = (target != 0) & (weights > 0)
    return np.log(np.where(known, np.abs(target), 1.0)), np.where(known, weights * target**2, 0.0)


def _exponent(value: float, error: float) -> float:
    """The simplest number near an exponent; itself where none is."""
    for bottom in (1, 2, 3, 4):
        if abs(value - round(value * bottom) / bottom) <= min(max(3.0 * error, 1e-6), 0.2 / bottom):
            return round(value * bottom) / bottom
    return value
