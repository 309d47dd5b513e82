"""Candidates far above the level, which looking ahead brings up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.term import Literal
from primitives.types import Type


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
    """A term of the goal's values in all examples: its arguments, which are rows, constants or terms that are no rows, and its cost. One
    of a ``subgoal``'s values stands within the subgoal's word, which the cost counts."""

    operation: Operation
    kids: Sequence[int | Prospect | Literal]
    cost: int
    subgoal: Subgoal | None = None
