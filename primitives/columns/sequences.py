"""Vectorised building blocks of kernels over sequences."""

from __future__ import annotations

import numpy as np

from ..types import FLOAT, Constructor, Type
from .frame import Frame
from .hashing import Array, flat_ranges, ranges
from .pools import FAIL
from .pools.codes import equal_by_code, ordered_by_code
from .pools.scalars import floats_of


def ordered_elements(type: Type) -> bool:
    """Whether the elements of a sequence type sort as their codes do."""
    return type == Constructor("str") or (
        isinstance(type, Constructor) and len(type.arguments) == 1 and ordered_by_code(type.arguments[0])
    )


def comparable_elements(type: Type) -> bool:
    """Whether ``unequal`` serves the elements of a sequence type."""
    return type == Constructor("str") or (
        isinstance(type, Constructor) and len(type.arguments) == 1 and comparable_codes(type.arguments[0])
    )


def comparable_codes(type: Type) -> bool:
    """Whether ``unequal`` serves the values of a type."""
    return type == FLOAT or equal_by_code(type)


def unequal(type: Type, a: Array, b: Array) -> Array:
    """Where two columns of codes of a type stand for values that differ; a NaN differs from everything."""
    return floats_of(a) != floats_of(b) if type == FLOAT else a != b


def int_elements(type: Type) -> bool:
    return type == Constructor("list", (Constructor("int"),))


def spread(size: int, rows: Array, codes: Array) -> Array:
    """A column that holds ``codes`` at ``rows`` and fails elsewhere."""
    if len(rows) == size:
        return codes
    result = np.full(size, FAIL, np.int64)
    result[rows] = codes
    return result


def part(frame: Frame, position: int, codes: Array, starts: Array, stops: Array) -> Array:
    """Sequences ``xs[start:stop]`` for 0 ≤ start and stop ≤ length (empty where stop ≤ start)."""
    pool = frame.sequences(position)
    lengths = np.maximum(stops - starts, 0)
    return frame.sequences().intern(ranges(pool.data, pool.offsets[codes] + starts, lengths), lengths)


def element(frame: Frame, position: int, codes: Array, places: Array) -> Array:
    """``xs[place]``, FAIL where there is no such place."""
    pool = frame.sequences(position)
    good = (places >= 0) & (places < pool.lengths[codes])
    if len(pool.data) == 0:
        return np.full(len(codes), FAIL, np.int64)
    return np.where(good, pool.data[np.where(good, pool.offsets[codes] + places, 0)], FAIL)


def put(frame: Frame, position: int, x: Array, xs: Array, places: Array) -> Array:
    """The sequences with ``x`` put before each place (0 ≤ place ≤ length, else FAIL)."""
    pool = frame.sequences(position)
    lengths = pool.lengths[xs]
    rows = np.flatnonzero((lengths < frame.values.limit) & (places >= 0) & (places <= lengths))
    data, lengths = pool.gather(xs[rows])
    starts = np.cumsum(lengths + 1) - lengths - 1
    joined = np.empty(len(data) + len(rows), np.int64)
    old = np.ones(len(joined), bool)
    old[starts + places[rows]] = False
    joined[starts + places[rows]] = x[rows]
    joined[old] = data
    return spread(len(xs), rows, frame.sequences().intern(joined, lengths + 1))


def joined(frame: Frame, left: tuple[int, Array], right: tuple[int, Array]) -> Array:
    """Concatenation of the sequences of two (argument position, codes)."""
    (first, xs), (second, ys) = left, right
    pool, other = frame.sequences(first), frame.sequences(second)
    rows = np.flatnonzero(pool.lengths[xs] + other.lengths[ys] <= frame.values.limit)
    a, b = pool.lengths[xs[rows]], other.lengths[ys[rows]]
    if pool is other:
        places = np.stack([pool.offsets[xs[rows]], pool.offsets[ys[rows]]], axis=1).ravel()
        data = ranges(pool.data, places, np.stack([a, b], axis=1).ravel())
        return spread(len(xs), rows, frame.sequences().intern(data, a + b))
    starts = np.cumsum(a + b) - a - b
    data = np.empty(int((a + b).sum()), np.int64)
    data[flat_ranges(starts, a)] = ranges(pool.data, pool.offsets[xs[rows]], a)
    data[flat_ranges(starts + a, b)] = ranges(other.data, other.offsets[ys[rows]], b)
    return spread(len(xs), rows, frame.sequences().intern(data, a + b))


def failing(values: Array, rows: Array, count: int) -> Array:
    """Which of ``count`` rows hold a failed value."""
    failed = np.zeros(count, bool)
    failed[rows[values == FAIL]] = True
    return failed


def build(frame: Frame, data: Array, keep: Array, rows: Array, failed: Array) -> Array:
    """Lists of the kept elements, row by row; failed rows fail."""
    keep = keep & ~failed[rows]
    lengths = np.bincount(rows[keep], minlength=len(failed))
    good = np.flatnonzero(~failed)
    return spread(len(failed), good, frame.sequences().intern(data[keep], lengths[good]))


def first_in_row(marks: Array, rows: Array) -> Array:
    """Positions of the first marked element of every row that has one."""
    places = np.flatnonzero(marks)
    found = rows[places]
    return places[np.concatenate(([True], found[1:] != found[:-1]))] if len(places) else places


def reduced(ufunc: np.ufunc, data: Array, lengths: Array, empty: int) -> Array:
    """A reduction of every sequence, ``empty`` where there are no elements."""
    result = np.full(len(lengths), empty, np.int64)
    rows = np.flatnonzero(lengths)
    if len(rows):
        starts = np.cumsum(lengths) - lengths
        result[rows] = ufunc.reduceat(data, starts[rows])
    return result
