"""Rows and sequences of codes that are kept once each: what pools of values and worlds of contexts are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import compiled
from ..hashing import POSITION, Array, Grown, HashIndex, mix


def sequence_keys(data: Array, lengths: Array) -> Array:
    """64-bit keys of the sequences whose elements lie one after another in ``data``."""
    if (loops := compiled.loops()) is not None:
        return loops.sequence_keys(np.ascontiguousarray(data), np.ascontiguousarray(lengths))
    ends = np.cumsum(lengths)
    starts = ends - lengths
    positions = (np.arange(len(data)) - np.repeat(starts, lengths) + 1).astype(np.uint64)
    total = np.zeros(len(data) + 1, np.uint64)
    np.cumsum(mix(data.view(np.uint64) + positions * POSITION), out=total[1:])
    return mix((total[ends] - total[starts]) ^ lengths.astype(np.uint64))


class Rows:
    """Rows of a fixed number of codes, ``width``, each kept once under its number."""

    def __init__(self, width: int) -> None:
        self.columns = tuple(Grown() for _ in range(width))
        self._index = HashIndex()

    def __len__(self) -> int:
        return self.columns[0].size

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in self.columns) + self._index.nbytes

    def _keys(self, columns: Sequence[Array]) -> Array:
        keys, loops = np.zeros(len(columns[0]), np.uint64), compiled.loops()
        for column in columns:
            if loops is not None:
                loops.tuple_keys(keys, np.ascontiguousarray(column))
            else:
                keys = mix(keys * POSITION ^ np.ascontiguousarray(column).view(np.uint64))
        return keys

    def find(self, *columns: Array) -> Array:
        """Numbers of rows, -1 for those that are not kept."""
        return self._index.find(self._keys(columns))

    def intern(self, *columns: Array) -> Array:
        """Numbers of rows, those that are new kept."""
        numbers, new = self._index.add(self._keys(columns))
        for kept, column in zip(self.columns, columns):
            kept.extend(column[new])
        return numbers

    def column(self, part: int, numbers: Array) -> Array:
        """The codes at one place of the rows with these numbers."""
        return self.columns[part].array[numbers]

    def release(self, count: int) -> None:
        """Forget all rows but the first ``count``."""
        if count < len(self):
            self._index.truncate(count)
            for column in self.columns:
                column.size = count
