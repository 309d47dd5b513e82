"""The compiled loop of the machine (numba). Imported once compiled loops are in use."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...values import MAX_INT
from ..loops import compile_loop
from .instructions import (
    ABSOLUTE,
    ADD,
    AND,
    APPEND,
    ARGUMENT,
    ARGUMENT_LIST,
    AT_LEAST,
    AT_MOST,
    CONCAT,
    CONS,
    CONTAINS,
    DELETE,
    DIFFER,
    DIVIDE,
    DROP,
    EQUAL,
    FLOAT_ABSOLUTE,
    FLOAT_ADD,
    FLOAT_AT_MOST,
    FLOAT_DIFFER,
    FLOAT_DIVIDE,
    FLOAT_EQUAL,
    FLOAT_GREATER,
    FLOAT_LESS,
    FLOAT_MAXIMUM,
    FLOAT_MINIMUM,
    FLOAT_MULTIPLY,
    FLOAT_NEGATE,
    FLOAT_SUBTRACT,
    GREATER,
    IF,
    INDEX,
    INIT,
    INSERT,
    IS_EMPTY,
    IS_EVEN,
    IS_ODD,
    LARGEST,
    LAST,
    LENGTH,
    LESS,
    MAXIMUM,
    MINIMUM,
    MODULO,
    MULTIPLY,
    NEGATE,
    NOT,
    OPERATION_BITS,
    OR,
    OUTER,
    OUTER_LIST,
    RANGE,
    RANGE_FROM,
    REPLICATE,
    REVERSE,
    SAME,
    SET,
    SINGLETON,
    SLICE,
    SMALLEST,
    SORT,
    SQUARE,
    SUBTRACT,
    SUM,
    TAIL,
    TAKE,
    TO_FLOAT,
)  # fmt: skip

Array = np.ndarray

FAIL = int(np.iinfo(np.int64).min)
OVER = FAIL + 1
"""In place of a value that there was no room for; no value has it for a code."""
MOST = 48
"""Instructions of one body."""
ROOM = 1 << 15
"""Elements of the sequences that one body makes; one that makes more is left to others."""
SORTED = 200
"""Elements of a sequence that is sorted here; for longer ones there are faster ways."""
LENGTH_BITS = 24
"""A sequence is where its elements begin, and in so many bits below that how many there are."""
_OPERATION, _LENGTH = (1 << OPERATION_BITS) - 1, (1 << LENGTH_BITS) - 1


def packed(lengths: Array, first: int) -> Array:
    """Sequences of these lengths, whose elements lie one after another from place ``first`` on, as ``run`` takes them."""
    ends = np.cumsum(lengths)
    return ((first + ends - lengths) << LENGTH_BITS) | lengths


@compile_loop
def assemble(
    code: Array, used: int, starts: Array, sizes: Array, kids: Array, word: int, new_starts: Array, new_sizes: Array
) -> int:
    """Write the instructions of new nodes, those of their ``kids``, [arguments, nodes], before their own ``word``; the end of what is
    used. One that has a kid without instructions, or too many, gets none: -1."""
    for i in range(kids.shape[1]):
        total = 1
        for k in range(kids.shape[0]):
            start = starts[kids[k, i]]
            total = MOST + 1 if start < 0 else total + sizes[kids[k, i]]
        if total > MOST:
            new_starts[i], new_sizes[i] = -1, 0
            continue
        new_starts[i], new_sizes[i] = used, total
        for k in range(kids.shape[0]):
            start = starts[kids[k, i]]
            for place in range(start, start + sizes[kids[k, i]]):
                code[used] = code[place]
                used += 1
        code[used] = word
        used += 1
    return used


@compile_loop
def _float(code: Any) -> Any:
    return np.int64(code).view(np.float64)


@compile_loop
def _code(value: Any) -> Any:
    """As ``pools.scalars.codes_of``: one zero, one NaN."""
    if value != value:
        value = np.nan
    return np.float64(value + 0.0).view(np.int64)


@compile_loop
def _checked(value: Any) -> Any:
    return FAIL if value > MAX_INT or value < -MAX_INT else value


@compile_loop
def _product(a: Any, b: Any) -> Any:
    return FAIL if abs(np.float64(a) * np.float64(b)) > MAX_INT else a * b


@compile_loop
def _scalar(what: int, a: Any, b: Any) -> Any:
    """Words on one or two scalars, none of which failed."""
    if what == ADD:
        return _checked(a + b)
    if what == SUBTRACT:
        return _checked(a - b)
    if what == MULTIPLY:
        return _product(a, b)
    if what == DIVIDE:
        return FAIL if b == 0 else a // b
    if what == MODULO:
        return FAIL if b == 0 else a % b
    if what == MINIMUM:
        return b if b < a else a
    if what == MAXIMUM:
        return b if a < b else a
    if what == EQUAL:
        return np.int64(a == b)
    if what == DIFFER:
        return np.int64(a != b)
    if what == LESS:
        return np.int64(a < b)
    if what == AT_MOST:
        return np.int64(a <= b)
    if what == GREATER:
        return np.int64(a > b)
    if what == AT_LEAST:
        return np.int64(a >= b)
    if what == NEGATE:
        return -a
    if what == ABSOLUTE:
        return abs(a)
    if what == SQUARE:
        return _product(a, a)
    if what == IS_EVEN:
        return 1 - (a & 1)
    if what == IS_ODD:
        return a & 1
    if what == NOT:
        return 1 - a
    if what == SAME:
        return a
    if what == TO_FLOAT:
        return _code(np.float64(a))
    return _of_floats(what, _float(a), _float(b), a, b)


@compile_loop
def _of_floats(what: int, x: Any, y: Any, a: Any, b: Any) -> Any:
    if what == FLOAT_ADD:
        return _code(x + y)
    if what == FLOAT_SUBTRACT:
        return _code(x - y)
    if what == FLOAT_MULTIPLY:
        return _code(x * y)
    if what == FLOAT_DIVIDE:
        return FAIL if y == 0 else _code(x / y)
    if what == FLOAT_NEGATE:
        return _code(-x)
    if what == FLOAT_ABSOLUTE:
        return _code(abs(x))
    if what == FLOAT_MINIMUM:
        return b if y < x else a
    if what == FLOAT_MAXIMUM:
        return b if x < y else a
    if what == FLOAT_EQUAL:
        return np.int64(x == y)
    if what == FLOAT_DIFFER:
        return np.int64(x != y)
    if what == FLOAT_LESS:
        return np.int64(x < y)
    if what == FLOAT_AT_MOST:
        return np.int64(x <= y)
    if what == FLOAT_GREATER:
        return np.int64(x > y)
    return np.int64(x >= y)


@compile_loop
def run(
    code: Array, starts: Array, sizes: Array, nodes: Array, outer: Array, outer_elements: Array, worlds: Array, arguments: Array,
    elements: Array, limit: int, listed: bool,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Values of ``nodes``, each in one of the ``worlds`` of ``outer``, [rows, worlds], with its ``arguments``, [arguments, nodes].
    Sequences among these are where they lie in ``outer_elements`` and ``elements`` (see ``packed``). Gives codes, or where the values
    are ``listed`` the numbers of sequences, with their elements one after another and their lengths; OVER where there was no room."""
    found, made, size_made = np.empty(len(nodes), np.int64), 0, len(nodes) if listed else 0
    results, lengths = np.empty(1024 if listed else 0, np.int64), np.empty(size_made, np.int64)
    used = 0
    stack, start, size = np.empty(MOST + 1, np.int64), np.empty(MOST + 1, np.int64), np.empty(MOST + 1, np.int64)
    room = np.empty(ROOM, np.int64)
    for i in range(len(nodes)):
        top, free = 0, 0
        begin = starts[nodes[i]]
        for place in range(begin, begin + sizes[nodes[i]]):
            what, told = code[place] & _OPERATION, code[place] >> OPERATION_BITS
            if what == ARGUMENT:
                stack[top] = arguments[told, i]
                top += 1
            elif what == OUTER:
                stack[top] = outer[told, worlds[i]]
                top += 1
            elif what < LENGTH and what > OUTER_LIST:
                top = _simple(what, top, stack, start, size)
            elif what < TAIL and what > OUTER_LIST and what != INDEX and what != CONTAINS:
                if stack[top - 1] != FAIL:
                    stack[top - 1] = _whole(what, room, start[top - 1], size[top - 1])
            else:
                if what == ARGUMENT_LIST:
                    free = _load(arguments[told, i], elements, top, free, stack, start, size, room)
                    top += 1
                elif what == OUTER_LIST:
                    free = _load(outer[told, worlds[i]], outer_elements, top, free, stack, start, size, room)
                    top += 1
                else:
                    top -= _arguments(what)
                    free = _sequence(what, top, free, stack, start, size, room, limit)
                    top += 1
                if free < 0:
                    break
        if free < 0:
            found[i] = OVER
        elif not listed or stack[0] == FAIL:
            found[i] = stack[0]
        else:
            n = size[0]
            if used + n > len(results):
                larger = np.empty(max(2 * len(results), used + n), np.int64)
                larger[:used] = results[:used]
                results = larger
            for k in range(n):
                results[used + k] = room[start[0] + k]
            used += n
            lengths[made], found[i] = n, made
            made += 1
    return found, results[:used], lengths[:made]


