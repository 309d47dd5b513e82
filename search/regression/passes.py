"""One pass over expressions and targets: all ways in which a few of the one may give one of the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.brief import brief_repr
from primitives.term import Term

from . import products, sums
from .algebra import Algebra
from .columns import Array, Columns, Numbers, Singles
from .curves import FittedCurve, curves
from .families import WAVING, families_of
from .targets import Targets
from .work import FIT, Work

SEARCH = 50.0
"""Multiplications that looking for the rest of a sum counts as, for each expression that may begin it."""
CURVES = 1000.0
"""About how many curves are tried over one expression."""
PLAIN = ("", "multiply", "divide")
"""What factors are made of first."""
LOOK = 5e3
"""Multiplications for each row that looking at a curve more closely counts as."""
FIRST = (20, 16)
"""Targets and expressions of which curves are looked at before sums are."""
WAVED = 2
"""Targets that are held against waves that fade, over the arguments alone."""
BESIDE = (3, 8, 4)
"""Targets and expressions of which curves beside multiples of the arguments, and times them, are looked at, and arguments at most."""
ALONE = 1.0 - 1e-6
"""How near one row of a target may come to being all of it: then any expression that is large there seems to explain it."""
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
        leaves = [place for place, recipe in enumerate(self.columns.recipes) if recipe.leaf is not None]
        self.leaves = [place for place in leaves if np.ptp(self.columns.values[place])]
        """The arguments."""
        self.bases = sorted(self.order.tolist(), key=lambda place: not is_power_base(self.columns, place))
        """The same expressions in the order in which curves over them are looked at."""

    def formulas(self) -> Iterator[Term | None]:
        """Terms that give the output on the rows, the likeliest kinds first, and None now and then. Raises Stop or OutOfTime."""
        for found in (
            self.polynomials(DEGREES[:2]), self.products(), self.curves(first=True), self.polynomials(DEGREES[2:]), self.plain(),
            self.singles(), self.beside(), self.mixed(),
            self.several(self.effort.pairs, 2), self.several(self.effort.triples, 3), self.curves(first=False),
        ):  # fmt: skip
            yield from found
            yield None

    def polynomials(self, degrees: Sequence[int]) -> Iterator[Term]:
        """Sums of all products of few arguments.

        degrees: how many products.
        """
        powers = [place for place in self.order.tolist() if products.is_product(self.columns, place)]
        for count in sorted({min(len(powers), self.work.rows - 2, most) for most in degrees}):
            for target in range(self._first(self.effort.pairs[0]) if count > 0 else 0):
                self.work.spend(self.work.rows * count**2.0, 1)
                found = sums.polynomial(self.targets.values[target], self.columns, np.array(powers[:count]))
                if found is not None:
                    yield from self._sum(found, target)

    def products(self) -> Iterator[Term]:
        """Products of powers of the arguments, and of one more expression."""
        whole = (self.columns.values != 0).all(1)
        leaves = [place for place in self.leaves if whole[place]]
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
            given[np.abs(given).max(1) > ALONE * math.sqrt(1.0 - 1.0 / self.work.rows)] = 0.0
            fits = float(len(given) * len(self.order))
            self.work.spend(fits * self.work.rows / 8, fits)
            for row, place in sums.singles(given, expressions, lambda row, some, at=start: self._left(at + row, some)):  # type: ignore[misc]
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
        if np.ptp(self.targets.values[target]) < sums.UNSEEN * np.abs(values).max():
            return
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

    def curves(self, first: bool) -> Iterator[Term | None]:
        """Functions of a simple expression with a constant inside.

        first: whether only FIRST of them, or those that are left.
        """
        families, waves = families_of(self.algebra), families_of(self.algebra, WAVING)
        most = (min(self.effort.curves[0], FIRST[0]), min(self.effort.curves[1], FIRST[1]))
        rows = sums.standard(self.targets.values[: most[0] if first else self.effort.curves[0]])
        for number, place in enumerate(self.bases[: most[1] if first else self.effort.curves[1]]):
            known = most[0] if not first and number < most[1] else 0
            self.work.spend(CURVES * len(rows[known:]) * self.work.rows, CURVES * len(rows[known:]))
            for curve in self._looked(curves(rows[known:], self.columns.values[place], families)):
                yield from self._curve(known + curve.target, place, curve)
            if first and self.columns.recipes[place].leaf is not None:
                self.work.spend(CURVES * WAVED * self.work.rows, CURVES * WAVED)
                for curve in self._looked(curves(rows[:WAVED], self.columns.values[place], waves)):
                    yield from self._curve(curve.target, place, curve)
            yield None

    def _looked(self, found: Iterator[FittedCurve | None]) -> Iterator[FittedCurve]:
        """The curves, each look at one counted as work."""
        for curve in found:
            self.work.spend(LOOK * self.work.rows)
            if curve is not None:
                yield curve

    def _curve(self, target: int, place: int, curve: FittedCurve) -> Iterator[Term]:
        yield from self._needed(target, self._functions(place, curve), len(curve.constants))

    def _needed(self, target: int, places: Numbers, more: int) -> Iterator[Term]:
        """The sum of those of the expressions that are needed, if it is exact; ``more`` constants were fitted before."""
        found = sums.polynomial(self.targets.values[target], self.columns, places)
        if found is not None:
            yield from self._sum(found, target, more)

    def _functions(self, place: int, curve: FittedCurve) -> Numbers:
        """The numbers of expressions that are a curve's functions."""
        made = curve.family.features(np.array(curve.constants)[None], self.columns.values[place])
        new = np.arange(len(self.columns), len(self.columns) + len(made))
        terms = curve.family.terms(self.columns.term(place, self.algebra), curve.constants, self.algebra)
        for term, values in zip(terms, made):
            self.columns.add_leaf(term, values[0], int(self.columns.costs[place]) + 3)
        return new

    def beside(self) -> Iterator[Term | None]:
        """The same with multiples of the arguments beside, and times the arguments."""
        leaves = self.leaves
        if not 0 < len(leaves) <= BESIDE[2] or self.work.rows < 4 * len(leaves) + 6:
            return
        rows, families = sums.standard(self.targets.values[: BESIDE[0]]), families_of(self.algebra)
        for place in self.bases[: BESIDE[1]]:
            self.work.spend(CURVES * len(leaves) * len(rows) * self.work.rows, CURVES * len(rows))
            for curve in self._looked(curves(rows, self.columns.values[place], families, self.columns.values[leaves])):
                new = self._functions(place, curve)
                for one in new.tolist():
                    for leaf in leaves:
                        term = self.algebra.product(
                            self.columns.term(leaf, self.algebra), self.columns.term(one, self.algebra)
                        )
                        self.columns.add_leaf(term, self.columns.values[leaf] * self.columns.values[one], 5)
                some = [*leaves, *range(int(new[0]), len(self.columns))]
                yield from self._needed(curve.target, np.array(some), len(curve.constants))
            yield None

    def _left(self, target: int, places: Numbers) -> Array:
        """How much some expressions leave of a target, in double precision."""
        row, some = self._row(target), self.standard[places]
        return np.asarray(((row - (some @ row)[:, None] * some) ** 2).sum(1))

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


def factors(columns: Columns, most: int) -> Numbers:
    """The same, those without functions in them first where they cost as much.

    columns: the expressions.
    most: how many.
    """
    order = cheapest(columns, len(columns))
    late = np.array([columns.recipes[place].function not in PLAIN for place in order.tolist()], np.bool_)
    return order[np.lexsort((late, columns.costs[order]))][:most]


def is_power_base(columns: Columns, place: int) -> bool:
    """Whether curves over an expression are the most usual ones: it is an argument, or the logarithm of one, so that they are powers.

    columns: the expressions.
    place: the number of the expression.
    """
    recipe = columns.recipes[place]
    inner = columns.recipes[recipe.parts[0]] if recipe.function == "log" else recipe
    return inner.leaf is not None


def _beyond(values: Array, basis: Array) -> tuple[Array, NDArray[np.bool_]]:
    """What the logarithms of rows, none of them 0, hold beyond a basis [rows, dimensions], and where that is anything."""
    logarithms = np.log(np.abs(values))
    rest = logarithms - logarithms @ basis @ basis.T
    return rest, np.sqrt((rest**2).sum(1)) > 1e-7 * (1.0 + np.sqrt((logarithms**2).sum(1)))
