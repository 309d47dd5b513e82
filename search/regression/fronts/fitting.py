"""Formulas are taken in here: their numbers fitted, made simple where the errors do not grow by more than it saves, and the front kept."""

from __future__ import annotations

import math

import numpy as np

from primitives.brief import plural
from primitives.term import Term, Word, spine

from ..algebra import number
from ..columns import Array
from ..constants import FREE, bits
from ..work import Work
from .front import EXACT, FrontFormula, candidates_for, description_length, pareto
from .rows import FormulaRows

NEAR = 12.0
"""Bits by which a formula may be longer than the shortest for its numbers to be made simple."""
MOST_CONSTANTS = 10
SHARE = 0.5
"""Of the outputs that errors relative to these may be: nothing that is near 0 has errors of more than 1."""
FIT, USUAL = 3e6, 200
"""Multiplications that a fit of constants by Levenberg and Marquardt counts as, and on how many rows at most."""

UNUSUAL = 2.0**-20
"""Away from 0 or 1 fits of further numbers begin: these would be taken for simple ones."""


class FormulaFitting:
    """All formulas so far, with ``front`` those than which none is as small and as good; ``work`` counts what they took."""

    def __init__(self, rows: FormulaRows, work: Work) -> None:
        """rows: on which formulas are fitted. work: counts."""
        self.rows, self.work = rows, work
        self.front: list[FrontFormula] = []
        self._seen = set[Term]()

    def __repr__(self) -> str:
        return f"FormulaFitting({plural(len(self.front), 'formula')} on {plural(len(self.rows.output), 'row')})"

    @property
    def best(self) -> FrontFormula | None:
        """The formula that is shortest together with its errors; None where there is none. Where these are relative to the outputs it is
        one that leaves at most SHARE of them, if there is one."""
        rows = self.rows
        most = SHARE * rows.total if rows.relative else math.inf
        sound = [each for each in self.front if rows.loss.size(each.loss) <= most]
        return min(sound or self.front, key=lambda each: each.length, default=None)

    @property
    def weights(self) -> Array:
        """Of the rows, as they count for least squares where the best formula so far leaves errors."""
        rows, best = self.rows, self.best
        if best is None:
            return rows.weights
        return np.asarray(rows.weights * rows.loss.weighing(rows.values(best.body) - rows.output))

    def length(self, body: Term, loss: float) -> float:
        """The bits of a formula and its errors.

        body: of the formula.
        loss: the mean.
        """
        rows = self.rows
        error = rows.loss.size(loss) / rows.total if rows.total else math.inf
        structure, constants = rows.written(body)
        return rows.longer + description_length(error, constants, structure, len(rows.output))

    def offer(self, body: Term) -> None:
        """Take a formula in with the numbers that it has.

        body: of the formula.
        """
        body, loss = self.rows.replaced(body, self.rows.constants(body)), self.rows.loss_of(body)
        self._keep(body, loss, self.length(body, loss))

    def add(self, body: Term) -> None:
        """Take a formula in, with its numbers fitted. Raises Stop or OutOfTime.

        body: of the formula; numbers in it that are simple stay.
        """
        if body in self._seen:
            return
        self._seen.add(body)
        free = [place for place, value in enumerate(self.rows.constants(body)) if bits(value) >= FREE]
        if len(free) > MOST_CONSTANTS or not np.isfinite(self.rows.loss_of(body)):
            return
        self._spend()
        values, loss, errors = self.rows.fitted(body, free)
        fitted = self.rows.replaced(body, values)
        length = self.length(fitted, loss)
        self._keep(fitted, loss, length)
        best = self.best
        if best is not None and length < best.length + NEAR:
            self._simplified(body, free, values, loss, errors)

    def _spend(self, share: float = 1.0) -> None:
        """Count a fit on these rows, or a share of one."""
        self.work.spend(share * FIT * max(1.0, len(self.rows.output) / USUAL))

    def _keep(self, body: Term, loss: float, length: float) -> None:
        exact = self.rows.loss.size(loss) <= EXACT * self.rows.total
        if np.isfinite(length) and (exact or not self.rows.has_flat_wave(body)):
            self.front = pareto([*self.front, FrontFormula(body, self.rows.size(body), loss, length)])

    def _simplified(self, body: Term, free: list[int], values: list[float], loss: float, errors: Array) -> None:
        """The same with one number after the other made simple, the least certain first, the others fitted again."""
        rows, length = self.rows, self.length(self.rows.replaced(body, values), loss)
        known = dict(zip(free, errors.tolist()))
        open_ = list(free)
        for place in sorted(free, key=lambda each: -known[each] / (abs(values[each]) + 1e-300)):
            rest = [each for each in open_ if each != place]
            best: tuple[float, list[float]] | None = None
            for value in candidates_for(values[place], known[place]):
                start = [value if each == place else old for each, old in enumerate(values)]
                self._spend(0.5)
                found, left, _ = rows.fitted(rows.with_numbers(body, start), rest)
                now = self.length(rows.replaced(body, found), left)
                if now <= length and (best is None or now < best[0]):
                    best = now, found
            if best is not None:
                length, values = best
                open_ = rest
        self.offer(rows.replaced(body, values))

    def constants_inside(self, formula: FrontFormula) -> None:
        """Try a number more, added to each part of a formula or as a factor of it. Raises Stop or OutOfTime.

        formula: of the front.
        """
        algebra = self.rows.algebra
        for place, part in enumerate(self._parts(formula.body)):
            if place:
                self.add(self._changed(formula.body, place, algebra.term("add", part, number(UNUSUAL / 3))))
                self.add(self._changed(formula.body, place, algebra.product(number(1.0 + UNUSUAL / 3), part)))

    def _parts(self, body: Term) -> list[Term]:
        """All parts of a formula that are no numbers, itself first."""
        if body in self.rows.given:
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
        return self.rows.algebra.term(self.rows.function_of(head), *parts)
