"""Examples that are wrong are outvoted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automl.tasks.kinds.examples import examples_task
from primitives.syntax import parse
from primitives.words import builtin_words
from search.problem import Example, Problem
from search.reports import Hit
from search.strategies.enumerative import Enumerative

WORDS = {name: word for name, word in builtin_words().items() if name in ("+", "*", "reverse", "sort", "head", "last")}
LISTS = [(3, 1, 2), (5, 4), (9, 7, 8, 6), (2, 0, 1), (4, 3), (8, 1, 9)]


def problem(wrong: dict[int, tuple[int, ...]]) -> Problem:
    type = examples_task("t", "list(int) -> list(int)", [(([1],), [1])]).type
    examples: tuple[Example, ...] = tuple(
        ((each,), wrong.get(place, tuple(sorted(each)))) for place, each in enumerate(LISTS)
    )
    return Problem(type, WORDS, examples=examples)


@pytest.mark.parametrize("wrong", [{}, {1: (7,)}, {0: (0,), 5: (1, 1)}])
def test_the_program_for_the_others_is_found(wrong: dict[int, tuple[int, ...]]) -> None:
    given = replace(problem(wrong), tolerate=2)
    hit = next(found for found in Enumerative(given).run(None, 200_000) if isinstance(found, Hit))
    assert hit.term == parse("(lambda (x) (sort x))", WORDS)


def test_more_wrong_ones_than_are_tolerated_are_not_outvoted() -> None:
    given = replace(problem({0: (0,), 2: (5,), 5: (1, 1)}), tolerate=2)
    assert not any(isinstance(found, Hit) for found in Enumerative(given).run(None, 5_000))
