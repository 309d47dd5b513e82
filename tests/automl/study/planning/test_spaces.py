"""A search of a program with free parts: by the command, from Python, and refused where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import automl as package
from automl.api import Library
from automl.errors import StudyError
from automl.study.opening import resume_options
from automl.tasks.kinds.examples import examples_task
from automl.testing.commands import Found, lines_of, refused
from primitives.syntax import parse
from primitives.words import builtin_words
from search.generation.spaces.matching import parts_of
from search.generation.spaces.reading import as_space
from search.strategy import StrategyError

SQUARES = examples_task("squares", "list(int) -> int", [(([1, 2],), 5), (([3],), 9), (([2, 2, 1],), 9)])
SPACE = "(lambda (xs) (sum (map ?each xs)))"
WORDS = builtin_words()


@pytest.mark.parametrize("strategy", [None, "genetic", "random", "bayesian"])
def test_a_search_fills_the_free_parts_alone(strategy: str | None) -> None:
    result = package.search(
        SQUARES, evaluations=150, strategy=strategy, space=SPACE, words=["+", "*", "-", "max"], quiet=True
    )
    space = as_space(parse(SPACE, WORDS))
    assert result.solved and all(parts_of(space, parse(each.term, WORDS)) is not None for each in result.history)


def test_a_small_space_is_exhausted() -> None:
    space = "(lambda (xs) ((choice sum length) (map (lambda (x) ((choice + *) x x)) xs)))"
    result = package.search(SQUARES, evaluations=100, strategy="random", space=space, quiet=True)
    assert result.solved and len({each.term for each in result.history}) == len(result.history) <= 4


def test_the_run_knows_its_space_and_begins_within_it() -> None:
    starts = ["(lambda (xs) (sum (map (lambda (x) (* x x)) xs)))"]
    with Library("memory:") as library:
        result = package.search(SQUARES, evaluations=3, space=SPACE, starts=starts, library=library, quiet=True)
        assert result.solved and resume_options(library.store.run(result.run)).space == SPACE
    with pytest.raises(StudyError, match="is no program of the space"):
        package.search(SQUARES, evaluations=3, space=SPACE, starts=["(lambda (xs) (length xs))"], quiet=True)


@pytest.mark.parametrize(
    ("space", "said"),
    [("(lambda (xs) (sum xs))", "no part is free"), ("(lambda (xs) (map ?f xs))", "no filling of .* needed list"),
     ("(lambda (xs) (summ ?f))", "word='summ' is not known; did you mean sum"), ("(lambda (xs) (choice xs))", "two alternatives"),
     ("(lambda (xs) (+ ?a ?a))", "stands in 2 places"), ("no_such_file", "needed the text of a program")],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused_in_a_line(space: str, said: str) -> None:
    with pytest.raises(StudyError, match=said) as caught:
        package.search(SQUARES, evaluations=3, space=space, quiet=True)
    assert "\n" not in str(caught.value)


def test_an_enumeration_fills_no_free_parts() -> None:
    with pytest.raises((StudyError, StrategyError), match="'enumerative' fills no free parts"):
        package.search(SQUARES, evaluations=3, strategy="enumerative", space=SPACE, quiet=True)


def test_the_command_takes_a_file(folder: Path, automl: Callable[..., Found]) -> None:
    examples = [{"inputs": [[1, 2]], "output": 5}, {"inputs": [[3]], "output": 9}]
    Path("tasks.jsonl").write_text(lines_of([{"name": "s", "type": "list(int) -> int", "examples": examples}]))
    Path("space.txt").write_text("(lambda (xs) (sum (map (lambda (x) ((choice + * -) x x)) xs)))")
    code, told, _ = automl("search", "tasks.jsonl", "--space", "space.txt", "--evaluations", "20")
    assert code == 0 and "(* y y)" in told
    refused(automl("search", "tasks.jsonl", "--space", "(lambda (xs) ?a ?b)", "--evaluations", "3"), "space=")
