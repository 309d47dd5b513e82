"""Conditions within conditions: a decision tree over kept terms, where no list of branches tells the examples apart one branch at a time.

Each example is taken for one of the term that meets most examples beside it; the condition that tells most of these apart comes first
(Quinlan 1986; with terms for classes: EUSolver, Alur, Radhakrishna and Udupa 2017).
"""

from __future__ import annotations

import numpy as np

from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.interpreter.deadline import Deadline

from ..prospects import Prospect
from .sets import TermSets, sizes, unpacked

TERMS, TESTS, DEPTH = 400, 4_000, 4
"""Terms and conditions that a tree is made of, the cheapest, and how deep it may be."""
CHEAP = 0.02
"""What a unit of cost counts against a condition, in bits an example."""


class DecisionTree:
    """A tree that tells ``examples`` apart."""

    def __init__(
        self, operation: Operation, own: int, terms: TermSets, tests: TermSets, examples: int, deadline: Deadline
    ) -> None:
        """``own`` is the cost of the choice ``operation``."""
        self.operation, self.own, self.deadline = operation, own, deadline
        most = np.argsort(-sizes(terms.sets), kind="stable")[:TERMS]
        self.met, self.rows, self.costs = unpacked(terms.sets[most], examples), terms.rows[most], terms.costs[most]
        straight = np.flatnonzero(~tests.turned)[:TESTS]
        self.true = unpacked(tests.sets[straight], examples)
        self.tests, self.prices = tests.rows[straight], tests.costs[straight]
        self.classes = np.zeros((examples, 0), bool)
        if len(self.met) and self.met.any(axis=0).all():
            nearest = self.met.argmax(axis=0)
            self.classes = nearest[:, None] == np.unique(nearest)[None, :]

    def grown(self) -> Prospect | None:
        """The program; None where there is none of its depth."""
        count, kinds = self.classes.shape
        if kinds < 2 or len(self.tests) == 0:
            return None
        found = self._part(np.ones(count, bool), DEPTH)
        return None if found is None or isinstance(found[0], int) else found[0]

    def _part(self, here: Array, depth: int) -> tuple[int | Prospect, int] | None:
        """A term for some of the examples, with its cost."""
        self.deadline.check()
        whole = np.flatnonzero(self.met[:, here].all(axis=1))
        if len(whole):
            best = whole[np.argmin(self.costs[whole])]
            return int(self.rows[best]), int(self.costs[best])
        if depth == 0:
            return None
        true = self.true[:, here].astype(np.float64) @ self.classes[here]
        false = self.classes[here].sum(axis=0) - true
        doubt = (_doubt(true) + _doubt(false)) / here.sum() + CHEAP * self.prices
        doubt[(true.sum(axis=1) == 0) | (false.sum(axis=1) == 0)] = np.inf
        best = int(np.argmin(doubt))
        if not np.isfinite(doubt[best]):
            return None
        parts = [self._part(here & side, depth - 1) for side in (self.true[best], ~self.true[best])]
        if parts[0] is None or parts[1] is None:
            return None
        (then, first), (other, second) = parts[0], parts[1]
        cost = self.own + int(self.prices[best]) + first + second
        return Prospect(self.operation, (int(self.tests[best]), then, other), cost), cost


def _doubt(counts: Array) -> Array:
    """Bits that it takes to tell the classes of so many examples, for each row of [rows, classes]."""
    total = counts.sum(axis=1, keepdims=True)
    shares = np.where(counts > 0, counts / np.maximum(total, 1), 1.0)
    return -(counts * np.log2(shares)).sum(axis=1)
