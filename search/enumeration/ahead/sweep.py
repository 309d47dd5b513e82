"""Looking further ahead for the goal alone: words whose arguments the goal restricts, over all kept rows at once.

Where the regular levels reach cost c, a word such as ``map`` can already be tried on any two kept terms, for the goal says how long the
list must be and, in one world, which pairs of values give the goal: few pairs are left to be tried in the other worlds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from primitives.columns.bank import WORLD_BITS, Bank, Store
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array, distinct, mix_with
from primitives.columns.pools import FAIL
from primitives.types import Type, is_function

from ..blocks import home_of
from ..levels import Found
from ..prospects import Prospect
from .base import AbstractLookAhead, Outlook
from .likely_needs import LikelyNeeds
from .needs import Mask

LEAST, MOST, SHARE = 2_000, 300_000, 16
"""Combinations that a word is tried on: a part of all terms so far, within bounds."""


class Sweep(AbstractLookAhead):
    """Words that have conditions, on all rows that are kept, after each level."""

    def __init__(self, outlook: Outlook, likely: LikelyNeeds) -> None:
        self.outlook, self.likely = outlook, likely

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        return iter(())

    def after_level(self, level: int) -> Iterator[Prospect]:
        look, plan = self.outlook, self.outlook.plan
        limit = min(MOST, max(LEAST, look.ledger.terms // SHARE))
        once = Pass(look.bank, look.goal, look.type, limit, self.likely)
        for operation, own in plan.operations:
            if look.ledger.room is not None:
                once.limit = min(limit, max(1, look.ledger.room // 2))
            before = once.tried
            yield from once.run([(operation, own)], plan.lambda_depth)
            look.tick(once.tried - before)


class Pass:
    """One pass over the rows of the root bank. ``goal`` are the codes of the outputs."""

    def __init__(self, bank: Bank, goal: Array, goal_type: Type, limit: int, likely: LikelyNeeds) -> None:
        """At most ``limit`` combinations of values a word are tried in the first world, and as many of rows in the others."""
        self.likely = likely
        self.bank, self.goal, self.goal_type, self.limit = bank, goal, goal_type, limit
        self.costs: dict[int, Array] = {}
        self.tried = 0
        sizes = self._sizes()
        self.order = np.argsort(-sizes, kind="stable")

    def _sizes(self) -> Array:
        """How telling the output of each example is: long lists first."""
        pool = self.bank.values.pool(self.goal_type)
        lengths = getattr(pool, "lengths", None)
        return lengths[self.goal] if lengths is not None else np.abs(self.goal)

    def run(self, operations: Sequence[tuple[Operation, int]], depth: int) -> Iterator[Prospect]:
        """Candidates of every word that has conditions, in order of cost for each word."""
        for operation, own in operations:
            if operation.result != self.goal_type or (depth == 0 and any(map(is_function, operation.arguments))):
                continue
            needs = self.likely.of(self.bank, operation, len(self.goal))
            if needs is not None:
                yield from self._operation(operation, own, needs)

    def _operation(self, operation: Operation, own: int, needs: Mapping[int, Mask]) -> Iterator[Prospect]:
        first = int(self.order[0])
        rows, codes = [], []
        for position, type in enumerate(operation.arguments):
            home, store = home_of(self.bank, type)
            if home is None or store is None or store.count == 0:
                return
            kept = self._rows(home, store, type, needs.get(position))
            if len(kept) == 0:
                return
            rows.append((store, kept))
            codes.append(self._codes(home, store, type, kept, first))
        matched = self._first_world(operation, codes, first)
        if matched is None:
            return
        yield from self._others(operation, own, rows, codes, matched)

    def _rows(self, home: Bank, store: Store, type: Type, need: Mask | None) -> Array:
        """Rows that meet the condition in every example, cheapest first."""
        costs = self._costs(store)
        if need is None:
            if is_function(type):
                return np.argsort(costs, kind="stable")
            values = store.block(0, store.count, 0, len(self.goal))
            good = np.flatnonzero((values != FAIL).all(axis=1))
        else:
            good = np.arange(store.count)
            for world in self.order.tolist():
                self.bank.values.deadline.check()
                values = store.column(world, good)
                good, values = good[values != FAIL], values[values != FAIL]
                good = good[need(self.bank.values, type, values, self.goal_type, int(self.goal[world]))]
        return good[np.argsort(costs[good], kind="stable")]

    def _costs(self, store: Store) -> Array:
        """The cost of every row."""
        known = self.costs.get(id(store))
        if known is None:
            known = np.empty(store.count, np.int64)
            for run in store.runs:
                known[run.start : run.stop] = run.cost
            self.costs[id(store)] = known
        return known

    def _codes(self, home: Bank, store: Store, type: Type, rows: Array, world: int) -> tuple[Array, Array]:
        """Distinct values of the rows in one world in order of first row, and for every row the number of its value."""
        if is_function(type):
            total = np.zeros(len(rows), np.uint64)
            salts = home.salts_of(home.filled)
            for inner in np.flatnonzero(home.outer_worlds() == world).tolist():
                self.bank.values.deadline.check()
                total += mix_with(store.column(inner, rows), salts[inner])
            _, first, inverse = distinct(total)
            found = (rows[first] << WORLD_BITS) | world
        else:
            found, first, inverse = distinct(store.column(world, rows))
        order = np.argsort(first)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        return found[order], rank[inverse]

    def _first_world(self, operation: Operation, codes: list, world: int) -> list[Array] | None:
        """Numbers of the distinct values that together give the goal in the first world."""
        sizes = [len(found) for found, _ in codes]
        while np.prod(sizes, dtype=np.float64) > self.limit:
            largest = int(np.argmax(sizes))
            sizes[largest] = max(
                1, min(sizes[largest] - 1, int(sizes[largest] * self.limit / np.prod(sizes, dtype=np.float64)))
            )
        grid = [axis.ravel() for axis in np.meshgrid(*(np.arange(size) for size in sizes), indexing="ij")]
        hits = self._meeting(operation, [found[numbers] for (found, _), numbers in zip(codes, grid)], world)
        return [numbers[hits] for numbers in grid] if len(hits) else None

    def _meeting(self, operation: Operation, columns: list[Array], world: int) -> Array:
        """The rows of columns on which the operation gives the goal in a world."""
        found, size, step = [], len(columns[0]), max(1, self.bank.values.cells // self.bank.values.bulk)
        for start in range(0, size, step):
            parts = [column[start : start + step] for column in columns]
            results = self.bank.perform(operation, parts, len(parts[0]))
            self.bank.forget()
            found.append(start + np.flatnonzero(results == self.goal[world]))
        self.tried += size
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _others(
        self, operation: Operation, own: int, rows: list, codes: list, matched: list[Array]
    ) -> Iterator[Prospect]:
        kids = self._expand(rows, codes, matched)
        for world in self.order[1:].tolist():
            if len(kids[0]) == 0:
                return
            columns = []
            for type, (store, _), kid in zip(operation.arguments, rows, kids):
                columns.append((kid << WORLD_BITS) | world if is_function(type) else store.column(world, kid))
            good = self._meeting(operation, columns, world)
            kids = [kid[good] for kid in kids]
        costs = own + sum(self._costs(store)[kid] for (store, _), kid in zip(rows, kids))
        for number in np.argsort(costs, kind="stable")[:50].tolist():
            yield Prospect(operation, [int(kid[number]) for kid in kids], int(costs[number]))

    def _expand(self, rows: list, codes: list, matched: list[Array]) -> list[Array]:
        """All combinations of rows that have the matched values, up to the limit, those of cheap rows first."""
        groups = []
        for (_, kept), (_, inverse) in zip(rows, codes):
            order = np.argsort(inverse, kind="stable")
            groups.append((kept[order], np.searchsorted(inverse[order], np.arange(int(inverse.max()) + 2))))
        kids: list[list[Array]] = [[] for _ in rows]
        total = 0
        for combination in zip(*(numbers.tolist() for numbers in matched)):
            self.bank.values.deadline.check()
            parts = [kept[starts[n] : starts[n + 1]] for (kept, starts), n in zip(groups, combination)]
            size = int(np.prod([len(part) for part in parts], dtype=np.int64))
            if size > self.limit:
                limit = max(1, int(self.limit ** (1 / len(parts))))
                parts = [part[:limit] for part in parts]
                size = int(np.prod([len(part) for part in parts], dtype=np.int64))
            if total + size > self.limit:
                break
            total += size
            for kid, axis in zip(kids, np.meshgrid(*parts, indexing="ij")):
                kid.append(axis.ravel())
        return [np.concatenate(kid) if kid else np.empty(0, np.int64) for kid in kids]
