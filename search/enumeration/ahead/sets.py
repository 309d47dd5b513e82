"""Sets of examples as bits: which of them a term meets, or a condition is true in, for many terms at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from primitives.columns.hashing import Array

WORD = 64


@dataclass(frozen=True, eq=False)
class TermSets:
    """Sets of examples, the cheapest first, each with a row that has it, its cost, and whether the row's truth is turned round."""

    sets: Array
    rows: Array
    costs: Array
    turned: Array


def packed(marks: Array) -> Array:
    """Rows of truth values as bits, uint64 [rows, words]."""
    rows, count = marks.shape
    padded = np.zeros((rows, -(-count // WORD) * WORD), bool)
    padded[:, :count] = marks
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64).reshape(rows, -(-count // WORD))


def unpacked(sets: Array, count: int) -> Array:
    """The sets as rows of truth values, bool [rows, count]."""
    return np.unpackbits(sets.view(np.uint8), axis=1, count=count, bitorder="little").astype(bool)


def sizes(sets: Array) -> Array:
    """How many examples are in each set, of [..., words]."""
    return np.bitwise_count(sets).sum(axis=-1, dtype=np.int64)


def cheapest(sets: Array, costs: Array) -> Array:
    """The first of the cheapest rows of every set that occurs, the cheapest sets first; sets: [rows, words]."""
    order = np.argsort(costs, kind="stable")
    names = np.ascontiguousarray(sets[order]).view(np.dtype((np.void, sets.shape[1] * 8))).ravel()
    _, first = np.unique(names, return_index=True)
    return order[np.sort(first)]


def within(small: Array, large: Array) -> Array:
    """Whether each small set is in each large one: bool [small, large]."""
    good = np.ones((len(small), len(large)), bool)
    for word in range(small.shape[1]):
        good &= (small[:, word, None] & ~large[None, :, word]) == 0
    return good
