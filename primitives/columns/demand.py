"""Values of rows in worlds that their bank does not hold: computed anew, each application once."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..types import is_function
from .hashing import Array, distinct
from .store import WORLD_BITS, WORLD_MASK, RowRange, Store

if TYPE_CHECKING:
    from .bank import Bank


@dataclass(frozen=True)
class _Request:
    """Values of ``rows`` in ``worlds``, to be put at ``places`` of ``target``."""

    target: Array
    places: Array
    rows: Array
    worlds: Array


@dataclass(frozen=True)
class _Plan:
    """An operation on columns of arguments in ``worlds``, each combination once; ``inverse``: where the requests find theirs."""

    run: RowRange
    worlds: Array
    columns: list[Array]
    requests: list[_Request]
    inverse: Array


class Demand:
    """Evaluates pairs of a row and a world exactly: requests go down through the runs to the leaves, values come back up."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.waiting: dict[int, list[_Request]] = {}
        self.heap: list[int] = []

    def values(self, store: Store, rows: Array, worlds: Array) -> Array:
        """The codes of the pairs. Raises OutOfTime."""
        result = np.empty(len(rows), np.int64)
        self._ask(store, result, rows, worlds)
        for plan in reversed(list(self._plans())):
            assert plan.run.operation is not None
            values = self.bank.perform(plan.run.operation, plan.columns, len(plan.worlds))
            start = 0
            for request in plan.requests:
                request.target[request.places] = values[plan.inverse[start : start + len(request.rows)]]
                start += len(request.rows)
        return result

    def _ask(self, store: Store, target: Array, rows: Array, worlds: Array) -> None:
        """Answer at once what leaves can, and note what operations must."""
        runs = np.searchsorted(store.starts.array, rows, side="right") - 1
        order = np.argsort(runs, kind="stable")
        ends = [*(np.flatnonzero(np.diff(runs[order])) + 1).tolist(), len(order)]
        for first, last in zip([0, *ends], ends):
            places = order[first:last]
            run = store.runs[runs[places[0]]]
            if run.operation is None:
                target[places] = self.bank.leaf(run, worlds[places], rows[places] - run.start)
                continue
            if run.number not in self.waiting:
                self.waiting[run.number] = []
                heapq.heappush(self.heap, -run.number)
            self.waiting[run.number].append(_Request(target, places, rows[places], worlds[places]))

    def _plans(self) -> Iterator[_Plan]:
        """The operations asked for, latest first, so that all that ask for one have done so when its turn comes."""
        while self.heap:
            run = self.bank.log[-heapq.heappop(self.heap)]
            requests = self.waiting.pop(run.number)
            keys = np.concatenate([(each.rows << WORLD_BITS) | each.worlds for each in requests])
            keys, _, inverse = distinct(keys)
            own, there = (keys >> WORLD_BITS) - run.start, keys & WORLD_MASK
            yield _Plan(run, there, self._columns(run, own, there), requests, inverse)

    def _columns(self, run: RowRange, own: Array, worlds: Array) -> list[Array]:
        columns: list[Array] = []
        assert run.operation is not None
        for type, kid in zip(run.operation.arguments, run.kids):
            below = kid.array[own].astype(np.int64)
            if is_function(type):
                columns.append((below << WORLD_BITS) | worlds)
            else:
                columns.append(np.empty(len(own), np.int64))
                self._ask(self.bank.stores[type], columns[-1], below, worlds)
        return columns
