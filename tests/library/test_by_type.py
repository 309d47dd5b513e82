"""Words found by their types: unified, arguments in any order, the nearest first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from library.browsing.by_type import TypedWord, search_types
from primitives.notation.types import TypeSyntaxError, parse_scheme
from primitives.unify import Mismatch, Unifier

TYPES = {
    "length": "list(a) -> int",
    "total": "list(int) -> int",
    "largest": "Ord a => list(a) -> a",
    "sum_by": "(a -> int) -> list(a) -> int",
    "map": "(a -> b) -> list(a) -> list(b)",
    "take": "int -> list(a) -> list(a)",
    "power": "int -> int -> int",
    "head_or": "a -> list(a) -> a",
    "widen": "Tensor[n] -> Tensor[10]",
    "same_shape": "Tensor[s...] -> Tensor[s...]",
    "broken": "list(int ->",
    "answer": "int",
}
WORDS = tuple(TypedWord(name, f"d{number}", type) for number, (name, type) in enumerate(TYPES.items()))


def found(wanted: str, words: Sequence[TypedWord] = WORDS) -> list[str]:
    return [match.word.name for match in search_types(wanted, words)]


def test_the_nearest_come_first():
    assert found("list(int) -> int") == ["total", "length", "largest"]
    assert found("list(a) -> int") == ["length", "total", "largest"]
    assert [match.distance for match in search_types("list(int) -> int", WORDS)] == [0, 1, 1]
    assert search_types("list(q) -> int", WORDS)[0].distance == 0  # names of variables do not count


def test_arguments_may_be_in_any_order():
    assert found("list(a) -> int -> list(a)") == ["take"]
    assert found("list(x) -> (x -> y) -> list(y)")[0] == "map"
    straight, turned = (
        search_types(text, WORDS)[0] for text in ("int -> list(a) -> list(a)", "list(a) -> int -> list(a)")
    )
    assert straight.word == turned.word and straight.distance < turned.distance


def test_constraints_dimensions_and_functions_count():
    assert "largest" not in found("list(int -> int) -> int -> int")
    assert "largest" not in found("list(a -> a) -> a")
    assert found("Tensor[64] -> Tensor[10]") == ["widen"]
    assert found("Tensor[3] -> Tensor[3]") == ["same_shape"]
    assert found("int") == ["answer"]
    assert found("str -> str") == []


def test_what_is_no_type_is_refused_and_what_cannot_be_read_is_passed_over():
    with pytest.raises(TypeSyntaxError):
        found("list(int ->")
    assert "broken" not in found("a -> b")


def test_it_agrees_with_unification_in_every_order():
    """The oracle: every permutation, without a look at outermost constructors."""
    from itertools import permutations

    from primitives.types import Scheme, arguments_of, function

    def unifies(wanted: str, type: str) -> bool:
        one, other = parse_scheme(wanted), parse_scheme(type)
        arguments, result = arguments_of(other.type)
        if len(arguments) != len(arguments_of(one.type)[0]):
            return False
        for order in permutations(arguments):
            unifier = Unifier()
            try:
                turned = Scheme(function(*order, result), other.constraints)
                unifier.unify(unifier.instantiate(one), unifier.instantiate(turned))
                return True
            except Mismatch:
                continue
        return False

    sound = [word for word in WORDS if word.name != "broken"]
    for wanted in [word.type for word in sound] + ["a -> b", "a -> a", "a -> b -> c", "int -> list(int) -> int"]:
        expected = {word.name for word in sound if unifies(wanted, word.type)}
        assert set(found(wanted)) == expected, wanted
