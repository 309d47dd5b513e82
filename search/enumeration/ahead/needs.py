"""What an argument must look like for a word to give the goal: the conditions that words declare, on columns.

A condition takes the pool of the argument's type, codes of candidate values and the code of the goal, and returns a mask.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import NOTHING, Values
from primitives.declarations import Need
from primitives.types import Type

Mask = Callable[[Values, Type, Array, Type, int], Array]
"""(values, type of the argument, candidate codes, type of the goal, code of the goal) to a mask."""


def _lengths(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> tuple[Array, int]:
    return values.sequences(type).lengths[codes], int(values.sequences(goal).lengths[wanted])


def same_length(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    lengths, target = _lengths(values, type, codes, goal, wanted)
    return lengths == target


def same_first(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    """As long as the goal, with the same first element."""
    mask = same_length(values, type, codes, goal, wanted)
    items = _items(values, goal, wanted)
    if len(items):
        pool = values.sequences(type)
        rows = np.flatnonzero(mask)
        mask[rows] = pool.data[pool.offsets[codes[rows]]] == items[0]
    return mask


def no_shorter(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    lengths, target = _lengths(values, type, codes, goal, wanted)
    return lengths >= target


def one_longer(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    lengths, target = _lengths(values, type, codes, goal, wanted)
    return lengths == target + 1


def one_shorter(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    lengths, target = _lengths(values, type, codes, goal, wanted)
    return lengths == target - 1


def _items(values: Values, goal: Type, wanted: int) -> Array:
    pool = values.sequences(goal)
    start = int(pool.offsets[wanted])
    return pool.data[start : start + int(pool.lengths[wanted])]


def holds_all_in_order(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    """The goal is a subsequence of the argument."""
    pool, items = values.sequences(type), _items(values, goal, wanted)
    lengths, offsets = pool.lengths[codes], pool.offsets[codes]
    met = np.zeros(len(codes), np.int64)
    padded = np.append(items, 0)
    for step in range(int(lengths.max(initial=0))):
        values.deadline.check()
        here = (lengths > step) & (met < len(items))
        rows = np.flatnonzero(here)
        if len(rows) == 0:
            break
        met[rows] += pool.data[offsets[rows] + step] == padded[met[rows]]
    return met == len(items)


def _agrees(values: Values, type: Type, codes: Array, items: Array, shift: Array, count: Array) -> Array:
    """Whether ``argument[shift + k] == items[k]`` for all k below ``count``."""
    pool, good = values.sequences(type), np.ones(len(codes), bool)
    for step in range(int(count.max(initial=0))):
        values.deadline.check()
        rows = np.flatnonzero(good & (count > step))
        if len(rows) == 0:
            break
        good[rows] = pool.data[pool.offsets[codes[rows]] + shift[rows] + step] == items[step]
    return good


def begins_with_goal(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    pool, items = values.sequences(type), _items(values, goal, wanted)
    mask = pool.lengths[codes] >= len(items)
    rows = np.flatnonzero(mask)
    mask[rows] = _agrees(
        values, type, codes[rows], items, np.zeros(len(rows), np.int64), np.full(len(rows), len(items))
    )
    return mask


def ends_with_goal(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    pool, items = values.sequences(type), _items(values, goal, wanted)
    mask = pool.lengths[codes] >= len(items)
    rows = np.flatnonzero(mask)
    mask[rows] = _agrees(
        values, type, codes[rows], items, pool.lengths[codes[rows]] - len(items), np.full(len(rows), len(items))
    )
    return mask


def begins_goal(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    pool, items = values.sequences(type), _items(values, goal, wanted)
    lengths = pool.lengths[codes]
    mask = lengths <= len(items)
    rows = np.flatnonzero(mask)
    mask[rows] = _agrees(values, type, codes[rows], items, np.zeros(len(rows), np.int64), lengths[rows])
    return mask


def ends_goal(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    pool, items = values.sequences(type), _items(values, goal, wanted)
    lengths = pool.lengths[codes]
    mask = lengths <= len(items)
    for size in np.unique(lengths[mask]):
        rows = np.flatnonzero(mask & (lengths == size))
        mask[rows] = _agrees(
            values, type, codes[rows], items[len(items) - size :], np.zeros(len(rows), np.int64), lengths[rows]
        )
    return mask


def is_first(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    items = _items(values, goal, wanted)
    return codes == items[0] if len(items) else np.zeros(len(codes), bool)


def is_last(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    items = _items(values, goal, wanted)
    return codes == items[-1] if len(items) else np.zeros(len(codes), bool)


def all_but_first(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    items = _items(values, goal, wanted)
    return (
        one_shorter(values, type, codes, goal, wanted) & ends_goal(values, type, codes, goal, wanted)
        if len(items)
        else codes < 0
    )


def all_but_last(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    items = _items(values, goal, wanted)
    return (
        one_shorter(values, type, codes, goal, wanted) & begins_goal(values, type, codes, goal, wanted)
        if len(items)
        else codes < 0
    )


def holds_goal(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    """The goal is an element of the argument."""
    data, lengths = values.sequences(type).gather(codes)
    rows = np.repeat(np.arange(len(codes)), lengths)
    mask = np.zeros(len(codes), bool)
    mask[rows[data == wanted]] = True
    return mask


def at_least_goal_long(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
    return values.sequences(type).lengths[codes] >= wanted


def _part(position: int) -> Mask:
    """The argument is what the goal, a pair or an option that is present, holds at the position."""

    def is_part(values: Values, type: Type, codes: Array, goal: Type, wanted: int) -> Array:
        if wanted == NOTHING:
            return np.zeros(len(codes), bool)
        return codes == values.tuples(goal).rows.columns[position].array[wanted]

    return is_part


MASKS: dict[Need, Mask] = {
    Need.SAME_LENGTH: same_length, Need.SAME_FIRST: same_first, Need.NO_SHORTER: no_shorter, Need.ONE_LONGER: one_longer,
    Need.ONE_SHORTER: one_shorter, Need.HOLDS_IN_ORDER: holds_all_in_order, Need.BEGINS_WITH: begins_with_goal,
    Need.ENDS_WITH: ends_with_goal, Need.BEGINS: begins_goal, Need.ENDS: ends_goal, Need.FIRST: is_first, Need.LAST: is_last,
    Need.ALL_BUT_FIRST: all_but_first, Need.ALL_BUT_LAST: all_but_last, Need.HOLDS: holds_goal, Need.AS_MANY: at_least_goal_long,
    Need.FIRST_PART: _part(0), Need.SECOND_PART: _part(1),
}  # fmt: skip
"""Every condition that a word may declare."""


def declared(operation: Operation) -> dict[int, Mask] | None:
    """The conditions that the word was declared with, by position; None where there are none."""
    if operation.primitive is None or not operation.primitive.needs:
        return None
    return {position: MASKS[need] for position, need in operation.primitive.needs.items()}
