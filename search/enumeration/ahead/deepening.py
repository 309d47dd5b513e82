"""Bodies of lambdas ahead of the terms around them.

The regular levels need a body of cost c only at the level that is c plus the cheapest word, start and list. Looking ahead tries each body
with the cheapest data at once (ahead/), so what it finds is bounded by the bodies that there are: here they are grown further, as
long as what that takes is no more than a share of all terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from primitives.columns.bank import Bank
from primitives.columns.frame import Operation
from primitives.types import arguments_of, is_function

from ..levels import BankGrowth

STEEP, FLAT = 8.0, 2.0
"""What a level is expected to hold at most and at least, as a multiple of the level before."""
TRYING = 1.3
"""Terms to a body, counting those it is tried in."""
CURVE = MOST, WORDS, FALL = 0.6, 15.0, 1.5
"""The share of all terms is MOST for few words, and falls beyond about WORDS with their number to the power FALL: with few words most
programs are loops written out, with many the common loops are words themselves."""


def share_of(words: int) -> float:
    """Of all terms, what may be spent on bodies ahead of the level in a vocabulary of so many words."""
    return min(MOST, (WORDS / max(words, 1)) ** FALL)


class Deepening:
    """Grows the banks of bodies that the operations take, directly below ``bank``."""

    def __init__(
        self,
        growth: BankGrowth,
        bank: Bank,
        operations: Sequence[tuple[Operation, int]],
        prices: Mapping[Operation, int],
        share: float,
    ) -> None:
        """``operations`` with their costs; ``prices``: of the cheapest data that each is tried with, once there is any (read anew at
        each step); ``share``: of all terms, what may be spent here, on bodies and on trying them."""
        self.growth, self.bank, self.operations, self.prices, self.share = growth, bank, operations, prices, share

    def step(self, terms: int, spent: int, complete: int) -> bool:
        """Grow the bank of which the next level makes the cheapest terms, if it may be grown. Of all ``terms`` so far these many were
        ``spent`` here; ``complete``: the level up to which the outer bank is."""
        due = {}
        for operation, own in self.operations:
            bound = next(arguments_of(type)[0] for type in operation.arguments if is_function(type))
            child = self.bank.children.get(bound)
            level = self.growth.levels.get(id(child), 0)
            if child is not None and operation in self.prices and 0 < level < complete:
                due[own + self.prices[operation] + level, level] = child
        if not due or not self.growth.growing:
            return False
        cheapest = min(due)
        child, size = due[cheapest], TRYING * self.expected(due[cheapest])
        if spent + size > self.share * (terms + size):
            return False
        self.growth.ensure(child, cheapest[1] + 1)
        return True

    def expected(self, bank: Bank) -> float:
        """Terms that the next level may hold."""
        before, last = [0, 0, *self.growth.sizes.get(id(bank), [])][-2:]
        return 1 + last * min(STEEP, max(FLAT, last / max(before, 1)))
