"""What looking ahead is: candidates far above the level, from terms that are kept already."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.types import Type

from ..ledger import Ledger
from ..levels import Found, Plan


@dataclass(frozen=True, eq=False)
class Subgoal:
    """Codes of values of ``type``, one an example, that ``operation``, of cost ``own``, turns into the goal."""

    operation: Operation
    own: int
    type: Type
    codes: Array
    fingerprint: np.uint64
    """Over the examples, as that of batches of terms."""

    def name(self, bank: Bank, values: Array) -> int:
        """The fingerprint over all worlds of the operation on a term of these values, ``[worlds]``."""
        made = bank.perform(self.operation, [values], len(values))
        return int(bank.fingerprint(made[None, :])[0])


@dataclass(frozen=True)
class Prospect:
    """A term of the goal's values in all examples: the rows of its arguments, and its cost. One of a ``subgoal``'s values stands within
    the subgoal's word, which the cost counts."""

    operation: Operation
    kids: list[int]
    cost: int
    subgoal: Subgoal | None = None


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
