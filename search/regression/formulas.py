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
from .growth import ExpressionGrowth
from .leaves import is_numeric, leaves
from .passes import Effort, FormulaPass, cheapest
from .targets import Targets
from .work import Work

MOST_ROWS = 200
"""Examples by which formulas are found; the others check them."""
EXPRESSION = 50.0
"""Multiplications that computing an expression on one row counts as."""
EFFORTS = (
    Effort(1_500, 0.25, 60, 200, (60, 12, 12), (24, 40), (12, 300), (3, 40), (12, 20)),
    Effort(16_000, 1.0, 1_000, 4_000, (1_000, 60, 30), (200, 80), (80, 800), (20, 120), (100, 200)),
    Effort(60_000, 4.0, 5_000, 20_000, (5_000, 200, 100), (600, 100), (400, 1_600), (100, 240), (400, 1_000)),
)
"""Set by hand."""


class Formulas:
    """Formulas over ``words`` that meet the examples of a ``type`` from numbers to a Float, the simplest first."""

    def __init__(
        self, type: Type, examples: Sequence[Example], *, words: Mapping[str, Primitive], costs: Costs,
        settings: Settings = Settings(),  # noqa: B008  (frozen)
    ) -> None:  # fmt: skip
        self.inputs, _ = arguments_of(type)
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
            for effort in EFFORTS:
                yield from self._pass(effort)
        except (Stop, OutOfTime):
            yield self._progress(0)

    def release(self) -> None:
        """Nothing is held between calls."""

    def _progress(self, kept: int) -> LevelReport:
        ledger = self.ledger
        return LevelReport(0, ledger.terms, 0, kept, 8 * kept * len(self.rows), ledger.seconds, True)

    def _pass(self, effort: Effort) -> Iterator[Answer | LevelReport]:
        columns, work = self._leaves(effort.columns), self.work
        grower, before = ExpressionGrowth(columns, self.algebra), 0
        for _ in grower.steps(effort.breadth):
            work.spend((grower.tried - before) * EXPRESSION * work.rows)
            before = grower.tried
            yield from self._due(columns)
        ones = np.flatnonzero(np.ptp(columns.values, axis=1) == 0)
        targets = Targets(self.output, columns, self.algebra, np.append(ones, cheapest(columns, effort.factors)))
        work.spend(EXPRESSION * len(targets) * work.rows)
        for found in FormulaPass(columns, targets, self.algebra, effort, work).formulas():
            yield from self._due(columns) if found is None else self._answer(found)

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
        cost = self._cost(body)
        yield from self.answers.take(body, hash(body), cost, self.ledger)

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
