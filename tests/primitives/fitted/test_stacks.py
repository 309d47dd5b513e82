"""Which fitted words are fitted on what other fitted words say."""

from __future__ import annotations

import pytest

from primitives.fitted.stacks import fitted_sites, stacked_sites
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
TOP = "linear :units 3 @1"


@pytest.mark.parametrize(
    ("body", "stacked"),
    [
        (f"({TOP} x)", set()),
        (f"(add ({TOP} x) (linear :units 3 @2 x))", set()),
        (f"({TOP} (linear :units 3 @2 x))", {"2"}),
        (f"({TOP} (relu (concat_maps x (linear :units 3 @2 (constant :units 3 @3 x)))))", {"2", "3"}),
        (f"(let ((y (linear :units 3 @2 x))) (add y ({TOP} y)))", {"2"}),
        (f"(let ((y (linear :units 3 @2 x))) (add y ({TOP} x)))", set()),
        (f"((lambda (y) ({TOP} y)) (linear :units 3 @2 x))", {"2"}),
        (f"(compose (linear :units 3 @2) ({TOP}) x)", {"1", "2"}),
        (f"({TOP} (dense :units 4 @2 x))", set()),
    ],
)
def test_a_word_is_stacked_where_another_is_fitted_on_what_it_says(body: str, stacked: set[str]) -> None:
    assert stacked_sites(parse(f"(lambda (x) {body})", WORDS), WORDS) == stacked


def test_sites_of_trained_words_are_none() -> None:
    term = parse("(lambda (x) (linear :units 3 @1 (dense :units 4 @2 x)))", WORDS)
    assert list(fitted_sites(term, WORDS)) == ["1"]
