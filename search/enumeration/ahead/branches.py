"""Looking ahead for programs of two branches: a condition and two terms that together meet all examples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.declarations import Role

from ..blocks import row_costs
from ..levels import Found
from .base import AbstractLookAhead, Outlook, Prospect


class Branches(AbstractLookAhead):
    """Programs such as ``(if condition then else)`` whose parts are kept rows: each branch meets the goal where it is taken."""

    def __init__(self, outlook: Outlook) -> None:
        self.bank, self.goal, self.goal_type = outlook.bank, outlook.goal, outlook.type
        self.operations = [
            (choice, own)
            for choice, own in outlook.plan.operations
            if choice.primitive is not None and choice.primitive.role is Role.CHOICE and choice.result == outlook.type
        ]

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        return iter(())

    def after_level(self, level: int) -> Iterator[Prospect]:
        for choice, own in self.operations:
            yield from self._joined(choice, own)

    def _joined(self, operation: Operation, own: int) -> Iterator[Prospect]:
        """For every distinct condition the cheapest branches, in order of cost."""
        examples = len(self.goal)
        values, conditions = self.bank.stores.get(self.goal_type), self.bank.stores.get(operation.arguments[0])
        if values is None or conditions is None or examples > 62:
            return
        weights = np.int64(1) << np.arange(examples)
        full = int(weights.sum())
        met = (values.block(0, values.count, 0, examples) == self.goal) @ weights
        sets, rows, costs = _cheapest(met, row_costs(values))
        useful = sets != 0
        sets, rows, costs = sets[useful], rows[useful], costs[useful]
        tests = conditions.block(0, conditions.count, 0, examples)
        whole = np.flatnonzero((tests >= 0).all(axis=1))
        truth, test_rows, test_costs = _cheapest(tests[whole] @ weights, row_costs(conditions)[whole])
        proper = (truth != 0) & (truth != full)
        found = []
        for true, test, cost in zip(
            truth[proper].tolist(), whole[test_rows[proper]].tolist(), test_costs[proper].tolist()
        ):
            self.bank.values.deadline.check()
            then = _first((true & ~sets) == 0, costs)
            other = _first((full & ~true & ~sets) == 0, costs)
            if then >= 0 and other >= 0:
                found.append(
                    (own + cost + int(costs[then]) + int(costs[other]), test, int(rows[then]), int(rows[other]))
                )
        for total, *kids in sorted(found)[:20]:
            yield Prospect(operation, kids, total)


def _first(good: Array, costs: Array) -> int:
    """The cheapest good entry, -1 if there is none."""
    places = np.flatnonzero(good)
    return int(places[np.argmin(costs[places])]) if len(places) else -1


def _cheapest(keys: Array, costs: Array) -> tuple[Array, Array, Array]:
    """Distinct keys, each with the first of its cheapest rows and that row's cost."""
    order = np.argsort(costs, kind="stable")
    found, first = np.unique(keys[order], return_index=True)
    return found, order[first], costs[order[first]]
