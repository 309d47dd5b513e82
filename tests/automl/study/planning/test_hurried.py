"""A training that had less time than a plan gives it is not taken for one of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from automl.budget import Budget
from automl.execution.executors.base import JobResult
from automl.study.opening import Options, open_study
from automl.study.planning.schedule import Schedule
from automl.tasks.kinds.labelled import labelled_task
from library.store import open_store
from primitives.values import Outcome


class Instant:
    """Says of every candidate at once that it was trained."""

    capacity, outstanding, is_here = 1, 0, True

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._results: list[tuple[int, JobResult]] = []

    def submit(self, job_id: int, job: Mapping[str, Any], deadline: float) -> None:
        self.seconds.append(job["candidates"][0]["seconds"])
        found = {"outcome": Outcome.OK, "scores": {"accuracy": 0.5, "error": 0.5}, "parameters": 10}
        self._results.append((job_id, JobResult(Outcome.OK, {"evaluations": [found]})))

    def wait(self, timeout: float | None = None) -> list[tuple[int, JobResult]]:
        found, self._results = self._results, []
        return found

    def cancel(self) -> None:
        self._results.clear()


@pytest.mark.parametrize(("budget", "whole"), [(1000.0, True), (6.0, False)])
def test_what_had_less_time_than_planned_has_no_key(budget: float, whole: bool) -> None:
    task = labelled_task("noise", np.random.default_rng(0).normal(size=(40, 1, 6, 6)), np.arange(40) % 2)
    schedule = Schedule(explore_seconds=8.0, refine_seconds=9.0, start=1.0)
    options = Options(Budget(budget, 2), "random", schedule=schedule)
    study = open_study(task, open_store("memory:"), options, run_id="r")
    executor = Instant()
    study.executor = executor  # type: ignore[assignment]
    study.run()
    assert len(study.evaluations) == 2 and all((seconds > 7.0) == whole for seconds in executor.seconds)
    assert [bool(each.key) for each in study.evaluations.every()] == [whole, whole]
