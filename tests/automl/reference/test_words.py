"""Words are found by a text, a family and a type, and are said to give what they give."""

from __future__ import annotations

import dataclasses
import json

import pytest

from automl.reference.examples import ExampleFailed, evaluate_example
from automl.reference.words import families, find_words, plain_word, setting_range
from primitives.notation.types import TypeSyntaxError
from primitives.primitive import Setting
from primitives.words import builtin_words

WORDS = builtin_words()


def test_families_have_all_words_once() -> None:
    found = families(WORDS)
    assert sorted(word.name for family in found for word in family.words) == sorted(WORDS)
    assert [family.name for family in found] == sorted({family.name for family in found})
    assert all(family.doc for family in found)


def test_words_are_found_by_text_and_by_type() -> None:
    assert {"sort", "sort_by", "argsort"} <= {word.name for word in find_words(WORDS, "sort")}
    assert "median" not in WORDS
    assert find_words(WORDS, "no such text anywhere") == []
    by_type = [word.name for word in find_words(WORDS, "int -> list(a) -> a")]
    assert by_type[0] == "index"
    assert len(find_words(WORDS, "")) == len(WORDS)
    with pytest.raises(TypeSyntaxError):
        find_words(WORDS, "list( -> int")


@pytest.mark.parametrize(
    ("name", "value"),
    [("//", "-4"), ("fold", "4"), ("recall", '"Ada"'), ("keys", '["a", "b"]'), ("map_values", '{"a": -1, "b": -2}'), ("linear", "[6.0]")],
)  # fmt: skip
def test_examples_have_the_values_that_are_known(name: str, value: str) -> None:
    assert evaluate_example(WORDS[name], WORDS).value == value


def test_an_example_says_what_the_word_costs() -> None:
    found = evaluate_example(WORDS["dense"], WORDS)
    assert (found.parameters, found.operations, found.type, found.weights) == (8, 6, "Tensor[2]", "as they start")
    assert evaluate_example(WORDS["forest"], WORDS).weights == "fitted"


def test_an_example_without_a_value_is_refused() -> None:
    bad = dataclasses.replace(WORDS["head"], example="(head empty)")
    with pytest.raises(ExampleFailed, match="head"):
        evaluate_example(bad, WORDS)


def test_ranges_are_said_for_people() -> None:
    assert setting_range(Setting("units", 32, 1, 4096, log=True)) == "1 to 4096, by its logarithm"
    assert setting_range(Setting("causal", False, choices=(False, True))) == "false or true"


def test_what_is_said_of_a_word_is_json() -> None:
    row = plain_word(WORDS["dropout"])
    assert json.loads(json.dumps(row)) == row and row["traits"] == ["stochastic"]
