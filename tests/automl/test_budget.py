"""Budgets as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.budget import Budget, BudgetError, parse_budget


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60), ("2m", 120), ("1h", 3600), ("1.5s", 1.5), ("250ms", 0.25), (" 3 min ", 180)]
)
def test_times(text, seconds):
    budget = parse_budget(text)
    assert budget == Budget(seconds=seconds) and not budget.deterministic


@pytest.mark.parametrize(("given", "count"), [("500", 500), (20, 20), ("1", 1), (Budget(evaluations=3), 3)])
def test_evaluations(given, count):
    budget = parse_budget(given)
    assert budget == Budget(evaluations=count) and budget.deterministic


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0s",
        "-1",
        "soon",
        "1.5",
        "5 parsecs",
        "1e9s",
        "s",
        "1s2",
        None,
        True,
        [],
        float("nan"),
        float("inf"),
        "9" * 13,
    ],
)
def test_what_is_no_budget(text):
    with pytest.raises(BudgetError, match="needed a time such as 60s"):
        parse_budget(text)


@given(st.text())
def test_any_text_is_a_budget_or_refused(text):
    try:
        budget = parse_budget(text)
    except BudgetError:
        return
    assert (budget.seconds or budget.evaluations) > 0


@given(st.integers(1, 10**9) | st.floats(0.001, 1e6))
def test_json_there_and_back(number):
    budget = Budget(evaluations=number) if isinstance(number, int) else Budget(seconds=number)
    assert Budget.from_json(budget.to_json()) == budget
