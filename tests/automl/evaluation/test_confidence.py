"""The interval of a test score: as wide as samples of the cases make it, the same each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from automl.evaluation import confidence
from automl.evaluation.confidence import bootstrap_interval
from automl.tasks.cases.parts import Part
from automl.tasks.kinds.labelled import labelled_task


@pytest.mark.parametrize("count", [40, 400])
def test_an_accuracy_lies_within_its_binomial_interval(count: int) -> None:
    y = np.arange(count) % 2
    data = labelled_task("t", np.zeros((count, 1)) + y[:, None], y).data
    answers = np.where(np.arange(count) % 4 == 0, 1 - y, y)
    part, outputs = Part((np.zeros((count, 1), np.float32),), y), np.eye(2)[answers]
    low, high = bootstrap_interval(data, outputs, part) or (0.0, 0.0)
    deviation = np.sqrt(0.75 * 0.25 / count)
    assert low == pytest.approx(0.75 - 1.96 * deviation, abs=0.6 * deviation)
    assert high == pytest.approx(0.75 + 1.96 * deviation, abs=0.6 * deviation)
    assert bootstrap_interval(data, outputs, part) == (low, high) == bootstrap_interval(data, list(outputs), part)


@pytest.mark.parametrize("weighed", [False, True])
def test_an_accuracy_needs_no_scoring_of_each_sample(weighed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    y, outputs = rng.integers(0, 3, 90), rng.normal(size=(90, 3))
    outputs[5] = np.nan
    data = labelled_task("t", rng.normal(size=(90, 2)), y).data
    part = Part((np.zeros((90, 1), np.float32),), y, rng.uniform(0.5, 2.0, 90) if weighed else None)
    scored: list[int] = []
    monkeypatch.setattr(confidence, "_sampled", lambda *given: scored.append(1))
    found = bootstrap_interval(data, outputs, part)
    monkeypatch.undo()
    assert not scored
    monkeypatch.setattr(confidence, "_is_accuracy", lambda data: False)
    assert found == bootstrap_interval(data, outputs, part)


def test_a_score_that_is_undefined_has_no_interval() -> None:
    y = np.arange(40) % 2
    data = replace(labelled_task("t", y[:, None] * 1.0, y).data, metric="auc", digest="")
    ones = Part((np.zeros((10, 1), np.float32),), np.ones(10, dtype=np.int64))
    assert bootstrap_interval(data, np.eye(2)[np.ones(10, dtype=int)], ones) is None
