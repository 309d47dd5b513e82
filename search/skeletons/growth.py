"""Skeletons in the order in which they are worth a training: cheap ones first, and those that explain the outputs."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.binding import free_variables
from primitives.declarations import Role
from primitives.primitive import PURE, Primitive
from primitives.term import Literal, Term, Word, apply
from primitives.types import BOOL, INT, Type, function, has_tensor
from primitives.values import Value

from ..enumeration.levels import BankGrowth
from ..enumeration.rebuild import term_of_row
from ..enumeration.settings import Settings
from ..enumeration.space import space_of
from ..generation.constants import Constant
from ..generation.costs import default_costs, weighted
from .likelihood import SeenOutputs, explained, reached
from .reading import ImageReading
from .worlds import Shape, Worlds, worlds_of

LADDER, MOST_CLASSES = (2, 3, 5, 10), 20
"""Numbers of classes that a net may have, and the most, up to which as many as there are whole numbers among the outputs are tried too."""
POSSIBLE = 0.95
"""The share of cases whose outputs a skeleton must be able to give."""
A_NAT, UNREAD = 10.0, 4.0
"""What a nat a case that a skeleton explains the outputs worse counts in costs of words, and an input that it does not look at."""
TERMS, MAX_COST = 8_000, 24
"""Terms after which no further level is begun, which has about three times as many, and the last level."""
MEMORY, BODY_WORLDS = 256 << 20, 160


@dataclass(frozen=True)
class Skeleton:
    """A ``term`` over the answers of a net with ``classes`` (see ``ImageReading.program``), what it costs, by how many nats a case it
    explains the outputs worse than their frequencies (None: not known), and what its words cost. ``gain`` is by how many it explains them
    better where its net looks at the images (see ``looking``; None: not known)."""

    term: Term
    classes: int
    cost: float
    excess: float | None
    words: float = 0.0
    gain: float | None = None


class Skeletons:
    """All skeletons of a task, the likeliest first."""

    def __init__(
        self, reading: ImageReading, shapes: Sequence[Shape], outputs: Sequence[Value], words: Mapping[str, Primitive],
        weights: Mapping[str, float], seed: int, constants: Sequence[Constant] = (),
    ) -> None:  # fmt: skip
        """Of some cases ``shapes`` say how many images they have and ``outputs`` what was seen; ``weights`` are log weights of words,
        ``constants`` the task's own."""
        self.reading, self.shapes = reading, shapes
        self.rng = np.random.Generator(np.random.PCG64([seed, 1]))
        self.worlds: Worlds = worlds_of(shapes, _ladder(outputs), self.rng)
        usable = {name: word for name, word in words.items() if _is_usable(word)}
        type = function(*reading.types, reading.output)
        costs = weighted(default_costs(usable, type), usable, weights)
        self.space = space_of(
            type, [], usable, costs, [list(row) for row in self.worlds.rows], constants,
            Settings(memory=MEMORY, max_cost=MAX_COST, lambda_depth=1, body_worlds=BODY_WORLDS, mine=False),
        )  # fmt: skip
        self.root = self.space.root()
        self.growth = BankGrowth(self.space.values, self.space.plan, self.space.domains, lambda terms, bank: None)
        self.goals = {reading.output: self._seen(outputs, reading.output)}
        self.choice = next((name for name, word in usable.items() if word.role is Role.CHOICE), None)
        if reading.output == INT and set(outputs) <= {0, 1} and self.choice is not None:
            self.goals[BOOL] = self._seen([bool(output) for output in outputs], BOOL)
        self.done = dict.fromkeys(self.goals, 0)
        self.level = 0
        self.waiting: list[tuple[float, int, Any]] = []
        self.order = itertools.count()

    def _seen(self, outputs: Sequence[Value], type: Type) -> SeenOutputs:
        codes = self.space.values.encode(outputs, type)
        return SeenOutputs.of(self.worlds, self.shapes, [int(code) for code in codes])

    def __iter__(self) -> Iterator[Skeleton]:
        """Each in turn, until there are no more. What comes does not depend on the time."""
        while (found := self._next()) is not None:
            yield found

    def _next(self) -> Skeleton | None:
        while True:
            if not self.waiting or self.waiting[0][0] > self.level + 1:
                if self.level < MAX_COST and self.growth.considered < TERMS:
                    self._grow()
                    continue
                if not self.waiting:
                    return None
            cost, _, found = heapq.heappop(self.waiting)
            if isinstance(found, Skeleton):
                return found
            judged = self._judged(cost, *found)
            heapq.heappush(self.waiting, (judged.cost, next(self.order), judged))

    def _grow(self) -> None:
        """All skeletons of the next level."""
        level = self.level + 1
        self.growth.leaves(self.root, level)
        for _ in self.growth.grow(self.root, level, self.root.judged, lambda type: True):
            pass
        self.level = level
        for type, seen in self.goals.items():
            store = self.root.stores.get(type)
            first, last = self.done[type], 0 if store is None else store.count
            if store is None or first == last:
                continue
            self.done[type] = last
            values = store.block(first, last, 0, self.root.judged)
            shares = reached(self.worlds, seen, values)
            for row in np.flatnonzero(shares[:, -1] >= min(POSSIBLE, shares[:, -1].max())):
                least = int(np.argmax(shares[row] >= min(POSSIBLE, shares[row, -1])))
                heapq.heappush(self.waiting, (float(level), next(self.order), (type, first + int(row), least)))

    def _judged(self, cost: float, type: Type, row: int, least: int) -> Skeleton:
        store = self.root.stores[type]
        term = term_of_row(self.root, store, row)
        values = store.block(row, row + 1, 0, self.root.judged)[0]
        found = explained(self.worlds, self.goals[type], values, least, self.rng)
        count = len(self.reading.inputs)
        unread = count - len(free_variables(term) & set(range(count)))
        if type != self.reading.output and self.choice is not None:
            term = apply(Word(self.choice), term, Literal(1, INT), Literal(0, INT))
        whole = cost + A_NAT * max(0.0, found.excess) + UNREAD * unread
        return Skeleton(term, found.classes, whole, found.excess, cost)


def _ladder(outputs: Sequence[Value]) -> tuple[int, ...]:
    """Numbers of classes to try."""
    numbers = [output for output in outputs if isinstance(output, int)]
    most = max(numbers, default=0) + 1
    return tuple(sorted({*LADDER, *([most] if 2 <= most <= MOST_CLASSES else [])}))


def _is_usable(word: Primitive) -> bool:
    """Whether skeletons are made of the word."""
    return not word.geometric and not has_tensor(word.scheme.type) and word.purity == PURE
