"""The fit of the bound of odds chooses by the kinds that it is fitted on, with the programs that a search begins with."""

from __future__ import annotations

from experiments.fitting import odds


def test_the_bound_of_the_greatest_mean_is_chosen_and_of_equal_ones_the_least() -> None:
    row = {f"{bound:g}": 0.5 for bound in odds.BOUNDS}
    assert odds.chosen({"a": row, "b": row}) == odds.BOUNDS[0]
    assert odds.chosen({"a": {**row, "100": 0.8}, "b": {**row, "300": 0.7}}) == 100.0


def test_the_programs_are_those_that_a_search_begins_with() -> None:
    case = odds.prepared({"n_samples": 120, "n_features": 5}, 3)
    assert (len(case.data.train), len(case.data.validation), case.data.folds) == (120, odds.TEST_ROWS, None)
    assert set(odds.programs(case)) == {"constant", "stack", *odds.ALONE}
    assert not set(odds.FITTED_ON) & set(odds.HELD_OUT)
