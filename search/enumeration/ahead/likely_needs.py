"""What learned words need of their arguments to give the goal, seen from samples of what they do.

Built-in words declare it. A learned word that puts texts together, takes the beginning of a list or picks elements shows it on
the terms that a search holds: a condition that held for all of some dozens of results is taken to be necessary. It only steers looking
ahead; the regular levels consider every term.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from primitives.columns.bank import WORLD_BITS, Bank
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL, SequencePool, Values
from primitives.definitions import Definition
from primitives.types import CHAR, STRING, Constructor, Type, is_function

from ..blocks import home_of
from . import needs
from .needs import Mask, declared

SAMPLES, ENOUGH, VARIED = 64, 16, 4
"""Applications of a word that are looked at; how many of them must have a result, and how many results must differ."""
TELLING = (
    needs.begins_goal, needs.ends_goal, needs.begins_with_goal, needs.ends_with_goal, needs.holds_all_in_order,
)  # fmt: skip


class LikelyNeeds:
    """The conditions on arguments of built-in and learned words, found once a search."""

    def __init__(self) -> None:
        self.known: dict[Operation, dict[int, Mask] | None] = {}

    def of(self, bank: Bank, operation: Operation, worlds: int) -> dict[int, Mask] | None:
        """By position; None where nothing is known that would rule out much. ``worlds``: how many of the bank's are examples."""
        told = declared(operation)
        if told is not None or not isinstance(operation.primitive, Definition) or not operation.arguments:
            return told
        if operation not in self.known:
            columns = _sampled(bank, operation, worlds)
            if columns is None:
                return None
            results = bank.perform(operation, columns, len(columns[0]))
            bank.forget()
            good = np.flatnonzero(results != FAIL)
            if len(good) < ENOUGH or len(np.unique(results[good])) < VARIED:
                return None
            self.known[operation] = _held(bank, operation, [column[good] for column in columns], results[good])
        return self.known[operation]


def _sampled(bank: Bank, operation: Operation, worlds: int) -> list[Array] | None:
    """Arguments drawn from the terms that the bank holds; None where it holds none of a type."""
    rng = np.random.Generator(np.random.PCG64(len(operation.arguments)))
    at = rng.integers(worlds, size=SAMPLES)
    columns = []
    for type in operation.arguments:
        _, store = home_of(bank, type)
        if store is None or store.count == 0:
            return None
        rows = rng.integers(store.count, size=SAMPLES)
        columns.append((rows << WORLD_BITS) | at if is_function(type) else store.at(rows, at))
    return columns


def _held(bank: Bank, operation: Operation, columns: Sequence[Array], results: Array) -> dict[int, Mask] | None:
    """The conditions that no sample went against."""
    found: dict[int, Mask] = {}
    for position, type in enumerate(operation.arguments):
        if is_function(type):
            continue
        held = [
            need
            for need in _candidates(bank, type, operation.result)
            if _holds(bank, operation, position, need, columns, results)
        ]
        if held:
            found[position] = _all(held)
    return found or None


def _element(type: Type) -> Type | None:
    """The type of the elements of a list or a text."""
    if type == STRING:
        return CHAR
    return type.arguments[0] if isinstance(type, Constructor) and type.name == "list" else None


def _candidates(bank: Bank, type: Type, goal: Type) -> Sequence[Mask]:
    """Conditions that make sense for the types."""
    if not isinstance(bank.values.pool(goal), SequencePool):
        return (needs.holds_goal,) if _element(type) == goal else ()
    if _element(goal) == type:
        return needs.is_first, needs.is_last
    return TELLING if _element(type) is not None and _element(type) == _element(goal) else ()


def _holds(
    bank: Bank, operation: Operation, position: int, need: Mask, columns: Sequence[Array], results: Array
) -> bool:
    type, codes = operation.arguments[position], columns[position]
    return all(
        bool(need(bank.values, type, codes[i : i + 1], operation.result, code).all())
        for i, code in enumerate(results.tolist())
        if codes[i] != FAIL
    )


def _all(held: Sequence[Mask]) -> Mask:
    def need(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
        mask = held[0](values, type, codes, goal, wanted)
        for other in held[1:]:
            mask &= other(values, type, codes, goal, wanted)
        return mask

    return held[0] if len(held) == 1 else need
