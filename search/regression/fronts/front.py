"""The formulas than which none of their size has less error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr
from primitives.term import Term

from ..algebra import Algebra
from ..columns import Array
from .losses import RegressionLoss
from .vectorised import VectorisedFormula

MOST = 40
"""The complexity beyond which a formula is no formula for people."""
GAIN = 1e-3
"""The relative loss by which a larger formula must be better."""
EXACT = 1e-9
"""Errors below it, of the spread of the targets, are those of rounding: among such formulas the smallest is best."""


@dataclass(frozen=True)
class FrontFormula:
    """A formula: its ``body``, its ``complexity`` (words, numbers and arguments in it) and its mean ``loss`` on all rows."""

    body: Term
    complexity: int
    loss: float


@dataclass(eq=False)
class FormulaFront:
    """The best formula of each size for targets ``y`` [rows] of the ``arguments`` [rows] each; ``weights`` [rows] of the rows have the
    sum 1."""

    arguments: Sequence[Array]
    y: Array
    weights: Array
    loss: RegressionLoss
    algebra: Algebra

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        self._best: dict[int, FrontFormula] = {}
        self.floor = self.loss.mean(np.full(len(self.y), EXACT * (float(np.ptp(self.y)) or 1.0)), self.weights)

    def offer(self, body: Term) -> float:
        """Keep a formula where none of its size is as good; its loss, infinite where it has no value for a row.

        body: of words of the algebra, Floats and arguments.
        """
        found = self.loss_of(VectorisedFormula.of(body, self.algebra))
        if self.takes(body.size, found):
            self._best[body.size] = FrontFormula(body, body.size, found)
        return found

    def loss_of(self, formula: VectorisedFormula, constants: Sequence[float] | None = None) -> float:
        """The mean loss of a formula.

        formula: over the algebra.
        constants: in place of its own (default: its own).
        """
        return self.loss.mean(formula.values(self.arguments, constants) - self.y, self.weights)

    def takes(self, complexity: int, loss: float, slack: float = 1.0) -> bool:
        """Whether a formula would stand on the front, no smaller one being as good.

        complexity: of the formula.
        loss: its mean.
        slack: by what factor it may still get better (default: 1, not at all).
        """
        if complexity > MOST or not np.isfinite(loss):
            return False
        known = min((each.loss for size, each in self._best.items() if size <= complexity), default=np.inf)
        return known > self.floor and max(loss / slack, self.floor) < known

    def is_best(self, complexity: int, loss: float) -> bool:
        """Whether a formula that was offered is the best of its size.

        complexity: of the formula.
        loss: its mean.
        """
        return complexity in self._best and loss <= self._best[complexity].loss

    def formulas(self) -> list[FrontFormula]:
        """Those of the front, the smallest first, each with less loss than the one before."""
        found = list[FrontFormula]()
        for size in sorted(self._best):
            if not found or max(self._best[size].loss, self.floor) < found[-1].loss * (1 - GAIN):
                found.append(self._best[size])
        return found

    @property
    def is_exact(self) -> bool:
        """Whether one of them is exact but for rounding."""
        return any(each.loss <= self.floor for each in self._best.values())
