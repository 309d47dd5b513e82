"""Looking further ahead with functions: a word such as ``fold`` on every body that is kept, with the cheapest data.

A fold of cost c has a body of at most c less its start and its list. Where the regular levels reach c, expensive starts and lists with
the most expensive bodies are several levels away, though all of their parts are kept. Here each new body is tried at once with the few
cheapest starts and lists, in one world first; what gives the goal there is tried in the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from primitives.columns.bank import WORLD_BITS, Bank, Store
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL, SequencePool
from primitives.types import Type, is_function

from ..blocks import home_of, row_costs
from ..prospects import Prospect, Subgoal
from .needs import declared

DATA = 16
"""Combinations of data arguments that each body is tried with."""
SLACK = 1
"""How much more than the cheapest data may cost and still be tried with the most expensive bodies."""
CHUNK = 20_000
FEW = 3
"""Steps of a loop; examples with fewer tell little and come last."""
MOST = 100
"""Candidates of one chunk that are told, the cheapest first."""


class Closures:
    """The looks ahead of one search with words that take one function. ``tick(terms)`` may raise Stop."""

    def __init__(
        self, bank: Bank, goal: Array, type: Type, tick: Callable[[int], None], subgoals: Sequence[Subgoal] = ()
    ) -> None:
        """``goal`` are the codes of the outputs, of ``type``; the ``subgoals`` are looked for beside it."""
        self.bank, self.goal, self.tick = bank, goal, tick
        self.wanted: list[tuple[Type, Array, Subgoal | None]] = [(type, goal, None)]
        self.wanted += [(each.type, each.codes, each) for each in subgoals]
        self.types = frozenset(type for type, _, _ in self.wanted)
        self.done: dict[tuple[int, tuple[int, ...]], int] = {}
        """How dear bodies were already tried, by operation and data."""
        self.prices: dict[Operation, int] = {}
        """Of the cheapest data that each word was tried with."""

    def suits(self, operation: Operation) -> bool:
        """Whether the word is one to look ahead with here: it takes one function and data, and may give what is wanted."""
        one = sum(map(is_function, operation.arguments)) == 1 < len(operation.arguments)
        return one and operation.result in self.types and declared(operation) is None

    def run(self, operation: Operation, own: int, level: int) -> Iterator[Prospect]:
        """Candidates of the word that cost more than ``level``, in order of cost; for a subgoal the word's own cost is more than
        ``level``."""
        if not self.suits(operation):
            return
        place = next(position for position, type in enumerate(operation.arguments) if is_function(type))
        home, store = home_of(self.bank, operation.arguments[place])
        if home is None or store is None or store.count == 0:
            return
        costs, data = row_costs(store), self._data(operation, place)
        if not data:
            return
        before = self.bank.values.mark()
        self.prices[operation] = data[0][0]
        trials = []
        for choice, (price, rows) in enumerate(data):
            key = (id(operation), rows)
            least = max(self.done.get(key, 0), level - own - price)
            excess = max(0, price - data[0][0] - SLACK)
            most = max(int(costs.max()) - excess, level - own - data[0][0])
            self.done[key] = max(least, most)
            bodies = np.flatnonzero((costs > least) & (costs <= most))
            trials.append(np.stack([bodies, np.full(len(bodies), choice), costs[bodies] + own + price]))
        yield from self._tried(operation, place, [rows for _, rows in data], np.concatenate(trials, axis=1))
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
        self, operation: Operation, place: int, choices: Sequence[tuple[int, ...]], trials: Array
    ) -> Iterator[Prospect]:
        """``trials`` [3, n] are bodies, each with the number of a choice of data, and costs. All are tried together: a call on few
        rows takes as long as one on many."""
        bodies, chosen, costs = trials[:, np.argsort(trials[2], kind="stable")]
        worlds = self._worlds(operation, choices)
        wanted = [entry for entry in self.wanted if entry[0] == operation.result]

        def results(places: Array, world: int) -> Array:
            """The word on some of the trials in one world."""
            data = np.array(choices, np.int64)[chosen[places]].T
            self.tick(len(places))
            return self._results(operation, place, bodies[places], data, world)

        step = max(1, CHUNK // self.bank.values.bulk)
        for start in range(0, len(bodies), step):
            chunk = np.arange(start, min(start + step, len(bodies)))
            first = results(chunk, worlds[0])
            for _, goal, subgoal in wanted:
                left = chunk[first == goal[worlds[0]]]
                for world in worlds[1:]:
                    if len(left) == 0:
                        break
                    left = left[results(left, world) == goal[world]]
                for number in left[:MOST].tolist():
                    kids = list(choices[chosen[number]])
                    kids.insert(place, int(bodies[number]))
                    more = 0 if subgoal is None else subgoal.own
                    yield Prospect(operation, kids, int(costs[number]) + more, subgoal)

    def _results(self, operation: Operation, place: int, bodies: Array, data: Array, world: int) -> Array:
        """The word on bodies and rows of its other arguments ``[arguments, bodies]``, in one world."""
        columns, others = [], iter(data)
        for position, type in enumerate(operation.arguments):
            if position == place:
                columns.append((bodies << WORLD_BITS) | world)
            else:
                columns.append(self.bank.stores[type].column(world, next(others)))
        results = self.bank.perform(operation, columns, len(bodies))
        self.bank.forget()
        return results

    def _worlds(self, operation: Operation, choices: Sequence[tuple[int, ...]]) -> list[int]:
        """The examples in the order in which they are looked at: of those that tell much the ones with few steps first."""
        pool = self.bank.values.pool(self.wanted[0][0])
        told = pool.lengths[self.goal] if isinstance(pool, SequencePool) else np.abs(self.goal)
        type, rows = operation.arguments[-1], np.array([chosen[-1] for chosen in choices], np.int64)
        through, store = self.bank.values.pool(type), self.bank.stores[type]
        steps = np.ones(len(self.goal), np.int64)
        if isinstance(through, SequencePool):
            for world in range(len(self.goal)):
                self.bank.values.deadline.check()
                steps[world] = through.lengths[store.column(world, rows)].max()
        return np.lexsort((steps, steps < FEW, told < 2)).tolist()


def _cheapest(store: Store, examples: int, varied: bool) -> list[tuple[int, int]]:
    """Cost and row of the cheapest terms that fail in no example and, if ``varied``, are not the same in all."""
    values = store.block(0, store.count, 0, examples)
    mask = (values != FAIL).all(axis=1)
    if varied and examples > 1:
        mask &= (values != values[:, :1]).any(axis=1)
    good = np.flatnonzero(mask)
    costs = row_costs(store)[good]
    order = np.argsort(costs, kind="stable")[:DATA]
    return [(int(costs[number]), int(good[number])) for number in order]
