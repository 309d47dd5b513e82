"""Looking ahead for words with a number that the goal itself tells: remainders, quotients, and multiples with a number added.

Where the goal is ``c + x mod m``, what ``x`` is more than the goal differs between examples by multiples of ``m`` alone. So ``m`` is the
greatest common divisor of these differences; it must be more than the range of the goal, which it seldom is by accident. Where it is
``x // m``, every example bounds ``m``; where it is ``a * x + b``, two of them tell both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.declarations import Role
from primitives.term import Literal
from primitives.types import INT

from ...generation.constants import roundest
from ..blocks import row_costs
from ..levels import Found
from ..prospects import Prospect
from .base import AbstractLookAhead, Outlook

BITS = 8.0
"""What the outputs must tell: as much as those of four examples that all differ."""
TOLD, MOST = 10, 1 << 40
"""Programs that are told a level, and the greatest magnitude of what is divided."""
CONSTANT = 4
"""What each number costs."""


class NumbersTold(AbstractLookAhead):
    """Kept numbers with one or two more that are told by what the goal is beside them."""

    def __init__(self, outlook: Outlook) -> None:
        self.bank, self.goal, self.done = outlook.bank, outlook.goal, 0
        kinds = len(np.unique(self.goal))
        suits = outlook.type == INT and len(self.goal) * math.log2(kinds) >= BITS
        self.words = {
            operation.primitive.role: (operation, own)
            for operation, own in outlook.plan.operations
            if suits and operation.primitive is not None and operation.result == INT
        }

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        return iter(())

    def after_level(self, level: int) -> Iterator[Prospect]:
        store = self.bank.stores.get(INT)
        if store is None or not self.words:
            return
        rows, costs = np.arange(self.done, store.count), row_costs(store)
        self.done = store.count
        values = store.block(0, store.count, 0, len(self.goal))[rows]
        good = ((values != FAIL) & (np.abs(values) < MOST) & (values[:, :1] != values).any(axis=1, keepdims=True)).all(
            axis=1
        )
        rows, values = rows[good], values[good]
        for role, fitting in (
            (Role.REMAINDER, self._remainders),
            (Role.QUOTIENT, self._quotients),
            (Role.PRODUCT, self._multiples),
        ):
            if role in self.words and Role.ADDITION in self.words:
                places = fitting(values)
                for place in places[np.argsort(costs[rows[places]], kind="stable")][:TOLD].tolist():
                    yield from self._written(role, int(rows[place]), int(costs[rows[place]]), values[place])

    def _remainders(self, values: Array) -> Array:
        """Which rows may leave the goal as a remainder, or what is less than it by a number."""
        return np.flatnonzero(self._divisors(values) > int(np.ptp(self.goal)))

    def _divisors(self, values: Array) -> Array:
        above = values - self.goal
        return np.gcd.reduce(above - above[:, :1], axis=1)

    def _quotients(self, values: Array) -> Array:
        """Which rows may be the goal times a number, and less than that number more."""
        if (self.goal < 0).any():
            return np.empty(0, np.int64)
        least, most = self._bounds(values)
        return np.flatnonzero((values >= 0).all(axis=1) & (least <= most) & (least > 1))

    def _bounds(self, values: Array) -> tuple[Array, Array]:
        """The least and the greatest number by which rows have the goal as quotients."""
        least = (values // (self.goal + 1)).max(axis=1) + 1
        return least, (values // np.maximum(self.goal, 1))[:, self.goal > 0].min(axis=1)

    def _multiples(self, values: Array) -> Array:
        """Which rows give the goal as a multiple with a number added; neither they themselves nor what is more by a number do."""
        factors, numbers = self._line(values)
        exact = (factors[:, None] * values + numbers[:, None] == self.goal).all(axis=1)
        return np.flatnonzero(exact & (factors != 0) & ((np.abs(factors) > 1) | (np.abs(numbers) > 0)))

    def _line(self, values: Array) -> tuple[Array, Array]:
        """Factor and number through the least and the greatest value of every row."""
        rows = np.arange(len(values))
        low, high = values.argmin(axis=1), values.argmax(axis=1)
        run = values[rows, high] - values[rows, low]
        factors = (self.goal[high] - self.goal[low]) // np.maximum(run, 1)
        return factors, self.goal[low] - factors * values[rows, low]

    def _written(self, role: Role, row: int, cost: int, values: Array) -> Iterator[Prospect]:
        """A word on a row and a number, with what is added; where that is not the same everywhere, on the row with a number added."""
        operation, own = self.words[role]
        if role is Role.PRODUCT:
            factors, numbers = self._line(values[None, :])
            made: int | Prospect = row
            if factors[0] != 1:
                made = Prospect(operation, (Literal(int(factors[0]), INT), row), cost + own + CONSTANT)
            yield self._added(made, int(numbers[0]), cost)
        elif role is Role.QUOTIENT:
            least, most = self._bounds(values[None, :])
            number = roundest(int(least[0]) - 1, int(most[0]))
            yield Prospect(operation, (row, Literal(number, INT)), cost + own + CONSTANT)
        else:
            number = int(self._divisors(values[None, :])[0])
            more = self.goal - values % number
            if (more == more[0]).all():
                yield self._added(
                    Prospect(operation, (row, Literal(number, INT)), cost + own + CONSTANT), int(more[0]), cost
                )
            else:
                # What is added to the remainder is 0, where it may be, and else the least that the goal is.
                low = 0 if 0 <= int(self.goal.min()) and int(self.goal.max()) < number else int(self.goal.min())
                before = (int(more[0]) - low) % number
                moved = self._added(row, before, cost) if before else row
                price = cost if isinstance(moved, int) else moved.cost
                rest = Prospect(operation, (moved, Literal(number, INT)), price + own + CONSTANT)
                yield self._added(rest, low, cost)

    def _added(self, term: int | Prospect, number: int, cost: int) -> Prospect:
        """A term, or a row of some cost, with a number added if it is not 0."""
        if number == 0 and isinstance(term, Prospect):
            return term
        addition, own = self.words[Role.ADDITION]
        before = cost if isinstance(term, int) else term.cost
        return Prospect(addition, (Literal(number, INT), term), before + own + CONSTANT)
