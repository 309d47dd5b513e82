"""The terms of one type in one bank: values by world, fingerprints, and back-pointers by runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..types import Type
from .frame import Operation
from .hashing import Array, HashIndex
from .pools import Grown


@dataclass
class Run:
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
    values: Array = field(default_factory=lambda: np.empty((0, 0), np.int64))
    prints: Grown = field(default_factory=lambda: Grown(np.uint64))
    seen: HashIndex = field(default_factory=HashIndex)
    runs: list[Run] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    blocks: dict[int, tuple[int, int]] = field(default_factory=dict)
    inner: dict[int, int] = field(default_factory=dict)
    """By cost, the first row of the block that was not taken over from the outer bank."""

    def reserve(self, rows: int, worlds: int) -> None:
        height, width = self.values.shape
        if rows <= width and worlds <= height:
            return
        width = max(rows, width * 2 if rows > width else width, 16)
        height = max(worlds, height)
        larger = np.empty((height, width), np.int64)
        larger[: len(self.values), : self.count] = self.values[:, : self.count]
        self.values = larger

    @property
    def nbytes(self) -> int:
        kids = sum(kid.nbytes for run in self.runs for kid in run.kids)
        return self.values.nbytes + self.prints.nbytes + self.seen.nbytes + kids
