"""Kernels of higher-order words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..frame import Frame
from ..hashing import Array, flat_ranges, ranges
from ..pools import FAIL, NOTHING
from ..sequences import build, failing, first_in_row, part, spread
from .registry import kernel
from .scalars import ranks


def over_elements(frame: Frame, f: Array, xs: Array) -> tuple[Array, Array, Array, Array]:
    """``f`` of every element: arguments, values, lengths, and the row of each."""
    data, lengths = frame.sequences(1).gather(xs)
    rows = np.repeat(np.arange(len(xs)), lengths)
    return data, frame.call(0, f[rows], data), lengths, rows


@kernel("map")
def map_list(frame: Frame, f: Array, xs: Array) -> Array:
    _, values, _, rows = over_elements(frame, f, xs)
    return build(frame, values, np.ones(len(values), bool), rows, failing(values, rows, len(xs)))


@kernel("mapi")
def map_indexed(frame: Frame, f: Array, xs: Array) -> Array:
    data, lengths = frame.sequences(1).gather(xs)
    rows = np.repeat(np.arange(len(xs)), lengths)
    values = frame.call(0, f[rows], flat_ranges(np.zeros(len(xs), np.int64), lengths), data)
    return build(frame, values, np.ones(len(values), bool), rows, failing(values, rows, len(xs)))


@kernel("filter")
def filter_list(frame: Frame, f: Array, xs: Array) -> Array:
    data, values, _, rows = over_elements(frame, f, xs)
    return build(frame, data, values == 1, rows, failing(values, rows, len(xs)))


@kernel("zipwith")
def zip_with(frame: Frame, f: Array, xs: Array, ys: Array) -> Array:
    left, right = frame.sequences(1), frame.sequences(2)
    lengths = np.minimum(left.lengths[xs], right.lengths[ys])
    rows = np.repeat(np.arange(len(xs)), lengths)
    a = ranges(left.data, left.offsets[xs], lengths)
    b = ranges(right.data, right.offsets[ys], lengths)
    values = frame.call(0, f[rows], a, b)
    return build(frame, values, np.ones(len(values), bool), rows, failing(values, rows, len(xs)))


@kernel("count")
def count(frame: Frame, f: Array, xs: Array) -> Array:
    _, values, _, rows = over_elements(frame, f, xs)
    counts = np.bincount(rows[values == 1], minlength=len(xs))
    return np.where(failing(values, rows, len(xs)), FAIL, counts)


def stopping(frame: Frame, f: Array, xs: Array, at: int) -> tuple[Array, Array, Array]:
    """Where each row's walk stops: the first element at which ``f`` gives ``at`` or fails; with its value and its element."""
    data, values, _, rows = over_elements(frame, f, xs)
    places = first_in_row((values == at) | (values == FAIL), rows)
    return rows[places], values[places], data[places]


@kernel("any")
def any_holds(frame: Frame, f: Array, xs: Array) -> Array:
    rows, values, _ = stopping(frame, f, xs, 1)
    result = np.zeros(len(xs), np.int64)
    result[rows] = values
    return result


@kernel("all")
def all_hold(frame: Frame, f: Array, xs: Array) -> Array:
    rows, values, _ = stopping(frame, f, xs, 0)
    result = np.ones(len(xs), np.int64)
    result[rows] = values
    return result


@kernel("find")
def find(frame: Frame, f: Array, xs: Array) -> Array:
    rows, values, elements = stopping(frame, f, xs, 1)
    result = np.full(len(xs), NOTHING, np.int64)
    result[rows] = np.where(values == FAIL, FAIL, frame.tuples().intern(elements))
    return result


@kernel("sort_by")
def sort_by(frame: Frame, f: Array, xs: Array) -> Array:
    data, values, _, rows = over_elements(frame, f, xs)
    places = ranks(frame, frame.function(0)[1], values)
    order = np.lexsort((places, rows))
    return build(frame, data[order], np.ones(len(values), bool), rows, failing(places, rows, len(xs)))


@kernel("fold", feeds_back=True)
def fold(frame: Frame, f: Array, start: Array, xs: Array) -> Array:
    for state in steps(frame, f, start, xs):
        last = state
    return last


@kernel("foldr", feeds_back=True)
def fold_right(frame: Frame, f: Array, start: Array, xs: Array) -> Array:
    for state in steps(frame, f, start, xs, right=True):
        last = state
    return last


def steps(frame: Frame, f: Array, start: Array, xs: Array, right: bool = False) -> Iterator[Array]:
    """The column of states before the first step and after each (a row that has ended keeps its state), the same array each time."""
    pool = frame.sequences(2)
    lengths, offsets = pool.lengths[xs], pool.offsets[xs]
    state = np.where(lengths > frame.values.steps, FAIL, start)
    yield state
    active, step = np.flatnonzero((lengths > 0) & (lengths <= frame.values.steps)), 0
    while len(active):
        x = pool.data[offsets[active] + (lengths[active] - 1 - step if right else step)]
        state[active] = frame.call(0, f[active], *((x, state[active]) if right else (state[active], x)))
        yield state
        step += 1
        active = active[(lengths[active] > step) & (state[active] != FAIL)]