@compile_loop
def _load(
    value: Any, elements: Array, top: int, free: int, stack: Array, start: Array, size: Array, room: Array
) -> Any:
    """Put a sequence on the stack, its elements into the room; what is free of that, -1 where it is too small."""
    if value == FAIL:
        stack[top] = FAIL
        return free
    first, n = value >> LENGTH_BITS, value & _LENGTH
    if free + n > len(room):
        return -1
    for k in range(n):
        room[free + k] = elements[first + k]
    stack[top], start[top], size[top] = 0, free, n
    return free + n


@compile_loop
def _simple(what: int, top: int, stack: Array, start: Array, size: Array) -> Any:
    """Words on scalars, and choices; the new top of the stack."""
    if what == IF:
        at, chosen = top - 3, top - 2 if stack[top - 3] == 1 else top - 1
        if stack[at] != FAIL:
            stack[at], start[at], size[at] = stack[chosen], start[chosen], size[chosen]
        return top - 2
    if what == AND or what == OR:
        if stack[top - 2] == (1 if what == AND else 0):
            stack[top - 2] = stack[top - 1]
        return top - 1
    alone = NEGATE <= what <= SQUARE or what == IS_EVEN or what == IS_ODD or what == NOT or what == SAME
    if alone or what == FLOAT_NEGATE or what == FLOAT_ABSOLUTE or what == TO_FLOAT:
        if stack[top - 1] != FAIL:
            stack[top - 1] = _scalar(what, stack[top - 1], 0)
        return top
    a, b = stack[top - 2], stack[top - 1]
    stack[top - 2] = FAIL if a == FAIL or b == FAIL else _scalar(what, a, b)
    return top - 1


