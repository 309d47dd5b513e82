"""What the goal was made from: values that a word of one argument turns into the goal.

A list built by folding comes out back to front, and the program is ``(reverse (fold …))``. Where a word undoes another on the goal itself
— ``reverse`` undoes itself, ``chars`` undoes ``from_chars`` — the value beneath it is known, and can be looked for like the goal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.types import Type, is_function

from ..levels import Found
from ..prospects import Prospect, Subgoal
from .base import AbstractLookAhead

MOST = 4
"""Values that are looked for beside the goal."""


class Subgoals(AbstractLookAhead):
    """Terms of a subgoal's values, among all that are enumerated: what its word makes of them is levels away."""

    def __init__(self, wanted: Sequence[Subgoal]) -> None:
        self.wanted = tuple(wanted)

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        for subgoal in self.wanted:
            if subgoal.type != found.operation.result:
                continue
            rows = np.flatnonzero(found.batch.prints == subgoal.fingerprint)
            if len(rows) == 0:
                continue
            _, first = np.unique(found.batch.complete()[rows], return_index=True)
            for row in rows[first]:
                kids = [int(kid[0]) for kid in found.batch.kids(np.array([row]))]
                yield Prospect(found.operation, kids, found.cost + subgoal.own, subgoal)

    def after_level(self, level: int) -> Iterator[Prospect]:
        return iter(())


def subgoals(bank: Bank, goal: Array, type: Type, operations: Sequence[tuple[Operation, int]]) -> list[Subgoal]:
    """The subgoals of the goal, at most ``MOST``, those of cheap words first; each of distinct values that are not the goal's own.

    ``goal`` are the codes of the outputs. Words are tried as they are on the goal: no word is known to have an inverse.
    """
    unary = sorted((entry for entry in operations if _plain(entry[0])), key=lambda entry: entry[1])
    backs = [back for back, _ in unary if back.arguments[0] == type]
    beneath: dict[Type, dict[bytes, Array]] = {}
    for back in backs:
        codes = bank.perform(back, [goal], len(goal))
        if (codes != FAIL).all() and (back.result != type or not np.array_equal(codes, goal)):
            beneath.setdefault(back.result, {}).setdefault(codes.tobytes(), codes)
    found: list[Subgoal] = []
    for operation, own in unary:
        given = operation.arguments[0]
        if operation.result != type or given not in beneath:
            continue
        for codes in _preimages(bank, goal, operation, list(beneath[given].values())):
            if len(found) == MOST:
                return found
            del beneath[given][codes.tobytes()]
            found.append(Subgoal(operation, own, given, codes, bank.fingerprint(codes[None, :])[0]))
    return found


def _plain(operation: Operation) -> bool:
    """Whether it takes one argument, of data."""
    return len(operation.arguments) == 1 and not is_function(operation.arguments[0])


def _preimages(bank: Bank, goal: Array, operation: Operation, candidates: Sequence[Array]) -> Iterator[Array]:
    """Those of the candidates of which the word makes the goal; the word runs once, on all of them."""
    if not candidates:
        return
    made = bank.perform(operation, [np.concatenate(candidates)], len(goal) * len(candidates))
    for codes, result in zip(candidates, made.reshape(len(candidates), len(goal)), strict=True):
        if np.array_equal(result, goal):
            yield codes
