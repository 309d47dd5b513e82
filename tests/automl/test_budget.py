"""Budgets as text, as times and as counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.budget import DEFAULT_BUDGET, Budget, BudgetError, parse_budget, stored_budget


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60), ("2m", 120), ("1h", 3600), ("1.5s", 1.5), ("250ms", 0.25), (" 3 min ", 180), ("1h 30m", 5400), ("1m30s", 90),
        (timedelta(minutes=2), 120), (Budget(seconds=4.0), 4),
    ],
)  # fmt: skip
def test_times(text, seconds):
    budget = parse_budget(text)
    assert budget == Budget(seconds=seconds) and not budget.deterministic


@pytest.mark.parametrize(
    ("given", "count"), [(500, 500), ("500", 500), ("1e3", 1000), (1e3, 1000), (1, 1), (" 20 ", 20), ("1E6", 1_000_000)]
)
def test_evaluations(given, count):
    budget = parse_budget(evaluations=given)
    assert budget == Budget(evaluations=count) and budget.deterministic
    assert parse_budget(f"{count} evaluations") == budget


def test_both_and_neither():
    both = parse_budget("60s", 500)
    assert both == Budget(60.0, 500) == parse_budget("60s, 500 evaluations") and not both.deterministic
    assert parse_budget() == DEFAULT_BUDGET == Budget(seconds=60.0)
    assert both.share(0.5) == Budget(30.0, 250) and Budget(evaluations=1).share(0.1) == Budget(evaluations=1)
    with pytest.raises(BudgetError):
        Budget()


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "0s", "-1", "-1s", "soon", "1.5", "5 parsecs", "1e9s", "s", "1s2", True, [], 90, 90.0, float("nan"), "9" * 13, "500",
        "1e3",
        "1s, 2s", "1s,", timedelta(0), timedelta(seconds=-1),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_both_forms(text):
    with pytest.raises(BudgetError, match="a time with its unit, such as 90s, 2m or 1h; .*--evaluations 500"):
        parse_budget(text)


@pytest.mark.parametrize(
    "count", ["", "0", 0, -5, 1.5, "1.5", "90s", "many", True, [], float("nan"), float("inf"), "1e13"]
)
def test_what_is_no_count_is_refused_with_both_forms(count):
    with pytest.raises(BudgetError, match="a whole number from 1 to .*--budget 60s"):
        parse_budget(evaluations=count)


@given(st.text())
def test_any_text_is_a_budget_or_refused(text):
    for one in ({"time": text}, {"evaluations": text}):
        try:
            budget = parse_budget(**one)
        except BudgetError:
            continue
        assert (budget.seconds or budget.evaluations) > 0


@given(st.integers(1, 10**9) | st.none(), st.floats(0.001, 1e6) | st.none())
def test_json_and_text_there_and_back(count, seconds):
    if count is None and seconds is None:
        return
    budget = Budget(seconds, count)
    assert Budget.from_json(budget.to_json()) == budget
    again = parse_budget(str(budget))
    assert again.evaluations == count and again.seconds == (None if seconds is None else pytest.approx(seconds))


def test_budgets_of_runs_of_before_are_read():
    assert stored_budget("500") == Budget(evaluations=500) and stored_budget("2m") == Budget(seconds=120)
    assert Budget.from_json({"seconds": 3.0}) == Budget(seconds=3.0)
    assert Budget.from_json({"evaluations": 7}) == Budget(evaluations=7)