@compile_loop
def _whole(what: int, room: Array, low: int, n: int) -> Any:
    """Words that make a scalar of one sequence."""
    if what == LENGTH:
        return n
    if what == IS_EMPTY:
        return np.int64(n == 0)
    if what == SUM:
        total = np.int64(0)
        for k in range(n):
            total = _checked(total + room[low + k])
            if total == FAIL:
                break
        return total
    if n == 0:
        return FAIL
    best = room[low + n - 1] if what == LAST else room[low]
    if what == LARGEST or what == SMALLEST:
        for k in range(1, n):
            best = max(best, room[low + k]) if what == LARGEST else min(best, room[low + k])
    return best


@compile_loop
def _sequence(what: int, top: int, free: int, stack: Array, start: Array, size: Array, room: Array, limit: int) -> Any:
    """Words that make sequences, or look into one at a place, on arguments from ``top`` of the stack on: what is free of the room, -1
    where it is too small."""
    count = _arguments(what)
    for k in range(count):
        if stack[top + k] == FAIL:
            stack[top] = FAIL
            return free
    a, b, at = stack[top], stack[top + min(1, count - 1)], top + count - 1
    n, low, stop = size[at], start[at], start[at] + size[at]
    if what == INDEX:
        stack[top] = room[low + a] if 0 <= a < n else FAIL
        return free
    if what == CONTAINS:
        held = 0
        for k in range(n):
            if room[low + k] == a:
                held = 1
                break
        stack[top] = held
        return free
    stack[top] = 0
    if what == TAIL or what == INIT:
        if n == 0:
            stack[top] = FAIL
        start[top], size[top] = (low + 1 if what == TAIL else low), n - 1
        return free
    if what == TAKE or what == DROP or what == SLICE:
        first = 0 if what == TAKE else min(max(a, 0), n)
        last = n if what == DROP else min(max(a if what == TAKE else b, 0), n)
        start[top], size[top] = low + first, max(0, last - first)
        return free
    total = n
    if what == CONS or what == APPEND or what == INSERT:
        total = n + 1
    elif what == CONCAT:
        total = size[top] + n
    elif what == SINGLETON:
        total = 1
    elif what == DELETE:
        total = n - 1
    elif what == RANGE or what == REPLICATE:
        total = max(a, 0)
    elif what == RANGE_FROM:
        total = max(b - a, 0)
    grows = what == CONS or what == APPEND or what == INSERT or what == CONCAT or what >= RANGE
    bad = grows and total > limit
    bad |= what == INSERT and not 0 <= a <= n
    bad |= (what == SET or what == DELETE) and not 0 <= a < n
    if bad:
        stack[top] = FAIL
        return free
    if free + total > len(room) or (what == SORT and n > SORTED):
        return -1
    to = free
    if what == SINGLETON:
        room[to] = a
    elif what == RANGE:
        for k in range(total):
            room[to + k] = k
    elif what == REPLICATE:
        for k in range(total):
            room[to + k] = b
    elif what == RANGE_FROM:
        for k in range(total):
            room[to + k] = a + k
    elif what == SORT:
        for k in range(n):
            value, hole = room[low + k], k
            while hole > 0 and room[to + hole - 1] > value:
                room[to + hole] = room[to + hole - 1]
                hole -= 1
            room[to + hole] = value
    elif what == REVERSE:
        for k in range(n):
            room[to + k] = room[stop - 1 - k]
    elif what == CONCAT:
        for k in range(size[top]):
            room[to + k] = room[start[top] + k]
        for k in range(n):
            room[to + size[top] + k] = room[low + k]
    else:
        hole = 0 if what == CONS else n if what == APPEND else a
        for k in range(hole):
            room[to + k] = room[low + k]
        if what != DELETE:
            room[to + hole] = a if what == CONS or what == APPEND else b
        skipped, shift = (0, 1) if what == CONS or what == APPEND or what == INSERT else (1, 0 if what == SET else -1)
        for k in range(hole + skipped, n):
            room[to + k + shift] = room[low + k]
    start[top], size[top] = free, total
    return free + total


@compile_loop
def _arguments(what: int) -> int:
    if what == INSERT or what == SET or what == SLICE:
        return 3
    return (
        1
        if what == TAIL or what == INIT or what == SORT or what == SINGLETON or what == REVERSE or what == RANGE
        else 2
    )
