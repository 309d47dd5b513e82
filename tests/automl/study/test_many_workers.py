"""A search with many simulated workers: what is outstanding, what is lost, and what the driver holds and looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from automl.budget import Budget
from automl.study import rounds, state
from automl.study.journal import TOLD, Journal
from automl.study.keeping import evaluations
from automl.study.opening import Options, open_study
from automl.study.planning.schedule import EXPLORE, REFINE
from automl.study.state import Standing
from automl.study.study import Study
from automl.tasks.kinds.examples import examples_task
from experiments.benchmarks.simulated import SimulatedExecutor, SimulatedWorkers, hashed
from library.records import Direction, Evaluation
from library.store import AbstractStore, open_store

TASK = examples_task("plus", "list(int) -> list(int)", [(([1, 2],), [7, 9]), (([3],), [8]), (([],), [1, 1, 2])])


def opened(
    workers: int, candidates: int, store: AbstractStore | None = None, lost: float = 0.0, **options: Any
) -> Study:
    """A study that is told as its results come; one that goes on where a ``store`` is given that has it."""
    durations = iter(range(10**9))
    simulated = SimulatedWorkers(hashed, lambda: 1.0 + next(durations) * 7 % 5, lost)
    known = None if store is None else store.run("r")
    given = Options(Budget(1e8, candidates), **options)
    study = open_study(TASK, store or open_store("memory:"), given, run=known, run_id="r")
    study.executor = SimulatedExecutor(workers, simulated)
    return study


def searched(workers: int, candidates: int, lost: float = 0.0, **options: Any) -> tuple[Study, SimulatedExecutor]:
    """A study at its end."""
    study = opened(workers, candidates, lost=lost, **options)
    study.run()
    assert isinstance(study.executor, SimulatedExecutor)
    return study, study.executor


@pytest.mark.parametrize("strategy", ["random", "genetic"])
def test_no_more_is_asked_than_workers_take(strategy: str) -> None:
    study, executor = searched(200, 400, strategy=strategy)
    assert executor.submitted == len(study.evaluations) == len(study.store.evaluations("r")) == 400
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


def logged(study: Study) -> list[tuple[str, int]]:
    return [(event.kind, event.ask) for event in study.store.events("r")]


def test_what_is_asked_and_told_within_a_moment_is_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    plain = Journal.write

    def write(journal: Journal) -> None:
        writes.append(len(journal._events))
        plain(journal)

    monkeypatch.setattr(Journal, "write", write)
    monkeypatch.setattr(rounds, "SAVE_SECONDS", -1.0)
    alone, _ = searched(20, 100, strategy="genetic")
    assert max(writes) <= 2 * 20, "each by itself, but the first that go out"
    writes.clear()
    monkeypatch.setattr(rounds, "SAVE_SECONDS", 1e9)
    together, _ = searched(20, 100, strategy="genetic")
    assert [count for count in writes if count] == [4 * 100]
    assert logged(together) == logged(alone)
    kept = [
        [(each.ask, each.term, each.scores) for each in study.store.evaluations("r")] for study in (together, alone)
    ]
    assert kept[0] == kept[1] and len(kept[0]) == 100


def test_what_was_told_before_an_interruption_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "SAVE_SECONDS", 1e9)
    told: list[int] = []

    def interrupt(state: Mapping[str, object]) -> None:
        if state["evaluations"] == 60:
            raise KeyboardInterrupt

    study = opened(20, 100, strategy="genetic")
    study.progress = interrupt
    with pytest.raises(KeyboardInterrupt):
        study.run()
    assert study.record.state == "interrupted" and len(study.store.evaluations("r")) == 60
    study = opened(20, 100, study.store, strategy="genetic")
    study.on_evaluation = lambda evaluation: told.append(evaluation.ask)
    study.run()
    assert len(study.store.evaluations("r")) == 100 and len(told) == 40
    assert sorted(ask for kind, ask in logged(study) if kind == TOLD) == list(range(100))


def test_of_what_may_be_refined_the_best_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "REFINABLE", 10)
    standing = Standing("accuracy", Direction.MAXIMIZE)
    for ask in range(400):
        standing.ask(ask, EXPLORE)
        standing.note(Evaluation("r", ask, f"t{ask}", "ok", {"accuracy": ask * 37 % 400 / 1000}, parameters=10))
        assert len(standing._refinable) <= 20
    best = standing.to_refine((), str)
    assert best is not None and best.scores["accuracy"] == 0.399


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
