"""Words found by their types: unified, arguments in any order, the nearest first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations

import pytest

from library.browsing.by_type import BOUND, MOVED, NARROWED, TypedWord, search_types
from primitives.notation.types import TypeSyntaxError, parse_scheme
from primitives.types import Scheme, Type, TypeVariable, arguments_of, function, variables_of
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
    """The oracle: every permutation, whole, without a look at outermost constructors or at what may change places."""
    more = [
        "a -> a -> b", "a -> b -> a -> c", "list(a) -> a -> int -> a", "int -> int -> list(a) -> b -> b", "Num a => a -> a -> b",
        "Eq a => list(a) -> a -> b -> c", "list(int) -> list(a) -> b -> list(b)", "a -> b -> c -> d", "list(a) -> list(b) -> c -> b",
        "(a -> b) -> c -> list(a)", "list(a) -> a -> b -> c", "list(a -> b) -> int",
    ]  # fmt: skip
    texts = [*(type for name, type in TYPES.items() if name != "broken"), *more]
    words = [TypedWord(text, text, text) for text in texts]
    for wanted in texts:
        expected = {text: distance for text in texts if (distance := distance_by_trying(wanted, text)) is not None}
        assert {match.word.type: match.distance for match in search_types(wanted, words)} == expected, wanted


def test_types_that_are_alike_but_for_names_are_as_far_as_unification_says():
    """The oracle again, on many types of few names, so that most are found by those that were tried before."""
    draws = random.Random(0)
    atoms = ("int", "str", "bool", "a", "b", "list(int)", "list(a)", "list(str)", "Tensor[n]")
    texts = list(dict.fromkeys(" -> ".join(draws.choices(atoms, k=draws.randint(2, 4))) for _ in range(150)))
    words = [TypedWord(text, text, text) for text in texts]
    for wanted in (
        "a -> a -> b",
        "int -> a -> a",
        "list(int) -> a -> b",
        "list(a) -> b -> c -> c",
        "Eq a => a -> a -> b",
    ):
        expected = {text: distance for text in texts if (distance := distance_by_trying(wanted, text)) is not None}
        assert {match.word.type: match.distance for match in search_types(wanted, words)} == expected != {}, wanted


def distance_by_trying(wanted: str, type: str) -> int | None:
    one, other = parse_scheme(wanted), parse_scheme(type)
    arguments, result = arguments_of(other.type)
    found = []
    for order in permutations(range(len(arguments))) if len(arguments) == len(arguments_of(one.type)[0]) else ():
        unifier = Unifier()
        turned = Scheme(function(*(arguments[place] for place in order), result), other.constraints)
        ours, theirs = unifier.instantiate(one), unifier.instantiate(turned)
        try:
            unifier.unify(ours, theirs)
        except Mismatch:
            continue
        moved = MOVED if list(order) != sorted(order) else 0
        found.append(moved + NARROWED * standing(unifier, ours) + BOUND * standing(unifier, theirs))
    return min(found, default=None)


def standing(unifier: Unifier, type: Type) -> int:
    """Variables that stand for something or for the same as another."""
    variables = variables_of(type)
    types = [each for each in variables if isinstance(each, TypeVariable)]
    still_open = {unifier.head(each) for each in types if isinstance(unifier.head(each), TypeVariable)}
    return (
        len(types) - len(still_open) + sum(each in unifier.dimensions or each in unifier.shapes for each in variables)
    )


def test_orders_that_are_alike_are_tried_once(monkeypatch):
    tried = []
    unify = Unifier.unify
    monkeypatch.setattr(Unifier, "unify", lambda self, *types: (tried.append(types), unify(self, *types))[1])
    assert found("a -> b -> c -> d -> e", [TypedWord("w", "d", "int -> list(a) -> str -> a -> int")]) == ["w"]
    assert found("a -> a -> a -> a -> a", [TypedWord("w", "d", "int -> int -> int -> int -> int")]) == ["w"]
    assert len(tried) < 12  # of 120 orders with ten types each
