"""A search with many simulated workers: what is outstanding, what is lost, and what the driver holds and looks at."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from automl.budget import Budget
from automl.study.keeping import evaluations
from automl.study.opening import Options, open_study
from automl.study.planning.schedule import EXPLORE, REFINE
from automl.study.state import Standing
from automl.study.study import Study
from automl.tasks.kinds.examples import examples_task
from experiments.benchmarks.simulated import SimulatedExecutor, SimulatedWorkers, hashed
from library.records import Direction, Evaluation
from library.store import open_store

TASK = examples_task("plus", "list(int) -> list(int)", [(([1, 2],), [7, 9]), (([3],), [8]), (([],), [1, 1, 2])])


def searched(workers: int, candidates: int, lost: float = 0.0, **options: Any) -> tuple[Study, SimulatedExecutor]:
    """A study at its end, told as its results come."""
    durations = iter(range(10**9))
    simulated = SimulatedWorkers(hashed, lambda: 1.0 + next(durations) * 7 % 5, lost)
    study = open_study(TASK, open_store("memory:"), Options(Budget(1e8, candidates), **options), run_id="r")
    study.executor = executor = SimulatedExecutor(workers, simulated)
    study.run()
    return study, executor


@pytest.mark.parametrize("strategy", ["random", "genetic"])
def test_no_more_is_asked_than_workers_take(strategy: str) -> None:
    study, executor = searched(200, 600, strategy=strategy)
    assert executor.submitted == len(study.evaluations) == len(study.store.evaluations("r")) == 600
    assert executor.most == 200
    assert all(each.outcome == "ok" for each in study.evaluations.every())


def test_a_lost_candidate_is_tried_once_more_and_then_recorded_as_lost() -> None:
    study, executor = searched(20, 300, lost=0.2, strategy="random")
    outcomes = Counter(each.outcome for each in study.evaluations.every())
    assert sum(outcomes.values()) == 300 and set(outcomes) == {"ok", "lost"}
    assert 2 <= outcomes["lost"] <= 30, "a twenty-fifth"
    assert all("each of 2 runs" in each.detail for each in study.evaluations.every() if each.outcome == "lost")


def test_the_driver_holds_the_latest_evaluations_only(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = searched(10, 120, strategy="genetic")[0].store.evaluations("r")
    monkeypatch.setattr(evaluations.Evaluations.__init__, "__defaults__", (None, "", 15))
    study, _ = searched(10, 120, strategy="genetic")
    assert len(study.evaluations._latest) == 15 and len(study.evaluations) == 120
    assert study.evaluations.every() == study.store.evaluations("r")
    told = [(each.term, each.outcome, each.scores) for each in study.store.evaluations("r")]
    assert told == [(each.term, each.outcome, each.scores) for each in wanted]


def test_the_next_to_refine_is_found_without_looking_at_all() -> None:
    standing, looked = Standing("accuracy", Direction.MAXIMIZE), 0

    def structure(term: str) -> str:
        nonlocal looked
        looked += 1
        return term

    def note(phase: str, term: str, score: float) -> None:
        ask = standing.asked
        standing.ask(ask, phase, {"of": 0})
        standing.note(Evaluation("r", ask, term, "ok", {"accuracy": score}, parameters=10))

    for number in range(400):
        note(EXPLORE, f"t{number}", number * 37 % 400 / 1000)
    for rank in range(200):
        best = standing.to_refine((), structure)
        assert best is not None and best.scores["accuracy"] == (399 - rank) / 1000
        note(REFINE, best.term, 0.9)
    assert looked < 5 * 200
