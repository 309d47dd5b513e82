"""One pass over expressions and targets: all ways in which a few of the one may give one of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.term import Literal, Term

from . import products, sums
from .algebra import Algebra
from .columns import Array, Columns, Numbers, Singles
from .curves import curves
from .targets import Targets
from .work import FIT, Work

FAMILIES = (("exp",), ("sin", "cos"))
"""Numpy's functions that stand together in a curve."""
DEGREES = (4, 8, 16, 40)
"""Products of arguments that are summed at once."""


@dataclass(frozen=True)
class Effort:
    """How far one pass goes: expressions held, their breadth (``growth``), expressions taken off the output; and of how many targets all
    sums of one of the first and any, of two of the first or most alike, of three, and curves over the first are tried."""

    columns: int
    breadth: float
    factors: int
    mixed: tuple[int, int]
    pairs: tuple[int, int]
    triples: tuple[int, int]
    curves: tuple[int, int]


@dataclass(eq=False)
class FormulaPass:
    """Formulas for the output over the ``columns``; ``order`` are the numbers of those that are no constants, cheapest first."""

    columns: Columns
    targets: Targets
    algebra: Algebra
    effort: Effort
    work: Work

    def __post_init__(self) -> None:
        self.order = cheapest(self.columns, len(self.columns))
        self.standard = sums.standard(self.columns.values[self.order])

    def formulas(self) -> Iterator[Term | None]:
        """Terms that give the output on the rows, the likeliest kinds first, and None now and then. Raises Stop or OutOfTime."""
        for found in (
            self.polynomials(), self.products(), self.singles(), self.mixed(), self.several(self.effort.pairs, 2),
            self.several(self.effort.triples, 3), self.curves(),
        ):  # fmt: skip
            yield from found
            yield None

    def polynomials(self) -> Iterator[Term]:
        """Sums of all products of few arguments."""
        powers = [place for place in self.order.tolist() if _is_product(self.columns, place)]
        for count in sorted({min(len(powers), self.work.rows - 2, most) for most in DEGREES}):
            for target in range(self._first(self.effort.pairs[0]) if count > 0 else 0):
                self.work.spend(self.work.rows * count**2.0, 1)
                found = sums.polynomial(self.targets.values[target], self.columns, np.array(powers[:count]))
                if found is not None:
                    yield from self._sum(found, target)

    def products(self) -> Iterator[Term]:
        """Products of powers of the arguments, and of one more expression."""
        leaves = [place for place, recipe in enumerate(self.columns.recipes) if recipe.leaf is not None]
        whole = (self.columns.values != 0).all(1)
        leaves = [place for place in leaves if whole[place] and np.ptp(self.columns.values[place])]
        if self.work.rows < len(leaves) + 2:
            return
        suitable = np.flatnonzero((self.targets.values != 0).all(1)).tolist()
        for target in suitable:
            self.work.spend(self.work.rows * (len(leaves) + 1) ** 2.0, 1)
            yield from self._product(target, leaves)
        others = self.order[whole[self.order]]
        logarithms = np.log(np.abs(self.columns.values[np.append(leaves, others).astype(int)]))
        base = np.concatenate([logarithms[: len(leaves)], np.ones((1, self.work.rows))])
        basis = np.linalg.qr(base.T)[0]
        rest = logarithms[len(leaves) :]
        rest = rest - rest @ basis @ basis.T
        known = np.sqrt((rest**2).sum(1)) > 1e-6
        others, rest = others[known], sums.standard(rest[known])
        for target in suitable[: self.effort.mixed[0]]:
            self.work.spend(self.work.rows * float(len(others)), len(others))
            left = np.log(np.abs(self.targets.values[target]))
            left = left - basis @ (basis.T @ left)
            size = float(np.sqrt(left @ left))
            likeness = np.abs(rest @ (left / size)) if size > 1e-9 else np.zeros(0)
            for place in np.argsort(-likeness)[: sums.EACH].tolist():
                if likeness[place] > 1 - 1e-7:
                    yield from self._product(target, [*leaves, int(others[place])])

    def singles(self) -> Iterator[Term | None]:
        """One expression, times a number and plus one."""
        expressions: Singles = self.standard.astype(np.float32)
        for start in range(0, len(self.targets), 256):
            given: Singles = sums.standard(self.targets.values[start : start + 256]).astype(np.float32)
            fits = float(len(given) * len(self.order))
            self.work.spend(fits * self.work.rows / 8, fits)
            for row, place in sums.singles(given, expressions):
                yield from self._fit(start + row, [self.order[place]])
            yield None

    def mixed(self) -> Iterator[Term | None]:
        """Sums of a simple expression and any other."""
        first = self.standard[: self.effort.mixed[1]]
        likeness = first @ self.standard.T
        for target in range(self._first(self.effort.mixed[0])):
            self.work.spend(10.0 * likeness.size, likeness.size / 2)
            for places in sums.pairs(self._row(target), first, self.standard, likeness):
                yield from self._fit(target, self.order[list(places)])
            yield None

    def several(self, most: tuple[int, int], count: int) -> Iterator[Term | None]:
        """Sums of two or three expressions that are simple, or like the target.

        most: of how many targets, and of how many expressions.
        count: 2 or 3.
        """
        half = most[1] // 2
        for target in range(self._first(most[0])):
            row = self._row(target)
            alike = np.argsort(-np.abs(self.standard @ row), kind="stable")[:half]
            chosen = np.union1d(np.arange(min(len(self.order), half)), alike)
            some, size = self.standard[chosen], float(len(chosen))
            self.work.spend((10.0 if count == 2 else 5.0) * size**count, size**count / (count * count - count))
            found = sums.pairs(row, some, some, some @ some.T) if count == 2 else sums.triples(row, some)
            for places in found:
                yield from self._fit(target, self.order[chosen[list(places)]])
            yield None

    def curves(self) -> Iterator[Term | None]:
        """Functions of a multiple of a simple expression."""
        families = tuple(family for family in FAMILIES if all(name in self.algebra for name in family))
        for target in range(self._first(self.effort.curves[0])):
            for place in self.order[: self.effort.curves[1]].tolist():
                self.work.spend(3e6, 500)
                values = self.columns.values[place]
                for curve in curves(self.targets.values[target], values, families):
                    inner = self.algebra.scaled(self.columns.term(place, self.algebra), curve.factor)
                    new = range(len(self.columns), len(self.columns) + len(curve.functions))
                    for name in curve.functions:
                        made = getattr(np, name)(curve.factor * values)
                        cost = int(self.columns.costs[place]) + 3
                        self.columns.add_leaf(self.algebra.term(name, inner), made, cost)
                    yield from self._fit(target, np.array(new), more=1)
            yield None

    def _first(self, most: int) -> int:
        return min(len(self.targets), most)

    def _row(self, target: int) -> Array:
        return sums.standard(self.targets.values[target : target + 1])[0]

    def _fit(self, target: int, places: Sequence[int] | Numbers, more: int = 0) -> Iterator[Term]:
        """The sum of these expressions, if it is exact; ``more`` constants were fitted before."""
        bound = self.work.bound(len(places) + 1 + more)
        if bound:
            self.work.spend(FIT)
            found = sums.fitted(self.targets.values[target], self.columns, [int(place) for place in places], bound)
            if found is not None:
                yield from self._sum(found, target, more)

    def _sum(self, found: sums.LinearSum, target: int, more: int = 0) -> Iterator[Term]:
        if self.work.tells(found.constants + more, found.error):
            yield self.targets.rebuilt(target, sums.as_term(found, self.columns, self.algebra))

    def _product(self, target: int, places: Sequence[int]) -> Iterator[Term]:
        found = products.product(self.targets.values[target], self.columns, places)
        if found is not None and self.work.tells(found.constants, found.error):
            term = products.as_term(found, self.columns, self.algebra)
            if term is not None:
                yield self.targets.rebuilt(target, term)


def cheapest(columns: Columns, most: int) -> Numbers:
    """The numbers of the cheapest expressions that are no constants.

    columns: the expressions.
    most: how many.
    """
    order = np.argsort(columns.costs, kind="stable")
    return order[np.ptp(columns.values[order], axis=1) > 0][:most]


def _is_product(columns: Columns, place: int) -> bool:
    """Whether an expression is an argument, or a product of such."""
    expression = columns.recipes[place]
    if expression.leaf is not None:
        return not isinstance(expression.leaf, Literal)
    return expression.function == "multiply" and all(_is_product(columns, part) for part in expression.parts)
