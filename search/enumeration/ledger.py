"""What one enumeration has used of its budget."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from primitives.interpreter.deadline import NEVER, Deadline

REPORT = 5_000
"""Terms after which progress is told within a level, so that several enumerations can take turns."""
WEIGHING = 20_000
"""Terms after which the memory is looked at again."""


class Stop(Exception):
    """All terms that may be considered have been."""


@dataclass(eq=False)
class Ledger:
    """Counts and bounds: ``terms`` computed and fingerprinted, ``bodies`` those of them in lambdas, and whether new terms are kept."""

    terms: int = 0
    bodies: int = 0
    keeping: bool = True
    max_terms: int | None = None
    deadline: Deadline = NEVER
    started: float = field(default_factory=time.monotonic)
    next_weighing: int = 0
    next_report: int = REPORT

    def open(self, deadline: Deadline, max_terms: int | None) -> None:
        """Start the clock: from now on the bounds hold."""
        self.started, self.deadline, self.max_terms = time.monotonic(), deadline, max_terms

    @property
    def seconds(self) -> float:
        """Since the clock was started."""
        return time.monotonic() - self.started

    def tick(self, terms: int, bodies: bool = False) -> None:
        """Enter terms, in a bank of ``bodies`` or not; those beyond the bound are not looked at and not counted. Raises OutOfTime, Stop."""
        counted = terms if self.room is None else min(terms, self.room)
        self.terms += counted
        self.bodies += counted if bodies else 0
        self.deadline.check()
        if self.room == 0:
            raise Stop

    @property
    def room(self) -> int | None:
        """Terms that may still be considered; None where there is no bound."""
        return None if self.max_terms is None else max(0, self.max_terms - self.terms)

    def weighing_due(self) -> bool:
        """Whether it is time to look at the memory; it counts as done then."""
        due = self.keeping and self.terms >= self.next_weighing
        if due:
            self.next_weighing = self.terms + WEIGHING
        return due

    def report_due(self) -> bool:
        """Whether it is time to tell of progress; it counts as done then."""
        due = self.terms >= self.next_report
        if due:
            self.next_report = self.terms + REPORT
        return due
