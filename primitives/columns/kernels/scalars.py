"""Kernels of arithmetic, comparison and logic."""

from __future__ import annotations

import numpy as np

from ...types import BOOL, CHAR, FLOAT, INT, STRING, Constructor, Type
from ...values import MAX_INT, has_nan, order_key
from ..frame import Frame
from ..hashing import Array, distinct
from ..pools import FAIL, SequencePool
from ..pools.codes import equal_by_code, ordered_by_code
from ..pools.scalars import float_places, floats_of
from .registry import kernel


def checked(values: Array) -> Array:
    """Ints beyond 2^53 fail (values come from sums or differences of such ints, so they have not wrapped)."""
    beyond = (values > MAX_INT) | (values < -MAX_INT)
    return np.where(beyond, FAIL, values) if beyond.any() else values


def ranks(frame: Frame, type: Type, codes: Array) -> Array:
    """Integers in the order of the values; FAIL for values that have no place in an order (NaN)."""
    if ordered_by_code(type):
        return codes
    if type == FLOAT:
        return np.where((codes == FAIL) | np.isnan(floats_of(codes)), FAIL, float_places(codes))
    pool = frame.values.pool(type)
    found, _, inverse = distinct(codes)
    if isinstance(pool, SequencePool) and isinstance(type, Constructor):
        if type == STRING or ordered_by_code(type.arguments[0]):
            order = np.full(len(found), FAIL, np.int64)
            order[found != FAIL] = sequence_ranks(pool, found[found != FAIL])
            return order[inverse]
    keys: list = []
    for code in found.tolist():
        value = None if code == FAIL else pool.decode(code)
        keys.append(None if code == FAIL or has_nan(value) else order_key(value))
    places = {key: place for place, key in enumerate(sorted({key for key in keys if key is not None}))}
    return np.array([FAIL if key is None else places[key] for key in keys], np.int64)[inverse]


def sequence_ranks(pool: SequencePool, codes: Array) -> Array:
    """Places in the lexicographic order of distinct sequences whose elements are ordered as their codes are."""
    data, lengths = pool.gather(codes)
    rows = np.repeat(np.arange(len(codes)), lengths)
    table = np.full((int(lengths.max(initial=0)) + 1, len(codes)), FAIL, np.int64)  # what has ended comes first
    table[np.arange(len(data)) - np.repeat(np.cumsum(lengths) - lengths, lengths), rows] = data
    places = np.empty(len(codes), np.int64)
    places[np.lexsort(table[::-1])] = np.arange(len(codes))
    return places


def is_int(type: Type) -> bool:
    return type == INT


@kernel("+", suits=is_int)
def add(frame: Frame, a: Array, b: Array) -> Array:
    return checked(a + b)


@kernel("-", suits=is_int)
def subtract(frame: Frame, a: Array, b: Array) -> Array:
    return checked(a - b)


@kernel("*", suits=is_int)
def multiply(frame: Frame, a: Array, b: Array) -> Array:
    product = a * b
    # int64 wraps silently: the float product is exact enough to tell.
    beyond = np.abs(a.astype(np.float64) * b) > MAX_INT
    return np.where(beyond, FAIL, product) if beyond.any() else product


@kernel("square")
def square(frame: Frame, a: Array) -> Array:
    return multiply(frame, a, a)


@kernel("is_even")
def is_even(frame: Frame, a: Array) -> Array:
    return 1 - (a & 1)


@kernel("is_odd")
def is_odd(frame: Frame, a: Array) -> Array:
    return a & 1


