"""Words of a library that make features of a task's inputs: by type, then by how they suit the examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from automl.budget import Budget
from automl.study.opening import Options, open_study, resume_options, run_study
from automl.study.planning.beginning import begun_problem
from automl.study.planning.reused import library_starts
from automl.study.planning.schedule import Schedule
from automl.study.reuse.retrieval import TypeIndex, adaptation, suited_words
from automl.study.words import load_vocabulary
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.task import Task
from library.digests import word_digest
from library.records import Subroutine
from library.store import AbstractStore
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Lambda, show_canonical, words_in
from primitives.types import function, tensor
from primitives.words import builtin_words

WORDS = builtin_words()
HALF = (torch.arange(6) < 3).float()
CORNERS = torch.stack([torch.outer(HALF, HALF), torch.outer(1 - HALF, 1 - HALF)]).flatten(1)
"""Two features of a picture that tell its class; all others are noise."""


def add(store: AbstractStore, name: str, weight: torch.Tensor, shape: str = "1,6,6") -> Subroutine:
    """A word with weights: a linear map of a picture."""
    body = parse(f"(lambda (x) (dense :units {len(weight)} @1 (flatten x)))", WORDS)
    blob = store.blobs.put({"1.weight": weight, "1.bias": torch.zeros(len(weight))})
    record = Subroutine(
        name=name, digest=word_digest(body, blob), type=f"Tensor[{shape}] -> Tensor[{len(weight)}]", kind="geometric",
        body=show_canonical(body), weights=blob,
    )  # fmt: skip
    store.promote([record], [], {name: {"reasons": ["a test"]}})
    return record


def corners(examples: int, seed: int = 0) -> Task:
    """Pictures that are noise, but for a faint light in one of two corners, or in none."""
    rng = np.random.default_rng(seed)
    y = np.tile(np.arange(3), 200 + examples)
    lights = np.concatenate([CORNERS.numpy(), np.zeros((1, 36), np.float32)]).reshape(3, 1, 6, 6)
    x = (rng.normal(size=(len(y), 1, 6, 6)) + 1.0 * lights[y]).astype(np.float32)
    few = 3 * examples
    return labelled_task("corners", x[:few], y[:few], x[few:], y[few:], scaling="none", split=Split(seed=seed))


@pytest.fixture
def stocked(store: AbstractStore) -> AbstractStore:
    """A library with the two features, as many random ones, and words of other types."""
    generator = torch.Generator().manual_seed(0)
    add(store, "useful", CORNERS / 3)
    for number in range(4):
        add(store, f"random_{number}", torch.randn(2, 36, generator=generator) / 6)
    add(store, "small", torch.randn(2, 9, generator=generator), "1,3,3")
    add(store, "coloured", torch.randn(2, 108, generator=generator), "3,6,6")
    add(store, "wide", torch.randn(2, 64, generator=generator), "1,8,8")
    return store


def test_words_are_found_by_the_type_of_their_input(stocked: AbstractStore) -> None:
    index = TypeIndex(load_vocabulary(stocked))
    found = [word.name for word in index.taking(parse_type("Tensor[1,6,6]"))]
    assert found[:5] == ["random_0", "random_1", "random_2", "random_3", "useful"] and set(found[5:]) == {
        "small",
        "coloured",
    }
    assert index.taking(parse_type("Tensor[4]")) == [] and index.taking(parse_type("list(int)")) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [((1, 28, 28), (1, 14, 14)), ((1, 28, 28), (1, 8, 8)), ((3, 32, 32), (1, 16, 16)), ((1, 6, 6), (3, 6, 6))],
)
def test_inputs_are_made_to_fit(given: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    term = adaptation(given, wanted)
    assert term is not None
    module = compile_term(Lambda(term), WORDS, function(tensor(*given), tensor(*wanted)))
    x = torch.rand(2, *given)
    assert tuple(module(x).shape[1:]) == wanted and float(module(x).mean()) == pytest.approx(float(x.mean()), abs=0.03)


@pytest.mark.parametrize(
    ("given", "wanted"), [((1, 8, 8), (1, 28, 28)), ((1, 32, 32), (1, 28, 28)), ((2, 6, 6), (1, 6, 6)), ((5,), (4,))]
)
def test_what_would_be_cut_off_or_made_up_does_not_fit(given: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    assert adaptation(given, wanted) is None


@pytest.mark.parametrize("examples", [2, 5, 30])
def test_the_word_that_suits_the_examples_comes_first(stocked: AbstractStore, examples: int) -> None:
    found = suited_words(TypeIndex(load_vocabulary(stocked)), corners(examples).data, 3)
    assert len(found) == 3 and found[0].word.name == "useful" and found[0].evidence > found[1].evidence


def test_a_task_with_few_examples_begins_with_the_library(stocked: AbstractStore) -> None:
    vocabulary = load_vocabulary(stocked)
    problem = begun_problem(corners(5), vocabulary, Options(Budget(evaluations=5)), Schedule())
    first = [word.name for word in words_in(problem.starts[0])]
    assert first[:2] == ["linear", "useful"]
    uses = [dict(w.settings).get("use") for start in problem.starts for w in words_in(start) if w.name == "useful"]
    assert "frozen" in uses and "tuned" in uses
    none = Options(Budget(evaluations=5), starts="none")
    assert begun_problem(corners(5), vocabulary, none, Schedule()).starts == ()
    assert library_starts(corners(400).data, problem, vocabulary) == ()  # examples enough


def test_every_word_is_tried_before_more_is_tried_on_the_best(stocked: AbstractStore) -> None:
    problem = begun_problem(corners(5), load_vocabulary(stocked), Options(Budget(evaluations=5)), Schedule())
    names = [{word.name for word in words_in(start)} for start in problem.starts[:8]]
    used = [next(name for name in each if name in load_vocabulary(stocked).definitions) for each in names]
    assert used[::2] == used[1::2] and len(set(used)) == 4 and used[0] == "useful"
    assert all("nearest" not in alone and {"linear", "nearest"} < both for alone, both in zip(*[iter(names)] * 2))


def test_of_one_example_of_a_class_the_copies_are_looked_at(stocked: AbstractStore) -> None:
    """By as many examples as classes any features that are narrow enough would do."""
    index, data = TypeIndex(load_vocabulary(stocked)), corners(1).data
    assert data.folds is None and len(data.validation) == 10 * len(data.train)
    turned = replace(data, validation=replace(data.validation, targets=(np.asarray(data.validation.targets) + 1) % 3))
    assert suited_words(index, data, 1)[0].evidence != suited_words(index, turned, 1)[0].evidence


def test_a_search_that_is_gone_on_with_looks_for_nothing_again(
    stocked: AbstractStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = open_study(corners(5), stocked, Options(Budget(evaluations=5)))
    for name in ("library_starts", "plain_starts", "within_bounds", "name_starts"):
        monkeypatch.delattr(f"automl.study.planning.beginning.{name}")
    again = open_study(corners(5), stocked, resume_options(begun.record), run=begun.record)
    assert again.strategy.problem.starts == begun.strategy.problem.starts != ()


@pytest.mark.parametrize(("examples", "folds"), [(1, None), (5, 5)])
def test_a_search_by_few_examples_uses_the_library(stocked: AbstractStore, examples: int, folds: int | None) -> None:
    """With one evaluation: that of the word which suits best, and with five examples of a class that is the one that tells the classes."""
    run = open_study(corners(examples), stocked, Options(Budget(evaluations=1)))
    result = run_study(run)
    assert len(result.subroutines) == 1 and result.parameters == 0  # the features are frozen, and the head is fitted
    found = stocked.evaluations(run.record.id)[0].scores
    assert found.get("folds") == folds and 0 < found["accuracy"] <= 1
    if folds:
        assert result.subroutines == ("useful",) and result.test_score is not None and result.test_score > 0.7


def test_all_labelled_examples_are_judged_by_where_there_are_folds(stocked: AbstractStore) -> None:
    """The targets of the validation part are turned round: with folds the evidence is another, without it is the same."""
    index, data = TypeIndex(load_vocabulary(stocked)), corners(5).data
    held_out = data.validation
    other = replace(data, validation=replace(held_out, targets=(np.asarray(held_out.targets) + 1) % 3))
    assert data.folds is not None
    best, changed = (suited_words(index, each, 1)[0].evidence for each in (data, other))
    assert best != changed
    alone, same = (suited_words(index, replace(each, folds=None), 1)[0].evidence for each in (data, other))
    assert alone == same != best
