"""On a machine that others use, the clock runs while nothing is done: a search with a short budget tries one program all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from automl.budget import Budget
from automl.study import rounds
from automl.study.opening import Options, open_study
from automl.study.study import Study
from automl.tasks.task import Task
from library.store import open_store
from primitives.interpreter.deadline import OutOfTime
from search.strategy import Proposal

Clock = Callable[[], float]


def starved(task: Task, monkeypatch: pytest.MonkeyPatch, needed: float, each: float) -> Study:
    """A study whose time is over before it begins: its first proposal takes ``needed`` seconds of the processor, of which it gets ``each``
    in the time that it is given at once."""
    study = open_study(task, open_store("memory:"), Options(Budget(0.01), "climber"), run_id="r")
    study.began, used, plain = -1e6, 0.0, study.strategy.ask

    def ask(*given: object) -> Proposal | None:
        nonlocal used
        used += each
        if used < needed:
            raise OutOfTime
        return plain()

    monkeypatch.setattr(study.strategy, "ask", ask)
    monkeypatch.setattr(rounds.time, "process_time", lambda: used)
    return study


@pytest.mark.usefixtures("strategies")
def test_the_first_program_is_waited_for_as_long_as_it_had_no_processor(
    impossible: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = starved(impossible, monkeypatch, needed=2.5, each=0.01)
    best = study.run()
    assert best is not None and best.ask == 0 and len(study.evaluations) >= 1


@pytest.mark.usefixtures("strategies")
def test_what_has_had_its_processor_time_and_found_nothing_ends(
    impossible: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = starved(impossible, monkeypatch, needed=rounds.FIRST_SECONDS + 1.0, each=0.5)
    assert study.run() is None and study.record.state == "finished" and not len(study.evaluations)
