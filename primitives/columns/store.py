"""The terms of one type in one bank: values by world, fingerprints, and back-pointers by runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..types import Type
from . import compiled
from .frame import Operation
from .hashing import Array, Grown, HashIndex, room
from .pools import FAIL

WORLD_BITS = 24
WORLD_MASK = (1 << WORLD_BITS) - 1
MOST = int(np.iinfo(np.int32).max)
RUN = 1_000
"""About the bytes of a run beside its rows."""


@dataclass
class RowRange:
    """Rows ``start … stop`` of one store: one operation on the children ``kids`` (row numbers in the stores of the arguments).

    Without an operation: rows ``kids[0]`` of ``source`` (a store of the outer bank), the variable at ``position``, or a constant.
    """

    store: Store
    operation: Operation | None
    cost: int
    start: int
    stop: int
    kids: tuple[Grown, ...] = ()
    position: int = -1
    code: int = 0
    source: Store | None = None
    number: int = 0


@dataclass
class Store:
    """All terms of one type in one bank."""

    type: Type
    count: int = 0
    table: Array = field(default_factory=lambda: np.empty((0, 0), np.int32))
    """Values by row and world, in 32 bits for as long as they fit; read them by ``take``, ``at`` and ``column``."""
    seen: HashIndex = field(default_factory=HashIndex)
    runs: list[RowRange] = field(default_factory=list)
    starts: Grown = field(default_factory=Grown)
    blocks: dict[int, tuple[int, int]] = field(default_factory=dict)
    kid_bytes: int = 0
    inner: dict[int, int] = field(default_factory=dict)
    """By cost, the first row of the block that was not taken over from the outer bank."""

    @property
    def failure(self) -> int:
        """What stands for FAIL in the table."""
        return int(np.iinfo(self.table.dtype).min)

    def take(self, rows: Array, first: int, last: int) -> Array:
        """The values of rows in worlds ``first … last``, ``[rows, worlds]``."""
        if (loops := compiled.loops()) is not None:
            return loops.taken(self.table, np.ascontiguousarray(rows), first, last, self.failure)
        return self._wide(self.table[rows, first:last])

    def block(self, start: int, stop: int, first: int, last: int) -> Array:
        """The same of the rows ``start … stop``."""
        return self._wide(self.table[start:stop, first:last])

    def at(self, rows: Array, worlds: Array) -> Array:
        """The values of pairs of a row and a world."""
        if (loops := compiled.loops()) is not None:
            return loops.paired(self.table, np.ascontiguousarray(rows), np.ascontiguousarray(worlds), self.failure)
        return self._wide(self.table[rows, worlds])

    def column(self, world: int, rows: Array | None = None) -> Array:
        """The values in one world, of some rows or of all."""
        return self._wide(self.table[: self.count, world] if rows is None else self.table[rows, world])

    def _wide(self, values: Array) -> Array:
        if values.dtype == np.int64:
            return np.ascontiguousarray(values)
        wide = values.astype(np.int64)
        wide[wide == self.failure] = FAIL
        return wide

    def write(self, start: int, first: int, values: Array) -> None:
        """Put ``values``, ``[rows, worlds]``, at the row and the world."""
        stop, last = start + values.shape[0], first + values.shape[1]
        self._reserve(stop, last)
        if self.table.dtype == np.int64:
            self.table[start:stop, first:last] = values
            return
        failed = values == FAIL
        narrow = np.where(failed, self.failure, values)
        low, high = int(narrow.min(initial=0)), int(narrow.max(initial=0))
        if high > MOST or low < -MOST - 1 or (low < -MOST and bool(((narrow < -MOST) & ~failed).any())):
            wide = np.empty(self.table.shape, np.int64)
            wide[: self.count] = self._wide(self.table[: self.count])
            self.table = wide
            self.table[start:stop, first:last] = values
        else:
            self.table[start:stop, first:last] = narrow

    def _reserve(self, rows: int, worlds: int) -> None:
        height, width = self.table.shape
        if rows <= height and worlds <= width:
            return
        width = max(worlds, width * 5 // 4) if 0 < width < worlds else max(worlds, width)
        height = room(max(rows, 8), height, self.table.itemsize * width)
        larger = np.empty((height, width), self.table.dtype)
        larger[: self.count, : self.table.shape[1]] = self.table[: self.count]
        self.table = larger

    @property
    def prints(self) -> Array:
        """The fingerprint of every row."""
        return self.seen.keys[1:]  # the first is that of failing everywhere

    @property
    def nbytes(self) -> int:
        kids = self.kid_bytes + RUN * len(self.runs)
        return self.table.itemsize * self.table.shape[1] * self.count + self.seen.nbytes + kids
