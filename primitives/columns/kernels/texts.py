"""Kernels of words on texts: a text is a sequence of code points in its pool."""

from __future__ import annotations

import numpy as np

from ..frame import Frame
from ..hashing import Array, flat_ranges, ranges
from ..pools import FAIL, NOTHING
from ..sequences import element, joined, part, spread
from .higher import filter_list, map_list
from .lists import drop, reverse, take
from .registry import kernel

kernel("map_text")(map_list)
kernel("filter_text")(filter_list)
kernel("reverse_text")(reverse)
kernel("take_text")(take)
kernel("drop_text")(drop)


@kernel("concat_text")
def concat_text(frame: Frame, xs: Array, ys: Array) -> Array:
    return joined(frame, (0, xs), (1, ys))


@kernel("length_text")
def length_text(frame: Frame, xs: Array) -> Array:
    return frame.sequences(0).lengths[xs]


@kernel("chars", "from_chars", "codes")
def same_elements(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    return frame.sequences().intern(data, lengths)


@kernel("char_to_text")
def char_to_text(frame: Frame, characters: Array) -> Array:
    return frame.sequences().intern(characters, np.ones(len(characters), np.int64))


@kernel("char_at")
def char_at(frame: Frame, i: Array, xs: Array) -> Array:
    return element(frame, 1, xs, i)


@kernel("substring")
def substring(frame: Frame, start: Array, stop: Array, xs: Array) -> Array:
    lengths = frame.sequences(2).lengths[xs]
    return part(frame, 2, xs, np.clip(start, 0, lengths), np.clip(stop, 0, lengths))


def agree(frame: Frame, parts: Array, xs: Array, places: Array) -> Array:
    """Whether each part stands in its text at the place; False where it would reach beyond."""
    small, large = frame.sequences(0), frame.sequences(1)
    lengths = small.lengths[parts]
    good = (places >= 0) & (places + lengths <= large.lengths[xs])
    left, step = np.flatnonzero(good & (lengths > 0)), 0
    while len(left):
        frame.values.deadline.check()
        same = (
            small.data[small.offsets[parts[left]] + step] == large.data[large.offsets[xs[left]] + places[left] + step]
        )
        good[left[~same]] = False
        step += 1
        left = left[same & (lengths[left] > step)]
    return good


def first_place(frame: Frame, parts: Array, xs: Array) -> Array:
    """Where each part first begins in its text, -1 where it does not; 0 for an empty part."""
    small, large = frame.sequences(0), frame.sequences(1)
    found = np.full(len(xs), -1, np.int64)
    found[small.lengths[parts] == 0] = 0
    rows = np.flatnonzero((found < 0) & (small.lengths[parts] <= large.lengths[xs]))
    if len(rows) == 0:
        return found
    counts = large.lengths[xs[rows]] - small.lengths[parts[rows]] + 1
    each = np.repeat(rows, counts)
    places = flat_ranges(np.zeros(len(rows), np.int64), counts)
    heads = ranges(large.data, large.offsets[xs[rows]], counts) == small.data[small.offsets[parts[each]]]
    each, places = each[heads], places[heads]
    whole = agree(frame, parts[each], xs[each], places)
    each, places = each[whole], places[whole]
    first, at = np.unique(each, return_index=True)
    found[first] = places[at]
    return found


@kernel("find_text")
def find_text(frame: Frame, parts: Array, xs: Array) -> Array:
    places = first_place(frame, parts, xs)
    result = np.full(len(xs), NOTHING, np.int64)
    rows = np.flatnonzero(places >= 0)
    result[rows] = frame.tuples().intern(places[rows])
    result[frame.sequences(0).lengths[parts] == 0] = FAIL
    return result


@kernel("contains_text")
def contains_text(frame: Frame, parts: Array, xs: Array) -> Array:
    return (first_place(frame, parts, xs) >= 0).astype(np.int64)


@kernel("starts_with")
def starts_with(frame: Frame, parts: Array, xs: Array) -> Array:
    return agree(frame, parts, xs, np.zeros(len(xs), np.int64)).astype(np.int64)


@kernel("ends_with")
def ends_with(frame: Frame, parts: Array, xs: Array) -> Array:
    places = frame.sequences(1).lengths[xs] - frame.sequences(0).lengths[parts]
    return agree(frame, parts, xs, places).astype(np.int64)


@kernel("repeat_text")
def repeat_text(frame: Frame, count: Array, xs: Array) -> Array:
    pool = frame.sequences(1)
    lengths = pool.lengths[xs]
    times = np.where(lengths > 0, np.maximum(count, 0), 0)
    rows = np.flatnonzero(times <= frame.values.limit)
    rows = rows[times[rows] * lengths[rows] <= frame.values.limit]
    copies = np.repeat(np.arange(len(rows)), times[rows])
    data = ranges(pool.data, pool.offsets[xs[rows]][copies], lengths[rows][copies])
    return spread(len(xs), rows, frame.sequences().intern(data, times[rows] * lengths[rows]))
