"""Which expressions are tried: the smallest of all kinds, and larger ones of the kinds that formulas are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .algebra import Algebra
from .columns import Columns, Numbers

LEVELS = 4
"""Expressions of so many functions and leaves are tried without exception."""
DEGREE = 6
"""Arguments that are multiplied or divided by at most."""
CHUNK = 2048
OPERATIONS = ("add", "subtract", "multiply", "divide")


@dataclass
class ExpressionGrowth:
    """Grows ``columns`` from their leaves by the words of the ``algebra``; ``tried`` counts what was computed."""

    columns: Columns
    algebra: Algebra
    tried: int = field(default=0, init=False)
    room: int = field(default=0, init=False)
    """Expressions that the columns may hold before the next kind has its turn."""

    def steps(self, breadth: float) -> Iterator[None]:
        """Adds expressions until all are there or the columns are full, a step at a time.

        breadth: how many of each kind of larger ones, as a multiple of the usual.
        """
        leaves = np.arange(len(self.columns))
        levels = [leaves]
        self.upto(0.3)
        for cost in range(2, LEVELS + 1):
            level = list[Numbers]()
            yield from self.functions(levels[cost - 2], level)
            for left in range(1, cost - 1):
                yield from self.operations(levels[left - 1], levels[cost - 2 - left], level)
            new = _joined(level)
            levels.append(new[self.columns.costs[new] == cost])
        self.upto(0.38)
        monomials = list[Numbers]()
        yield from self.monomials(leaves, int(600 * breadth), monomials)
        products = self.cheapest(_joined(monomials), int(500 * breadth))
        self.upto(0.48)
        found, some = list[Numbers](), int(60 * breadth)
        yield from self.functions(products, found)
        self.upto(0.58)
        made = self.cheapest(_joined(found), some)
        yield from self.operations(products[:some], made, found, ("multiply", "divide"))
        self.upto(0.7)
        sums = list[Numbers]()
        yield from self.operations(np.append(leaves, products[:some]), products[:some], sums, ("add", "subtract"))
        small = self.cheapest(_joined(sums), 8 * some)
        self.upto(0.78)
        shares = list[Numbers]()
        yield from self.operations(small[: 2 * some], leaves, shares, ("multiply", "divide"))
        small = np.append(small, self.cheapest(_joined(shares), 8 * some))
        self.upto(0.9)
        yield from self.offered("multiply", [small, small], found)
        yield from self.functions(small, found)
        self.upto(1.0)
        most = self.cheapest(np.arange(len(self.columns)), int(200 * breadth))
        yield from self.operations(most, most, found)

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
        """All functions of one number.

        parts: their arguments.
        found: where the numbers of the results go.
        """
        for name in self.algebra.unary:
            yield from self.offered(name, [parts], found)

    def operations(
        self, left: Numbers, right: Numbers, found: list[Numbers], names: tuple[str, ...] = OPERATIONS
    ) -> Iterator[None]:
        """All operations on all pairs.

        left, right: their arguments.
        found: where the numbers of the results go.
        names: numpy's names of the operations (default: the four of arithmetic).
        """
        first, second = (side.ravel() for side in np.meshgrid(left, right, indexing="ij"))
        for name in names:
            keep = first <= second if name in ("add", "multiply") else first != second
            yield from self.offered(name, [first[keep], second[keep]], found)

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
            cost = 1 + np.sum([self.columns.costs[part] for part in chosen], axis=0)
            found.append(self.columns.offer(name, chosen, cost))
            self.tried += len(chosen[0])
            yield

    def cheapest(self, numbers: Numbers, most: int) -> Numbers:
        """The cheapest of some expressions, in the order of cost.

        numbers: of the expressions.
        most: how many.
        """
        return numbers[np.argsort(self.columns.costs[numbers], kind="stable")[:most]]


def _joined(parts: list[Numbers]) -> Numbers:
    """All numbers once, in the order in which they were found."""
    return np.array(list(dict.fromkeys(np.concatenate([np.empty(0, np.int64), *parts]).tolist())), np.int64)
