"""Looking ahead with words that take a function, such as ``fold``: on the bodies that are kept, and on bodies grown ahead of the level."""

from __future__ import annotations

from collections.abc import Iterator

from ..levels import BankGrowth, Found
from ..prospects import Prospect
from .base import AbstractLookAhead, Outlook
from .closures import Closures
from .deepening import Deepening


class Loops(AbstractLookAhead):
    """Each new body is tried at once with the cheapest data; bodies ahead of the level take no more than a share of all terms."""

    def __init__(self, outlook: Outlook, growth: BankGrowth, closures: Closures, share: float, first: int) -> None:
        """``share`` of all terms may be spent on bodies ahead of the level, from the level ``first`` on."""
        self.ledger, self.closures, self.first = outlook.ledger, closures, first
        plan = outlook.plan
        self.operations = [entry for entry in plan.operations if plan.lambda_depth and closures.suits(entry[0])]
        self.deepening = Deepening(growth, outlook.bank, self.operations, closures.prices, share)
        self.spent = 0
        """Terms that were spent on bodies ahead of the level and on trying them."""

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        return self._deeper(complete)

    def after_level(self, level: int) -> Iterator[Prospect]:
        yield from self._tried(level)
        yield from self._deeper(level)

    def _tried(self, complete: int) -> Iterator[Prospect]:
        for operation, own in self.operations:
            yield from self.closures.run(operation, own, complete)

    def _deeper(self, complete: int) -> Iterator[Prospect]:
        """Bodies ahead of the level, as many as their share allows, and what is found with them."""
        if complete < self.first or not self.ledger.keeping:
            return
        while self.deepening.step(before := self.ledger.terms, self.spent, complete):
            yield from self._tried(complete)
            self.spent += self.ledger.terms - before
