"""Programs of several branches, and of parts that each err to one side, are found from parts that are kept."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.values import Value
from primitives.words import builtin_words
from search.enumeration.ahead.sets import cheapest, packed, sizes, within
from search.enumeration.answers import Answer
from search.enumeration.enumerator import Enumerator
from search.enumeration.settings import Settings
from search.generation.constants import roundest, thresholds
from search.generation.costs import default_costs

WORDS = {name: builtin_words()[name] for name in ("if", "<", "and", "or", "max", "min", "+")}


def answers(type: str, examples: list[tuple[list, Value]]) -> Iterator[Answer]:
    constants = [(text, parse_type("str"), 2) for text in ("low", "middle", "high")]
    search = Enumerator(
        parse_type(type),
        examples,
        words=WORDS,
        costs=default_costs(WORDS),
        constants=constants if "str" in type else [],
    )
    return (each for each in search.run(max_terms=60_000) if isinstance(each, Answer))


def first(type: str, examples: list[tuple[list, Value]]) -> Answer:
    return next(answers(type, examples))


def test_a_choice_among_several_outputs_is_found_with_its_bounds() -> None:
    inputs = [-700, -90, 5, 61, 96, 103, 140, 250, 377, 480, 513, 690, 801, 940, 2000, 3100]
    named = [([x], "low" if x < 100 else "middle" if x < 500 else "high") for x in inputs]
    found = first("int -> str", named)
    assert found.match == 1.0 and found.cost > 12
    assert thresholds(named) == [100, 500]


def test_branches_that_compare_one_input_all_hold_its_lower_ends() -> None:
    rows = [(a, b, x) for a, b in ((30, 60), (20, 70), (45, 50), (10, 90)) for x in (a - 9, a + 3, b - 2, b + 8)]
    named = [([*row], "low" if row[2] < row[0] else "middle" if row[2] < row[1] else "high") for row in rows]
    found = answers("int -> int -> int -> str", named)
    told = {
        tuple(evaluate(each.term, (30, 60, x), words=WORDS) for x in (29, 30, 59, 60))
        for each in itertools.islice(found, 4)
    }
    assert ("low", "middle", "middle", "high") in told


@pytest.mark.parametrize(
    "choose", [lambda x, y, z: max(x, y + z), lambda x, y, z: max(min(x, y), z), lambda x, y, z: sorted((x, y, z))[1]]
)
def test_the_greatest_and_the_smallest_of_kept_terms_are_put_together(choose) -> None:
    rows = list(itertools.permutations((-7, 2, 5, 19), 3))
    found = first("int -> int -> int -> int", [([*row], choose(*row)) for row in rows])
    assert found.match == 1.0


def test_a_conjunction_of_conditions_is_found_before_its_level() -> None:
    rows = list(itertools.permutations((-7, 2, 5, 19), 3))
    search = Enumerator(
        parse_type("int -> int -> int -> bool"), [([*row], row[0] < row[1] < row[2]) for row in rows], words=WORDS,
        costs=default_costs(WORDS),
    )  # fmt: skip
    found = next(each for each in search.run(max_terms=60_000) if isinstance(each, Answer))
    assert found.match == 1.0 and search.level < found.cost


def test_conditions_within_conditions_are_found_where_no_branch_stands_alone() -> None:
    words = {name: builtin_words()[name] for name in ("if", "mod", "=")}
    kinds = {(True, True): "both", (True, False): "three", (False, True): "five", (False, False): "none"}
    named = [
        ((n,), kinds[n % 3 == 0, n % 5 == 0])
        for n in (3, 5, 7, 9, 10, 15, 22, 24, 30, 31, 33, 35, 44, 45, 50, 57, 60, 61)
    ]
    search = Enumerator(
        parse_type("int -> str"), named, words=words, costs=default_costs(words), settings=Settings(all_examples=True),
        constants=[(text, parse_type("str"), 2) for text in kinds.values()],
    )  # fmt: skip
    found = next(each for each in search.run(max_terms=200_000) if isinstance(each, Answer))
    assert [evaluate(found.term, (n,), words=words) for n in (75, 48, 65, 77)] == ["both", "three", "five", "none"]


def test_bounds_are_told_by_the_outputs_that_come_often() -> None:
    examples = [((n,), "much" if n > 140 else str(n)) for n in (3, 14, 160, 77, 138, 144, 200, 121, 9, 181, 55, 147)]
    assert thresholds(examples) == [140]


def test_sets_of_more_examples_than_a_machine_word_has_bits() -> None:
    marks = np.zeros((4, 130), bool)
    marks[0, [0, 129]], marks[1, 129], marks[2, 0:130], marks[3, 129] = True, True, True, True
    sets = packed(marks)
    assert sizes(sets).tolist() == [2, 1, 130, 1]
    assert within(sets[1:2], sets).tolist() == [[True, True, True, True]]
    assert within(sets[:1], sets).tolist() == [[True, False, True, False]]
    assert cheapest(sets, np.array([5, 4, 1, 3])).tolist() == [2, 3, 0]


@pytest.mark.parametrize(
    ("low", "high", "bound"),
    [(961, 1043, 1000), (3, 4, 4), (-12, -8, -10), (140, 143, 142), (139, 141, 140), (4, 6, 5)],
)
def test_the_roundest_number_between_two(low: int, high: int, bound: int) -> None:
    assert roundest(low, high) == bound
