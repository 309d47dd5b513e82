"""Kernels of arithmetic, comparison and functions of Floats.

What IEEE 754 rounds exactly is computed by numpy. The functions that it leaves to a library (exp, sin, power …) are those of ``math``,
value by value: numpy's differ from them in the last bit on some processors, and a value must be the interpreter's on every one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...types import FLOAT
from ...values import MAX_INT, Failed
from ..frame import Frame
from ..hashing import Array
from ..pools import FAIL
from ..pools.scalars import codes_of, floats_of
from .registry import kernel

LARGEST_EXPONENT = 709.782712893384
"""The largest Float whose exponential is finite."""
SURELY_FINITE = 1e308
"""Where numpy's power is at most so large, that of ``math`` does not overflow."""


def among(result: Array, good: Array) -> Array:
    """Codes of Floats where ``good``, FAIL elsewhere."""
    codes = codes_of(result)
    return codes if good.all() else np.where(good, codes, FAIL)


def each(function: Callable[[float], float], values: Array, good: Array) -> Array:
    """The function of every good value, which it must not refuse; NaN elsewhere."""
    if good.all():
        return np.fromiter(map(function, values.tolist()), np.float64, len(values))
    found = np.full(len(values), math.nan)
    found[good] = each(function, values[good], good[good])
    return found


# --- arithmetic -----------------------------------------------------------------------------------------------------------------


@kernel("+", of=FLOAT)
def add(frame: Frame, a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        return codes_of(floats_of(a) + floats_of(b))


@kernel("-", of=FLOAT)
def subtract(frame: Frame, a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        return codes_of(floats_of(a) - floats_of(b))


@kernel("*", of=FLOAT)
def multiply(frame: Frame, a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        return codes_of(floats_of(a) * floats_of(b))


@kernel("/")
def divide(frame: Frame, a: Array, b: Array) -> Array:
    with np.errstate(all="ignore"):
        return among(floats_of(a) / floats_of(b), b != 0)


@kernel("negate", of=FLOAT)
def negate(frame: Frame, a: Array) -> Array:
    return codes_of(-floats_of(a))


@kernel("abs", of=FLOAT)
def absolute(frame: Frame, a: Array) -> Array:
    return codes_of(np.abs(floats_of(a)))


@kernel("sqrt")
def square_root(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    with np.errstate(all="ignore"):
        return among(np.sqrt(values), ~(values < 0))


@kernel("power", of=FLOAT)
def power(frame: Frame, a: Array, b: Array) -> Array:
    x, y = floats_of(a), floats_of(b)
    with np.errstate(all="ignore"):
        plain = np.abs(np.power(x, y)) <= SURELY_FINITE
        undefined = np.where(x == 0, y < 0, (x < 0) & (y != np.floor(y))) & np.isfinite(x) & np.isfinite(y)
    found = np.full(len(x), FAIL, np.int64)
    chosen = np.flatnonzero(plain)
    values = map(math.pow, x[chosen].tolist(), y[chosen].tolist())
    found[chosen] = codes_of(np.fromiter(values, np.float64, len(chosen)))
    assert frame.operation.primitive is not None
    for row in np.flatnonzero(~(plain | undefined)).tolist():  # infinities, NaN and what overflows
        try:
            found[row] = codes_of(np.array([frame.operation.primitive.meaning(float(x[row]), float(y[row]))]))[0]
        except Failed:
            continue
    return found


# --- comparison -----------------------------------------------------------------------------------------------------------------


@kernel("=", of=FLOAT)
def equal(frame: Frame, a: Array, b: Array) -> Array:
    return (floats_of(a) == floats_of(b)).astype(np.int64)


@kernel("!=", of=FLOAT)
def differ(frame: Frame, a: Array, b: Array) -> Array:
    return (floats_of(a) != floats_of(b)).astype(np.int64)


@kernel("<", of=FLOAT)
def less(frame: Frame, a: Array, b: Array) -> Array:
    return (floats_of(a) < floats_of(b)).astype(np.int64)


@kernel("<=", of=FLOAT)
def at_most(frame: Frame, a: Array, b: Array) -> Array:
    return (floats_of(a) <= floats_of(b)).astype(np.int64)


@kernel(">", of=FLOAT)
def greater(frame: Frame, a: Array, b: Array) -> Array:
    return (floats_of(a) > floats_of(b)).astype(np.int64)


@kernel(">=", of=FLOAT)
def at_least(frame: Frame, a: Array, b: Array) -> Array:
    return (floats_of(a) >= floats_of(b)).astype(np.int64)


@kernel("min", of=FLOAT)
def minimum(frame: Frame, a: Array, b: Array) -> Array:
    return np.where(floats_of(b) < floats_of(a), b, a)


@kernel("max", of=FLOAT)
def maximum(frame: Frame, a: Array, b: Array) -> Array:
    return np.where(floats_of(a) < floats_of(b), b, a)


# --- Ints -----------------------------------------------------------------------------------------------------------------------


@kernel("to_float")
def to_float(frame: Frame, a: Array) -> Array:
    return codes_of(a.astype(np.float64))


def whole(rounded: Array) -> Array:
    """The Ints that Floats are; NaN, infinities and what is beyond 2⁵³ fail."""
    good = np.abs(rounded) <= MAX_INT
    return np.where(good, np.where(good, rounded, 0.0).astype(np.int64), FAIL)


@kernel("floor")
def floor(frame: Frame, a: Array) -> Array:
    return whole(np.floor(floats_of(a)))


@kernel("ceil")
def ceiling(frame: Frame, a: Array) -> Array:
    return whole(np.ceil(floats_of(a)))


@kernel("round")
def round_to_int(frame: Frame, a: Array) -> Array:
    return whole(np.rint(floats_of(a)))


# --- functions ------------------------------------------------------------------------------------------------------------------


@kernel("exp")
def exponential(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    beyond = values > LARGEST_EXPONENT
    return codes_of(np.where(beyond, math.inf, each(math.exp, values, ~beyond)))


@kernel("log")
def logarithm(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    good = ~(values <= 0)
    return among(each(math.log, values, good), good)


@kernel("sin")
def sine(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    return codes_of(each(math.sin, values, np.isfinite(values)))


@kernel("cos")
def cosine(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    return codes_of(each(math.cos, values, np.isfinite(values)))


@kernel("tan")
def tangent(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    return codes_of(each(math.tan, values, np.isfinite(values)))


@kernel("asin")
def arc_sine(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    good = ~(np.abs(values) > 1)
    return among(each(math.asin, values, good), good)


@kernel("acos")
def arc_cosine(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    good = ~(np.abs(values) > 1)
    return among(each(math.acos, values, good), good)


@kernel("atan")
def arc_tangent(frame: Frame, a: Array) -> Array:
    values = floats_of(a)
    return codes_of(each(math.atan, values, np.ones(len(values), bool)))
