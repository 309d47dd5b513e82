"""kill -9 of the real command: the driver, then resume; a worker, and go on."""

from __future__ import annotations

import random

import pytest

from experiments.benchmarks.resilience import FUSED, HARD, SHORT, Case, trial

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "case",
    [
        Case(HARD, "300 evaluations", "random", "1", 3.0),
        Case(FUSED, "300000 evaluations", "enumerative", "1", 3.0),
        Case("iris", "30 evaluations", "random", "2", 7.0, extra=SHORT),
        Case("iris", "30 evaluations", "random", "2", 5.0, "workers", SHORT),
    ],
    ids=lambda case: f"{case.task} {case.strategy} {case.victims}",
)
def test_the_record_after_kills_is_that_of_an_undisturbed_run(case):
    plain = trial(case, 1, random.Random(0), 0)
    killed = trial(case, 1, random.Random(0), most=3)
    assert plain["kills"] == 0 and plain["evaluations"]
    assert (killed["events"], killed["evaluations"]) == (plain["events"], plain["evaluations"])
    assert killed["state"] == "finished"


def test_with_a_time_budget_nothing_recorded_is_lost():
    found = trial(Case("iris", "12s", "random", "2", 7.0, extra=SHORT), 1, random.Random(0), most=2)
    assert found["evaluations"] and found["state"] == "finished"
