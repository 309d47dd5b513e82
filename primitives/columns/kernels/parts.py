"""Kernels of words that take texts apart and put them together: split, split_words, join, replace, trim."""

from __future__ import annotations

import functools

import numpy as np

from ...types import STRING
from .. import compiled
from ..frame import Frame
from ..hashing import Array, flat_ranges, ranges
from ..sequences import part, spread
from .registry import kernel
from .texts import agree

LAST_SPACE = 0x3000
"""The last code point that is white space."""


@functools.cache
def _spaces() -> Array:
    return np.array([chr(code).isspace() for code in range(LAST_SPACE + 2)])


def are_space(characters: Array) -> Array:
    """Which characters are white space, as ``str.isspace`` says."""
    return _spaces()[np.minimum(characters, LAST_SPACE + 1)]


def occurrences(frame: Frame, parts: Array, xs: Array) -> tuple[Array, Array]:
    """Row and place of every occurrence of the part (argument 0, not empty) in its text (the last argument), from the left and without
    overlaps, row by row."""
    pool = frame.values.sequences(STRING)
    offsets, lengths = pool.offsets, pool.lengths
    if (loops := compiled.loops()) is not None:
        most = int((lengths[xs] // np.maximum(lengths[parts], 1)).sum())
        return loops.occurrences(
            pool.data, offsets, lengths, np.ascontiguousarray(parts), np.ascontiguousarray(xs), most
        )
    rows = np.flatnonzero(lengths[parts] <= lengths[xs])
    counts = lengths[xs[rows]] - lengths[parts[rows]] + 1
    each, places = np.repeat(rows, counts), flat_ranges(np.zeros(len(rows), np.int64), counts)
    heads = ranges(pool.data, offsets[xs[rows]], counts) == pool.data[offsets[parts[each]]] if len(rows) else each > 0
    each, places = each[heads], places[heads]
    whole = agree(frame, parts[each], xs[each], places)
    return _apart(each[whole], places[whole], lengths[parts])


def _apart(rows: Array, places: Array, lengths: Array) -> tuple[Array, Array]:
    """The occurrences without those that overlap an earlier one that counts."""
    near = (np.diff(rows) == 0) & (np.diff(places) < lengths[rows[1:]])
    if not near.any():
        return rows, places
    kept, row, free = np.ones(len(rows), bool), -1, 0
    for number, (here, place) in enumerate(zip(rows.tolist(), places.tolist())):
        kept[number] = here != row or place >= free
        if kept[number]:
            row, free = here, place + int(lengths[here])
    return rows[kept], places[kept]


def _pieces(frame: Frame, cuts: Array, xs: Array) -> tuple[Array, Array, Array, Array, Array]:
    """What lies between the occurrences of ``cuts``: how many pieces a row has, where each begins in the pool's data and its length;
    then the rows of the occurrences and the numbers of the pieces before them."""
    pool = frame.values.sequences(STRING)
    rows, places = occurrences(frame, cuts, xs)
    counts = np.bincount(rows, minlength=len(xs)) + 1
    stops, before = np.cumsum(counts), np.arange(len(rows)) + rows
    starts = np.zeros(int(counts.sum()), np.int64)
    ends = np.zeros(len(starts), np.int64)
    starts[before + 1] = places + pool.lengths[cuts[rows]]
    ends[before] = places
    ends[stops - 1] = pool.lengths[xs]
    return counts, starts + np.repeat(pool.offsets[xs], counts), ends - starts, rows, before


def _lists(frame: Frame, counts: Array, starts: Array, lengths: Array) -> Array:
    """Lists of ``counts`` texts each that lie in the data of the pool of texts; FAIL where there are too many."""
    pool = frame.values.sequences(STRING)
    texts = pool.intern(ranges(pool.data, starts, lengths), lengths)
    rows = np.flatnonzero(counts <= frame.values.limit)
    if len(rows) < len(counts):
        texts = texts[np.repeat(counts <= frame.values.limit, counts)]
    return spread(len(counts), rows, frame.sequences().intern(texts, counts[rows]))


@kernel("split")
def split(frame: Frame, separators: Array, xs: Array) -> Array:
    good = np.flatnonzero(frame.sequences(0).lengths[separators] > 0)
    counts, starts, lengths, _, _ = _pieces(frame, separators[good], xs[good])
    return spread(len(xs), good, _lists(frame, counts, starts, lengths))


@kernel("replace")
def replace(frame: Frame, old: Array, new: Array, xs: Array) -> Array:
    pool = frame.sequences()
    good = np.flatnonzero(pool.lengths[old] > 0)
    counts, starts, lengths, rows, before = _pieces(frame, old[good], xs[good])
    stops = np.cumsum(2 * counts - 1)
    segments, sizes = np.empty(int((2 * counts - 1).sum()), np.int64), np.empty(int((2 * counts - 1).sum()), np.int64)
    pieces = np.arange(len(starts))
    whole = 2 * pieces - np.repeat(np.arange(len(counts)), counts)
    segments[whole], sizes[whole] = starts, lengths
    between = whole[before] + 1
    segments[between], sizes[between] = pool.offsets[new[good][rows]], pool.lengths[new[good][rows]]
    return spread(len(xs), good, _texts(frame, segments, sizes, 2 * counts - 1, stops))


def _texts(frame: Frame, starts: Array, sizes: Array, counts: Array, stops: Array) -> Array:
    """The texts put together from ``counts`` segments each of the data of the pool of texts; FAIL where they are too long."""
    pool = frame.values.sequences(STRING)
    ends = np.concatenate(([0], np.cumsum(sizes)))
    lengths = ends[stops] - ends[stops - counts]
    short = lengths <= frame.values.limit
    if not short.all():
        kept = np.repeat(short, counts)
        starts, sizes = starts[kept], sizes[kept]
    return spread(len(counts), np.flatnonzero(short), pool.intern(ranges(pool.data, starts, sizes), lengths[short]))


@kernel("join")
def join(frame: Frame, separators: Array, lists: Array) -> Array:
    pool = frame.sequences()
    codes, lengths = frame.sequences(1).gather(lists)
    counts = np.maximum(2 * lengths - 1, 0)
    part_of_list = flat_ranges(np.zeros(len(lists), np.int64), counts) % 2 == 0
    segments = np.empty(len(part_of_list), np.int64)
    segments[part_of_list] = codes
    segments[~part_of_list] = np.repeat(separators, np.maximum(lengths - 1, 0))
    return _texts(frame, pool.offsets[segments], pool.lengths[segments], counts, np.cumsum(counts))


@kernel("split_words")
def split_words(frame: Frame, xs: Array) -> Array:
    pool = frame.sequences(0)
    data, lengths = pool.gather(xs)
    letter = np.concatenate(([False], ~are_space(data), [False]))
    ends = np.cumsum(lengths)
    first, last = np.zeros(len(data) + 1, bool), np.zeros(len(data) + 1, bool)
    first[ends - lengths], last[ends] = True, True
    begins = np.flatnonzero(letter[1:-1] & (first[:-1] | ~letter[:-2]))
    stops = np.flatnonzero(letter[1:-1] & (last[1:] | ~letter[2:])) + 1
    rows = np.searchsorted(ends, begins, side="right")
    starts = pool.offsets[xs[rows]] + begins - (ends - lengths)[rows]
    return _lists(frame, np.bincount(rows, minlength=len(xs)), starts, stops - begins)


@kernel("trim")
def trim(frame: Frame, xs: Array) -> Array:
    data, lengths = frame.sequences(0).gather(xs)
    places = np.flatnonzero(~are_space(data))
    ends = np.cumsum(lengths)
    counts = np.bincount(np.searchsorted(ends, places, side="right"), minlength=len(xs))
    stops, some = np.cumsum(counts), np.flatnonzero(counts)
    first, last = np.zeros(len(xs), np.int64), np.zeros(len(xs), np.int64)
    first[some] = places[(stops - counts)[some]] - (ends - lengths)[some]
    last[some] = places[stops[some] - 1] - (ends - lengths)[some] + 1
    return part(frame, 0, xs, first, last)
