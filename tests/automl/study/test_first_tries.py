"""A search on a table tries fitted words first, and what it returns is never worse on validation than any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from automl.budget import Budget
from automl.execution.executors.serial import SerialExecutor
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.beginning import begun_problem
from automl.study.planning.schedule import EXPLORE, FINAL, REFINE, Schedule
from automl.study.result import Result
from automl.study.state import Standing
from automl.study.words import load_vocabulary
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task, task_kinds
from library.records import Direction, Evaluation
from library.store import open_store

FIRST = ("constant", "linear", "boosting", "forest")


def table(n: int = 120, seed: int = 0, folds: int | None = None) -> Task:
    """A class that only both inputs together tell."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    return labelled_task("either", x, ((x[:, 0] > 0) ^ (x[:, 1] > 0)).astype(int), folds=folds)


def found(task: Task, options: Options) -> Result:
    return run_study(open_study(task, open_store("memory:"), options, run_id="r"))


def word_of(term: str) -> str:
    return term.removeprefix("(lambda (").split()[0]


def test_a_table_has_first_tries_and_widths_and_a_picture_has_not_even_the_words(quick: Callable[..., Options]) -> None:
    vocabulary = load_vocabulary(open_store("memory:"))
    on_table = begun_problem(table(), vocabulary, quick(5), Schedule())
    assert len(on_table.starts) == len(FIRST) + 1
    assert (on_table.ranges["forest.units"].low, on_table.ranges["forest.units"].high) == (2, 2)
    assert begun_problem(table(), vocabulary, quick(5, starts="none"), Schedule()).starts == ()
    on_pictures = begun_problem(task_kinds()["labelled"].sample(0), vocabulary, quick(5), Schedule())
    assert not on_pictures.starts and not on_pictures.ranges
    assert not [name for name, word in on_pictures.words.items() if word.fitted is not None]


@pytest.mark.parametrize(
    "strategy", ["genetic", *(pytest.param(name, marks=pytest.mark.slow) for name in ("random", "bayesian"))]
)
def test_fitted_words_come_first_and_the_result_is_never_worse(strategy: str, quick: Callable[..., Options]) -> None:
    result = found(table(), quick(6, strategy=strategy))
    assert tuple(word_of(e.term) for e in result.history[:4]) == FIRST
    scores = {word_of(e.term): e.scores["accuracy"] for e in result.history[:4]}
    assert result.history[4].term.startswith("(lambda (linear :units 2") and "forest" in result.history[4].term
    assert scores["forest"] > scores["linear"], "a forest can tell, a linear map cannot"
    assert result.score is not None and result.score >= max(scores.values())
    assert result.model is not None and len(result.model.predict(np.zeros((3, 4)))) == 3


def test_the_best_is_fitted_once_more_to_the_validation_cases_too(quick: Callable[..., Options]) -> None:
    result = found(table(folds=0), quick(9, strategy="random"))
    last = result.history[-1]
    assert result.validation_seen and result.ask == last.ask
    assert last.scores == max((e.scores for e in result.history[:-1]), key=lambda scores: scores.get("accuracy", 0.0))


def test_without_fitted_words_in_the_vocabulary_none_is_tried(quick: Callable[..., Options]) -> None:
    result = found(table(), quick(3, strategy="random", words=("dense", "relu")))
    assert all("dense" in e.term for e in result.history)


@pytest.mark.slow
def test_a_start_has_its_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No start may take more than its share, however slow it is; other candidates may."""
    seconds: dict[str, float] = {}
    submit = SerialExecutor.submit

    def note(self: SerialExecutor, job_id: int, job: dict, deadline: float) -> None:
        (order,) = job["candidates"]
        seconds.setdefault(word_of(order["term"]), order["seconds"])
        submit(self, job_id, job, deadline)

    monkeypatch.setattr(SerialExecutor, "submit", note)
    found(table(60), Options(Budget(8.0, None), schedule=Schedule(start=0.25), strategy="random"))
    assert all(1.5 < seconds[name] <= 2.0 for name in FIRST)


# -- which is best -----------------------------------------------------------------------------------------------------


def evaluation(ask: int, score: float, parameters: int = 0, key: str = "k", **given: object) -> Evaluation:
    fields = {"run": "r", "ask": ask, "term": f"(lambda (w{ask} $0))", "outcome": "ok", "scores": {"accuracy": score}}
    return Evaluation(**{**fields, "parameters": parameters, "key": key and f"{key}{ask}", "size": 3, **given})


def standing(*entries: tuple[Evaluation, str]) -> Standing:
    state = Standing("accuracy", Direction.MAXIMIZE)
    for entry, phase in entries:
        state.ask(entry.ask, phase)
        state.note(entry)
    return state


@pytest.mark.parametrize(
    ("entries", "best"),
    [
        (((evaluation(0, 0.9), EXPLORE), (evaluation(1, 0.8, 10), REFINE)), 0),
        (((evaluation(0, 0.9), EXPLORE), (evaluation(1, 0.95, 10), EXPLORE)), 1),
        (((evaluation(0, 0.9), EXPLORE), (evaluation(1, 0.95, 10), EXPLORE), (evaluation(2, 0.85, 10), REFINE)), 0),
        (((evaluation(0, 0.9, 10), EXPLORE), (evaluation(1, 0.8, 10), REFINE)), 1),
        (((evaluation(0, 0.9), EXPLORE), (evaluation(1, 0.9), FINAL)), 1),
        (((evaluation(0, 0.9), EXPLORE), (evaluation(1, 0.9), EXPLORE)), 0),
        (((evaluation(0, 0.9), EXPLORE), (evaluation(1, 0.9, 10), REFINE), (evaluation(2, 0.9, 10), FINAL)), 0),
    ],
)
def test_what_is_best(entries: tuple[tuple[Evaluation, str], ...], best: int) -> None:
    chosen = standing(*entries).best()
    assert chosen is not None and chosen.ask == best


def test_what_was_fitted_to_less_than_all_is_refined_and_what_was_not_is_not() -> None:
    whole, part = evaluation(0, 0.9), evaluation(1, 0.8, key="")
    state = standing((whole, EXPLORE), (part, EXPLORE))
    assert state.to_refine((), str) == part
    assert state.to_refine((part.term,), str) is None
    assert standing((replace(part, scores={}, outcome="timed out"), EXPLORE)).to_refine((), str) is None