@kernel("scan", feeds_back=True)
def scan(frame: Frame, f: Array, start: Array, xs: Array) -> Array:
    states = np.stack([state.copy() for state in steps(frame, f, start, xs)])
    lengths = frame.sequences(2).lengths[xs]
    rows = np.flatnonzero((states[-1] != FAIL) & (lengths < frame.values.limit))
    sizes = lengths[rows] + 1
    places = flat_ranges(np.zeros(len(rows), np.int64), sizes)
    return spread(len(xs), rows, frame.sequences().intern(states[places, np.repeat(rows, sizes)], sizes))


@kernel("scan1", feeds_back=True)
def scan_from_first(frame: Frame, f: Array, xs: Array) -> Array:
    pool = frame.sequences(1)
    lengths, offsets = pool.lengths[xs], pool.offsets[xs]
    rows = np.flatnonzero(lengths <= frame.values.steps)
    sizes = lengths[rows]
    results = np.empty((int(sizes.max(initial=0)), len(rows)), np.int64)
    state = np.full(len(rows), FAIL, np.int64)
    active = np.flatnonzero(sizes > 0)
    state[active] = pool.data[offsets[rows[active]]]
    step = 0
    while len(active):
        results[step] = state
        step += 1
        active = active[(sizes[active] > step) & (state[active] != FAIL)]
        if len(active):
            x = pool.data[offsets[rows[active]] + step]
            state[active] = frame.call(0, f[rows[active]], state[active], x)
    whole = np.flatnonzero((state != FAIL) | (sizes == 0))
    places = flat_ranges(np.zeros(len(whole), np.int64), sizes[whole])
    data = results[places, np.repeat(whole, sizes[whole])] if len(places) else np.empty(0, np.int64)
    return spread(len(xs), rows[whole], frame.sequences().intern(data, sizes[whole]))


@kernel("repeat", feeds_back=True)
def repeat(frame: Frame, count: Array, f: Array, x: Array) -> Array:
    return looped(frame, count, x, lambda active, step, state: frame.call(1, f[active], state))


@kernel("for", feeds_back=True)
def loop(frame: Frame, count: Array, f: Array, x: Array) -> Array:
    return looped(
        frame, count, x, lambda active, step, state: frame.call(1, f[active], np.full(len(active), step), state)
    )


def looped(frame: Frame, count: Array, x: Array, body: Callable[[Array, int, Array], Array]) -> Array:
    """``body(active rows, step, their states)`` applied ``count`` times."""
    state = np.where(count > frame.values.steps, FAIL, x)
    active, step = np.flatnonzero((count > 0) & (state != FAIL)), 0
    while len(active):
        state[active] = body(active, step, state[active])
        step += 1
        active = active[(count[active] > step) & (state[active] != FAIL)]
    return state


@kernel("while", feeds_back=True)
def loop_while(frame: Frame, condition: Array, f: Array, x: Array) -> Array:
    state, active = x.copy(), np.arange(len(x))
    for _ in range(frame.values.steps):
        holds = frame.call(0, condition[active], state[active])
        state[active[holds == FAIL]] = FAIL
        active = active[holds == 1]
        if len(active) == 0:
            return state
        state[active] = frame.call(1, f[active], state[active])
        active = active[state[active] != FAIL]
    state[active] = FAIL
    return state


@kernel("positions")
def positions(frame: Frame, f: Array, xs: Array) -> Array:
    _, values, lengths, rows = over_elements(frame, f, xs)
    places = flat_ranges(np.zeros(len(xs), np.int64), lengths)
    return build(frame, places, values == 1, rows, failing(values, rows, len(xs)))


@kernel("take_while")
def take_while(frame: Frame, f: Array, xs: Array) -> Array:
    stops, failed = stop_places(frame, f, xs)
    good = np.flatnonzero(~failed)
    return spread(len(xs), good, part(frame, 1, xs[good], np.zeros(len(good), np.int64), stops[good]))


@kernel("drop_while")
def drop_while(frame: Frame, f: Array, xs: Array) -> Array:
    stops, failed = stop_places(frame, f, xs)
    good = np.flatnonzero(~failed)
    return spread(len(xs), good, part(frame, 1, xs[good], stops[good], frame.sequences(1).lengths[xs[good]]))


def stop_places(frame: Frame, f: Array, xs: Array) -> tuple[Array, Array]:
    """Where in each row ``f`` first does not hold, its length where there is no such place; and whether it fails there."""
    data, values, lengths, rows = over_elements(frame, f, xs)
    first = first_in_row(values != 1, rows)
    stops, failed = lengths.copy(), np.zeros(len(xs), bool)
    stops[rows[first]] = first - (np.cumsum(lengths) - lengths)[rows[first]]
    failed[rows[first]] = values[first] == FAIL
    return stops, failed


@kernel("flat_map_text")
def flat_map_text(frame: Frame, f: Array, xs: Array) -> Array:
    _, values, counts, rows = over_elements(frame, f, xs)
    pool, failed = frame.sequences(), failing(values, rows, len(xs))
    lengths = np.where(values == FAIL, 0, pool.lengths[np.where(values == FAIL, 0, values)]) if len(pool) else values
    sizes = np.bincount(rows, lengths, len(xs)).astype(np.int64)
    good = np.flatnonzero(~failed & (sizes <= frame.values.limit))
    kept = np.zeros(len(xs), bool)
    kept[good] = True
    data, _ = pool.gather(values[kept[rows]])
    return spread(len(xs), good, pool.intern(data, sizes[good]))
