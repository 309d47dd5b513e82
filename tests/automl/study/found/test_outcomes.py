"""Why a search found nothing, and what helps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from automl.study.found.outcomes import why_nothing
from primitives.values import Outcome

LATE: Any = [SimpleNamespace(outcome=Outcome.TIMED_OUT)]


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (None, "1 timed out after 60 s; give each more by --set schedule.deadline=600"),
        (300.0, "1 timed out after 60 s; give each more by --set schedule.deadline=600"),
        (5.0, "1 timed out; give the search more time by --budget 50s"),
    ],
)
def test_what_there_was_too_little_of(budget: float | None, said: str) -> None:
    assert why_nothing(LATE, 60.0, budget) == f"of the programs tried: {said}"


def test_nothing_is_said_of_nothing() -> None:
    assert why_nothing([], 60.0) == ""
