"""The bank: values of many terms in many worlds at once, as arrays with back-pointers.

A *world* is an environment: one value for every variable in scope. At the root the worlds are the examples (and probes); in the body of
a lambda they are pairs of an outer world and the values of the lambda's arguments. A term is a row number in the store of its type; its
value in world w is ``store.at(row, w)``. The closure of a body row in an outer world is the code ``row << WORLD_BITS | world``.

Rows are computed in runs (one instance of a word, one cost), logged in an order in which children precede parents, so the whole bank can
be evaluated in further worlds (``fill``), or some rows in some further worlds (``evaluate``), exactly as at first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..types import Type, arguments_of, is_function
from .demand import Demand
from .frame import Frame, Operation
from .hashing import Array, Grown, fingerprints, seeds
from .machine.bodies import Bodies, bodies_of
from .pools import FAIL, Values
from .pools.interning import Rows
from .portions import portions
from .store import WORLD_BITS, WORLD_MASK, RowRange, Store

SCRATCH = 1 << (WORLD_BITS - 1)
"""Worlds from this number on are temporary: they are evaluated on demand and never joined to the bank."""


class Bank:
    """Terms over one context. ``variables`` are the types in scope, outermost first."""

    def __init__(
        self, values: Values, variables: Sequence[Type], columns: Sequence[Array], count: int, max_worlds: int = SCRATCH
    ) -> None:
        """A root bank with ``count`` worlds and one column of codes a variable."""
        self.values, self.variables = values, tuple(variables)
        self.parent: Bank | None = None
        self.worlds, self.scratch = Rows(1), Rows(1)  # a root's worlds are the examples
        self.columns = [np.asarray(column, np.int64) for column in columns]
        self.filled, self.judged, self.depth, self.max_worlds = count, count, 0, max_worlds
        self.bound: tuple[Type, ...] = ()
        self.outer: Array = np.arange(count)
        self._start()

    def _start(self) -> None:
        self.stores: dict[Type, Store] = {}
        self.log: list[RowRange] = []
        self.children: dict[tuple[Type, ...], Bank] = {}
        self.escapes = 0
        self.join_all = self.filling = False
        self.salts: Array = np.empty(0, np.uint64)
        self.bodies: Bodies | None = None

    def child(self, bound: tuple[Type, ...], domain: Sequence[Array], max_worlds: int) -> Bank:
        """The bank of bodies of lambdas with arguments of types ``bound``; ``domain`` holds outer worlds and argument columns."""
        bank = object.__new__(Bank)
        bank.values, bank.variables, bank.parent = self.values, self.variables + bound, self
        bank.bound, bank.depth, bank.max_worlds = bound, self.depth + 1, max_worlds
        bank.worlds = Rows(1 + len(bound))
        bank.scratch = Rows(1 + len(bound))
        bank.worlds.intern(*(np.asarray(column, np.int64) for column in domain))
        bank.filled = bank.judged = len(bank.worlds)
        bank._start()
        self.children[bound] = bank
        return bank

    # --- worlds -------------------------------------------------------------------------------------------------------------

    def variable(self, position: int, worlds: Array) -> Array:
        """Values of the variable at ``position`` (outermost first) in the worlds."""
        if self.parent is None:
            return self.columns[position][worlds]
        own = position - len(self.parent.variables)
        part = self._part(1 + own if own >= 0 else 0, worlds)
        return part if own >= 0 else self.parent.variable(position, part)

    def _part(self, part: int, worlds: Array) -> Array:
        """Component of worlds: 0 the outer world, then the arguments."""
        if len(worlds) == 0 or worlds.max() < SCRATCH:
            return self.worlds.column(part, worlds)
        low = worlds < SCRATCH
        found = np.empty(len(worlds), np.int64)
        found[low] = self.worlds.column(part, worlds[low])
        found[~low] = self.scratch.column(part, worlds[~low] - SCRATCH)
        return found

    def outer_worlds(self) -> Array:
        """The outer world of every filled world."""
        return np.arange(self.filled) if self.parent is None else self.worlds.columns[0].array[: self.filled]

    def root_worlds(self) -> Array:
        """The root world below every filled world."""
        return np.arange(self.filled) if self.parent is None else self.parent.root_worlds()[self.outer_worlds()]

    def apply(self, operation: Operation, position: int, closures: Array, arguments: Sequence[Array]) -> Array:
        """Apply the closures that ``operation`` has at ``position`` to columns of arguments."""
        bound, body = arguments_of(operation.arguments[position])
        return self.children[bound].call(body, closures, arguments, join=not operation.feeds_back)

    def call(self, type: Type, closures: Array, arguments: Sequence[Array], join: bool = True) -> Array:
        """Apply closures of bodies of ``type``; worlds not held yet may ``join`` the bank."""
        outer, rows = closures & WORLD_MASK, closures >> WORLD_BITS
        bodies = None if join or self.join_all else bodies_of(self)
        ran = None if bodies is None else bodies.values(type, rows, outer, arguments)
        if ran is None:
            return self._called(type, outer, rows, arguments, join)
        able, found = ran
        if len(able) == len(rows):
            return found
        result, others = np.empty(len(rows), np.int64), np.ones(len(rows), bool)
        result[able], others[able] = found, False
        given = [argument[others] for argument in arguments]
        result[others] = self._called(type, outer[others], rows[others], given, join)
        return result

    def _called(self, type: Type, outer: Array, rows: Array, arguments: Sequence[Array], join: bool) -> Array:
        """Values of rows in the worlds of these arguments."""
        worlds = self.worlds.find(outer, *arguments)
        missing = np.flatnonzero(worlds < 0)
        if len(missing):
            worlds[missing] = self._arrive(outer[missing], [argument[missing] for argument in arguments], join)
        return self.evaluate(self.stores[type], rows, worlds)

    def _arrive(self, outer: Array, arguments: Sequence[Array], join: bool) -> Array:
        """Numbers for worlds that the bank does not hold: joined to it while there is room, else temporary."""
        assert self.parent is not None
        self.escapes += 1
        codes = self.scratch.intern(outer, *arguments)
        if (
            (join or self.join_all)
            and not self.parent.filling  # its rows have no values in its own new worlds yet
            and len(self.scratch) + self.filled <= self.max_worlds
            and bool((outer < self.parent.filled).all())
        ):
            joined = self.worlds.intern(outer, *arguments)
            self.forget()
            self.fill()
            return joined
        return codes + SCRATCH

    def forget(self) -> None:
        """Drop temporary worlds here and below."""
        for child in self.children.values():
            child.forget()
        if self.parent is not None:
            self.scratch.release(0)

    def _marks(self) -> list[tuple[Bank, int, list]]:
        """How many temporary worlds each child has, and those below it."""
        return [(child, len(child.scratch), child._marks()) for child in self.children.values()]

    def _release(self, marks: list[tuple[Bank, int, list]]) -> None:
        """Drop the temporary worlds that have come since."""
        for child, count, below in marks:
            child.scratch.release(count)
            child._release(below)

    def freeze(self) -> None:
        """Let no more worlds join, here and below: rows would hold values that are interned from now on."""
        self.max_worlds = 0
        for child in self.children.values():
            child.freeze()

    def release(self) -> None:
        """Give up all terms, here and below: the bank is of no use any more. Stores and their runs, and banks and their children,
        refer to each other, so that the memory would else wait for the garbage collector, which does not know how much it is."""
        for child in self.children.values():
            child.release()
        for store in self.stores.values():
            store.runs.clear()
        self.children.clear()
        self.stores.clear()
        self.log.clear()
        self.bodies = None

    # --- evaluation ---------------------------------------------------------------------------------------------------------

    def store(self, type: Type) -> Store:
        found = self.stores.get(type)
        if found is None:
            found = self.stores[type] = Store(type)
            # A term that fails everywhere is no use as a term.
            found.seen.add(self.fingerprint(np.full((1, self.judged), FAIL, np.int64)))
        return found

    def fingerprint(self, values: Array, first: int = 0) -> Array:
        """Sum of mixed values over worlds ``first, first + 1, …`` (axis 1)."""
        return fingerprints(values, self.salts_of(first + values.shape[1])[first:])

    def salts_of(self, count: int) -> Array:
        """What the values of each world are mixed with."""
        if len(self.salts) < count:
            self.salts = seeds(2 * count, self.depth)
        return self.salts[:count]

    def arguments(self, operation: Operation, kids: Sequence[Array], worlds: Array) -> list[Array]:
        """Columns of the arguments for pairs (child rows, world); all worlds filled."""
        return [
            (kid.astype(np.int64) << WORLD_BITS) | worlds if is_function(type) else self.stores[type].at(kid, worlds)
            for type, kid in zip(operation.arguments, kids)
        ]

    def perform(self, operation: Operation, columns: Sequence[Array], count: int) -> Array:
        """The operation on columns of ``count`` codes, in parts where the whole would take too much memory in passing.
        Raises OutOfTime."""
        frame = Frame(self, operation)
        self.values.deadline.check()
        if not columns:
            return np.repeat(operation.run(frame, columns), count)
        parts = portions(self.values, operation, columns, count)
        if len(parts) == 1:
            return operation.run(frame, columns)
        marks, results = self._marks(), []
        for part in parts:
            self.values.deadline.check()
            results.append(operation.run(frame, [column[part] for column in columns]))
            self._release(marks)
        return np.concatenate(results)

    def evaluate(self, store: Store, rows: Array, worlds: Array) -> Array:
        """Values of rows in worlds (pairwise), temporary worlds included."""
        if len(worlds) == 0 or worlds.max() < self.filled:
            return store.at(rows, worlds)
        known = worlds < self.filled
        found = np.empty(len(rows), np.int64)
        found[known] = store.at(rows[known], worlds[known])
        found[~known] = Demand(self).values(store, rows[~known], worlds[~known])
        return found

    def leaf(self, run: RowRange, worlds: Array, offsets: Array) -> Array:
        """Values of rows (offsets in the run) that are variables, constants or taken over from the outer bank."""
        if run.source is not None:
            assert self.parent is not None
            return self.parent.evaluate(run.source, run.kids[0].array[offsets].astype(np.int64), self._part(0, worlds))
        return np.full(len(worlds), run.code, np.int64) if run.position < 0 else self.variable(run.position, worlds)

    def fill(self) -> None:
        """Evaluate every row in the worlds that have joined since (fingerprints stay those over the ``judged`` worlds)."""
        first, self.filled, self.filling = self.filled, len(self.worlds), True
        new = np.arange(first, self.filled)
        for run in self.log:
            size = run.stop - run.start
            worlds = np.tile(new, size)
            if run.operation is not None:
                kids = [np.repeat(kid.array, len(new)) for kid in run.kids]
                values = self.perform(run.operation, self.arguments(run.operation, kids, worlds), len(worlds))
            else:
                values = self.leaf(run, worlds, np.repeat(np.arange(size), len(new)))
            run.store.write(run.start, first, values.reshape(size, len(new)))
        self.filling = False

    # --- growth -------------------------------------------------------------------------------------------------------------

    def append(self, operation: Operation, cost: int, type: Type, values: Array, kids: Sequence[Array]) -> None:
        """Add rows (of ``values``) that the caller has found to be new."""
        store = self.store(type)
        last = store.runs[-1] if store.runs else None
        if last is None or last.operation is not operation or last.cost != cost or last.number != len(self.log) - 1:
            last = self._run(
                RowRange(store, operation, cost, store.count, store.count, tuple(Grown(np.int32) for _ in kids))
            )
        self._extend(last, values, kids)

    def add_leaf(self, cost: int, type: Type, position: int = -1, code: int = 0) -> None:
        """Add a variable or a constant, unless a row has its values."""
        store, worlds = self.store(type), np.arange(self.filled)
        column = (np.full(self.filled, code, np.int64) if position < 0 else self.variable(position, worlds))[None, :]
        prints = self.fingerprint(column[:, : self.judged])
        if len(store.seen.add(prints)[1]):
            self._extend(
                self._run(RowRange(store, None, cost, store.count, store.count, (), position, code)), column, ()
            )

    def take_over(self, cost: int) -> None:
        """Add the rows that the outer bank has at a cost: bodies that make no use of the lambda's arguments."""
        assert self.parent is not None
        outer = self.outer_worlds()
        for type, source in self.parent.stores.items():
            if cost not in source.blocks:
                continue
            store, (start, stop) = self.store(type), source.blocks[cost]
            rows = np.arange(start, stop)
            values = source.block(start, stop, 0, self.parent.filled)[:, outer]
            prints = self.fingerprint(values[:, : self.judged])
            _, new = store.seen.add(prints)
            if len(new):
                run = self._run(
                    RowRange(store, None, cost, store.count, store.count, (Grown(np.int32),), source=source)
                )
                self._extend(run, values[new], [rows[new]])
            store.inner[cost] = store.count

    def _run(self, run: RowRange) -> RowRange:
        run.number = len(self.log)
        self.log.append(run)
        run.store.runs.append(run)
        run.store.starts.extend(np.array([run.start]))
        return run

    def _extend(self, run: RowRange, values: Array, kids: Sequence[Array]) -> None:
        store = run.store
        start, size = store.count, len(values)
        store.write(start, 0, values)
        store.count = run.stop = start + size
        for kept, kid in zip(run.kids, kids):
            kept.extend(kid)
            store.kid_bytes += 4 * len(kid)
        store.blocks[run.cost] = (store.blocks[run.cost][0] if run.cost in store.blocks else start, run.stop)

    @property
    def nbytes(self) -> int:
        own = sum(store.nbytes for store in self.stores.values())
        own += 0 if self.bodies is None else self.bodies.nbytes
        return own + sum(child.nbytes for child in self.children.values())

    def run_of(self, store: Store, row: int) -> RowRange:
        return store.runs[int(np.searchsorted(store.starts.array, row, side="right")) - 1]
