"""Products of powers of the arguments, and of one or two more expressions, that come near to a target: by its weighted logarithms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .. import products
from ..columns import Array, Columns, Numbers
from .front import NODE
from .screening import best_pairs, coefficients

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
        """columns: the expressions. order: the numbers of those that may be in a product, cheapest first. rows: on which they are
        compared."""
        values = columns.values
        self.columns, self.rows = columns, rows
        whole = (values != 0).all(1)
        leaves = [place for place, each in enumerate(columns.recipes) if each.leaf is not None]
        self.leaves = [place for place in leaves if whole[place] and np.ptp(values[place])]
        others = [place for place in order.tolist() if whole[place] and place not in self.leaves]
        self.others = [others[place] for place in _different(np.abs(values[others][:, rows]))]
        self.costs = columns.costs[self.others]

    @cached_property
    def base(self) -> list[Array]:
        """The logarithms of the leaves."""
        return [np.log(np.abs(self.columns.values[place])) for place in self.leaves]

    @cached_property
    def _screened(self) -> Array:
        return np.asarray(np.log(np.abs(self.columns.values[self.others][:, self.rows])))

    @cached_property
    def _squares(self) -> Array:
        return self._screened**2

    def likely(self, target: Array, weights: Array, most: int) -> list[int]:
        """The other expressions that leave least of a target besides the leaves.

        target, weights: [rows].
        most: how many.
        """
        if not self.others:
            return []
        left, basis, root = self._left(target, weights)
        own = (self._screened @ (root[:, None] * basis)) ** 2
        whole = self._squares @ root**2
        rest = whole - own.sum(1)
        useful = rest > LEAST**2 * whole
        likeness = np.where(useful, (self._screened @ (root * left)) ** 2 / np.where(useful, rest, 1.0), 0.0)
        rank = np.log2(np.maximum(1.0 - likeness, 1e-12)) + 2.0 * NODE / len(self.rows) * self.costs
        return [self.others[place] for place in np.argsort(rank)[:most].tolist()]

    def likely_pairs(self, target: Array, weights: Array, most: int, size: int) -> list[tuple[int, int]]:
        """The pairs of other expressions that leave least of a target besides the leaves.

        target, weights: [rows].
        most: how many.
        size: of how many, the likeliest alone, one of a pair is.
        """
        if not self.others:
            return []
        rest, left, rank = self._beyond(target, weights)
        first = np.argsort(rank)[:size]
        own = self.costs.astype(np.float64) * (2.0 * NODE / len(self.rows))
        best = best_pairs(left, rest[first], rest, 2 * most, own[first][:, None] + own[None, :])
        found = dict.fromkeys((min(int(first[one]), two), max(int(first[one]), two)) for one, two in best)
        return [(self.others[one], self.others[two]) for one, two in list(found)[:most] if one < two]

    def _beyond(self, target: Array, weights: Array) -> tuple[Array, Array, Array]:
        """The logarithms of the others, and of a target, less what those of the leaves tell of them, of norm 1; and the bits that each
        leaves."""
        left, basis, root = self._left(target, weights)
        rest = self._screened * root
        whole = np.sqrt((rest**2).sum(1))
        rest = rest - rest @ basis @ basis.T
        norms = np.sqrt((rest**2).sum(1))
        useful = norms > LEAST * whole
        rest = np.where(useful[:, None], rest / np.where(useful, norms, 1.0)[:, None], 0.0)
        remaining = np.maximum(1.0 - (rest @ left) ** 2, 1e-12)
        return rest, left, np.log2(remaining) + 2.0 * NODE / len(self.rows) * self.costs

    def _left(self, target: Array, weights: Array) -> tuple[Array, Array, Array]:
        """What the leaves leave of a target's logarithm, of norm 1, a basis of theirs [rows, leaves + 1], and the roots of the weights."""
        size, own = _logarithm(target, weights)
        root = np.sqrt(own[self.rows])
        basis = np.linalg.qr((np.stack([*self.base, np.ones(len(size))])[:, self.rows] * root).T)[0]
        left = size[self.rows] * root
        left = left - basis @ (basis.T @ left)
        return left / (np.sqrt(left @ left) or 1.0), basis, root

    def fit(self, target: Array, weights: Array, others: Sequence[int] = ()) -> NearProduct | None:
        """The likeliest product, with simple exponents; None where there is none.

        target, weights: [rows].
        others: the numbers of more expressions in it.
        """
        places = [*self.leaves, *others]
        logarithms = [*self.base, *(np.log(np.abs(self.columns.values[other])) for other in others)]
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


def _different(sizes: Array) -> list[int]:
    """The numbers of rows of sizes, of those that are alike but for a factor the first."""
    logarithms = np.log(sizes)
    marks = (logarithms - logarithms.mean(1, keepdims=True)) @ np.random.default_rng(0).normal(size=sizes.shape[1])
    return np.sort(np.unique(np.round(marks, 8), return_index=True)[1]).tolist()


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
