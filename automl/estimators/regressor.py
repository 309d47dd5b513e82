"""The regressor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, final

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from primitives.source.symbolic import latex, symbolic
from search.regression.fronts.front import FrontFormula
from search.regression.fronts.losses import LOSSES, SQUARED

from ..tasks.metrics import NUMBERS
from ..tasks.own_metric import MetricFunction
from ..tasks.tables.raw import RawTable
from ..tasks.tables.target import TargetColumn
from .base import BUDGET, SEEDS, AbstractProgramEstimator
from .cells import read_features
from .formulas import (
    BEST,
    FORMULAS,
    SELECTIONS,
    as_program,
    equation_table,
    formula_model,
    formula_values,
    formula_words,
    numbers_of,
    program_table,
    search_front,
    selected,
)

if TYPE_CHECKING:
    import pandas
    import sympy

    from .cells import Features

TRAINED_BY = {SQUARED: "auto", "absolute": "absolute", "huber": "huber"}
"""What the trainer calls each loss."""


@final
class ProgramRegressor(RegressorMixin, AbstractProgramEstimator):
    """A regressor of scikit-learn whose ``fit`` searches a program, found by its R² or another ``metric`` on held-out rows; with ``words``
    of formulas it is symbolic regression, whose ``equations_`` are the formulas of least ``loss`` for their size.

    ``equations_`` is a frame of what stands on the front of error against size, the smallest first.
    """

    equations_: pandas.DataFrame

    def __init__(
        self,
        budget: str | timedelta | None = None,
        *,
        evaluations: int | None = None,
        metric: str | MetricFunction | None = None,
        direction: str | None = None,
        loss: str = SQUARED,
        model_selection: str = BEST,
        validation_fraction: float = 0.2,
        words: Sequence[str] | str | None = None,
        strategy: str | None = None,
        library: str = "memory:",
        workers: int | str = 1,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            budget, evaluations=evaluations, metric=metric, direction=direction, validation_fraction=validation_fraction, words=words,
            strategy=strategy, library=library, workers=workers, random_state=random_state, verbose=verbose,
        )  # fmt: skip
        self.loss = loss
        self.model_selection = model_selection

    def _learn(self, raw: RawTable, targets: np.ndarray, weights: np.ndarray | None) -> None:
        for name, value, known in (("loss", self.loss, LOSSES), ("model_selection", self.model_selection, SELECTIONS)):
            if value not in known:
                raise ValueError(f"{name}={value!r}: one of {', '.join(known)} is required; choose one")
        self._front: list[FrontFormula] = []
        words = formula_words(self.words)
        if words is None:
            super()._learn(raw, targets, weights)
            self.equations_ = program_table(self.result_)
            return
        bounded = self.budget is not None or self.evaluations is not None
        front, floor = search_front(
            numbers_of(raw), targets.astype(np.float64), words, loss=self.loss, weights=weights,
            seed=int(check_random_state(self.random_state).randint(SEEDS)), budget=self.budget if bounded else BUDGET,
            evaluations=self.evaluations, quiet=not self.verbose,
        )  # fmt: skip
        self._front, self._columns = front, list(raw.columns)
        self.equations_ = equation_table(front, self._columns, floor)
        self._chosen = selected(self.equations_, self.model_selection, floor)
        self.model_ = formula_model(front[self._chosen].body, self._columns)
        self.program_ = self.model_.program

    def _trainer(self) -> Mapping[str, object] | None:
        return None if self.loss == SQUARED else {"loss": TRAINED_BY[self.loss]}

    def _metric_name(self) -> str | None:
        return "mae" if self.metric is None and self.loss != SQUARED else super()._metric_name()

    def _target(self, y: np.ndarray, weights: np.ndarray | None) -> TargetColumn:
        return TargetColumn(y.astype(np.float64), np.arange(len(y)), NUMBERS, weights=weights)

    def predict(self, X: Features, index: int | None = None) -> np.ndarray:
        """float64 [n]: the number for each row, in the units of ``y``.

        X: rows with the columns of the fit.
        index: which of ``equations_`` answers (default: the one that ``model_selection`` gives).

        Raises ValueError where it has no finite answer for a row, or there is no such formula.
        """
        check_is_fitted(self, "model_")
        if self._front:
            names = self._columns
            return formula_values(self._formula(index), numbers_of(read_features(self, X, names)))
        self._formula(index)
        outputs, prepared = self._outputs(X)
        return np.array(prepared.decode(outputs.numpy()), dtype=np.float64).reshape(len(outputs))

    def sympy(self, index: int | None = None) -> sympy.Expr:
        """A formula as an expression of sympy, over real symbols with the names of the columns.

        index: which of ``equations_`` (default: the one that ``model_selection`` gives).

        Raises NoFormula, a ValueError, where the program is no formula, and ModuleNotFoundError where sympy is not installed.
        """
        check_is_fitted(self, "model_")
        formula = self._formula(index)
        if formula is None:
            return symbolic(self.model_.expanded)
        return symbolic(as_program(formula.body, self._columns), self._columns)

    def latex(self, index: int | None = None, precision: int | None = 3) -> str:
        """A formula as LaTeX.

        index: which of ``equations_`` (default: the one that ``model_selection`` gives).
        precision: significant digits of its numbers (default: 3; None: all).

        Raises as ``sympy``.
        """
        return latex(self.sympy(index), precision)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        if self.words == FORMULAS or (not isinstance(self.words, str) and formula_words(self.words) is not None):
            tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = False
        return tags

    def _formula(self, index: int | None) -> FrontFormula | None:
        """The formula of that number; None where programs are no formulas."""
        if not self._front:
            if index is not None:
                raise ValueError(
                    f"index={index}: formulas are required for it; fit with words='formulas', or leave it out"
                )
            return None
        chosen = self._chosen if index is None else index
        if not -len(self._front) <= chosen < len(self._front):
            raise ValueError(f"index={index}: a row of equations_ is required, 0 to {len(self._front) - 1}; choose one")
        return self._front[chosen]
