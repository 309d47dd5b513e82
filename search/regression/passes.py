"""One pass over expressions and targets: all ways in which a few of the one may give one of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.brief import brief_repr
from primitives.term import Term

from . import products, sums
from .algebra import Algebra
from .columns import Array, Columns, Numbers, Singles
from .curves import curves
from .targets import Targets
from .work import FIT, Work

FAMILIES = (("exp",), ("sin", "cos"))
"""Numpy's functions that stand together in a curve."""
SEARCH = 50.0
"""Multiplications that looking for the rest of a sum counts as, for each expression that may begin it."""
CURVES = 1000.0
"""About how many curves are tried over one expression."""
ALIKE = 1e-7
"""What a correlation of logarithms may be off one for the product to be looked at."""
DEGREES = (4, 8, 16, 40)
"""Products of arguments that are summed at once."""


@dataclass(frozen=True)
class Effort:
    """How far one pass goes: expressions held, their breadth (``growth``), and expressions taken off the output; and of how many targets
    products with one more expression are tried, plain sums of two, and of three with one of so many, sums of one of the first and any, of
    two that are first or most alike, of three such, and curves over the first."""

    columns: int
    breadth: float
    factors: int
    products: int
    plain: tuple[int, int, int]
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

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        self.order = cheapest(self.columns, len(self.columns))
        self.standard = sums.standard(self.columns.values[self.order])

    def formulas(self) -> Iterator[Term | None]:
        """Terms that give the output on the rows, the likeliest kinds first, and None now and then. Raises Stop or OutOfTime."""
        for found in (
            self.polynomials(), self.products(), self.plain(), self.singles(), self.mixed(), self.several(self.effort.pairs, 2),
            self.several(self.effort.triples, 3), self.curves(),
        ):  # fmt: skip
            yield from found
            yield None

    def polynomials(self) -> Iterator[Term]:
        """Sums of all products of few arguments."""
        powers = [place for place in self.order.tolist() if products.is_product(self.columns, place)]
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
        suitable = np.flatnonzero((self.targets.values != 0).all(1))
        base = np.concatenate([np.log(np.abs(self.columns.values[leaves])), np.ones((1, self.work.rows))])
        basis = np.linalg.qr(base.T)[0]
        left, known = _beyond(self.targets.values[suitable], basis)
        self.work.spend(float(left.size) * len(basis.T), len(suitable))
        for target in suitable[~known].tolist():
            yield from self._product(target, leaves)
        others = self.order[whole[self.order]]
        rest, useful = _beyond(self.columns.values[others], basis)
        others, rest = others[useful], sums.standard(rest[useful])
        first = np.flatnonzero(known)[: self.effort.products]
        for start in range(0, len(first), 256):
            chunk = first[start : start + 256]
            likeness = np.abs(sums.standard(left[chunk]) @ rest.T)
            self.work.spend(float(likeness.size) * self.work.rows / 4, likeness.size)
            for row in np.flatnonzero(likeness.max(1, initial=0.0) > 1 - ALIKE).tolist():
                for place in np.argsort(-likeness[row])[: sums.EACH].tolist():
                    if likeness[row, place] > 1 - ALIKE:
                        yield from self._product(int(suitable[chunk[row]]), [*leaves, int(others[place])])

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

    def plain(self) -> Iterator[Term | None]:
        """Sums of two expressions, and of three of which one is simple, that need no constants but small whole ones."""
        sought = sums.Sought(self.columns.values[self.order])
        for target in range(self._first(self.effort.plain[0])):
            yield from self._plain(sought, target, ())
            yield None
        for target in range(self._first(self.effort.plain[1])):
            for third in range(min(len(self.order), self.effort.plain[2])):
                yield from self._plain(sought, target, (third,))
            yield None

    def _plain(self, sought: sums.Sought, target: int, known: tuple[int, ...]) -> Iterator[Term]:
        self.work.spend(SEARCH * len(self.order), len(self.order))
        values = self.targets.values[target]
        for place in known:
            values = values - self.columns.values[self.order[place]]
        for places in sought.pairs(values):
            if len({*places, *known}) == 2 + len(known):
                yield from self._fit(target, self.order[[*known, *places]])

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
        rows = sums.standard(self.targets.values[: self.effort.curves[0]])
        for place in self.order[: self.effort.curves[1]].tolist():
            self.work.spend(CURVES * len(rows) * self.work.rows, CURVES * len(rows))
            values = self.columns.values[place]
            for curve in curves(rows, values, families):
                inner = self.algebra.scaled(self.columns.term(place, self.algebra), curve.factor)
                new = np.arange(len(self.columns), len(self.columns) + len(curve.functions))
                for name in curve.functions:
                    made = getattr(np, name)(curve.factor * values)
                    self.columns.add_leaf(self.algebra.term(name, inner), made, int(self.columns.costs[place]) + 3)
                yield from self._fit(curve.target, new, more=1)
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


def _beyond(values: Array, basis: Array) -> tuple[Array, NDArray[np.bool_]]:
    """What the logarithms of rows, none of them 0, hold beyond a basis [rows, dimensions], and where that is anything."""
    logarithms = np.log(np.abs(values))
    rest = logarithms - logarithms @ basis @ basis.T
    return rest, np.sqrt((rest**2).sum(1)) > 1e-7 * (1.0 + np.sqrt((logarithms**2).sum(1)))