@kernel("//")
def floor_divide(frame: Frame, a: Array, b: Array) -> Array:
    zero = b == 0
    return np.where(zero, FAIL, a // np.where(zero, 1, b))


@kernel("mod")
def modulo(frame: Frame, a: Array, b: Array) -> Array:
    zero = b == 0
    return np.where(zero, FAIL, a % np.where(zero, 1, b))


@kernel("negate", suits=is_int)
def negate(frame: Frame, a: Array) -> Array:
    return -a


@kernel("abs", suits=is_int)
def absolute(frame: Frame, a: Array) -> Array:
    return np.abs(a)


@kernel("=", suits=equal_by_code)
def equal(frame: Frame, a: Array, b: Array) -> Array:
    return (a == b).astype(np.int64)


@kernel("!=", suits=equal_by_code)
def differ(frame: Frame, a: Array, b: Array) -> Array:
    return (a != b).astype(np.int64)


def comparable(type: Type) -> bool:
    """Whether ``compare`` serves the type: all but floats, tables and what holds them."""
    if type in (INT, BOOL, CHAR, STRING):
        return True
    return isinstance(type, Constructor) and type.name in ("list", "pair") and all(map(comparable, type.arguments))


def compare(frame: Frame, type: Type, a: Array, b: Array) -> Array:
    """-1, 0 or 1 as the first value comes before, equals or comes after the second; lists and pairs lexicographically."""
    if ordered_by_code(type):
        return np.sign(a - b)
    order = np.zeros(len(a), np.int64)
    active = np.flatnonzero(a != b)
    assert isinstance(type, Constructor)
    if type.name == "pair":
        pool = frame.values.tuples(type)
        for part, inner in enumerate(type.arguments):
            order[active] = compare(frame, inner, pool.column(part, a[active]), pool.column(part, b[active]))
            active = active[order[active] == 0]
        return order
    sequences, inner = frame.values.sequences(type), CHAR if type == STRING else type.arguments[0]
    step = 0
    while len(active):
        frame.values.deadline.check()
        left, right = a[active], b[active]
        ends = np.minimum(sequences.lengths[left], sequences.lengths[right]) <= step
        over = active[ends]
        order[over] = np.sign(sequences.lengths[a[over]] - sequences.lengths[b[over]])
        active, left, right = active[~ends], left[~ends], right[~ends]
        places = sequences.offsets[left] + step, sequences.offsets[right] + step
        order[active] = compare(frame, inner, sequences.data[places[0]], sequences.data[places[1]])
        active = active[order[active] == 0]
        step += 1
    return order


def compared(frame: Frame, a: Array, b: Array) -> Array:
    return compare(frame, frame.operation.arguments[0], a, b)


@kernel("min", suits=comparable)
def minimum(frame: Frame, a: Array, b: Array) -> Array:
    return np.where(compared(frame, b, a) < 0, b, a)


@kernel("max", suits=comparable)
def maximum(frame: Frame, a: Array, b: Array) -> Array:
    return np.where(compared(frame, a, b) < 0, b, a)


@kernel("<", suits=comparable)
def less(frame: Frame, a: Array, b: Array) -> Array:
    return (compared(frame, a, b) < 0).astype(np.int64)


@kernel("<=", suits=comparable)
def at_most(frame: Frame, a: Array, b: Array) -> Array:
    return (compared(frame, a, b) <= 0).astype(np.int64)


@kernel(">", suits=comparable)
def greater(frame: Frame, a: Array, b: Array) -> Array:
    return (compared(frame, a, b) > 0).astype(np.int64)


@kernel(">=", suits=comparable)
def at_least(frame: Frame, a: Array, b: Array) -> Array:
    return (compared(frame, a, b) >= 0).astype(np.int64)


@kernel("not")
def negation(frame: Frame, a: Array) -> Array:
    return 1 - a


@kernel("and", lazy=True)
def conjunction(frame: Frame, a: Array, b: Array) -> Array:
    return np.where(a == 1, b, a)  # a false or failed first argument decides


@kernel("or", lazy=True)
def disjunction(frame: Frame, a: Array, b: Array) -> Array:
    return np.where(a == 0, b, a)


@kernel("if", lazy=True)
def choose(frame: Frame, condition: Array, then: Array, otherwise: Array) -> Array:
    return np.where(condition == 1, then, np.where(condition == 0, otherwise, FAIL))
