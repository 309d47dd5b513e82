"""Kernels of words about lists of Floats: sums from the left, extremes and order, which a NaN has no place in."""

from __future__ import annotations

import numpy as np

from ...types import FLOAT, list_of
from ..frame import Frame
from ..hashing import Array
from ..pools import FAIL
from ..pools.scalars import codes_of, float_places
from ..sequences import reduced, spread
from .floats import add, multiply
from .lists import rows_of, stepwise
from .registry import kernel

FLOATS = list_of(FLOAT)
ZERO, ONE, NAN = codes_of(np.array([0.0, 1.0, np.nan])).tolist()


@kernel("sum", of=FLOATS)
def total(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    return stepwise(frame, data, lengths, ZERO, lambda a, b: add(frame, a, b))


@kernel("product", of=FLOATS)
def product(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    return stepwise(frame, data, lengths, ONE, lambda a, b: multiply(frame, a, b))


@kernel("maximum", of=FLOATS)
def maximum(frame: Frame, xs: Array) -> Array:
    return extreme(frame, np.maximum, xs)


@kernel("minimum", of=FLOATS)
def minimum(frame: Frame, xs: Array) -> Array:
    return extreme(frame, np.minimum, xs)


def extreme(frame: Frame, of: np.ufunc, xs: Array) -> Array:
    """The first or last in order of every list; FAIL where it is empty or holds a NaN."""
    data, lengths = frame.sequences(0).gather(xs)
    found = float_places(reduced(of, float_places(data), lengths, FAIL))
    return np.where((lengths == 0) | (reduced(np.logical_or, data == NAN, lengths, 0) != 0), FAIL, found)


def ordered(frame: Frame, xs: Array) -> tuple[Array, Array, Array, Array]:
    """The lists without NaN: where they are, their elements, the order of these within each, and their lengths."""
    data, lengths = frame.sequences(0).gather(xs)
    rows = np.flatnonzero(reduced(np.logical_or, data == NAN, lengths, 0) == 0)
    data, lengths = frame.sequences(0).gather(xs[rows])
    return rows, data, np.lexsort((float_places(data), rows_of(lengths))), lengths


@kernel("sort", of=FLOATS)
def sort(frame: Frame, xs: Array) -> Array:
    rows, data, order, lengths = ordered(frame, xs)
    return spread(len(xs), rows, frame.sequences().intern(data[order], lengths))


@kernel("argsort", of=FLOATS)
def argsort(frame: Frame, xs: Array) -> Array:
    rows, _, order, lengths = ordered(frame, xs)
    places = order - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return spread(len(xs), rows, frame.sequences().intern(places, lengths))
