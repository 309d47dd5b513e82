"""One operation applied to blocks of terms: every combination of one row a block, in all worlds.

Small products are computed cell by cell. Large ones are factored: in one world only the distinct values of each block matter, so the
operation runs on those, and each term's value is a gather from that table. The 64-bit fingerprint of a term is a sum over worlds of
mixed values, hence a sum of gathers too; only terms that turn out to be new are ever written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns.bank import WORLD_BITS, Bank
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array, distinct
from primitives.types import is_function

from .blocks import Block, Codes, Factor, ResultTable

TERMS = 1 << 17
"""Terms whose fingerprints are summed at once when the product is factored."""
SMALL = 2_000
"""Products below this many terms are not worth factoring."""


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


def cells_of(bank: Bank) -> int:
    """Terms of the bank that are computed together."""
    return max(64, bank.values.cells // (bank.values.bulk * bank.judged))


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
        step = cells_of(self.bank)
        for start in range(first, self.size, step):
            numbers = np.arange(start, min(start + step, self.size))
            rows = self.rows(numbers)
            yield self.batch_of_rows(rows)

    def batch_of_rows(self, rows: list[Array]) -> Batch:
        """The terms of one combination a row.

        rows: of each factor.
        """
        return direct_batch(self.bank, self.operation, rows, self.examples)

    def rows(self, numbers: Array) -> list[Array]:
        """The rows of each factor.

        numbers: of combinations, as the last factor counts fastest.
        """
        rows = []
        for block in reversed(self.blocks):
            rows.append(block.start + numbers % len(block))
            numbers = numbers // len(block)
        return rows[::-1]

    # --- factored -------------------------------------------------------------------------------------------------------------

    def factored(self) -> Iterator[Batch]:
        """All terms, what the longest factor shares computed once."""
        inner = max(range(len(self.blocks)), key=lambda i: len(self.blocks[i]))
        outer = [i for i in range(len(self.blocks)) if i != inner]
        width = len(self.blocks[inner])
        height = int(np.prod([len(self.blocks[i]) for i in outer], dtype=np.int64))
        most = min(TERMS, max(SMALL, 4 * cells_of(self.bank)))
        rows_at_once = max(1, most // width)
        start = 0
        while start < height:
            numbers = np.arange(start, min(start + rows_at_once, height))
            table = self._table(inner, outer, numbers)
            if table is None:
                yield from self._plain(inner, outer, numbers)
            else:
                for low in range(0, width, most):
                    yield self._gathered(inner, outer, numbers, low, min(low + most, width), table)
            start += len(numbers)

    def _outer_rows(self, outer: list[int], numbers: Array) -> dict[int, Array]:
        """Row offset within its block of every outer argument."""
        rows = {}
        for position in reversed(outer):
            rows[position] = numbers % len(self.blocks[position])
            numbers = numbers // len(self.blocks[position])
        return rows

    def _plain(self, inner: int, outer: list[int], numbers: Array) -> Iterator[Batch]:
        """The same terms cell by cell: where nearly all values differ a table saves nothing."""
        width, step = len(self.blocks[inner]), cells_of(self.bank)
        for start in range(0, len(numbers) * width, step):
            terms = np.arange(start, min(start + step, len(numbers) * width))
            offsets = self._outer_rows(outer, numbers[terms // width])
            offsets[inner] = terms % width
            yield self.batch_of_rows([block.start + offsets[i] for i, block in enumerate(self.blocks)])

    def _table(self, inner: int, outer: list[int], numbers: Array) -> ResultTable | None:
        """The results on distinct values, world by world; None where that does not pay."""
        for merged in (True, True, False):
            factors = [
                self.codes.of(self.bank, block, merged and not self.operation.feeds_back) for block in self.blocks
            ]
            offsets = self._outer_rows(outer, numbers)
            plans, cells = [], 0
            for world in range(self.bank.judged):
                self.bank.values.deadline.check()
                key = np.zeros(len(numbers), np.int64)
                for i in outer:
                    key = key * len(factors[i].distinct[world]) + factors[i].codes[world, offsets[i]]
                if outer:
                    _, first, codes = distinct(key)
                else:
                    first, codes = np.zeros(1, np.int64), key
                plans.append((first, codes))
                cells += len(first) * len(factors[inner].distinct[world])
            if (
                cells > 0.5 * self.bank.judged * len(numbers) * len(self.blocks[inner])
                or cells > 4 * self.bank.values.cells // self.bank.values.bulk
            ):
                return None
            escapes = self._escapes()
            results = self._results(inner, outer, factors, offsets, plans)
            if self._escapes() == escapes or not any(block.closure for block in self.blocks) or not merged:
                numbers_of = np.stack([codes for _, codes in plans]).astype(np.int32)
                return ResultTable(*results, numbers_of, factors[inner].codes, self.bank.values.deadline)
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
            self.bank.values.deadline.check()
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

    def _gathered(self, inner: int, outer: list[int], numbers: Array, low: int, high: int, table: ResultTable) -> Batch:
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
                table.deadline.check()
                total += table.world(world)[table.outer[world]][:, table.inner[world, low:high]] == goal[world]
            return total.ravel()

        return Batch(size, prints, complete, values, kids, matches)


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
