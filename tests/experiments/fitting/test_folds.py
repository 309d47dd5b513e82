"""What the measurement of folds compares."""

from __future__ import annotations

import pytest

from experiments.fitting import folds


def test_codes_of_the_folds_are_less_optimistic_than_stored_ones() -> None:
    found = folds.optimism(0, 1.0)
    assert found["of the folds"] < found["stored"] - 0.02


def test_figures_are_means_with_their_standard_errors() -> None:
    assert folds.summary([{"a": 1.0}, {"a": 3.0}]) == {"a": {"mean": 2.0, "error": 1.0}}
    assert len(folds.BODIES) == 8


@pytest.mark.slow
def test_what_is_chosen_is_at_most_the_best() -> None:
    found = folds.choices("iris", 0)
    assert set(found) == {folds.VALIDATION, folds.FOLDS, folds.BEST}
    assert max(found.values()) == found[folds.BEST] <= 1
