"""What the goal was made from: values that a word of one argument turns into the goal.

A list built by folding comes out back to front, and the program is ``(reverse (fold …))``. Where a word undoes another on the goal itself
— ``reverse`` undoes itself, ``chars`` undoes ``from_chars`` — the value beneath it is known, and can be looked for like the goal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.types import Type, is_function

MOST = 4
"""Values that are looked for beside the goal."""


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


def subgoals(bank: Bank, goal: Array, type: Type, operations: Sequence[tuple[Operation, int]]) -> list[Subgoal]:
    """The subgoals of the goal, at most ``MOST``, those of cheap words first; each of distinct values that are not the goal's own.

    ``goal`` are the codes of the outputs. Words are tried as they are on the goal: no word is known to have an inverse.
    """
    unary = sorted((entry for entry in operations if _plain(entry[0])), key=lambda entry: entry[1])
    beneath = {(type, goal.tobytes()): None}
    found: list[Subgoal] = []
    for operation, own in unary:
        if operation.result != type:
            continue
        for codes in _preimages(bank, goal, type, operation, [other for other, _ in unary]):
            key = operation.arguments[0], codes.tobytes()
            if key not in beneath and len(found) < MOST:
                beneath[key] = None
                name = bank.fingerprint(codes[None, :])[0]
                found.append(Subgoal(operation, own, operation.arguments[0], codes, name))
    return found


def _plain(operation: Operation) -> bool:
    """Whether it takes one argument, of data."""
    return len(operation.arguments) == 1 and not is_function(operation.arguments[0])


def _preimages(
    bank: Bank, goal: Array, type: Type, operation: Operation, words: Sequence[Operation]
) -> Iterator[Array]:
    for back in words:
        if back.arguments[0] != type or back.result != operation.arguments[0]:
            continue
        codes = bank.perform(back, [goal], len(goal))
        if (codes != FAIL).all() and np.array_equal(bank.perform(operation, [codes], len(goal)), goal):
            yield codes
