"""The search for formulas: expressions without constants, and sums and products of them that give the output or what is left of it.

What makes constants cheap is that they are never guessed. An expression stands for all its multiples, a sum of two or three for all its
coefficients (by correlations), a product of powers for all its exponents (by logarithms). So a formula is met as soon as what is inside
its functions is among the expressions, and what is outside can be taken off the output: by an inverse, or by a factor.

After the inversion of AI Feynman (Udrescu and Tegmark 2020) and sparse regression over a library of terms (Brunton et al. 2016, SINDy),
with the terms grown from the words of the problem.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from primitives.interpreter.deadline import Deadline, OutOfTime
from primitives.primitive import Primitive
from primitives.term import Literal, Term, Variable, Word, subterms
from primitives.types import FLOAT, Type, arguments_of

from ..enumeration.answers import Answer, Answers, Example
from ..enumeration.enumerator import LevelReport
from ..enumeration.ledger import Ledger, Stop
from ..enumeration.settings import Settings
from ..generation.costs import Costs
from .algebra import Algebra, number
from .columns import Array, Columns
from .constants import bits
from .fronts.fitting import SHARE, FormulaFitting
from .fronts.front import FrontFormula
from .fronts.losses import SQUARED
from .fronts.noise import is_noise
from .fronts.passes import FrontEffort, FrontPass
from .fronts.rows import FormulaRows
from .fronts.targets import WeightedTargets
from .fronts.tidying import tidied
from .growth import ExpressionGrowth
from .leaves import is_numeric, leaves
from .passes import Effort, FormulaPass, cheapest, factors
from .targets import Targets
from .work import Work

MOST_ROWS = 200
"""Examples by which formulas are found; the others check them."""
EXACT = 1e-9
"""Error, relative to the outputs, below which a formula may meet the examples."""
EXPRESSION = 50.0
"""Multiplications that computing an expression on one row counts as."""
EFFORTS = (
    Effort(1_500, 0.25, 60, 200, (60, 12, 12), (24, 40), (12, 300), (3, 40), (12, 20)),
    Effort(16_000, 1.0, 1_000, 4_000, (1_000, 60, 30), (200, 80), (80, 800), (20, 120), (100, 200)),
    Effort(60_000, 4.0, 5_000, 20_000, (5_000, 200, 100), (600, 100), (400, 1_600), (100, 240), (400, 1_000)),
)
FRONT_EFFORTS = (
    FrontEffort(1_500, 40, (20, 200), 200, (4, 12), (16, 12), 30),
    FrontEffort(8_000, 200, (200, 300), 1_500, (40, 24), (24, 80), 100),
    FrontEffort(30_000, 600, (600, 500), 6_000, (200, 48), (40, 300), 200),
)
FEW = FrontEffort(300, 10, (0, 0), 40, (0, 0), (8, 6), 4)
"""In the first pass where there are few examples. All set by hand."""
FAR = 10.0
"""Bits that a formula and its errors must take less than the outputs without one."""
LEAST_ROWS, EARLY_ROWS = 5, 20
"""Examples from which on formulas for noisy outputs are looked for, and from which on errors are taken to be noise."""
CLEAR = 20.0
"""Bits by which a formula must be shorter with one kind of noise for the other kind not to be looked at any more."""
GROWING = 2.0
"""By how many standard errors the sizes of errors must be ranked as those of the outputs for noise relative to these to be looked at."""
WIDE = 1e3
"""Times by which most outputs must differ for noise relative to them to be looked at whatever the errors look like."""
SETTLED = 10.0
"""Bits by which an effort must shorten formula and errors for a further one to be worth it, once the errors are noise."""
UNEXPLAINED = 0.1
"""The share of the outputs' variance that may be noise for the search to end early: an exact program may give what seems noise."""


