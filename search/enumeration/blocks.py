"""Blocks of terms seen world by world: what a product is factored by, and the table of its results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from primitives.columns import compiled
from primitives.columns.bank import WORLD_BITS, Bank, Store
from primitives.columns.hashing import Array, distinct, mix_with
from primitives.interpreter.deadline import NEVER, Deadline
from primitives.types import Type, arguments_of, is_function


@dataclass(frozen=True)
class Block:
    """Rows ``start … stop`` of a store; those of a function argument lie in a bank of bodies.

    Rows that are not ``own`` were taken over from the outer bank: so is what is built from such rows alone.
    """

    bank: Bank
    store: Store
    start: int
    stop: int
    closure: bool
    own: bool

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class ResultTable:
    """Results on distinct values, world by world: ``flat[starts[w] + outer[w, i] * widths[w] + inner[w, j]]`` is the value in world w of
    the term of outer number i and inner row j."""

    flat: Array
    starts: Array
    widths: Array
    outer: Array
    inner: Array
    deadline: Deadline = NEVER

    def world(self, world: int) -> Array:
        """The results in one world, [functions, arguments].

        world: its number.
        """
        stop = self.starts[world + 1] if world + 1 < len(self.starts) else len(self.flat)
        return self.flat[self.starts[world] : stop].reshape(-1, self.widths[world])

    def mixed(self, salts: Array) -> Array:
        """The results mixed with the salts of their worlds."""
        mixed = np.empty(len(self.flat), np.uint64)
        for world, salt in enumerate(salts):
            self.deadline.check()
            part, start = self.world(world).ravel(), self.starts[world]
            mixed[start : start + len(part)] = mix_with(part, salt)
        return mixed

    def sums(self, mixed: Array, low: int, high: int, first: int, last: int) -> Array:
        """Fingerprints over worlds ``first … last`` of the terms of all outer numbers and the inner rows ``low … high``."""
        total = np.zeros((self.outer.shape[1], high - low), np.uint64)
        if (loops := compiled.loops()) is not None:
            loops.sums_of_gathers(
                total, mixed, self.starts, self.widths, self.outer, self.inner[:, low:high], first, last
            )
            return total.ravel()
        buffer = np.empty_like(total)
        for world in range(first, last):
            self.deadline.check()
            here = mixed[self.starts[world] :][: self.world(world).size].reshape(-1, self.widths[world])
            np.take(here[self.outer[world]], self.inner[world, low:high], axis=1, out=buffer, mode="clip")
            total += buffer
        return total.ravel()

    def entries(self, rows: Array, columns: Array) -> Array:
        """Values, ``[terms, worlds]``, of terms given by outer number and inner row."""
        if (loops := compiled.loops()) is not None:
            return loops.entries(self.flat, self.starts, self.widths, self.outer, self.inner, rows, columns)
        places = self.starts[:, None] + self.outer[:, rows] * self.widths[:, None] + self.inner[:, columns]
        return self.flat[places.T]


@dataclass(frozen=True)
class Factor:
    """A block seen world by world: ``codes[world, row]`` numbers the value among ``distinct[world]``."""

    codes: Array
    distinct: list[Array]


class Codes:
    """Factors of blocks, kept while their banks stay as they are."""

    def __init__(self) -> None:
        self._kept: dict[tuple, Factor] = {}

    def of(self, bank: Bank, block: Block, merged: bool) -> Factor:
        """The factor of a block, made once.

        bank: that the block's arguments are for.
        block: of values, or of functions as closures.
        merged: whether functions that agree on the arguments that a world holds are one there.
        """
        key = (id(bank), id(block.store), block.start, block.stop, merged, block.bank.filled if block.closure else 0)
        found = self._kept.get(key)
        if found is None:
            found = self._closures(bank, block, merged) if block.closure else self._values(bank, block)
            self._kept[key] = found
        return found

    def clear(self) -> None:
        """Forget all that was made, so that its memory is free."""
        self._kept.clear()

    @property
    def nbytes(self) -> int:
        """Bytes of all factors that are kept."""
        return sum(f.codes.nbytes + sum(d.nbytes for d in f.distinct) for f in self._kept.values())

    def _values(self, bank: Bank, block: Block) -> Factor:
        values = block.store.block(block.start, block.stop, 0, bank.judged)
        codes = np.empty(values.shape[::-1], np.int32)
        values_of = []
        for world, row in enumerate(values.T):
            bank.values.deadline.check()
            found, _, codes[world] = distinct(row)
            values_of.append(found)
        return Factor(codes, values_of)

    def _closures(self, bank: Bank, block: Block, merged: bool) -> Factor:
        """Functions: two that agree on the arguments that a world holds are one there if ``merged``."""
        rows = np.arange(block.start, block.stop) << WORLD_BITS
        if not merged:
            codes = np.broadcast_to(np.arange(len(rows), dtype=np.int32), (bank.judged, len(rows)))
            return Factor(codes, [rows | world for world in range(bank.judged)])
        bodies = block.bank
        prints = np.zeros((bank.judged, len(rows)), np.uint64)
        salts = bodies.salts_of(bodies.filled)
        for world, outer in enumerate(bodies.outer_worlds()):
            bank.values.deadline.check()
            if outer < bank.judged:
                prints[outer] += mix_with(
                    block.store.block(block.start, block.stop, world, world + 1).ravel(), salts[world]
                )
        codes = np.empty(prints.shape, np.int32)
        values_of = []
        for world, row in enumerate(prints):
            bank.values.deadline.check()
            _, first, codes[world] = distinct(row)
            values_of.append(rows[first] | world)
        return Factor(codes, values_of)


def blocks_of(bank: Bank, type: Type, cost: int) -> list[Block]:
    """The terms of one cost that can stand where ``type`` is asked for: those taken over from the outer bank apart from the others."""
    home, store = home_of(bank, type)
    if store is None or cost not in store.blocks:
        return []
    assert home is not None
    start, stop = store.blocks[cost]
    if is_function(type):
        return [Block(home, store, start, stop, closure=True, own=True)]
    middle = store.inner.get(cost, start)
    parts = [
        Block(home, store, start, middle, closure=False, own=False),
        Block(home, store, middle, stop, closure=False, own=True),
    ]
    return [part for part in parts if len(part)]


def home_of(bank: Bank, type: Type) -> tuple[Bank | None, Store | None]:
    """The bank and the store that hold terms, or bodies of functions, of the type."""
    home: Bank | None = bank
    if is_function(type):
        bound, type = arguments_of(type)
        home = bank.children.get(bound)
    return home, home.stores.get(type) if home is not None else None


def row_costs(store: Store) -> Array:
    """The cost of every row."""
    costs = np.empty(store.count, np.int64)
    for run in store.runs:
        costs[run.start : run.stop] = run.cost
    return costs
