"""64-bit mixing and a vectorised open-addressing index: what interning and deduplication are made of."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from . import compiled

Array = np.ndarray

_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF, _LATE = np.uint64(32), np.uint64(29)
POSITION = np.uint64(0xD6E8FEB86659FD93)
"""What keys of sequences and rows tell places apart by."""


def mix(values: Array) -> Array:
    """A 64-bit permutation that spreads every input bit (two rounds of the splitmix64 finaliser); returns new uint64."""
    mixed = values.astype(np.uint64)  # a copy: the steps below work in place
    mixed += _GOLDEN
    mixed *= _FIRST
    mixed ^= mixed >> _HALF
    mixed *= _SECOND
    mixed ^= mixed >> _LATE
    return mixed


def mix_with(values: Array, salt: Any) -> Array:
    """Mixed values (int64) that went through exclusive or with a salt."""
    if (loops := compiled.loops()) is not None:
        return loops.mix_all(np.ascontiguousarray(values), salt)
    return mix(values.view(np.uint64) ^ salt)


def seeds(count: int, salt: int = 0) -> Array:
    """``count`` distinct 64-bit seeds, for instance one a world."""
    return mix(np.arange(1, count + 1, dtype=np.uint64) + np.uint64(salt << 32))


def flat_ranges(starts: Array, lengths: Array) -> Array:
    """Indices ``starts[i], …, starts[i] + lengths[i] - 1`` for all i, one after another."""
    total = int(lengths.sum())
    if total == 0:
        return np.empty(0, np.int64)
    if (loops := compiled.loops()) is not None and total > MANY:
        return loops.flat_ranges(starts, lengths, total)
    ends = np.cumsum(lengths)
    return np.repeat(starts - ends + lengths, lengths) + np.arange(total)


def ranges(data: Array, starts: Array, lengths: Array) -> Array:
    """``data[starts[i] : starts[i] + lengths[i]]`` for all i, one after another."""
    loops = compiled.loops()
    if loops is None:
        return data[flat_ranges(starts, lengths)]
    return loops.ranges(data, starts, lengths, int(lengths.sum()))


def fingerprints(values: Array, salts: Array) -> Array:
    """For every row of ``values`` (int64) the sum over the columns of mixed values, a column mixed with its salt."""
    values = np.ascontiguousarray(values)
    if (loops := compiled.loops()) is not None:
        return loops.fingerprints(values, salts)
    codes = values.view(np.uint64)
    step = max(1, (1 << 16) // max(1, len(salts)))
    parts = [
        mix(codes[start : start + step] ^ salts).sum(axis=1, dtype=np.uint64) for start in range(0, len(codes), step)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)


def distinct(values: Array) -> tuple[Array, Array, Array]:
    """The distinct values in rising order, the position of the first of each, and for every value the number of its like."""
    loops = compiled.loops()
    if loops is None or len(values) < MANY:
        return np.unique(values, return_index=True, return_inverse=True)
    first, codes = loops.numbered(np.ascontiguousarray(values))
    found = values[first]
    order = np.argsort(found)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return found[order], first[order], rank[codes]


MANY = 64
"""Fewer items than these are not worth a call of a compiled loop that has an array expression in its place."""


LARGE = 1 << 18
"""Bytes from which on an array gets far more room than it needs: memory that is never touched costs nothing."""


def room(size: int, capacity: int, width: int) -> int:
    """The capacity, in items of ``width`` bytes, for an array that must hold ``size`` items and has had ``capacity``."""
    return (
        max(size, 4 * capacity if size * width > LARGE else capacity + capacity // 2 + 8)
        if size > capacity
        else capacity
    )


class Grown:
    """A one-dimensional array that grows."""

    def __init__(self, dtype: type = np.int64, capacity: int = 8) -> None:
        self._array: Array = np.empty(capacity, dtype)
        self.size = 0

    @property
    def array(self) -> Array:
        return self._array[: self.size]

    @property
    def nbytes(self) -> int:
        return self.size * self._array.itemsize

    def reserve(self, size: int) -> Array:
        """The whole array, with room for ``size`` items."""
        if size > len(self._array):
            self._move(room(size, len(self._array), self._array.itemsize))
        return self._array

    def _move(self, capacity: int) -> None:
        larger = np.empty(capacity, self._array.dtype)
        larger[: self.size] = self._array[: self.size]
        self._array = larger

    def extend(self, values: Array) -> None:
        needed = self.size + len(values)
        self.reserve(needed)[self.size : needed] = values
        self.size = needed

    def shrink(self) -> None:
        """Give back the room of what was forgotten."""
        self._move(self.size + 8)


class HashIndex:
    """A map from 64-bit keys to the consecutive numbers 0, 1, 2, … in order of insertion."""

    def __init__(self, capacity: int = 1 << 7) -> None:
        self._keys = Grown(np.uint64)
        self._allocate(capacity)

    def _allocate(self, capacity: int) -> None:
        self._table = np.full(capacity, -1, np.int32)
        self._place(0)

    @property
    def count(self) -> int:
        return self._keys.size

    @property
    def keys(self) -> Array:
        """All keys by number."""
        return self._keys.array

    @property
    def nbytes(self) -> int:
        return self._keys.nbytes + self._table.nbytes

    @property
    def _limit(self) -> int:
        """How many keys the table may hold."""
        return len(self._table) * 5 // 8

    def _place(self, first: int) -> None:
        """Enter keys from number ``first`` on in the table."""
        if (loops := compiled.loops()) is not None:
            loops.index_place(self._table, self.keys, first)
            return
        pending = np.arange(first, self.count)
        slots = self._slots(self.keys[first:])
        while len(pending):
            free = self._table[slots] < 0
            self._table[slots[free]] = pending[free]
            on = self._table[slots] != pending
            pending, slots = pending[on], (slots[on] + 1) & (len(self._table) - 1)

    def _slots(self, keys: Array) -> Array:
        return (keys & np.uint64(len(self._table) - 1)).astype(np.int64)

    def truncate(self, count: int) -> None:
        """Forget all but the first ``count`` keys."""
        if count < self.count:
            self._keys.size = count
            self._keys.shrink()
            capacity = len(self._table)
            while capacity > 1 << 7 and 4 * count < capacity:
                capacity //= 2
            self._allocate(capacity)

    def find(self, keys: Array) -> Array:
        """The number of every key, -1 where it is absent."""
        if (loops := compiled.loops()) is not None:
            return loops.index_find(self._table, self.keys, keys)
        numbers = np.full(len(keys), -1, np.int64)
        if self.count == 0:
            return numbers
        kept, pending, slots = self.keys, np.arange(len(keys)), self._slots(keys)
        while len(pending):
            there = self._table[slots]
            hit = kept[there] == keys[pending]
            hit &= there >= 0
            numbers[pending[hit]] = there[hit]
            on = ~hit & (there >= 0)
            pending, slots = pending[on], (slots[on] + 1) & (len(self._table) - 1)
        return numbers

    def add(self, keys: Array) -> tuple[Array, Array]:
        """Insert keys; returns their numbers and the positions (rising) of those that were new."""
        if (loops := compiled.loops()) is not None:
            return self._add_compiled(loops, keys)
        numbers = self.find(keys)
        absent = np.flatnonzero(numbers < 0)
        if len(absent) == 0:
            return numbers, absent
        found, first, inverse = np.unique(keys[absent], return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        before = self.count
        self._keys.extend(found[order])
        numbers[absent] = before + rank[inverse]
        if self.count > self._limit:
            self._grow()
        else:
            self._place(before)
        return numbers, absent[first[order]]

    def _grow(self) -> None:
        capacity = 2 * len(self._table)
        while self.count >= capacity * 5 // 8:
            capacity *= 2
        self._allocate(capacity)

    def _add_compiled(self, loops: ModuleType, keys: Array) -> tuple[Array, Array]:
        keys = np.ascontiguousarray(keys)
        numbers, new = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
        done, fresh = 0, 0
        while True:
            limit = min(self._limit, self.count + len(keys) - done)
            kept = self._keys.reserve(limit)
            done, count, fresh = loops.index_add(self._table, kept, self.count, limit, keys, done, numbers, new, fresh)
            self._keys.size = count
            if done == len(keys):
                return numbers, new[:fresh].copy()
            self._grow()
