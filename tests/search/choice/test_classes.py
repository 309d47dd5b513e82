"""A task that chooses among a few outputs is known by them."""

from __future__ import annotations

import pytest

from primitives.syntax import parse
from primitives.words import builtin_words
from search.choice.classes import by_accident, choosing, classes
from search.choice.ranking import shape_of
from search.generation.costs import default_costs


@pytest.mark.parametrize(
    ("outputs", "few"), [("ab" * 6, 2), ("ab" * 3, 0), ("abcdefghij" * 3, 0), ("a" * 12, 0), ("abcabc" * 2, 3)]
)
def test_what_is_a_choice(outputs: str, few: int) -> None:
    assert len(classes(list(outputs))) == few


def test_outputs_that_are_written_down_and_the_branches_between_them_count_nothing() -> None:
    words = builtin_words()
    term = parse('(lambda (n) (if (< n 20) "a" (if (< n 30) "b" "c")))', words)
    shape = shape_of(term, 1, default_costs(words), words)
    plain = choosing(shape, term, frozenset())
    assert plain == shape and (plain.literals, plain.branches) == (5, 2)
    told = choosing(shape, term, classes(list("abc" * 4)))
    assert (told.literals, told.branches) == (2, 0)


def test_few_outputs_of_two_kinds_are_met_by_accident_once_many_programs_were_considered() -> None:
    even, rare = [True, False] * 10, [True] * 18 + [False] * 2
    assert by_accident(0.9, even, 100) == pytest.approx(0.9, abs=0.01)
    assert by_accident(0.9, even, 100_000) < 0.7
    assert by_accident(0.9, rare, 10_000) < by_accident(0.9, even, 10_000) / 4
    assert by_accident(0.9, even * 5, 10**9) == pytest.approx(0.9)
