"""The words that are worth trying alone before anything else."""

from __future__ import annotations

import pytest

from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import show
from primitives.term import words_in
from primitives.words import builtin_words
from search.generation.starts import first_tries

WORDS = builtin_words()


def test_first_tries_are_words_alone_and_a_stack_in_their_order_with_the_settings_of_the_type() -> None:
    type = parse_type("Tensor[13] -> Tensor[3]")
    terms = first_tries(type, WORDS)
    assert [[word.name for word in words_in(term)] for term in terms] == [
        ["constant"], ["linear"], ["boosting"], ["forest"],
        ["linear", "concat_maps", "bound_odds", "linear", "concat_maps", "bound_odds", "boosting", "bound_odds", "forest"],
    ]  # fmt: skip
    assert all(dict(word.settings)["units"] == 3 for term in terms for word in words_in(term) if word.site is not None)
    assert all(infer(term, WORDS, type).type == type for term in terms)
    assert list(infer(terms[-1], WORDS, type).sites) == ["2", "3", "4", "1"]


def test_a_stack_does_without_a_word_that_stands_between() -> None:
    some = {name: word for name, word in WORDS.items() if not word.prior.between}
    assert not {word.name for word in words_in(first_tries(parse_type("Tensor[2] -> Tensor[3]"), some)[-1])} & {
        "bound_odds"
    }


def test_a_stack_has_parts_and_a_word_that_joins_them() -> None:
    type = parse_type("Tensor[2] -> Tensor[1]")
    for names in (("linear", "concat_maps"), ("linear", "forest"), ("forest", "boosting", "concat_maps")):
        assert all(len(words_in(term)) == 1 for term in first_tries(type, {name: WORDS[name] for name in names}))


@pytest.mark.parametrize(
    "type", ["Tensor[1,8,8] -> Tensor[10]", "list(int) -> int", "Tensor[4] -> Tensor[4] -> Tensor[2]"]
)
def test_there_are_none_where_no_such_word_fits(type: str) -> None:
    assert first_tries(parse_type(type), WORDS) == ()


def test_only_words_that_the_problem_has_are_tried() -> None:
    some = {name: WORDS[name] for name in ("dense", "forest")}
    (only,) = first_tries(parse_type("Tensor[2] -> Tensor[1]"), some)
    assert "forest :units 1" in show(only)
