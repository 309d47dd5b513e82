"""The regressor."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import numpy as np
from sklearn.base import RegressorMixin

from ..tasks.metrics import NUMBERS
from ..tasks.tables.target import TargetColumn
from .base import AbstractProgramEstimator

if TYPE_CHECKING:
    from .cells import Features


@final
class ProgramRegressor(RegressorMixin, AbstractProgramEstimator):
    """A regressor of scikit-learn whose ``fit`` searches a program, found by its R² or another ``metric`` on held-out rows."""

    def _target(self, y: np.ndarray, weights: np.ndarray | None) -> TargetColumn:
        return TargetColumn(y.astype(np.float64), np.arange(len(y)), NUMBERS, weights=weights)

    def predict(self, X: Features) -> np.ndarray:
        """float64 [n]: the number for each row, in the units of ``y``."""
        outputs, prepared = self._outputs(X)
        return np.array(prepared.decode(outputs.numpy()), dtype=np.float64).reshape(len(outputs))
