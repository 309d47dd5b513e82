"""The classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from ..tasks.metrics import CLASSES
from ..tasks.tables.target import TargetColumn
from .base import AbstractProgramEstimator

if TYPE_CHECKING:
    from .cells import Features


@final
class ProgramClassifier(ClassifierMixin, AbstractProgramEstimator):
    """A classifier of scikit-learn whose ``fit`` searches a program, found by its accuracy or another ``metric`` on held-out rows.

    ``classes_`` are the labels in order, of the dtype in which ``y`` has them.
    """

    classes_: np.ndarray

    def _target(self, y: np.ndarray) -> TargetColumn:
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        return TargetColumn(y, np.arange(len(y)), CLASSES)

    def predict_proba(self, X: Features) -> np.ndarray:
        """float64 [n, classes]: the probability of each label, in the order of ``classes_``."""
        encoded = self._encoded(X)
        return self.model_.predict_proba(encoded)

    def predict(self, X: Features) -> np.ndarray:
        """[n]: the most probable label of each row."""
        answers = self.predict_proba(X).argmax(axis=1)
        return self.classes_[answers]
