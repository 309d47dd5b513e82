"""Looking ahead for terms that words of two arguments put together: ``and``, ``or``, ``max``, ``min`` of kept terms.

Each of these gives the goal where every part errs to one side only and in every example one of them does not: ``or`` of conditions that
are true only where the goal is, ``max`` of numbers that are never above it. So parts are sets of examples that cover all: two are looked
for among all pairs, more are taken greedily, the one that adds most for its cost first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.columns.pools.scalars import floats_of
from primitives.declarations import Role
from primitives.types import BOOL, FLOAT, INT

from ..blocks import row_costs
from ..levels import Found
from ..prospects import Prospect
from .base import AbstractLookAhead, Outlook
from .sets import cheapest, packed, sizes

FEWEST = 8
"""Examples from which on parts are put together: fewer are met by accident."""
MOST, PARTS, TOLD = 1_500, 4, 10
"""Sets that are paired, parts that are taken greedily, and programs told a word."""


class Covers(AbstractLookAhead):
    """``(and x y)`` and the like over all kept terms of the goal's type."""

    def __init__(self, outlook: Outlook) -> None:
        self.bank, self.goal, self.goal_type = outlook.bank, outlook.goal, outlook.type
        self.operations = [
            (operation, own, operation.primitive.role)
            for operation, own in outlook.plan.operations
            if operation.primitive is not None
            and operation.primitive.role in SIDES
            and operation.result == outlook.type
        ]

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        return iter(())

    def after_level(self, level: int) -> Iterator[Prospect]:
        store = self.bank.stores.get(self.goal_type)
        if store is None or len(self.goal) < FEWEST or self.goal_type not in (BOOL, INT, FLOAT):
            return
        values, costs = store.block(0, store.count, 0, len(self.goal)), row_costs(store)
        whole = np.flatnonzero((values != FAIL).all(axis=1))
        for operation, own, role in self.operations:
            numbers, goal = (floats_of(x) if self.goal_type == FLOAT else x for x in (values[whole], self.goal))
            fitting = (numbers <= goal if SIDES[role] else numbers >= goal).all(axis=1)
            sets = packed(numbers[fitting] == goal)
            first = cheapest(sets, costs[whole[fitting]])
            first = first[sizes(sets[first]) > 0]
            yield from self._covered(operation, own, sets[first], whole[fitting][first], costs[whole[fitting][first]])

    def _covered(self, operation: Operation, own: int, sets: Array, rows: Array, costs: Array) -> Iterator[Prospect]:
        """Programs of sets that cover all examples; the cheapest come first in ``sets``."""
        full = packed(np.ones((1, len(self.goal)), bool))[0]
        found: list[tuple[int, int, int]] = []
        for place in range(min(len(sets), MOST)):
            self.bank.values.deadline.check()
            together = ((sets[: min(place, MOST)] | sets[place]) == full).all(axis=1)
            if together.any():
                other = int(together.argmax())
                found.append((own + int(costs[place] + costs[other]), int(rows[other]), int(rows[place])))
        for cost, *kids in sorted(found)[:TOLD]:
            yield Prospect(operation, tuple(kids), cost)
        if not found and len(self.goal) >= 2 * FEWEST and len(sets) > PARTS:
            yield from self._greedy(operation, own, sets, rows, costs, full)

    def _greedy(
        self, operation: Operation, own: int, sets: Array, rows: Array, costs: Array, full: Array
    ) -> Iterator[Prospect]:
        """One program of several parts, the one that adds most for its cost first."""
        left, chosen = full, list[int]()
        while len(chosen) < PARTS and left.any():
            added = sizes(sets & left)
            best = int(np.argmax(added / (own + costs)))
            if added[best] == 0:
                return
            chosen.append(best)
            left = left & ~sets[best]
        if left.any() or len(chosen) < 3:
            return
        made: int | Prospect = int(rows[chosen[0]])
        cost = int(costs[chosen[0]])
        for place in chosen[1:]:
            cost += own + int(costs[place])
            made = Prospect(operation, (int(rows[place]), made), cost)
        assert isinstance(made, Prospect)
        yield made


SIDES = {Role.CONJUNCTION: False, Role.DISJUNCTION: True, Role.GREATER: True, Role.LESSER: False}
"""Words that put parts together: whether no part may be above the goal; none may be below it otherwise."""
