"""What words cost before anything is learned."""

from __future__ import annotations

import pytest

from primitives.notation.types import parse_type
from primitives.words import builtin_words
from search.generation.costs import CONVERTING, default_costs

WORDS = builtin_words()


@pytest.mark.parametrize("type", ["int -> float -> float", "list(int) -> float", "float -> int"])
def test_conversions_are_cheap_where_a_task_has_both_kinds_of_numbers(type: str) -> None:
    usual, mixed = default_costs(WORDS), default_costs(WORDS, parse_type(type))
    for name in ("to_float", "floor", "ceil", "round"):
        assert mixed.of(name) == CONVERTING < usual.of(name)
        assert default_costs(WORDS, parse_type("list(int) -> int")).of(name) == usual.of(name)
    assert mixed.of("+") == usual.of("+")
