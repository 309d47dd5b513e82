"""What a budget of time counts, and what has its part of it. The clock is read as little as can be: work is counted."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
import pytest

import automl
from automl.budget import Budget
from automl.evaluation import evaluate
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.phases import AGAIN, LEAST_SECONDS, LONGER, Phases
from automl.study.planning.schedule import EXPLORE, REFINE, closing
from automl.study.study import Study
from automl.tasks.kinds.examples import examples_task
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task
from library.records import Evaluation
from library.store import open_store


@pytest.fixture
def table() -> Task:
    x = np.random.default_rng(0).normal(size=(60, 3))
    return labelled_task("sign", x, (x[:, 0] > 0).astype(int))


@pytest.fixture(scope="module")
def many_rows() -> Task:
    """So many that the best program is trained once more at the end."""
    x = np.random.default_rng(0).normal(size=(2000, 3))
    return labelled_task("sign", x, (x[:, 0] > 0).astype(int))


def opened(task: Task, seconds: float) -> Study:
    return open_study(task, open_store("memory:"), Options(Budget(seconds)), run_id="r")


def test_what_was_done_before_the_search_is_taken_from_its_time(table: Task) -> None:
    study = opened(table, 60.0)
    study.began = time.monotonic() - 20.0
    study.should_stop = lambda state: True
    run_study(study)
    assert study.ahead >= 20.0
    assert study.window == pytest.approx(max(60.0 - closing(60.0) - study.ahead, 1.0))
    assert study.left() <= study.window


def test_however_late_it_is_there_is_an_answer(table: Task) -> None:
    study = opened(table, 5.0)
    study.began = time.monotonic() - 100.0
    assert study.window <= 5.0
    found = run_study(study)
    assert found.model is not None and found.score is not None and found.history[0].term.startswith("(lambda (constant")
    assert len(study.store.evaluations("r")) == len(found.history)


@pytest.mark.parametrize(("ago", "tried"), [(0.0, ["constant", "linear"]), (2000.0, ["constant"])])
def test_while_any_of_the_budget_is_left_a_program_that_looks_at_its_input_is_tried(
    table: Task, monkeypatch: pytest.MonkeyPatch, ago: float, tried: list[str]
) -> None:
    monkeypatch.setattr(Study, "left", lambda study: 0.0)  # of the time for the search itself
    monkeypatch.setattr("automl.study.rounds.LEAST_SECONDS", 100.0)  # however slow the machine is
    study = opened(table, 1000.0)
    study.began = time.monotonic() - ago
    found = run_study(study)
    assert [each.term.split()[1].lstrip("(") for each in found.history] == tried
    assert found.program.startswith(f"(lambda (x) ({tried[-1]}")


def test_values_are_searched_too_however_late_it_is() -> None:
    task = examples_task("same", "int -> int", [((1,), 1), ((2,), 2)])
    study = opened(task, 5.0)
    study.began = time.monotonic() - 100.0
    assert run_study(study).solved


def test_the_call_of_python_counts_from_its_start(monkeypatch: pytest.MonkeyPatch, table: Task) -> None:
    seen: list[float | None] = []
    before = time.monotonic()
    monkeypatch.setattr("automl.api.run_study", lambda study: seen.append(study.began))
    automl.search(table, "60s", quiet=True)
    assert seen[0] is not None and before <= seen[0] <= time.monotonic()


def evaluation(**given: object) -> Evaluation:
    fields = {"run": "r", "ask": 0, "term": "(lambda (w $0))", "outcome": "ok", "scores": {"accuracy": 0.9}, "size": 3}
    return Evaluation(**{**fields, "key": "k", "weights": "w", **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("best", "phase", "reserved"),
    [
        (None, EXPLORE, 0.15),
        (evaluation(parameters=10, seconds=1.0), EXPLORE, 0.15),
        (evaluation(parameters=10, seconds=1.0), REFINE, (LONGER * 1.0 + LEAST_SECONDS) / 60),
        (evaluation(parameters=10, seconds=1.0, key=""), REFINE, 0.15),  # its deadline came before its last epoch
        (evaluation(parameters=10, seconds=0.0), REFINE, 0.15),  # from the cache
        (evaluation(parameters=10, seconds=30.0), REFINE, 0.15),
        (evaluation(seconds=0.0), EXPLORE, 0.15),
        (evaluation(seconds=1.0), EXPLORE, (AGAIN * 1.0 + LEAST_SECONDS) / 60),
        (evaluation(seconds=30.0), EXPLORE, 0.15),
    ],
)
def test_the_final_training_has_what_it_needs(
    many_rows: Task, best: Evaluation | None, phase: str, reserved: float
) -> None:
    study = opened(many_rows, 60.0)
    study.budget = Budget(60.0 + closing(60.0) + 0.02 * 60)  # a window of 60 s and a bit
    if best is not None:
        study.standing.ask(0, phase)
        study.standing.note(best)
    share = Phases(study).reserved() / study.window
    assert share == pytest.approx(reserved, rel=0.05)


def test_where_there_is_no_final_training_nothing_is_kept_for_it(table: Task) -> None:
    assert table.data.folds is not None
    assert Phases(opened(table, 60.0)).reserved() == 0.0


def test_a_worker_in_this_process_imports_what_fits_only_for_what_is_fitted(
    table: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def note(words: Iterable[object]) -> None:
        asked.append([word.name for word in words if getattr(word, "fitted", None) is not None])  # type: ignore[attr-defined]

    monkeypatch.setattr(evaluate, "load_needs", note)
    study = open_study(table, open_store("memory:"), Options(Budget(evaluations=2)), run_id="r")
    context = study.context
    run_study(study)
    assert asked == [["constant"], ["linear"]]
    evaluate.warm(context)
    assert {"constant", "linear", "forest", "boosting"} <= set(asked[-1])


def test_modules_are_loaded_once(monkeypatch: pytest.MonkeyPatch, table: Task) -> None:
    loaded: list[str] = []
    words = open_study(table, open_store("memory:"), Options(Budget(evaluations=2)), run_id="r").vocabulary.words
    monkeypatch.setattr(evaluate.importlib, "import_module", loaded.append)
    monkeypatch.setattr(evaluate.sys, "modules", {"sklearn.linear_model": None})
    evaluate.load_needs([words["linear"], words["tree"], words["dense"]])
    assert loaded == ["sklearn.tree"]
