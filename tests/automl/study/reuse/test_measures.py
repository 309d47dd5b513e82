"""The measures of fit against what they are in closed form, computed the long way on small data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal
from sklearn.linear_model import Ridge

from automl.study.reuse.measures import PENALTIES, indicators, left_out, log_evidence, ridge_answers


def linear(count: int, width: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, width))
    return x, x @ rng.normal(size=(width, 2)) + noise * rng.normal(size=(count, 2))


@pytest.mark.parametrize(("count", "width"), [(30, 3), (12, 12), (8, 20)])
def test_the_evidence_is_the_greatest_density_of_the_targets(count: int, width: int) -> None:
    """y is normal with covariance I/β + F Fᵀ/α: its density, made as great as an optimiser makes it by α."""
    x, y = linear(count, width, noise=1.0)

    def density(log_ratio: float, column: int) -> float:
        """Less the logarithm of the density at α / β, with the β by which it is greatest there."""
        cov = np.eye(count) + x @ x.T / np.exp(log_ratio)
        beta = count / (y[:, column] @ np.linalg.solve(cov, y[:, column]))
        return -float(multivariate_normal.logpdf(y[:, column], np.zeros(count), cov / beta))

    spans = [(low, low + 4.0) for low in (-18.0, -14.0, -10.0, -6.0, -2.0, 2.0)]
    best = [min(minimize_scalar(density, bounds=s, args=(c,), method="bounded").fun for s in spans) for c in range(2)]
    assert log_evidence(x, y) == pytest.approx(-np.mean(best) / count, abs=2e-3)


def test_the_evidence_prefers_features_that_say_something_and_does_not_mind_their_scale() -> None:
    x, y = linear(60, 5, noise=0.3)
    noise = np.random.default_rng(1).normal(size=x.shape)
    assert log_evidence(x, y) > log_evidence(noise, y) + 0.5
    assert log_evidence(1000 * x, y) == pytest.approx(log_evidence(x, y), abs=1e-6)
    assert np.isfinite(log_evidence(np.zeros((10, 4)), y[:10]))
    assert np.isfinite(log_evidence(np.random.default_rng(2).normal(size=(5, 200)), indicators(np.arange(5), 5)))


def test_what_is_said_of_a_case_is_what_a_fit_without_it_says() -> None:
    x, y = linear(15, 4, noise=0.5)
    unit = (np.linalg.svd(x - x.mean(0))[1] ** 2).mean()
    found = left_out(x, y)
    errors = {}
    for part in PENALTIES:
        said = np.empty_like(y)
        for row in range(len(x)):
            rest = np.arange(len(x)) != row
            said[row] = Ridge(alpha=part * unit).fit(x[rest], y[rest]).predict(x[[row]])[0]
        errors[part] = ((said - y) ** 2).mean()
        if part == found.penalty:
            assert found.said == pytest.approx(said)
    assert found.penalty == min(errors, key=lambda part: errors[part])
    model = Ridge(alpha=found.penalty * unit).fit(x, y)
    new = np.random.default_rng(3).normal(size=(6, 4))
    assert ridge_answers(x, y, new) == pytest.approx(model.predict(new))
