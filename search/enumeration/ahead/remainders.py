"""Looking ahead for remainders: ``(mod x m)``, and a number added to it, for every kept ``x``, whatever the two numbers are.

Where the goal is ``c + x mod m``, what ``x`` is more than the goal differs between examples by multiples of ``m`` alone. So ``m`` is the
greatest common divisor of these differences; it must be more than the range of the goal, which it seldom is by accident.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.declarations import Role
from primitives.term import Literal
from primitives.types import INT

from ..blocks import row_costs
from ..levels import Found
from ..prospects import Prospect
from .base import AbstractLookAhead, Outlook

FEWEST, VARIED = 6, 4
"""Examples, and different outputs, from which on remainders are looked for."""
TOLD, MOST = 10, 1 << 40
"""Programs that are told a level, and the greatest magnitude of what is divided."""
CONSTANT = 4
"""What each of the two numbers costs."""


class Remainders(AbstractLookAhead):
    """Remainders of kept numbers by a number that the goal itself tells."""

    def __init__(self, outlook: Outlook) -> None:
        self.bank, self.goal, self.done = outlook.bank, outlook.goal, 0
        suits = outlook.type == INT and len(self.goal) >= FEWEST and len(np.unique(self.goal)) >= VARIED
        self.words = {
            operation.primitive.role: (operation, own)
            for operation, own in outlook.plan.operations
            if suits and operation.primitive is not None and operation.result == INT
        }

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        return iter(())

    def after_level(self, level: int) -> Iterator[Prospect]:
        store = self.bank.stores.get(INT)
        if store is None or Role.REMAINDER not in self.words or Role.ADDITION not in self.words:
            return
        rows, costs = np.arange(self.done, store.count), row_costs(store)
        self.done = store.count
        values = store.block(0, store.count, 0, len(self.goal))[rows]
        good = ((values != FAIL) & (np.abs(values) < MOST)).all(axis=1)
        rows, values = rows[good], values[good]
        above = values - self.goal
        divisors = np.gcd.reduce(above - above[:, :1], axis=1)
        varied = (values != values[:, :1]).any(axis=1)
        chosen = np.flatnonzero(varied & (divisors > int(np.ptp(self.goal))))
        for place in chosen[np.argsort(costs[rows[chosen]], kind="stable")][:TOLD].tolist():
            yield from self._written(int(rows[place]), int(costs[rows[place]]), values[place], int(divisors[place]))

    def _written(self, row: int, cost: int, values: Array, divisor: int) -> Iterator[Prospect]:
        """The remainder of a row and what is added to it; where that is not the same everywhere, of the row with a number added."""
        (remainder, own), more = self.words[Role.REMAINDER], self.goal - values % divisor
        if (more == more[0]).all():
            made = Prospect(remainder, (row, Literal(divisor, INT)), cost + own + CONSTANT)
            yield self._added(made, int(more[0])) if more[0] else made
        elif 0 <= int(self.goal.min()) <= int(self.goal.max()) < divisor:
            moved = self._added(row, int(more[0]) % divisor, cost)
            yield Prospect(remainder, (moved, Literal(divisor, INT)), moved.cost + own + CONSTANT)

    def _added(self, term: int | Prospect, number: int, cost: int = 0) -> Prospect:
        """A term, a row of some cost or none, with a number added."""
        addition, own = self.words[Role.ADDITION]
        before = cost if isinstance(term, int) else term.cost
        return Prospect(addition, (Literal(number, INT), term), before + own + CONSTANT)
