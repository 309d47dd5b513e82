"""Goals met by products of quotients of whole numbers, as the product that tends to π/2 and binomial coefficients are.

All that may be a numerator or a denominator is enumerated once, over the number of the factor and the goal's variables; two that fit are
met in the middle, for the logarithm of the output is what those of the numerators sum up to less what those of the denominators do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from primitives.binding import shift
from primitives.columns.bank import Bank
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Lambda, Literal, Term, Variable, lambdas
from primitives.types import FLOAT, INT

from ...enumeration.levels import BankGrowth
from ...enumeration.rebuild import term_of_row
from ..goal import Subtask
from ..language import Language
from ..targets import KeptTerm
from .changes import WORDS, AbstractLoops

COUNTS, FEWEST, EXAMPLES = 2, 5, 8
"""Terms for how many factors there are, and examples at least and at most."""
FACTORS, LARGEST = 60, 150
"""Factors of an example and of all together at most."""
BODIES, HIGHEST = 60_000, 14
"""Numerators and denominators at most, and what they cost at most."""
NEAR = 1e-9
"""Difference of logarithms that are taken for the same, relative to the greatest."""


@dataclass
class Factors:
    """Numerators or denominators: their rows in a bank, and the logarithms of their products, [rows, examples], in the order of one of
    the examples, ``place``."""

    rows: Array
    sums: Array
    place: int

    def __post_init__(self) -> None:
        order = np.argsort(self.sums[:, self.place], kind="stable")
        self.rows, self.sums = self.rows[order], self.sums[order]

    def beside(self, wanted: Array) -> Iterator[tuple[int, int]]:
        """Numbers of the sums that are wanted, and rows that have them.

        wanted: [sums, examples].
        """
        margin = NEAR * max(1.0, float(np.abs(self.sums).max(initial=0.0)))
        keys, values = self.sums[:, self.place], wanted[:, self.place]
        low, high = np.searchsorted(keys, values - margin), np.searchsorted(keys, values + margin)
        for number in np.flatnonzero(high > low).tolist():
            some = slice(low[number], high[number])
            near = (np.abs(self.sums[some] - wanted[number]) <= margin).all(axis=1)
            for row in self.rows[some][near].tolist():
                yield number, row


class Quotients(AbstractLoops):
    """Products of as many quotients as a term says."""

    share = 2.0

    def __init__(self, goal: Subtask, language: Language) -> None:
        needed = {Role.MULTIPLIED, Role.MAP, Role.COUNT_UP, Role.ADDITION}
        needed |= {Role.AS_FLOAT, Role.RATIO} if goal.output == FLOAT else {Role.QUOTIENT}
        positive = goal.output in (INT, FLOAT) and all(output > 0 for output in goal.outputs)
        suits = positive and INT in goal.inputs and all(type in (INT, FLOAT) for type in goal.inputs)
        super().__init__(goal, language, suits=suits and language.tools.has(*needed))

    def _run(self, deadline: Deadline) -> Iterator[Term | None]:
        counts = self._beside(deadline).counts[:COUNTS]
        few = [(count, chosen) for count in counts if (chosen := self._few(count.values))]
        for turn in itertools.zip_longest(*(self._along(count, chosen, deadline) for count, chosen in few)):
            yield from turn

    def _few(self, counts: Array) -> list[int]:
        """Examples of few factors, but not of none, and of different outputs."""
        order = [number for number in np.argsort(counts, kind="stable").tolist() if 1 <= counts[number] <= FACTORS]
        usable = list({self.goal.outputs[number]: number for number in order}.values())
        total = np.cumsum([counts[number] for number in usable])
        chosen = [number for number, size in zip(usable, total) if size <= LARGEST][-EXAMPLES:]
        return chosen if sum(counts[number] > 2 for number in chosen) >= FEWEST else []

    def _along(self, count: KeptTerm, chosen: list[int], deadline: Deadline) -> Iterator[Term | None]:
        """Products along the numbers below a term."""
        goal, sizes = self.goal, count.values[chosen]
        outputs = np.log(np.array([goal.outputs[number] for number in chosen], float))
        words = {name: word for name, word in self.language.words.items() if word.role in WORDS[INT]}
        rows = [[*goal.examples[number][0], i] for number, size in zip(chosen, sizes.tolist()) for i in range(size)]
        space = self.language.of(words).space([*goal.inputs, INT], INT, rows, deadline)
        root, starts = space.root(), np.cumsum(sizes) - sizes
        growth = BankGrowth(space.values, space.plan, space.domains, self._tick)
        done, place = 0, int(np.argmax(sizes))
        sums = np.zeros((0, len(chosen)))
        every = np.zeros(0, np.int64)
        for level in range(1, HIGHEST):
            growth.leaves(root, level)
            for _ in growth.grow(root, level, root.judged, lambda type: True):
                deadline.check()
            store = root.stores[INT]
            values = store.block(done, store.count, 0, root.judged)
            good = np.flatnonzero((values != FAIL).all(axis=1) & (values > 0).all(axis=1))
            new = np.add.reduceat(np.log(values[good]), starts, axis=1)
            rows_of, done = good + done, store.count
            before = Factors(every, sums, place)
            every, sums = np.concatenate([every, rows_of]), np.concatenate([sums, new])
            after = Factors(every, sums, place)
            for number, row in after.beside(new - outputs):
                yield from self._written(root, count, int(rows_of[number]), row)
            for number, row in before.beside(new + outputs):
                yield from self._written(root, count, row, int(rows_of[number]))
            if store.count > BODIES:
                return
            yield None

    def _tick(self, terms: int, bank: Bank) -> None:
        self.spent += terms

    def _written(self, root: Bank, count: KeptTerm, above: int, below: int) -> Iterator[Term]:
        """The product; of Ints step by step, where every product so far is whole, and else as a quotient of two products."""
        tools, over = self.language.tools, self.language.tools.call(Role.COUNT_UP, count.term)
        one, other = (term_of_row(root, root.stores[INT], row) for row in (above, below))
        if self.goal.output == FLOAT:
            body = tools.call(Role.RATIO, tools.call(Role.AS_FLOAT, one), tools.call(Role.AS_FLOAT, other))
            yield tools.call(Role.MULTIPLIED, tools.call(Role.MAP, Lambda(body), over))
            return
        if tools.has(Role.COUNTED, Role.PRODUCT):
            product = tools.call(Role.PRODUCT, Variable(0), shift(one, 1))
            body = tools.call(Role.QUOTIENT, product, shift(other, 1))
            yield tools.call(Role.COUNTED, count.term, lambdas(2, body), Literal(1, INT))
        products = (tools.call(Role.MULTIPLIED, tools.call(Role.MAP, Lambda(each), over)) for each in (one, other))
        yield tools.call(Role.QUOTIENT, *products)
