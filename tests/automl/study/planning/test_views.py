"""Nets that look at their pictures both ways: what they say, and how a planned search comes to one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from automl.budget import Budget
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Prepared, context_of
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import FINAL, REFINE, TRAINED
from automl.study.planning.views import WORDS, both_ways, may_look_twice
from automl.study.stored import stored_model
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task
from library.store import open_store
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes, to_bytes
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from primitives.syntax import parse, show
from primitives.words import builtin_words
from search.bounds import Bounds
from search.generation.spaces.reading import as_space
from search.problem import Problem
from search.strategy import UNTRAINED

ALL = builtin_words()
TYPE = parse_type("Tensor[3,12,12] -> Tensor[4]")
NET = parse("(lambda (x) (pipe x (conv :maps 4) batch_norm relu max_pool flatten (dense :units 4)))", ALL)


def test_the_answer_is_the_mean_of_both() -> None:
    seen = both_ways(NET, TYPE, ALL)
    assert seen is not None and parse(show(seen), ALL) == seen
    net = compile_term(NET, ALL, TYPE, seed=1).eval()
    viewed = compile_term(seen, ALL, TYPE, weights=net.weights()).eval()
    x = torch.randn(5, 3, 12, 12)
    with torch.no_grad():
        assert torch.allclose(viewed(x), (net(x) + net(x.flip(3))) / 2, atol=1e-6)


@pytest.mark.parametrize("type", ["Tensor[432] -> Tensor[4]", "list(Tensor[3,12,12]) -> Tensor[4]"])
def test_what_sees_no_picture_has_no_mirror_image(type: str) -> None:
    assert both_ways(parse("(lambda (x) (dense :units 4 x))", ALL), parse_type(type), ALL) is None


@pytest.mark.parametrize("word", WORDS)
def test_none_without_its_words(word: str) -> None:
    assert both_ways(NET, TYPE, {name: each for name, each in ALL.items() if name != word}) is None


@pytest.fixture(scope="module")
def cars() -> Task:
    """Pictures with a bright spot in one of four heights, half of them mirrored."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 120, size=(4000, 1, 12, 12), dtype=np.uint8), np.arange(4000) % 4
    for row, column, each, label in zip(*rng.integers(0, 2, (2, len(y))), x, y, strict=True):
        each[0, 3 * label + row, 10 * column] += 40
    return labelled_task("cars", x, y)


def test_an_order_scores_what_it_begins_with_and_trains_another_program_in_its_place(cars: Task) -> None:
    prepared = Prepared(context_of(cars.data, Vocabulary()))
    text = "(lambda (x) (pipe x (conv :maps 4 @1) batch_norm relu flatten (dense :units 4 @2)))"
    seen = both_ways(parse(text, ALL), cars.data.type, ALL)
    assert seen is not None
    net = evaluate_candidate(prepared, {"term": text, "epochs": 1, "seed": 3})
    assert net.weights is not None
    sites = {name.rpartition(".")[0]: ["w", name.rpartition(".")[0]] for name in from_bytes(net.weights)}
    same = evaluate_candidate(
        prepared, {"term": text, "epochs": 0, "start": {"blobs": {"w": net.weights}, "sites": sites}}
    )
    assert same.scores == net.scores and same.weights == net.weights
    as_net = evaluate_candidate(prepared, {"term": show(seen), "trained": text, "epochs": 1, "seed": 3})
    assert as_net.scores == net.scores and as_net.weights == net.weights
    assert to_bytes(from_bytes(net.weights)) == net.weights


@pytest.mark.slow
def test_a_planned_search_tries_it_once_and_trains_the_net_that_it_shows(cars: Task) -> None:
    store = open_store("memory:")
    study = open_study(cars, store, Options(Budget(20.0)), run_id="r")
    found = run_study(study)
    infos, phases = study.standing.infos, study.standing.phases
    views = [ask for ask, info in infos.items() if UNTRAINED in info]
    assert study.schedule.is_planned and len(views) == 1 and phases[views[0]] == REFINE
    of, final = (infos[ask] for ask in (views[0], next(ask for ask in phases if phases[ask] == FINAL)))
    assert study.evaluations[views[0]].weights == study.evaluations[of["of"]].weights
    assert final.get(TRAINED) == (study.evaluations[of["of"]].term if final["of"] == views[0] else None)
    assert (
        len(stored_model(store, store.runs()[0], study.vocabulary).predict(cars.test.inputs[0][:3])) == 3
        and found.test_score is not None
    )


def test_twice_the_work_is_not_done_where_that_is_bounded() -> None:
    assert may_look_twice(Problem(TYPE, ALL)) and may_look_twice(Problem(TYPE, ALL, bounds=Bounds(parameters=99)))
    for name in ("operations", "memory", "latency"):
        assert not may_look_twice(Problem(TYPE, ALL, bounds=Bounds(**{name: 99})))


def test_a_program_of_a_given_form_keeps_it() -> None:
    space = as_space(parse("(lambda (x) (pipe x (conv :maps (range 4 8)) flatten (dense :units 4)))", ALL))
    assert not may_look_twice(Problem(TYPE, ALL, space=space))
