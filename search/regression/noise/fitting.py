"""Formulas are taken in here: their numbers fitted, made simple where the errors do not grow by more than it saves, and the front kept."""

from __future__ import annotations

import numpy as np

from primitives.brief import brief_repr
from primitives.term import Term, Word, spine

from ..algebra import number
from ..constants import bits
from ..work import Work
from .expression import Leaves
from .front import NoisyFormula, candidates_for, description_length, pareto

NEAR = 12.0
"""Bits by which a formula may be longer than the shortest for its numbers to be made simple."""
MOST_CONSTANTS = 10
FIT = 3e6
"""Multiplications that a fit of constants by Levenberg and Marquardt counts as."""


UNUSUAL = 2.0**-20
"""Away from 0 or 1 fits of further numbers begin: these would be taken for simple ones."""


class NoisyFitting:
    """All formulas so far, with ``front`` those than which none is as small and as good; ``work`` counts what they took."""

    __repr__ = brief_repr

    def __init__(self, leaves: Leaves, work: Work) -> None:
        """leaves: what formulas are made of, on the rows. work: counts."""
        self.leaves, self.work = leaves, work
        self.total = float(leaves.output @ leaves.output)
        self.front: list[NoisyFormula] = []
        self._seen = set[Term]()

    @property
    def best(self) -> NoisyFormula | None:
        """The formula that is shortest together with its errors; None where there is none."""
        return min(self.front, key=lambda each: each.length, default=None)

    def length(self, body: Term, squares: float) -> float:
        """The bits of a formula and its errors.

        body: of the formula.
        squares: the sum of its squared errors.
        """
        leaves = self.leaves
        return description_length(squares, leaves.constants(body), leaves.size(body), self.total, self.work.rows)

    def add(self, body: Term) -> None:
        """Take a formula in, with its numbers fitted. Raises Stop or OutOfTime.

        body: of the formula; numbers in it that are simple stay.
        """
        if body in self._seen:
            return
        self._seen.add(body)
        start = self.leaves.constants(body)
        free = [place for place, value in enumerate(start) if bits(value) >= 24.0]
        if len(free) > MOST_CONSTANTS:
            return
        before = self.leaves.squares(body)
        if not np.isfinite(before):
            return
        self.work.spend(FIT)
        values, squares, errors = self.leaves.fitted(body, free)
        if not squares <= before:
            values, squares = start, before
        fitted = self.leaves.replaced(body, values)
        length = self.length(fitted, squares)
        self._keep(fitted, squares, length)
        best = self.best
        if best is not None and length < best.length + NEAR:
            self._simplified(body, free, values, squares, errors)

    def _keep(self, body: Term, squares: float, length: float) -> None:
        if np.isfinite(length):
            size = self.leaves.size(body)
            self.front = pareto([*self.front, NoisyFormula(body, size, squares / self.work.rows, length)])

    def _simplified(self, body: Term, free: list[int], values: list[float], squares: float, errors: np.ndarray) -> None:
        """The same with one number after the other made simple, the least certain first, the others fitted again."""
        leaves, length = self.leaves, self.length(self.leaves.replaced(body, values), squares)
        known = dict(zip(free, errors.tolist()))
        open_ = list(free)
        for place in sorted(free, key=lambda each: -known[each] / (abs(values[each]) + 1e-300)):
            rest = [each for each in open_ if each != place]
            best: tuple[float, list[float], float] | None = None
            for value in candidates_for(values[place], known[place]):
                start = [value if each == place else old for each, old in enumerate(values)]
                changed = leaves.with_numbers(body, start)
                self.work.spend(FIT / 2)
                found, left, _ = leaves.fitted(changed, rest)
                now = self.length(leaves.replaced(body, found), left)
                if now <= length and (best is None or now < best[0]):
                    best = now, found, left
            if best is not None:
                length, values, squares = best
                open_ = rest
        simple = leaves.replaced(body, values)
        self._keep(simple, leaves.squares(simple), length)

    def constants_inside(self, formula: NoisyFormula) -> None:
        """Try a number more, added to each part of a formula or as a factor of it. Raises Stop or OutOfTime.

        formula: of the front.
        """
        algebra = self.leaves.algebra
        for place, part in enumerate(self._parts(formula.body)):
            if place:
                self.add(self._changed(formula.body, place, algebra.term("add", part, number(UNUSUAL / 3))))
                self.add(self._changed(formula.body, place, algebra.product(number(1.0 + UNUSUAL / 3), part)))

    def _parts(self, body: Term) -> list[Term]:
        """All parts of a formula that are no numbers, itself first."""
        if body in self.leaves.given:
            return [body]
        head, arguments = spine(body)
        return [body, *(part for each in arguments for part in self._parts(each))] if isinstance(head, Word) else []

    def _changed(self, body: Term, place: int, new: Term) -> Term:
        """A formula with one of its parts, by its place among them, replaced."""
        if place == 0:
            return new
        head, arguments = spine(body)
        assert isinstance(head, Word)
        left, parts = place - 1, list[Term]()
        for each in arguments:
            count = len(self._parts(each))
            parts.append(self._changed(each, left, new) if 0 <= left < count else each)
            left -= count
        return self.leaves.algebra.term(self.leaves.function_of(head), *parts)
