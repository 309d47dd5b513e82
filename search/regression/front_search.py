"""Formulas of the least loss for their size, from many rows: made on a few of them by the search for formulas, and judged on all."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from primitives.interpreter.deadline import OutOfTime
from primitives.primitive import Primitive
from primitives.term import Lambda, Term, Variable
from primitives.types import FLOAT, function

from ..enumeration.answers import Answer
from ..enumeration.ledger import Ledger, Stop
from ..generation.costs import default_costs
from .algebra import Algebra, number
from .columns import Array
from .constants import FREE, bits
from .formulas import MOST_ROWS, Formulas
from .fronts.fitting import SHARE, FormulaFitting
from .fronts.front import FrontFormula
from .fronts.losses import SQUARED
from .fronts.rows import FormulaRows
from .fronts.tidying import tidied
from .work import Work

MOST = 40
"""The complexity beyond which a formula is no formula for people."""
GAIN = 1e-3
"""The relative loss by which a larger formula must be better."""
ROUNDING = 1e-9
"""Errors below it, of the spread of the targets, are those of rounding: among such formulas the smallest is best."""


class FrontSearch:
    """Formulas over ``words`` for targets ``y`` [rows] of the columns of ``x`` [rows, columns]; the best of each size are ``formulas``."""

    def __init__(
        self,
        x: Array,
        y: Array,
        words: Mapping[str, Primitive],
        *,
        loss: str = "squared",
        weights: Array | None = None,
        seed: int = 0,
    ) -> None:
        """x, y: finite numbers. words: with sums and products of Floats. loss: one of LOSSES. weights: of the rows. seed: of the draw of
        rows.

        Raises ValueError where the loss is unknown or the words are too few.
        """
        algebra = Algebra.of(words)
        if not algebra.is_enough:
            raise ValueError(f"words={sorted(words)}: + and * are required for formulas; add them")
        arity = x.shape[1]
        shares = np.ones(len(y)) if weights is None else weights
        rows = FormulaRows(
            {Variable(arity - 1 - place): x[:, place] for place in range(arity)}, y, algebra, loss, shares
        )
        counting = np.flatnonzero(shares > 0)
        drawn = np.sort(np.random.default_rng(seed).permutation(counting)[:MOST_ROWS])
        type = function(*[FLOAT] * (arity + 1))
        self._formulas = Formulas(
            type, [(tuple(x[row].tolist()), float(y[row])) for row in drawn.tolist()], words=words,
            costs=default_costs(words, type), loss=loss, weights=shares[drawn], near_first=True,
        )  # fmt: skip
        self.ledger = self._formulas.ledger
        near = self._formulas.near
        self.fitting = near if len(drawn) == len(y) else FormulaFitting(rows, Work(len(y), self.ledger))
        """What was found, on all rows."""
        self.shares: FormulaFitting | None = None
        """Where errors may be relative to the targets, what measures formulas so."""
        if loss == SQUARED and weights is None and (y != 0).all():
            relative = FormulaRows(rows.given, y, algebra, relative=True)
            self.shares = FormulaFitting(relative, Work(len(y), Ledger()))
        self.floor = rows.loss.mean(np.full(len(y), ROUNDING * (float(np.ptp(y)) or 1.0)), rows.weights)
        """The loss that is that of rounding."""
        self._offered = set[Term]()

    def run(self, seconds: float | None = None, max_terms: int | None = None) -> Iterator[None]:
        """Searches, a step at a time, until an exact formula is found, all passes are made, or a bound is reached.

        seconds: the time (default: any).
        max_terms: the work, in terms (default: any).
        """
        self._constants()
        if not np.ptp(self.fitting.rows.output) > 0:
            return
        until = None if seconds is None else time.monotonic() + seconds
        try:
            for found in self._formulas.run(until, max_terms):
                if isinstance(found, Answer):
                    self._take(found.term)
                self._judge()
                best = self._formulas.near.best
                if best is not None:
                    self.fitting.add(best.body)
                if any(each.loss <= self.floor for each in self.fitting.front) or self._formulas.settled:
                    break
                yield
            self._judge()
            for each in self.formulas():
                self.fitting.add(each.body)
        except (Stop, OutOfTime):
            self._judge()

    def formulas(self) -> list[FrontFormula]:
        """Those of the front, the smallest first, each with less loss than the one before."""
        found = list[FrontFormula]()
        for each in self.fitting.front:
            if each.complexity > MOST or (found and found[-1].loss <= self.floor):
                break
            if not found or max(each.loss, self.floor) < found[-1].loss * (1 - GAIN):
                found.append(each)
        return found

    def told(self) -> list[FrontFormula]:
        """The front with the bits that each formula and its errors take in the kind of noise in which the shortest is shorter: errors that
        are all alike, or relative to the targets; the numbers are fitted for that kind. Each has less loss than the one before."""
        front, shares = self.formulas(), self.shares
        if shares is None or not front:
            return front
        rows, other = shares.rows, list[FrontFormula]()
        for each in front:
            free = [place for place, value in enumerate(rows.constants(each.body)) if bits(value) >= FREE]
            numbers, loss, _ = rows.fitted(each.body, free)
            if rows.loss.size(loss) > SHARE * rows.total:  # errors as large as the targets
                other.append(replace(each, length=math.inf))
            else:
                other.append(self._as_share(rows.replaced(each.body, numbers)))
        best = min(other, key=lambda each: each.length)
        if best.length >= min(each.length for each in front):
            return front
        shares.add(tidied(best.body, rows))
        if shares.best is not None and shares.best.length <= best.length + 1.0:
            simple = self._as_share(shares.best.body)
            other[other.index(best)], best = simple, simple
        found = list[FrontFormula]()
        for each in other:
            while each is best and found and found[-1].loss <= each.loss:
                found.pop()
            if not found or (each.loss < found[-1].loss and each.complexity > found[-1].complexity):
                found.append(each)
        return found

    def _as_share(self, body: Term) -> FrontFormula:
        """A formula with its loss, and with its bits where errors are relative to the targets."""
        assert self.shares is not None
        rows = self.shares.rows
        length = self.shares.length(body, rows.loss_of(body))
        return FrontFormula(body, rows.size(body), self.fitting.rows.loss_of(body), length)

    def _constants(self) -> None:
        """The median and the mean of the targets."""
        rows = self.fitting.rows
        order = np.argsort(rows.output)
        middle = order[int(np.searchsorted(np.cumsum(rows.weights[order]), 0.5).clip(0, len(order) - 1))]
        for value in (float(rows.output[middle]), float(rows.weights @ rows.output)):
            self.fitting.offer(number(value))
            self._formulas.near.offer(number(value))

    def _take(self, body: Term) -> None:
        while isinstance(body, Lambda):
            body = body.body
        self.fitting.offer(body)

    def _judge(self) -> None:
        """On all rows, what is new on the front of the few."""
        for each in (*self._formulas.alike.front, *self._formulas.near.front):
            if each.body not in self._offered:
                self._offered.add(each.body)
                self.fitting.offer(each.body)
