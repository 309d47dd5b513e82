"""Kernels of pairs, and of lists of pairs."""

from __future__ import annotations

import numpy as np

from ..frame import Frame
from ..hashing import Array, flat_ranges, ranges
from .registry import kernel


@kernel("zip")
def zip_lists(frame: Frame, xs: Array, ys: Array) -> Array:
    left, right = frame.sequences(0), frame.sequences(1)
    lengths = np.minimum(left.lengths[xs], right.lengths[ys])
    pairs = frame.values.tuples_within(frame.operation.result)
    codes = pairs.intern(ranges(left.data, left.offsets[xs], lengths), ranges(right.data, right.offsets[ys], lengths))
    return frame.sequences().intern(codes, lengths)


@kernel("enumerate")
def enumerate_list(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    pairs = frame.values.tuples_within(frame.operation.result)
    return frame.sequences().intern(pairs.intern(flat_ranges(np.zeros(len(xs), np.int64), lengths), data), lengths)


@kernel("pair")
def pair(frame: Frame, x: Array, y: Array) -> Array:
    return frame.tuples().intern(x, y)


@kernel("first")
def first(frame: Frame, both: Array) -> Array:
    return frame.tuples(0).column(0, both)


@kernel("second")
def second(frame: Frame, both: Array) -> Array:
    return frame.tuples(0).column(1, both)
