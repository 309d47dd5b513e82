"""The examples that a search reckons with: at first the few that tell most, and more where they were not enough.

Counterexample-guided search (Solar-Lezama et al. 2006): programs are found on a few examples and checked on all; one that is refuted
brings in the examples that refute it. Terms that are equal on the few are one to the banks, so that these begin anew whenever examples
join. Each time there are ``GROWTH`` times as many, so the last beginning is most of the work.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.hashing import Array
from primitives.values import Value

from .answers import Example

LEAST, BITS = 4, 13.0
"""Examples at least, and what their outputs must tell: a program that meets them by accident should be rare."""
GROWTH = 2.5
LARGEST = 0.6
"""The share of all examples beyond which all are taken."""
CANDIDATES = 24
"""Examples that the first few are chosen among: small ones."""
TELLING = 100
"""Terms that a bank must hold for the choice."""
PRESSURE = 5
"""Refuted programs after which examples join; a program of the regular levels counts as so many."""


class Basis:
    """Numbers of the ``examples`` that are reckoned with: ``chosen``, in a fixed order."""

    def __init__(self, examples: Sequence[Example], fixed: bool) -> None:
        """``fixed``: all examples, for good."""
        self.examples = examples
        self.few = len(examples) if fixed else _few([output for _, output in examples])
        self.settled = self.few >= LARGEST * len(examples)
        """Whether it is chosen; before that it holds what is chosen from."""
        self.order = list(range(len(examples)))
        if not self.settled:
            sizes = [sum(map(_size, given)) for given, _ in examples]
            self.order.sort(key=lambda number: (sizes[number], number))
        half = max(2 * self.few, (len(examples) + 1) // 2)
        self.chosen = self.order if self.settled else self.order[: min(CANDIDATES, half)]
        self.refuters: Counter[int] = Counter()
        """By example, the refuted programs that it refuted first, weighed."""

    @property
    def whole(self) -> bool:
        """Whether it has all examples."""
        return len(self.chosen) == len(self.examples)

    def refuted(self, example: int, weight: int) -> None:
        """Note that a program that meets the basis fails at an example."""
        self.refuters[example] += weight

    @property
    def doubtful(self) -> bool:
        """Whether more examples should join."""
        return self.settled and not self.whole and self.refuters.total() >= PRESSURE

    @property
    def next_size(self) -> int:
        """Examples of the basis if more join."""
        size = math.ceil(GROWTH * len(self.chosen))
        return len(self.examples) if size >= LARGEST * len(self.examples) else size

    def grow(self) -> None:
        """Take in those that refuted most, and more of those that tell most."""
        refuters = [number for number, _ in self.refuters.most_common()]
        self.chosen = list(dict.fromkeys([*self.chosen, *refuters, *self.order]))[: self.next_size]
        self.refuters.clear()

    def choose(self, bank: Bank) -> bool:
        """Choose the few from those that are reckoned with, if the bank, whose worlds are these, holds enough terms to tell."""
        if self.settled or sum(store.count for store in bank.stores.values()) < TELLING:
            return False
        tables = [store.block(0, store.count, 0, len(self.chosen)) for store in bank.stores.values()]
        ranked = [self.chosen[place] for place in _telling(np.concatenate(tables), self._outputs())]
        left = [number for number in self.order if number not in set(ranked)]
        self.order, self.settled = [*ranked, *left], True
        self.chosen = ranked[: self.few]
        return True

    def _outputs(self) -> list[str]:
        return [repr(self.examples[number][1]) for number in self.chosen]


def _few(outputs: Sequence[Value]) -> int:
    """How many examples to begin with: more where outputs are alike, for then a program meets them by accident."""
    bits = math.log2(max(1, len(set(map(repr, outputs)))))
    return len(outputs) if bits == 0 else min(len(outputs), max(LEAST, math.ceil(BITS / bits)))


def _size(value: Value) -> int:
    """Elements of a value, with all that they hold."""
    if isinstance(value, str):
        return len(value)
    return 1 + sum(map(_size, value)) if isinstance(value, tuple) else 1


def _telling(values: Array, outputs: Sequence[str]) -> list[int]:
    """The columns of ``values``, ``[terms, examples]``, each the one that splits the terms most after those before it; one of an output
    that there was counts a tenth less, and the first of equal ones is taken."""
    _, codes = np.unique(values, return_inverse=True)
    codes, classes = codes.reshape(values.shape), np.zeros(len(values), np.int64)
    left, taken, seen = list(range(values.shape[1])), [], set()
    while left:
        splits = []
        for place in left:
            parts = len(np.unique(classes * (codes.max() + 1) + codes[:, place]))
            splits.append(parts * (0.9 if outputs[place] in seen else 1.0))
        best = left.pop(int(np.argmax(splits)))
        _, classes = np.unique(classes * (codes.max() + 1) + codes[:, best], return_inverse=True)
        taken.append(best)
        seen.add(outputs[best])
    return taken
