"""Kernels of first-order list words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...types import CHAR, Constructor, Type
from ...values import MAX_INT
from ..frame import Frame
from ..hashing import Array, flat_ranges
from ..pools import FAIL, NOTHING
from ..sequences import (
    comparable_codes,
    comparable_elements,
    element,
    first_in_row,
    int_elements,
    joined,
    ordered_elements,
    part,
    put,
    reduced,
    spread,
    unequal,
)
from .registry import kernel
from .scalars import checked, multiply


@kernel("empty")
def empty(frame: Frame) -> Array:
    return frame.sequences().intern(np.empty(0, np.int64), np.zeros(1, np.int64))


@kernel("singleton")
def singleton(frame: Frame, x: Array) -> Array:
    return frame.sequences().intern(x, np.ones(len(x), np.int64))


@kernel("cons")
def cons(frame: Frame, x: Array, xs: Array) -> Array:
    return put(frame, 1, x, xs, np.zeros(len(xs), np.int64))


@kernel("append")
def append(frame: Frame, x: Array, xs: Array) -> Array:
    return put(frame, 1, x, xs, frame.sequences(1).lengths[xs])


@kernel("insert")
def insert(frame: Frame, i: Array, x: Array, xs: Array) -> Array:
    return put(frame, 2, x, xs, i)


@kernel("concat")
def concat(frame: Frame, xs: Array, ys: Array) -> Array:
    return joined(frame, (0, xs), (1, ys))


@kernel("flatten_list")
def flatten(frame: Frame, xs: Array) -> Array:
    inner, counts = frame.sequences(0).gather(xs)
    lengths = frame.sequences().lengths[inner]
    sizes = reduced(np.add, lengths, counts, 0)
    rows = np.flatnonzero(sizes <= frame.values.limit)
    kept, _ = frame.sequences(0).gather(xs[rows])
    data, _ = frame.sequences().gather(kept)
    return spread(len(xs), rows, frame.sequences().intern(data, sizes[rows]))


@kernel("replicate")
def replicate(frame: Frame, count: Array, x: Array) -> Array:
    rows = np.flatnonzero(count <= frame.values.limit)
    lengths = np.maximum(count[rows], 0)
    return spread(len(x), rows, frame.sequences().intern(np.repeat(x[rows], lengths), lengths))


@kernel("range")
def range_list(frame: Frame, stop: Array) -> Array:
    return range_from(frame, np.zeros(len(stop), np.int64), stop)


@kernel("range_from")
def range_from(frame: Frame, start: Array, stop: Array) -> Array:
    rows = np.flatnonzero(stop - start <= frame.values.limit)
    lengths = np.maximum(stop - start, 0)[rows]
    return spread(len(stop), rows, frame.sequences().intern(flat_ranges(start[rows], lengths), lengths))


@kernel("length")
def length(frame: Frame, xs: Array) -> Array:
    return frame.sequences(0).lengths[xs]


@kernel("is_empty")
def is_empty(frame: Frame, xs: Array) -> Array:
    return (frame.sequences(0).lengths[xs] == 0).astype(np.int64)


@kernel("head")
def head(frame: Frame, xs: Array) -> Array:
    return element(frame, 0, xs, np.zeros(len(xs), np.int64))


@kernel("last")
def last(frame: Frame, xs: Array) -> Array:
    return element(frame, 0, xs, frame.sequences(0).lengths[xs] - 1)


@kernel("index")
def index(frame: Frame, i: Array, xs: Array) -> Array:
    return element(frame, 1, xs, i)


@kernel("tail")
def tail(frame: Frame, xs: Array) -> Array:
    return cut(frame, xs, 1, 0)


@kernel("init")
def init(frame: Frame, xs: Array) -> Array:
    return cut(frame, xs, 0, 1)


def cut(frame: Frame, xs: Array, front: int, back: int) -> Array:
    """Non-empty sequences without elements at the front or at the back."""
    lengths = frame.sequences(0).lengths[xs]
    rows = np.flatnonzero(lengths > 0)
    lengths = lengths[rows]
    return spread(len(xs), rows, part(frame, 0, xs[rows], np.full(len(rows), front), lengths - back))


@kernel("take")
def take(frame: Frame, count: Array, xs: Array) -> Array:
    lengths = frame.sequences(1).lengths[xs]
    return part(frame, 1, xs, np.zeros(len(xs), np.int64), np.clip(count, 0, lengths))


@kernel("drop")
def drop(frame: Frame, count: Array, xs: Array) -> Array:
    lengths = frame.sequences(1).lengths[xs]
    return part(frame, 1, xs, np.clip(count, 0, lengths), lengths)


@kernel("slice")
def slice_list(frame: Frame, start: Array, stop: Array, xs: Array) -> Array:
    lengths = frame.sequences(2).lengths[xs]
    return part(frame, 2, xs, np.clip(start, 0, lengths), np.clip(stop, 0, lengths))


@kernel("set")
def set_at(frame: Frame, i: Array, x: Array, xs: Array) -> Array:
    pool = frame.sequences(2)
    rows = np.flatnonzero((i >= 0) & (i < pool.lengths[xs]))
    data, lengths = pool.gather(xs[rows])
    data[np.cumsum(lengths) - lengths + i[rows]] = x[rows]
    return spread(len(xs), rows, frame.sequences().intern(data, lengths))


@kernel("delete")
def delete(frame: Frame, i: Array, xs: Array) -> Array:
    pool = frame.sequences(1)
    rows = np.flatnonzero((i >= 0) & (i < pool.lengths[xs]))
    data, lengths = pool.gather(xs[rows])
    keep = np.ones(len(data), bool)
    keep[np.cumsum(lengths) - lengths + i[rows]] = False
    return spread(len(xs), rows, frame.sequences().intern(data[keep], lengths - 1))


@kernel("reverse")
def reverse(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    ends = np.cumsum(lengths)
    mirrored = np.repeat(2 * ends - lengths - 1, lengths) - np.arange(len(data))
    return frame.sequences().intern(data[mirrored], lengths)


@kernel("sum", suits=int_elements)
def total(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    if len(data) == 0 or int(np.abs(data).max()) * int(lengths.max()) <= MAX_INT:
        return reduced(np.add, data, lengths, 0)
    return stepwise(frame, data, lengths, 0, lambda a, b: checked(a + b))


@kernel("product", suits=int_elements)
def product(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    return stepwise(frame, data, lengths, 1, lambda a, b: multiply(frame, a, b))


def stepwise(frame: Frame, data: Array, lengths: Array, start: int, combine: Callable[[Array, Array], Array]) -> Array:
    """A reduction from the left in which every step may fail."""
    result = np.full(len(lengths), start, np.int64)
    offsets = np.cumsum(lengths) - lengths
    active, step = np.flatnonzero(lengths > 0), 0
    while len(active):
        frame.values.deadline.check()
        result[active] = combine(result[active], data[offsets[active] + step])
        step += 1
        active = active[(lengths[active] > step) & (result[active] != FAIL)]
    return result


@kernel("maximum", suits=ordered_elements)
def maximum(frame: Frame, xs: Array) -> Array:
    return reduced(np.maximum, *frame.sequences(0).gather(xs), FAIL)


@kernel("minimum", suits=ordered_elements)
def minimum(frame: Frame, xs: Array) -> Array:
    return reduced(np.minimum, *frame.sequences(0).gather(xs), FAIL)


def inner_type(frame: Frame, position: int) -> Type:
    """The type of the elements of the sequence at an argument position."""
    type = frame.operation.arguments[position]
    assert isinstance(type, Constructor)
    return type.arguments[0] if type.arguments else CHAR


def rows_of(lengths: Array) -> Array:
    """The row of every element."""
    return np.repeat(np.arange(len(lengths)), lengths)


@kernel("contains", suits=comparable_codes)
def contains(frame: Frame, x: Array, xs: Array) -> Array:
    data, lengths = frame.sequences(1).gather(xs)
    rows = rows_of(lengths)
    result = np.zeros(len(xs), np.int64)
    result[rows[~unequal(frame.operation.arguments[0], data, x[rows])]] = 1
    return result


@kernel("search", suits=comparable_codes)
def search(frame: Frame, x: Array, xs: Array) -> Array:
    data, lengths = frame.sequences(1).gather(xs)
    rows = rows_of(lengths)
    places = first_in_row(~unequal(frame.operation.arguments[0], data, x[rows]), rows)
    result = np.full(len(xs), NOTHING, np.int64)
    result[rows[places]] = frame.tuples().intern(places - (np.cumsum(lengths) - lengths)[rows[places]])
    return result


@kernel("sort", suits=ordered_elements)
def sort(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    return frame.sequences().intern(data[np.lexsort((data, rows_of(lengths)))], lengths)


@kernel("argsort", suits=ordered_elements)
def argsort(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    order = np.lexsort((data, rows_of(lengths)))
    return frame.sequences().intern(order - np.repeat(np.cumsum(lengths) - lengths, lengths), lengths)


@kernel("unique", suits=comparable_elements)
def unique(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    rows = rows_of(lengths)
    order = np.lexsort((data, rows))
    fresh = np.ones(len(data), bool)
    apart = unequal(inner_type(frame, 0), data[order[1:]], data[order[:-1]])
    fresh[order[1:]] = apart | (rows[order[1:]] != rows[order[:-1]])
    return frame.sequences().intern(data[fresh], np.bincount(rows[fresh], minlength=len(xs)))


@kernel("group", suits=comparable_elements)
def group(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    rows = rows_of(lengths)
    apart = unequal(inner_type(frame, 0), data[1:], data[:-1]) | (rows[1:] != rows[:-1])
    starts = np.flatnonzero(np.concatenate(([True], apart))) if len(data) else np.empty(0, int)
    runs = frame.sequences(0).intern(data, np.diff(np.append(starts, len(data))))
    return frame.sequences().intern(runs, np.bincount(rows[starts], minlength=len(xs)))


@kernel("range_by")
def range_by(frame: Frame, start: Array, stop: Array, step: Array) -> Array:
    lengths = np.maximum(-((start - stop) // np.where(step == 0, 1, step)), 0)
    rows = np.flatnonzero((step != 0) & (lengths <= frame.values.limit))
    lengths = lengths[rows]
    places = flat_ranges(np.zeros(len(rows), np.int64), lengths)
    data = np.repeat(start[rows], lengths) + np.repeat(step[rows], lengths) * places
    return spread(len(stop), rows, frame.sequences().intern(data, lengths))
