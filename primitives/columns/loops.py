"""Compiled loops (numba): the same results as the array expressions that they stand in for, without their temporaries.

Imported by ``compiled.py`` only, once a search is long enough to pay for the loading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

Array = np.ndarray

_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_GOLDEN, _POSITION = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_HALF, _LATE, _ONE = np.uint64(32), np.uint64(29), np.uint64(1)


def compile_loop(function: Callable) -> Any:
    """The function compiled, at its first call for types of arguments; kept on disk where that is possible."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder may be written to: compiled anew in every process
        return numba.njit(nogil=True)(function)


@compile_loop
def mixed(value: Any) -> Any:
    """``hashing.mix`` of one uint64."""
    value = (value + _GOLDEN) * _FIRST
    value ^= value >> _HALF
    value *= _SECOND
    return value ^ (value >> _LATE)


@compile_loop
def mix_all(values: Array, salt: Any) -> Array:
    found = np.empty(len(values), np.uint64)
    for i in range(len(values)):
        found[i] = mixed(np.uint64(values[i]) ^ salt)
    return found


@compile_loop
def fingerprints(values: Array, salts: Array) -> Array:
    """Sums over the worlds (axis 1) of mixed values."""
    found = np.empty(values.shape[0], np.uint64)
    for i in range(values.shape[0]):
        total = np.uint64(0)
        for world in range(values.shape[1]):
            total += mixed(np.uint64(values[i, world]) ^ salts[world])
        found[i] = total
    return found


_FAIL = np.iinfo(np.int64).min


@compile_loop
def taken(table: Array, rows: Array, first: int, last: int, failure: int) -> Array:
    found = np.empty((len(rows), last - first), np.int64)
    for i in range(len(rows)):
        row = rows[i]
        for world in range(first, last):
            value = np.int64(table[row, world])
            found[i, world - first] = _FAIL if value == failure else value
    return found


@compile_loop
def paired(table: Array, rows: Array, worlds: Array, failure: int) -> Array:
    found = np.empty(len(rows), np.int64)
    for i in range(len(rows)):
        value = np.int64(table[rows[i], worlds[i]])
        found[i] = _FAIL if value == failure else value
    return found


# --- the index ----------------------------------------------------------------------------------------------------------------


@compile_loop
def _slot(table: Array, kept: Array, key: Any) -> Any:
    """Where the key is in the table, or would be put: ``table`` there holds its number, or one below 0."""
    mask = np.uint64(len(table) - 1)
    slot = key & mask
    while table[slot] >= 0 and kept[table[slot]] != key:
        slot = (slot + _ONE) & mask
    return slot


@compile_loop
def index_find(table: Array, kept: Array, keys: Array) -> Array:
    """Numbers of keys, -1 for those that are absent; ``table`` holds numbers of ``kept`` keys by slot."""
    numbers = np.empty(len(keys), np.int64)
    for i in range(len(keys)):
        numbers[i] = table[_slot(table, kept, keys[i])]
    return numbers


@compile_loop
def index_add(
    table: Array, kept: Array, count: int, limit: int, keys: Array, first: int, numbers: Array, new: Array, fresh: int
) -> tuple[int, int, int]:
    """Insert ``keys[first:]`` until ``limit`` keys are kept: where it stopped, how many are kept, how many were new."""
    for i in range(first, len(keys)):
        key = keys[i]
        slot = _slot(table, kept, key)
        number = table[slot]
        if number < 0:
            if count == limit:
                return i, count, fresh
            number = count
            table[slot] = count
            kept[count] = key
            new[fresh] = i
            fresh += 1
            count += 1
        numbers[i] = number
    return len(keys), count, fresh


@compile_loop
def index_place(table: Array, kept: Array, first: int) -> None:
    """Put distinct keys from number ``first`` on into the table."""
    mask = np.uint64(len(table) - 1)
    for number in range(first, len(kept)):
        slot = kept[number] & mask
        while table[slot] >= 0:
            slot = (slot + _ONE) & mask
        table[slot] = number


