"""scikit-learn's own checks of estimators, all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from automl import ProgramClassifier, ProgramRegressor

EXPECTED_FAILED: dict[str, str] = {}
"""Checks that fail, with the reason."""


@pytest.mark.filterwarnings("ignore")  # of the data that the checks give on purpose
@parametrize_with_checks(
    [ProgramClassifier(evaluations=2), ProgramRegressor(evaluations=2)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILED,
)
def test_scikit_learn_s_checks(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]) -> None:
    check(estimator)
