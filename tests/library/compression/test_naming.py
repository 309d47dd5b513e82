"""Names of found words: they say all that the word does, or are a number."""

from __future__ import annotations

import pytest

from library.compression.naming import MAX_NAME, name_of
from primitives.notation.names import is_word_name
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("(lambda (map (lambda (* $0 $0)) $0))", "map_square"),
        ("(lambda (map (lambda (+ $0 $0)) $0))", "map_double"),
        ("(lambda (lambda (map (lambda (+ $0 $2)) $0)))", "map_add"),
        ("(lambda (sum (map (lambda (* $0 2)) $0)))", "f1"),
        ("(lambda (reverse (sort $0)))", "reverse_of_sort"),
        ("(lambda (reverse (map (lambda (if (= $0 1) 2 $0)) (sort $0))))", "f1"),
    ],
)
def test_a_name_says_all_or_is_a_number(body: str, name: str) -> None:
    found = name_of(parse(body, WORDS), WORDS, WORDS)
    assert found == name and is_word_name(found) and len(found) <= MAX_NAME


def test_a_taken_name_is_numbered() -> None:
    square, long = (
        "(lambda (map (lambda (* $0 $0)) $0))",
        "(lambda (reverse (map (lambda (if (= $0 1) 2 $0)) (sort $0))))",
    )
    assert name_of(parse(square, WORDS), {"map_square", "map_square_2"}, WORDS) == "map_square_3"
    assert name_of(parse(long, WORDS), {"f1", "f2"}, WORDS) == "f3"
