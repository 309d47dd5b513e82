"""The classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, final

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets

from ..evaluation.predictions import probabilities
from ..tasks.metrics import CLASSES
from ..tasks.own_metric import MetricFunction
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

    def __init__(
        self,
        budget: str | timedelta | None = None,
        *,
        evaluations: int | None = None,
        metric: str | MetricFunction | None = None,
        direction: str | None = None,
        probabilities: bool = False,
        class_weight: Mapping[object, float] | str | None = None,
        validation_fraction: float = 0.2,
        words: Sequence[str] | None = None,
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
        self.class_weight = class_weight
        self.probabilities = probabilities

    def _target(self, y: np.ndarray, weights: np.ndarray | None) -> TargetColumn:
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if self.class_weight is not None:
            weights = compute_sample_weight(self.class_weight, y) * (1.0 if weights is None else weights)
        return TargetColumn(y, np.arange(len(y)), CLASSES, weights=weights)

    def predict_proba(self, X: Features) -> np.ndarray:
        """float64 [n, classes]: the probability of each label, in the order of ``classes_``."""
        outputs, _ = self._outputs(X)
        return probabilities(outputs)

    def predict(self, X: Features) -> np.ndarray:
        """[n]: the most probable label of each row."""
        answers = self.predict_proba(X).argmax(axis=1)
        return self.classes_[answers]