class Formulas:
    """Formulas over ``words`` that meet the examples of a ``type`` from numbers to a Float, the simplest first; those that come near to the
    outputs are in ``near``."""

    def __init__(
        self, type: Type, examples: Sequence[Example], *, words: Mapping[str, Primitive], costs: Costs,
        settings: Settings = Settings(), loss: str = SQUARED, weights: Array | None = None, near_first: bool = False,  # noqa: B008  (frozen)
    ) -> None:  # fmt: skip
        """loss, weights: of near formulas (``FormulaRows``), for which there are at most MOST_ROWS examples where they are not usual.
        near_first: whether formulas that come near are what is wanted: they are looked for first, and exact ones where noise is not seen.
        """
        self.inputs, _ = arguments_of(type)
        self.near_first = near_first
        self.costs = costs
        self.algebra = Algebra.of({name: word for name, word in words.items() if costs.of(name) is not None})
        self.ledger = Ledger()
        self.answers = Answers(len(self.inputs), examples, words, settings)
        chosen = np.unique(np.linspace(0, len(examples) - 1, min(len(examples), MOST_ROWS)).astype(int))
        self.rows = [examples[row] for row in chosen.tolist()]
        self.output: Array = np.array([float(result) for _, result in self.rows])
        inputs = [given for given, _ in self.rows]
        self.given = [(term, values) for term, values in leaves(self.inputs, inputs, words) if np.ptp(values) > 0]
        self.work = Work(len(self.rows), self.ledger)
        rows = FormulaRows(dict(self.given), self.output, self.algebra, loss, weights)
        self.near = FormulaFitting(rows, self.work)
        """With the kind of noise in which the shortest formula and its errors are shorter."""
        self.alike, self.kinds = self.near, [self.near]
        if loss == SQUARED and weights is None and (self.output != 0).all():
            shares = FormulaRows(dict(self.given), self.output, self.algebra, relative=True)
            self.kinds.append(FormulaFitting(shares, self.work))
        self.settled = False

    @classmethod
    def suits(cls, type: Type, examples: Sequence[Example], words: Mapping[str, Primitive]) -> bool:
        """Whether there is a formula to be found: numbers or lists of them in, different finite Floats out, and three examples.

        type: of the problem.
        examples: of the problem.
        words: of the problem.
        """
        inputs, output = arguments_of(type)
        numbers = bool(inputs) and all(map(is_numeric, inputs)) and output == FLOAT
        if not numbers or len(examples) < 3 or not Algebra.of(words).is_enough:
            return False
        results = [result for _, result in examples]
        return all(map(math.isfinite, results)) and len(set(results)) > 1

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Answer | LevelReport]:
        """Answers as they are found and a report now and then, until all efforts are made or a bound is reached; see Enumerator."""
        self.ledger.open(Deadline(deadline), max_terms)
        try:
            for effort, noisy in zip(EFFORTS, FRONT_EFFORTS):
                yield from self._pass(effort, noisy)
                if self.settled:
                    return
        except (Stop, OutOfTime):
            yield self._progress(0)

    def release(self) -> None:
        """Nothing is held between calls."""

    def _progress(self, kept: int) -> LevelReport:
        ledger = self.ledger
        return LevelReport(0, ledger.terms, 0, kept, 8 * kept * len(self.rows), ledger.seconds, True)

    def _pass(self, effort: Effort, noisy: FrontEffort) -> Iterator[Answer | LevelReport]:
        columns, work = self._leaves(effort.columns), self.work
        grower, before = ExpressionGrowth(columns, self.algebra), 0
        for _ in grower.steps(effort.breadth):
            work.spend((grower.tried - before) * EXPRESSION * work.rows)
            before = grower.tried
            yield from self._due(columns)
        least, near_first = self._least(), self.near_first or self.is_noisy
        if near_first:
            yield from self._near(columns, noisy)
        was_noisy = near_first and self.is_noisy
        if not (self.near_first and was_noisy):
            yield from self._exact(columns, effort)
        if not near_first:
            yield from self._near(columns, noisy)
        self.settled = was_noisy and self._is_settled(least)

    def _exact(self, columns: Columns, effort: Effort) -> Iterator[Answer | LevelReport]:
        """Formulas that meet the examples."""
        work, ones = self.work, np.flatnonzero(np.ptp(columns.values, axis=1) == 0)
        targets = Targets(self.output, columns, self.algebra, np.append(ones, factors(columns, effort.factors)))
        work.spend(EXPRESSION * len(targets) * work.rows)
        for found in FormulaPass(columns, targets, self.algebra, effort, work).formulas():
            yield from self._due(columns) if found is None else self._answer(found)

    def _is_settled(self, before: float) -> bool:
        """Whether the formula explains nearly all, its errors are noise, and it was hardly longer before this pass."""
        best = self.near.best
        if best is None or best.loss > UNEXPLAINED * self._spread():
            return False
        return best.length > before - SETTLED and self.is_noisy

    def _near(self, columns: Columns, effort: FrontEffort) -> Iterator[Answer | LevelReport]:
        """Formulas that come near to the outputs; the shortest is told where it meets the examples after all."""
        if not self.given or (self.work.rows < LEAST_ROWS and not self.near_first):
            return
        if self.work.rows < EARLY_ROWS and effort is FRONT_EFFORTS[0] and not self.near_first:
            effort = FEW
        for fitting in list(self.kinds):
            if fitting.rows.relative and not (self._is_wide() or self._growing() or self._is_shorter(fitting)):
                continue
            taken = factors(columns, effort.factors)
            targets = WeightedTargets(self.output, columns, self.algebra, taken, fitting.weights)
            self.work.spend(EXPRESSION * len(targets) * self.work.rows)
            order = cheapest(columns, len(columns))
            search = FrontPass(columns, targets, self.algebra, effort, self.work, fitting, order)
            for _ in search.run(small=self.near_first):
                self.choose()
                yield from self._due(columns)
            self.choose()
            if self.near.best is not None and self._is_exact(self.near.best):
                yield from self._answer(self.near.best.body)
                break
        least = self._least() + CLEAR
        self.kinds = [each for each in self.kinds if each.best is None or each.best.length <= least]

    def choose(self) -> None:
        """Let the kind of noise be that in which the shortest formula is shorter, relative only where the errors are less than SHARE."""
        self.near = min(self.kinds, key=_length)

    def _growing(self) -> bool:
        """Whether the errors of the shortest formula of equal errors grow with the outputs, so far as rows are enough to tell."""
        first = self.kinds[0]
        if first.rows.relative or first.best is None or self.work.rows < EARLY_ROWS:
            return True
        sizes = np.abs(first.rows.values(first.best.body) - self.output)
        apart = np.argsort(np.argsort(sizes)) - np.argsort(np.argsort(np.abs(self.output)))
        count = len(sizes)
        return 1.0 - 6.0 * float(apart @ apart) / (count**3 - count) > GROWING / math.sqrt(count)

    def _is_wide(self) -> bool:
        """Whether the outputs, but for a few, go over so many powers of ten that errors which are all alike would hide most of them."""
        low, high = np.quantile(np.abs(self.output), (0.1, 0.9))
        return bool(low * WIDE < high)

    def _is_shorter(self, fitting: FormulaFitting) -> bool:
        """Whether the shortest formula of errors that are all alike is shorter with errors relative to the outputs."""
        best, rows = self.kinds[0].best, fitting.rows
        if best is None:
            return False
        loss = rows.loss_of(best.body)
        return rows.loss.size(loss) <= SHARE * rows.total and fitting.length(best.body, loss) < best.length

    def _is_exact(self, formula: FrontFormula) -> bool:
        """Whether a formula may meet the examples."""
        rows = self.near.rows
        return rows.loss.size(formula.loss) <= EXACT * rows.total

    @property
    def is_noisy(self) -> bool:
        """Whether the shortest formula leaves errors that nothing can be told of."""
        best, rows = self.near.best, self.near.rows
        if best is None or self.work.rows < EARLY_ROWS or self._is_exact(best):
            return False
        errors = (rows.values(best.body) - self.output) * np.sqrt(rows.weights)
        return is_noise(errors, np.stack([values for _, values in self.given]).T)

    def nearest(self) -> Answer | None:
        """The formula that is shortest together with its errors; None where the outputs without one are not longer by FAR."""
        best = self.near.best
        if best is None or best.length > self.alike.length(number(1.0), float(self.output.var())) - FAR:
            return None
        ledger = self.ledger
        body = tidied(best.body, self.near.rows)
        return self.answers.nearest(body, self._cost(body), ledger)

    def _spread(self) -> float:
        """The mean square of what the best constant leaves, as the rows count."""
        weights = self.near.rows.weights
        return float(weights @ (self.output - weights @ self.output) ** 2)

    def _least(self) -> float:
        best = self.near.best
        return math.inf if best is None else best.length

    def _due(self, columns: Columns) -> Iterator[LevelReport]:
        if self.ledger.report_due():
            yield self._progress(len(columns))

    def _leaves(self, most: int) -> Columns:
        """Columns with the leaves, and one."""
        columns = Columns(len(self.rows), most)
        for term, values in self.given:
            columns.add_leaf(term, values, term.size)
        columns.add_leaf(number(1.0), np.ones(len(self.rows)))
        return columns

    def _answer(self, body: Term) -> Iterator[Answer]:
        for each in dict.fromkeys((tidied(body, self.alike.rows), body)):
            found = list(self.answers.take(each, hash(each), self._cost(each), self.ledger))
            yield from found
            if found:
                return

    def _cost(self, body: Term) -> int:
        """The costs of words and variables, and for a number that of a constant and a third of its bits."""
        total = 0.0
        for part in subterms(body):
            if isinstance(part, Word):
                total += self.costs.of(part.name) or 3
            elif isinstance(part, Variable):
                total += self.costs.variable
            elif isinstance(part, Literal) and isinstance(part.value, float):
                total += self.costs.constant + bits(part.value) / 3
        return round(total)


def _length(fitting: FormulaFitting) -> float:
    """Of the shortest formula with its errors; infinite where there is none, or errors as large as the outputs."""
    best, rows = fitting.best, fitting.rows
    useless = best is None or (rows.relative and rows.loss.size(best.loss) > SHARE * rows.total)
    return math.inf if best is None or useless else best.length