@compile_loop
def numbered(values: Array) -> tuple[Array, Array]:
    """The position of the first of each distinct value, in order of first appearance, and the number of every value."""
    capacity = 1024
    table = np.full(capacity, -1, np.int32)
    first = np.empty(len(values), np.int64)
    codes = np.empty(len(values), np.int64)
    count = 0
    for i in range(len(values)):
        if 2 * count >= capacity:
            capacity *= 4
            table = np.full(capacity, -1, np.int32)
            for number in range(count):
                slot = mixed(np.uint64(values[first[number]])) & np.uint64(capacity - 1)
                while table[slot] >= 0:
                    slot = (slot + _ONE) & np.uint64(capacity - 1)
                table[slot] = number
        value = values[i]
        slot = mixed(np.uint64(value)) & np.uint64(capacity - 1)
        number = table[slot]
        while number >= 0 and values[first[number]] != value:
            slot = (slot + _ONE) & np.uint64(capacity - 1)
            number = table[slot]
        if number < 0:
            table[slot] = count
            first[count] = i
            number = count
            count += 1
        codes[i] = number
    return first[:count].copy(), codes


# --- sequences ----------------------------------------------------------------------------------------------------------------


@compile_loop
def sequence_keys(data: Array, lengths: Array) -> Array:
    keys = np.empty(len(lengths), np.uint64)
    at = 0
    for i in range(len(lengths)):
        total, position = np.uint64(0), np.uint64(0)
        for k in range(at, at + lengths[i]):
            position += _POSITION
            total += mixed(np.uint64(data[k]) + position)
        at += lengths[i]
        keys[i] = mixed(total ^ np.uint64(lengths[i]))
    return keys


@compile_loop
def tuple_keys(keys: Array, column: Array) -> None:
    """One more component for the keys of rows, in place."""
    for i in range(len(keys)):
        keys[i] = mixed((keys[i] * _POSITION) ^ np.uint64(column[i]))


@compile_loop
def ranges(data: Array, starts: Array, lengths: Array, total: int) -> Array:
    """``data[starts[i] : starts[i] + lengths[i]]`` for all i, one after another."""
    found = np.empty(total, data.dtype)
    at = 0
    for i in range(len(starts)):
        start = starts[i]
        for k in range(lengths[i]):
            found[at + k] = data[start + k]
        at += lengths[i]
    return found


@compile_loop
def flat_ranges(starts: Array, lengths: Array, total: int) -> Array:
    found = np.empty(total, np.int64)
    at = 0
    for i in range(len(starts)):
        for k in range(lengths[i]):
            found[at + k] = starts[i] + k
        at += lengths[i]
    return found


# --- products -----------------------------------------------------------------------------------------------------------------


@compile_loop
def occurrences(data: Array, offsets: Array, lengths: Array, parts: Array, xs: Array, most: int) -> tuple[Array, Array]:
    """Row and place of every occurrence of ``parts[row]`` in ``xs[row]`` (codes of one pool), from the left, without overlaps."""
    rows, places = np.empty(most, np.int64), np.empty(most, np.int64)
    found = 0
    for row in range(len(xs)):
        size, length = lengths[parts[row]], lengths[xs[row]]
        small, large, place = offsets[parts[row]], offsets[xs[row]], 0
        while place + size <= length:
            step = 0
            while step < size and data[large + place + step] == data[small + step]:
                step += 1
            if step == size:
                rows[found], places[found] = row, place
                found += 1
                place += size
            else:
                place += 1
    return rows[:found].copy(), places[:found].copy()


@compile_loop
def entries(flat: Array, bases: Array, widths: Array, outer: Array, inner: Array, rows: Array, columns: Array) -> Array:
    """Entries ``[term, world]`` of a table a world (see ``sums_of_gathers``)."""
    found = np.empty((len(rows), len(bases)), flat.dtype)
    for i in range(len(rows)):
        for world in range(len(bases)):
            found[i, world] = flat[bases[world] + outer[world, rows[i]] * widths[world] + inner[world, columns[i]]]
    return found


@compile_loop
def sums_of_gathers(
    total: Array, mixed_values: Array, bases: Array, widths: Array, outer: Array, inner: Array, low: int, high: int
) -> None:
    """Add to ``total[row, column]`` the entries of a table a world: ``bases`` and ``widths`` say where the tables lie in
    ``mixed_values``, ``outer[world, row]`` and ``inner[world, column]`` name the entry."""
    for row in range(total.shape[0]):
        for world in range(low, high):
            base = bases[world] + outer[world, row] * widths[world]
            for column in range(total.shape[1]):
                total[row, column] += mixed_values[base + inner[world, column]]
