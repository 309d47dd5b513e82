"""The words that are worth trying alone before anything else."""

from __future__ import annotations

import pytest

from primitives.notation.types import parse_type
from primitives.syntax import show
from primitives.words import builtin_words
from search.generation.starts import first_tries

WORDS = builtin_words()


def test_first_tries_are_words_alone_in_their_order_with_the_settings_of_the_type() -> None:
    texts = [show(term) for term in first_tries(parse_type("Tensor[13] -> Tensor[3]"), WORDS)]
    assert [text.split("(")[3].split()[0] for text in texts] == ["constant", "linear", "boosting", "forest"]
    assert all(":units 3" in text for text in texts)


@pytest.mark.parametrize(
    "type", ["Tensor[1,8,8] -> Tensor[10]", "list(int) -> int", "Tensor[4] -> Tensor[4] -> Tensor[2]"]
)
def test_there_are_none_where_no_such_word_fits(type: str) -> None:
    assert first_tries(parse_type(type), WORDS) == ()


def test_only_words_that_the_problem_has_are_tried() -> None:
    some = {name: WORDS[name] for name in ("dense", "forest")}
    (only,) = first_tries(parse_type("Tensor[2] -> Tensor[1]"), some)
    assert "forest :units 1" in show(only)
