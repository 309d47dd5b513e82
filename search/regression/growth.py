"""Which expressions are tried: the smallest of all kinds, and larger ones of the kinds that formulas are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from primitives.brief import brief_repr

from .algebra import Algebra
from .columns import Columns, Numbers

LEVELS = 5
"""Expressions that cost no more are tried without exception."""
FUNCTION, NESTED = 2, 3
"""What a function costs, and how much more one of another function; an operation costs 1."""
DEGREE = 6
"""Arguments that are multiplied or divided by at most."""
CHUNK = 1024
OPERATIONS = ("add", "subtract", "multiply", "divide")


@dataclass(eq=False)
class ExpressionGrowth:
    """Grows ``columns`` from their leaves by the words of the ``algebra``; ``tried`` counts what was computed."""

    columns: Columns
    algebra: Algebra
    tried: int = field(default=0, init=False)
    room: int = field(default=0, init=False)
    """Expressions that the columns may hold before the next kind has its turn."""

    __repr__ = brief_repr

    def steps(self, breadth: float) -> Iterator[None]:
        """Adds expressions until all are there or the columns are full, a step at a time.

        breadth: how many of each kind of larger ones, as a multiple of the usual.
        """
        leaves = np.arange(len(self.columns))
        yield from self.levels(leaves)
        some, found = int(100 * breadth), list[Numbers]()
        self.upto(0.3)
        yield from self.monomials(leaves, int(600 * breadth), found)
        products, functions, sums, shares = (
            self.cheapest(_joined(found), 5 * some),
            list[Numbers](),
            list[Numbers](),
            list[Numbers](),
        )
        simple = np.append(leaves, products[:some])
        self.upto(0.4)
        yield from self.functions(products, functions)
        self.upto(0.55)
        yield from self.operations(simple, simple, sums, ("add", "subtract"))
        small = self.cheapest(_joined(sums), 4 * some)
        self.upto(0.6)
        yield from self.functions(small[:some], functions)
        self.upto(0.72)
        made = self.cheapest(_joined(functions), some)
        yield from self.operations(simple, made, found, ("multiply", "divide"))
        self.upto(0.76)
        yield from self.operations(made, made, found, ("multiply", "divide"))
        self.upto(0.82)
        yield from self.operations(small[:some], leaves, shares, ("multiply", "divide"))
        small = np.append(small, self.cheapest(_joined(shares), 4 * some))
        self.upto(0.92)
        yield from self.offered("multiply", [small, small], found)
        yield from self.functions(small, found)
        self.upto(1.0)
        most = self.cheapest(np.arange(len(self.columns)), 2 * some)
        yield from self.operations(most, most, found)

    def levels(self, leaves: Numbers) -> Iterator[None]:
        """All expressions up to a cost.

        leaves: of cost 1.
        """
        self.upto(0.2)
        by_cost = {1: leaves}
        for cost in range(2, LEVELS + 1):
            level, start = list[Numbers](), len(self.columns)
            for inner, own in ((cost - FUNCTION, False), (cost - FUNCTION - NESTED, True)):
                parts = by_cost.get(inner, leaves[:0])
                nested = np.array(
                    [self.columns.recipes[part].function in self.algebra.unary for part in parts], np.bool_
                )
                yield from self.functions(parts[nested == own], level)
            for left in range(1, cost - 1):
                yield from self.operations(by_cost[left], by_cost[cost - 1 - left], level)
            new = _joined(level)
            by_cost[cost] = new[new >= start]

    def upto(self, share: float) -> None:
        """Give the next kind what is left of a share of the columns.

        share: from 0 to 1.
        """
        self.room = int(share * self.columns.most)

    def monomials(self, leaves: Numbers, most: int, found: list[Numbers]) -> Iterator[None]:
        """Products and quotients of leaves, the shortest first.

        leaves: among them constants.
        most: how many.
        found: where the numbers of the results go.
        """
        varying = leaves[np.ptp(self.columns.values[leaves], axis=1) > 0]
        layer, count = varying, 0
        for _ in range(DEGREE - 1):
            new = list[Numbers]()
            for name in ("multiply", "divide"):
                first, second = (side.ravel() for side in np.meshgrid(layer, varying, indexing="ij"))
                yield from self.offered(name, [first, second], new)
            layer = self.cheapest(_joined(new), max(len(varying), most - count))
            found.append(layer)
            count += len(layer)
            if count >= most:
                return

    def functions(self, parts: Numbers, found: list[Numbers]) -> Iterator[None]:
        """All usual functions of one number.

        parts: their arguments.
        found: where the numbers of the results go.
        """
        for name in self.algebra.usual:
            yield from self.offered(name, [parts], found)

    def operations(
        self, left: Numbers, right: Numbers, found: list[Numbers], names: tuple[str, ...] = OPERATIONS
    ) -> Iterator[None]:
        """All operations on all pairs, the cheapest first.

        left, right: their arguments.
        found: where the numbers of the results go.
        names: numpy's names of the operations (default: the four of arithmetic).
        """
        first, second = (side.ravel() for side in np.meshgrid(left, right, indexing="ij"))
        order = np.argsort(self.columns.costs[first] + self.columns.costs[second], kind="stable")
        for start in range(0, len(order), CHUNK):
            one, two = first[order[start : start + CHUNK]], second[order[start : start + CHUNK]]
            for name in names:
                keep = one <= two if name in ("add", "multiply") else one != two
                yield from self.offered(name, [one[keep], two[keep]], found)

    def offered(self, name: str, parts: list[Numbers], found: list[Numbers]) -> Iterator[None]:
        """One function of all rows of arguments, if there is a word for it.

        name: numpy's name of it.
        parts: the numbers of its arguments.
        found: where the numbers of the results go.
        """
        if name not in self.algebra:
            return
        for start in range(0, len(parts[0]), CHUNK):
            if len(self.columns) >= self.room:
                return
            chosen = [part[start : start + CHUNK] for part in parts]
            cost = self._costs(name, chosen)
            found.append(self.columns.offer(name, chosen, cost))
            self.tried += len(chosen[0])
            yield

    def _costs(self, name: str, parts: list[Numbers]) -> Numbers:
        """One more than the parts for an operation, two for a function, and more for a function of a function."""
        total = np.sum([self.columns.costs[part] for part in parts], axis=0)
        if len(parts) > 1:
            return np.asarray(total + 1, np.int64)
        nested = [self.columns.recipes[part].function in self.algebra.unary for part in parts[0].tolist()]
        return np.asarray(total + FUNCTION + NESTED * np.array(nested, np.int64), np.int64)

    def cheapest(self, numbers: Numbers, most: int) -> Numbers:
        """The cheapest of some expressions, in the order of cost.

        numbers: of the expressions.
        most: how many.
        """
        return numbers[np.argsort(self.columns.costs[numbers], kind="stable")[:most]]


def _joined(parts: list[Numbers]) -> Numbers:
    """All numbers once, in the order in which they were found."""
    return np.array(list(dict.fromkeys(np.concatenate([np.empty(0, np.int64), *parts]).tolist())), np.int64)
