"""Remainders, quotients and multiples are found with whatever numbers they are by."""

from __future__ import annotations

import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.words import builtin_words
from search.enumeration.answers import Answer
from search.enumeration.enumerator import Enumerator
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

WORDS = {name: builtin_words()[name] for name in ("+", "*", "mod", "//")}
INPUTS = (3, -40, 155, 7019, 88, 412, 2600, 931, -777)


WHOLE = (
    lambda n: n % 61, lambda n: 32 + n * n % 64, lambda n: (n + 17) % 26, lambda n: 98 + (n + 16) % 26,
    lambda n: n * n // 250, lambda n: 37 * n - 1001,
)  # fmt: skip


@pytest.mark.parametrize("answer", WHOLE)
def test_a_word_is_found_with_its_numbers(answer) -> None:
    search = Enumerator(
        parse_type("int -> int"), [((n,), answer(n)) for n in INPUTS], words=WORDS, costs=default_costs(WORDS),
        settings=Settings(all_examples=True),
    )  # fmt: skip
    found = next(each for each in search.run(max_terms=200_000) if isinstance(each, Answer))
    assert search.level <= found.cost
    assert [evaluate(found.term, (n,), words=WORDS) for n in (12_345, -6)] == [answer(12_345), answer(-6)]


def test_four_examples_tell_a_number() -> None:
    inputs = (
        1,
        35,
        62,
        231,
        551,
        757,
        532,
        960,
        455,
        293,
        925,
        1788,
        1961,
        1939,
        9995,
        4622,
        3321,
        4883,
        5905,
        4635,
        5128,
    )
    words = builtin_words()
    search = Enumerator(
        parse_type("int -> int"), [((n,), n // 25) for n in inputs], words=words, costs=default_costs(words),
        settings=Settings(lambda_depth=0),
    )  # fmt: skip
    found = next(each for each in search.run(max_terms=5_000) if isinstance(each, Answer))
    assert len(search.basis.chosen) == 4
    assert [evaluate(found.term, (n,), words=words) for n in (1_999, 44)] == [79, 1]


def test_where_there_is_none_none_is_found() -> None:
    search = Enumerator(
        parse_type("int -> int"), [((n,), len(str(n * n)) ** 3 % (7 + n % 5)) for n in INPUTS], words=WORDS,
        costs=default_costs(WORDS), settings=Settings(all_examples=True),
    )  # fmt: skip
    assert not any(isinstance(each, Answer) for each in search.run(max_terms=20_000))
