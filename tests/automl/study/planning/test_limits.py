"""Bounds as users write them, and what a search does with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from automl.api import make_options
from automl.errors import StudyError
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.latency import RUNS, WARMING, median_seconds
from automl.evaluation.prepared import Prepared, context_of
from automl.study.opening import open_study, run_study
from automl.study.planning.limits import as_options, read_bounds, within_bounds
from automl.study.planning.schedule import Schedule
from automl.tasks.kinds.labelled import labelled_task
from automl.testing.commands import Found, refused
from library.stores.memory import MemoryStore
from library.vocabulary import Vocabulary
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.words import builtin_words
from search.bounds import Bounds
from search.problem import Problem

WORDS = builtin_words()
SMALL = "(lambda (x) (dense :units 3 @1 (global_pool x)))"
LARGE = "(lambda (x) (dense :units 3 @1 (relu (dense :units 500 @2 (flatten x)))))"


def pictures():
    y = np.arange(60) % 3
    return labelled_task("pictures", np.random.default_rng(0).normal(size=(60, 1, 8, 8)) + y[:, None, None, None], y)


def test_bounds_are_read_as_people_write_them() -> None:
    given = {"max_parameters": "8e3", "max_operations": 2_000_000, "max_memory": "1.5MB", "max_latency": "5ms"}
    assert read_bounds(given) == Bounds(8000, 2_000_000, 1_500_000, 0.005)
    assert read_bounds({"max_memory": 900, "max_latency": timedelta(seconds=2)}) == Bounds(memory=900, latency=2.0)
    assert read_bounds({}) == read_bounds(dict.fromkeys(given)) == Bounds()


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_parameters", "many"), ("max_parameters", 0), ("max_parameters", True), ("max_operations", "1.5"), ("max_operations", "inf"),
     ("max_memory", "10"), ("max_memory", "10 stones"), ("max_latency", "5"), ("max_latency", "5 evaluations"), ("max_latency", "-1s")],
)  # fmt: skip
def test_what_is_no_bound_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(StudyError, match=f"{name}.*needed"):
        read_bounds({name: value})


@pytest.mark.parametrize("bounds", [Bounds(), Bounds(1, 2, 3, 0.005), Bounds(latency=0.0000017), Bounds(memory=10**12)])
def test_options_say_the_bounds_that_they_were_read_as(bounds: Bounds) -> None:
    assert read_bounds({name.replace("-", "_"): text for name, text in as_options(bounds).items()}) == bounds


def test_starts_beyond_the_bounds_are_left_out() -> None:
    starts = (parse(SMALL, WORDS), parse(LARGE, WORDS))
    problem = Problem(parse_type("Tensor[1,8,8] -> Tensor[3]"), WORDS, starts=starts, bounds=Bounds(parameters=100))
    assert within_bounds(problem).starts == starts[:1]


def test_what_is_impossible_is_refused_with_the_least_that_is_needed() -> None:
    words = {name: WORDS[name] for name in ("dense", "flatten", "relu")}
    problem = Problem(parse_type("Tensor[1,8,8] -> Tensor[3]"), words, bounds=Bounds(parameters=50))
    with pytest.raises(StudyError, match=r"max_parameters=50: no program .* the least is 195 parameters"):
        within_bounds(problem)


@pytest.mark.parametrize(("most", "outcome"), [(100, "out of bounds"), (10**6, "ok")])
def test_what_a_fit_makes_counts_once_it_is_fitted(most: int, outcome: str) -> None:
    context = context_of(pictures().data, Vocabulary(), bounds=Bounds(parameters=most))
    found = evaluate_candidate(Prepared(context), {"term": "(lambda (x) (tree :units 3 @1 (flatten x)))", "epochs": 1})
    assert found.outcome == outcome and (found.weights is None) == (outcome != "ok")


def test_a_candidate_beyond_a_bound_is_not_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever proposed it: a strategy from outside may not look at the bounds."""
    context = context_of(pictures().data, Vocabulary(), bounds=Bounds(parameters=100))
    monkeypatch.setattr("automl.evaluation.training.train", lambda *given: pytest.fail("it was trained"))
    found = evaluate_candidate(Prepared(context), {"term": LARGE, "epochs": 1})
    assert (found.outcome, found.parameters, found.scores) == ("out of bounds", 34003, {})
    assert "max_parameters" in found.detail


@pytest.mark.parametrize("text", [SMALL, "(lambda (x) (nearest :units 3 @1 (flatten x)))"])
def test_a_candidate_that_is_too_slow_is_out_of_bounds(text: str) -> None:
    data = pictures().data
    slow = evaluate_candidate(
        Prepared(context_of(data, Vocabulary(), bounds=Bounds(latency=1e-9))), {"term": text, "epochs": 1}
    )
    assert slow.outcome == "out of bounds" and "max_latency" in slow.detail and not slow.scores
    fast = evaluate_candidate(
        Prepared(context_of(data, Vocabulary(), bounds=Bounds(latency=60.0))), {"term": text, "epochs": 1}
    )
    assert fast.outcome == "ok" and fast.scores


def test_the_time_of_an_inference_is_a_median_of_several() -> None:
    calls: list[int] = []
    assert median_seconds(lambda: calls.append(1)) >= 0
    assert WARMING < len(calls) <= WARMING + RUNS


@pytest.mark.parametrize("strategy", ["random", "genetic", "bayesian"])
def test_a_search_trains_nothing_beyond_its_bounds(strategy: str) -> None:
    short = Schedule(epochs=1, refine_epochs=1)
    options = make_options(evaluations=6, strategy=strategy, max_parameters="300", schedule=short)
    result = run_study(open_study(pictures(), MemoryStore(), options))
    assert result.program and 0 < len(result.history)
    assert all(each.parameters <= 300 for each in result.history)
    beyond = [each for each in result.history if each.outcome == "out of bounds"]
    assert all("nearest" in each.term for each in beyond), "only a fit tells how many numbers it keeps"


def test_the_command_takes_bounds_and_refuses_what_is_impossible(folder: Path, automl: Callable[..., Found]) -> None:
    code, shown, _ = automl("search", "digits", "--max-parameters", "8e3", "--max-latency", "5ms", "--print-config")
    assert code == 0 and 'max-parameters = "8e3"' in shown and 'max-latency = "5ms"' in shown
    given = ("--words", "dense,flatten", "--evaluations", "2")
    refused(automl("search", "digits", "--max-parameters", "5", *given), "max_parameters=5", "the least is")
