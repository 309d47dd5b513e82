"""What looking ahead is: candidates far above the level, from terms that are kept already."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from primitives.columns.bank import Bank
from primitives.columns.hashing import Array
from primitives.types import Type

from ..ledger import Ledger
from ..levels import Found, Plan
from ..prospects import Prospect


@dataclass(frozen=True, eq=False)
class Outlook:
    """What all ways of looking ahead see: the outer bank, the codes of the outputs and their type, and what terms are made of.
    ``tick(terms)`` counts terms that are tried; it may raise Stop or OutOfTime."""

    bank: Bank
    goal: Array
    type: Type
    plan: Plan
    ledger: Ledger
    tick: Callable[[int], None]


class AbstractLookAhead(ABC):
    """One way of looking ahead; its state is that of one growing of the banks."""

    @abstractmethod
    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        """Candidates once a batch of terms of the outer bank is known, all of which are kept up to the level ``complete``."""

    @abstractmethod
    def after_level(self, level: int) -> Iterator[Prospect]:
        """Candidates once all terms up to the level are kept, in no order of cost."""
