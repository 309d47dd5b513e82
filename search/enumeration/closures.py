"""Looking further ahead with functions: a word such as ``fold`` on every body that is kept, with the cheapest data.

A fold of cost c has a body of at most c less its start and its list. Where the regular levels reach c, dearer starts and lists with the
dearest bodies are several levels away, though all of their parts are kept. Here each new body is tried at once with the few cheapest
starts and lists, in one world first; what gives the goal there is tried in the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from primitives.columns.bank import WORLD_BITS, Bank, Store
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.types import is_function

from .blocks import home_of
from .needs import NEEDS
from .sweep import Candidate, _row_costs

DATA = 16
"""Combinations of data arguments that each body is tried with."""
CHUNK = 20_000


class Closures:
    """The looks ahead of one search with words that take one function. ``tick(terms)`` may raise Stop."""

    def __init__(self, bank: Bank, goal: Array, tick: Callable[[int], None]) -> None:
        self.bank, self.goal, self.tick = bank, goal, tick
        self.done: dict[tuple[int, tuple[int, ...]], int] = {}
        """How dear bodies were already tried, by operation and data."""

    def run(self, operation: Operation, own: int, level: int) -> Iterator[Candidate]:
        """Candidates of the word that cost more than ``level``, in order of cost for each choice of data."""
        functions = [position for position, type in enumerate(operation.arguments) if is_function(type)]
        if len(functions) != 1 or len(operation.arguments) < 2 or operation.term.name in NEEDS:
            return
        place = functions[0]
        home, store = home_of(self.bank, operation.arguments[place])
        if home is None or store is None or store.count == 0:
            return
        costs = _row_costs(store)
        before = self.bank.values.mark()
        for price, rows in self._data(operation, place):
            key = (id(operation), rows)
            least = max(self.done.get(key, 0), level - own - price)
            self.done[key] = max(least, int(costs.max()))
            bodies = np.flatnonzero(costs > least)
            if len(bodies):
                yield from self._tried(operation, place, rows, bodies, costs[bodies] + own + price)
        if (
            operation.feeds_back
        ):  # its functions ran in temporary worlds only, so nothing that is kept holds the new values
            self.bank.values.release(before)

    def _data(self, operation: Operation, place: int) -> list[tuple[int, tuple[int, ...]]]:
        """The cheapest combinations of rows for the other arguments, with their cost."""
        options: list[list[tuple[int, int]]] = []
        for position, type in enumerate(operation.arguments):
            if position == place:
                continue
            store = self.bank.stores.get(type)
            if store is None or store.count == 0:
                return []
            folded = (
                position == len(operation.arguments) - 1
            )  # as in all words of this kind, the last is what is gone through
            options.append(_cheapest(store, len(self.goal), varied=folded))
        found = [
            (sum(cost for cost, _ in chosen), tuple(row for _, row in chosen)) for chosen in itertools.product(*options)
        ]
        return sorted(found)[:DATA]

    def _tried(
        self, operation: Operation, place: int, rows: tuple[int, ...], bodies: Array, costs: Array
    ) -> Iterator[Candidate]:
        order = np.argsort(costs, kind="stable")
        bodies, costs = bodies[order], costs[order]
        for start in range(0, len(bodies), CHUNK):
            left = np.arange(start, min(start + CHUNK, len(bodies)))
            for world in self._worlds():
                columns = []
                others = iter(rows)
                for position, type in enumerate(operation.arguments):
                    if position == place:
                        columns.append((bodies[left] << WORLD_BITS) | world)
                    else:
                        columns.append(
                            np.full(len(left), self.bank.stores[type].column(world, np.array([next(others)]))[0])
                        )
                self.tick(len(left))
                results = self.bank.perform(operation, columns, len(left))
                self.bank.forget()
                left = left[results == self.goal[world]]
                if len(left) == 0:
                    break
            for number in left[:20].tolist():
                kids = list(rows)
                kids.insert(place, int(bodies[number]))
                yield Candidate(operation, kids, int(costs[number]))

    def _worlds(self) -> list[int]:
        """The examples, the most telling first: those of long outputs."""
        sizes = np.abs(self.goal)
        return np.argsort(-sizes, kind="stable").tolist()


def _cheapest(store: Store, examples: int, varied: bool) -> list[tuple[int, int]]:
    """Cost and row of the cheapest terms that fail in no example and, if ``varied``, are not the same in all."""
    values = store.block(0, store.count, 0, examples)
    mask = (values != FAIL).all(axis=1)
    if varied and examples > 1:
        mask &= (values != values[:, :1]).any(axis=1)
    good = np.flatnonzero(mask)
    costs = _row_costs(store)[good]
    order = np.argsort(costs, kind="stable")[:DATA]
    return [(int(costs[number]), int(good[number])) for number in order]
