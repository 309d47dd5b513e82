"""What scikit-learn's scorers ask: an estimator that has answered already. Imported where a scorer is asked, for it needs scikit-learn."""

from __future__ import annotations

from typing import final

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin


@final
class AnsweredClasses(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities [n, classes] are at hand; a row of ``X`` [m, 1] is the number of a case."""

    def __init__(self, shares: np.ndarray) -> None:
        self.shares = shares
        self.classes_ = np.arange(shares.shape[1])

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """float64 [m, classes]."""
        return self.shares[X[:, 0]]

    def predict(self, X: np.ndarray) -> np.ndarray:
        """int64 [m]: the most probable class."""
        answers: np.ndarray = self.predict_proba(X).argmax(axis=1)
        return answers


@final
class AnsweredNumbers(RegressorMixin, BaseEstimator):
    """A regressor whose numbers [n, k] are at hand; a row of ``X`` [m, 1] is the number of a case."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers
        self.fitted_ = True

    def predict(self, X: np.ndarray) -> np.ndarray:
        """float64 [m], or [m, k] for several."""
        found = self.numbers[X[:, 0]]
        return found[:, 0] if found.shape[1] == 1 else found
