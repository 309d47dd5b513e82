"""64-bit mixing and a vectorised open-addressing index: what interning and deduplication are made of."""

from __future__ import annotations

import numpy as np

Array = np.ndarray

_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF, _LATE = np.uint64(32), np.uint64(29)


def mix(values: Array) -> Array:
    """A 64-bit permutation that spreads every input bit (two rounds of the splitmix64 finaliser); returns new uint64."""
    mixed = values.astype(np.uint64)  # a copy: the steps below work in place
    mixed += _GOLDEN
    mixed *= _FIRST
    mixed ^= mixed >> _HALF
    mixed *= _SECOND
    mixed ^= mixed >> _LATE
    return mixed


def seeds(count: int, salt: int = 0) -> Array:
    """``count`` distinct 64-bit seeds, for instance one a world."""
    return mix(np.arange(1, count + 1, dtype=np.uint64) + np.uint64(salt << 32))


def flat_ranges(starts: Array, lengths: Array) -> Array:
    """Indices ``starts[i], …, starts[i] + lengths[i] - 1`` for all i, one after another."""
    total = int(lengths.sum())
    if total == 0:
        return np.empty(0, np.int64)
    ends = np.cumsum(lengths)
    return np.repeat(starts - ends + lengths, lengths) + np.arange(total)


class HashIndex:
    """A map from 64-bit keys to the consecutive numbers 0, 1, 2, … in order of insertion."""

    def __init__(self, capacity: int = 1 << 10) -> None:
        self.count = 0
        self._allocate(capacity)

    def _allocate(self, capacity: int) -> None:
        self._keys = np.zeros(capacity, np.uint64)
        self._numbers = np.zeros(capacity, np.int32)
        self._mask = capacity - 1

    @property
    def nbytes(self) -> int:
        return self._keys.nbytes + self._numbers.nbytes

    def _all(self) -> Array:
        """The keys in order of insertion."""
        used = np.flatnonzero(self._keys)
        keys = np.empty(self.count, np.uint64)
        keys[self._numbers[used]] = self._keys[used]
        return keys

    def _reserve(self, extra: int) -> None:
        if 2 * (self.count + extra) <= len(self._keys):
            return
        keys, capacity = self._all(), len(self._keys)
        while capacity < 2 * (self.count + extra):
            capacity *= 2
        self._allocate(capacity)
        self.count = 0
        self._add(keys)

    def truncate(self, count: int) -> None:
        """Forget all but the first ``count`` keys."""
        if count >= self.count:
            return
        keys = self._all()[:count]
        self._allocate(len(self._keys))
        self.count = 0
        self._add(keys)

    def find(self, keys: Array) -> Array:
        """The number of every key, -1 where it is absent."""
        keys = np.where(keys == 0, _GOLDEN, keys)
        numbers = np.full(len(keys), -1, np.int64)
        pending = np.arange(len(keys))
        slots = (keys & np.uint64(self._mask)).astype(np.int64)
        while len(pending):
            there = self._keys[slots]
            hit = there == keys[pending]
            numbers[pending[hit]] = self._numbers[slots[hit]]
            on = ~hit & (there != 0)
            pending, slots = pending[on], (slots[on] + 1) & self._mask
        return numbers

    def add(self, keys: Array) -> tuple[Array, Array]:
        """Insert keys; returns their numbers and the positions (rising) of those that were new."""
        # Most keys of a large batch are old: the short pass over them avoids growing the table for nothing.
        keys = np.where(keys == 0, _GOLDEN, keys)
        if len(keys) > 64 and self.count:
            numbers = self.find(keys)
            absent = np.flatnonzero(numbers < 0)
            if len(absent) == 0:
                return numbers, absent
            self._reserve(len(absent))
            numbers[absent], new = self._add(keys[absent])
            return numbers, absent[new]
        self._reserve(len(keys))
        return self._add(keys)

    def _add(self, keys: Array) -> tuple[Array, Array]:
        size = len(keys)
        numbers = np.full(size, -1, np.int64)
        owner = np.full(size, -1, np.int64)
        won, won_slots = [], []
        pending = np.arange(size)
        slots = (keys & np.uint64(self._mask)).astype(np.int64)
        while len(pending):
            wanted, there = keys[pending], self._keys[slots]
            hit = there == wanted
            if hit.any():
                found = self._numbers[slots[hit]]
                numbers[pending[hit]] = found
            empty = there == 0
            if empty.any():
                claims, claimants = slots[empty], pending[empty]
                # The first claimant of a slot must win: numpy keeps the last assignment, so assign backwards.
                self._keys[claims[::-1]] = wanted[empty][::-1]
                self._numbers[claims[::-1]] = -2 - claimants[::-1]
                first = self._numbers[claims] == -2 - claimants
                won.append(claimants[first])
                won_slots.append(claims[first])
                same = (self._keys[claims] == wanted[empty]) & ~first
                numbers[claimants[same]] = self._numbers[claims[same]]
                numbers[claimants[first]] = -2 - claimants[first]
                done = hit.copy()
                done[np.flatnonzero(empty)[first | same]] = True
            else:
                done = hit
            on = ~done
            pending, slots = pending[on], (slots[on] + 1) & self._mask
        if not won:
            return numbers, np.empty(0, np.int64)
        winners, places = np.concatenate(won), np.concatenate(won_slots)
        order = np.argsort(winners)
        winners, places = winners[order], places[order]
        owner[winners] = np.arange(self.count, self.count + len(winners))
        self._numbers[places] = owner[winners]
        fresh = numbers < -1
        numbers[fresh] = owner[-2 - numbers[fresh]]
        self.count += len(winners)
        return numbers, winners
