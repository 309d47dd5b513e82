"""One operation applied to blocks of terms: every combination of one row a block, in all worlds.

Small products are computed cell by cell. Large ones are factored: in one world only the distinct values of each block matter, so the
operation runs on those, and each term's value is a gather from that table. The 64-bit fingerprint of a term is a sum over worlds of
mixed values, hence a sum of gathers too; only terms that turn out to be new are ever written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns import compiled
from primitives.columns.bank import WORLD_BITS, Bank, Store
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array, distinct, mix_with
from primitives.types import Type, arguments_of, is_function

CELLS = 1 << 18
"""Values computed at once when every cell is computed."""
TERMS = 1 << 17
"""Terms whose fingerprints are summed at once when the product is factored."""
SMALL = 2_000
"""Products below this many terms are not worth factoring."""


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
class Batch:
    """Terms under consideration: fingerprints over the examples alone, the rows of their arguments, and their values on demand.

    ``complete()`` gives the fingerprints over all worlds; ``values(terms)`` the values of some terms, ``[terms, worlds]``;
    ``kids(terms)`` the rows of their arguments; ``matches(goal)`` in how many examples each term has the goal's code.
    """

    size: int
    prints: Array
    complete: Callable[[], Array]
    values: Callable[[Array], Array]
    kids: Callable[[Array], list[Array]]
    matches: Callable[[Array], Array]


class Product:
    """All terms ``operation`` over rows of ``blocks`` in one bank; iterating gives batches."""

    def __init__(self, bank: Bank, operation: Operation, blocks: Sequence[Block], examples: int, codes: Codes) -> None:
        self.bank, self.operation, self.blocks, self.examples, self.codes = bank, operation, blocks, examples, codes
        self.salts = bank.salts_of(bank.judged)
        self.size = int(np.prod([len(block) for block in blocks], dtype=np.int64))

    def __iter__(self) -> Iterator[Batch]:
        if self.size < SMALL:
            yield from self.direct(0)
        else:
            yield from self.factored()

    # --- cell by cell ---------------------------------------------------------------------------------------------------------

    def direct(self, first: int) -> Iterator[Batch]:
        """Terms from number ``first`` on, computed cell by cell."""
        step = max(64, CELLS // self.bank.judged)
        for start in range(first, self.size, step):
            numbers = np.arange(start, min(start + step, self.size))
            rows = self.rows(numbers)
            yield self.batch_of_rows(rows)

    def batch_of_rows(self, rows: list[Array]) -> Batch:
        return direct_batch(self.bank, self.operation, rows, self.examples)

    def rows(self, numbers: Array) -> list[Array]:
        rows = []
        for block in reversed(self.blocks):
            rows.append(block.start + numbers % len(block))
            numbers = numbers // len(block)
        return rows[::-1]

    # --- factored -------------------------------------------------------------------------------------------------------------

    def factored(self) -> Iterator[Batch]:
        inner = max(range(len(self.blocks)), key=lambda i: len(self.blocks[i]))
        outer = [i for i in range(len(self.blocks)) if i != inner]
        width = len(self.blocks[inner])
        height = int(np.prod([len(self.blocks[i]) for i in outer], dtype=np.int64))
        rows_at_once = max(1, TERMS // width)
        start = 0
        while start < height:
            numbers = np.arange(start, min(start + rows_at_once, height))
            table = self._table(inner, outer, numbers)
            if table is None:
                yield self._plain(inner, outer, numbers)
            else:
                for low in range(0, width, TERMS):
                    yield self._gathered(inner, outer, numbers, low, min(low + TERMS, width), table)
            start += len(numbers)

    def _outer_rows(self, outer: list[int], numbers: Array) -> dict[int, Array]:
        """Row offset within its block of every outer argument."""
        rows = {}
        for position in reversed(outer):
            rows[position] = numbers % len(self.blocks[position])
            numbers = numbers // len(self.blocks[position])
        return rows

    def _plain(self, inner: int, outer: list[int], numbers: Array) -> Batch:
        """The same terms cell by cell: where nearly all values differ a table saves nothing."""
        width = len(self.blocks[inner])
        offsets = {i: np.repeat(rows, width) for i, rows in self._outer_rows(outer, numbers).items()}
        offsets[inner] = np.tile(np.arange(width), len(numbers))
        return self.batch_of_rows([block.start + offsets[i] for i, block in enumerate(self.blocks)])

    def _table(self, inner: int, outer: list[int], numbers: Array) -> Table | None:
        """The results on distinct values, world by world; None where that does not pay."""
        for merged in (True, True, False):
            factors = [
                self.codes.of(self.bank, block, merged and not self.operation.feeds_back) for block in self.blocks
            ]
            offsets = self._outer_rows(outer, numbers)
            plans, cells = [], 0
            for world in range(self.bank.judged):
                key = np.zeros(len(numbers), np.int64)
                for i in outer:
                    key = key * len(factors[i].distinct[world]) + factors[i].codes[world, offsets[i]]
                if outer:
                    _, first, codes = distinct(key)
                else:
                    first, codes = np.zeros(1, np.int64), key
                plans.append((first, codes))
                cells += len(first) * len(factors[inner].distinct[world])
            if cells > 0.5 * self.bank.judged * len(numbers) * len(self.blocks[inner]) or cells > 8 * CELLS:
                return None
            escapes = self._escapes()
            results = self._results(inner, outer, factors, offsets, plans)
            if self._escapes() == escapes or not any(block.closure for block in self.blocks) or not merged:
                return Table(*results, np.stack([codes for _, codes in plans]).astype(np.int32), factors[inner].codes)
        raise AssertionError("unmerged functions do not depend on the worlds of their bank")

    def _escapes(self) -> int:
        return sum(block.bank.escapes for block in self.blocks if block.closure)

    def _results(
        self, inner: int, outer: list[int], factors: list[Factor], offsets: dict, plans: list
    ) -> tuple[Array, Array, Array]:
        """The results of all worlds one after another, where those of each begin, and how many belong to one outer number."""
        columns: list[list[Array]] = [[] for _ in self.blocks]
        sizes = []
        for world, (first, _) in enumerate(plans):
            values = factors[inner].distinct[world]
            sizes.append((len(first), len(values)))
            columns[inner].append(np.tile(values, len(first)))
            for i in outer:
                chosen = factors[i].distinct[world][factors[i].codes[world, offsets[i][first]]]
                columns[i].append(np.repeat(chosen, len(values)))
        joined = [np.concatenate(column) for column in columns]
        flat = self.bank.perform(self.operation, joined, len(joined[0]))
        heights, widths = np.array(sizes, np.int64).T
        return flat, np.cumsum(heights * widths) - heights * widths, widths

    def _gathered(self, inner: int, outer: list[int], numbers: Array, low: int, high: int, table: Table) -> Batch:
        width, size = high - low, len(numbers) * (high - low)
        mixed = table.mixed(self.salts)
        prints = table.sums(mixed, low, high, 0, self.examples)

        def complete() -> Array:
            if self.examples == self.bank.judged:
                return prints
            return prints + table.sums(mixed, low, high, self.examples, self.bank.judged)

        def values(terms: Array) -> Array:
            judged = table.entries(terms // width, low + terms % width)
            return with_rest(self.bank, self.operation, judged, kids(terms))

        def kids(terms: Array) -> list[Array]:
            offsets = self._outer_rows(outer, numbers[terms // width])
            offsets[inner] = low + terms % width
            return [block.start + offsets[i] for i, block in enumerate(self.blocks)]

        def matches(goal: Array) -> Array:
            total = np.zeros((len(numbers), width), np.int64)
            for world in range(self.examples):
                total += table.world(world)[table.outer[world]][:, table.inner[world, low:high]] == goal[world]
            return total.ravel()

        return Batch(size, prints, complete, values, kids, matches)


@dataclass(frozen=True)
class Table:
    """Results on distinct values, world by world: ``flat[starts[w] + outer[w, i] * widths[w] + inner[w, j]]`` is the value in world w of
    the term of outer number i and inner row j."""

    flat: Array
    starts: Array
    widths: Array
    outer: Array
    inner: Array

    def world(self, world: int) -> Array:
        stop = self.starts[world + 1] if world + 1 < len(self.starts) else len(self.flat)
        return self.flat[self.starts[world] : stop].reshape(-1, self.widths[world])

    def mixed(self, salts: Array) -> Array:
        """The results mixed with the salts of their worlds."""
        mixed = np.empty(len(self.flat), np.uint64)
        for world, salt in enumerate(salts):
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


def direct_batch(bank: Bank, operation: Operation, rows: list[Array], examples: int) -> Batch:
    """Terms given by the rows of their arguments, computed cell by cell in the worlds that the bank judges by."""
    judged = computed(bank, operation, rows, 0, bank.judged)
    prints = bank.fingerprint(judged[:, :examples])

    def complete() -> Array:
        return prints if examples == bank.judged else prints + bank.fingerprint(judged[:, examples:], examples)

    def kids(terms: Array) -> list[Array]:
        return [row[terms] for row in rows]

    def values(terms: Array) -> Array:
        return with_rest(bank, operation, judged[terms], kids(terms))

    def matches(goal: Array) -> Array:
        return (judged[:, :examples] == goal).sum(axis=1)

    return Batch(len(judged), prints, complete, values, kids, matches)


def computed(bank: Bank, operation: Operation, rows: list[Array], first: int, last: int) -> Array:
    """Values in worlds ``first … last``, ``[terms, worlds]``."""
    size = len(rows[0]) if rows else 1
    worlds = np.arange(first, last)
    columns = []
    for type, row in zip(operation.arguments, rows):
        if is_function(type):
            columns.append(((row.astype(np.int64) << WORLD_BITS)[:, None] | worlds).ravel())
        else:
            columns.append(bank.stores[type].take(row, first, last).ravel())
    return bank.perform(operation, columns, len(worlds) * size).reshape(size, len(worlds))


def with_rest(bank: Bank, operation: Operation, judged: Array, rows: list[Array]) -> Array:
    """The values in all worlds of terms whose values in the judged ones are known."""
    if bank.judged == bank.filled:
        return judged
    return np.concatenate([judged, computed(bank, operation, rows, bank.judged, bank.filled)], axis=1)


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
        key = (id(bank), id(block.store), block.start, block.stop, merged, block.bank.filled if block.closure else 0)
        found = self._kept.get(key)
        if found is None:
            found = self._closures(bank, block, merged) if block.closure else self._values(bank, block)
            self._kept[key] = found
        return found

    def clear(self) -> None:
        self._kept.clear()

    @property
    def nbytes(self) -> int:
        return sum(f.codes.nbytes + sum(d.nbytes for d in f.distinct) for f in self._kept.values())

    def _values(self, bank: Bank, block: Block) -> Factor:
        values = block.store.block(block.start, block.stop, 0, bank.judged)
        codes = np.empty(values.shape[::-1], np.int32)
        values_of = []
        for world, row in enumerate(values.T):
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
            if outer < bank.judged:
                prints[outer] += mix_with(
                    block.store.block(block.start, block.stop, world, world + 1).ravel(), salts[world]
                )
        codes = np.empty(prints.shape, np.int32)
        values_of = []
        for world, row in enumerate(prints):
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
