"""Unification of types, dimensions and shapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives.notation.types import parse_scheme, parse_type
from primitives.testing import types
from primitives.types import INT, TypeVariable, in_class, is_ground, list_of, pair_of, variables_of
from primitives.unify import Mismatch, Unifier, rename


def unified(left: str, right: str) -> str:
    unifier = Unifier()
    unifier.unify(parse_type(left), parse_type(right))
    one, other = unifier.resolve(parse_type(left)), unifier.resolve(parse_type(right))
    assert one == other
    return str(one)


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("list(a)", "list(int)", "list(int)"),
        ("a -> b", "int -> list(c)", "int -> list(c)"),
        ("pair(a, a)", "pair(b, int)", "pair(int, int)"),
        ("Tensor[c,h,w]", "Tensor[1,28,28]", "Tensor[1,28,28]"),
        ("Tensor[s...]", "Tensor[1,28,28]", "Tensor[1,28,28]"),
        ("Tensor[c,s...]", "Tensor[3,4]", "Tensor[3,4]"),
        ("Tensor[c,s...]", "Tensor[3]", "Tensor[3]"),
        ("Tensor[s...,4]", "Tensor[2,3,n]", "Tensor[2,3,4]"),
        ("pair(Tensor[n], Tensor[n,m])", "pair(Tensor[3], Tensor[k,k])", "pair(Tensor[3], Tensor[3,3])"),
        ("pair(Tensor[s...], Tensor[s...])", "pair(Tensor[2,n], Tensor[m,5])", "pair(Tensor[2,5], Tensor[2,5])"),
        ("Tensor[s...]", "Tensor[t...]", "Tensor[t...]"),
    ],
)
def test_examples(left: str, right: str, result: str) -> None:
    assert unified(left, right) == result


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ("int", "bool", "int is not bool"),
        ("list(a)", "a", "contain itself"),
        ("pair(a, b)", "pair(list(b), list(a))", "contain itself"),
        ("Tensor[3]", "Tensor[4]", "3 is not 4"),
        ("Tensor[c,h,w]", "Tensor[3]", "shape"),
        ("Tensor[c,s...]", "Tensor[]", "shape"),
        ("Tensor[n]", "Tensor[n:int]", "dtype"),
        ("Tensor[n,n]", "Tensor[3,4]", "3 is not 4"),
        ("int -> int", "int", "is not"),
    ],
)
def test_mismatches(left: str, right: str, reason: str) -> None:
    with pytest.raises(Mismatch, match=reason):
        unified(left, right)


@st.composite
def with_holes(draw: st.DrawFn, type):
    """The type with some parts replaced by variables."""
    if draw(st.integers(0, 4)) == 0:
        return TypeVariable(draw(st.sampled_from("abc")))
    if not getattr(type, "arguments", ()):
        return type
    return type.__class__(type.name, tuple(draw(with_holes(part)) for part in type.arguments))


@given(st.data(), types(3))
def test_unification_is_symmetric_and_makes_equal(data: st.DataObject, type) -> None:
    left, right = data.draw(with_holes(type)), data.draw(with_holes(type))
    results = []
    for one, other in ((left, right), (right, left)):
        unifier = Unifier()
        try:
            unifier.unify(one, other)
        except Mismatch:
            results.append(None)
        else:
            assert unifier.resolve(one) == unifier.resolve(other)
            results.append(len(variables_of(unifier.resolve(one))))
    assert results[0] == results[1]


@given(st.data(), types(3))
def test_a_generalised_type_unifies_with_what_it_came_from(data: st.DataObject, type) -> None:
    general = rename(data.draw(with_holes(type)), {TypeVariable(n): TypeVariable(n) for n in "abc"})
    unifier = Unifier()
    distinct = unifier.instantiate(parse_scheme("a")) if general == TypeVariable("a") else general
    try:
        unifier.unify(distinct, type)
    except Mismatch:
        names = [v.name for v in variables_of(general)]
        assert names, "without variables nothing was replaced"
        assert str(general).count(names[0]) > 1 or len(names) > 1, "only a repeated variable can clash"
    else:
        assert unifier.resolve(distinct) == type and is_ground(unifier.resolve(distinct))


@given(types(3), st.sampled_from(("Eq", "Ord", "Num")))
def test_a_constrained_variable_takes_the_types_of_its_class(type, kind: str) -> None:
    unifier = Unifier()
    variable = unifier.fresh(kind)
    if in_class(type, kind):
        unifier.unify(variable, type)
        assert unifier.resolve(variable) == type
    else:
        with pytest.raises(Mismatch, match=f"class {kind}"):
            unifier.unify(variable, type)


def test_constraints_travel_through_variables_and_constructors() -> None:
    unifier = Unifier()
    ordered, plain, inner = unifier.fresh("Ord"), unifier.fresh(), unifier.fresh()
    unifier.unify(plain, ordered)
    unifier.unify(plain, list_of(inner))
    assert unifier.classes[inner] == "Ord"
    with pytest.raises(Mismatch):
        unifier.unify(inner, parse_type("map(int, int)"))


def test_the_stronger_class_wins() -> None:
    unifier = Unifier()
    number, equal = unifier.fresh("Num"), unifier.fresh("Eq")
    unifier.unify(number, equal)
    with pytest.raises(Mismatch):
        unifier.unify(equal, parse_type("bool"))


def test_fresh_variables_never_meet_written_ones() -> None:
    unifier = Unifier()
    unifier.unify(parse_type("t1"), INT)
    assert unifier.resolve(unifier.fresh()) != INT


def test_undo_forgets_bindings() -> None:
    unifier = Unifier()
    mark = unifier.mark()
    with pytest.raises(Mismatch):
        unifier.unify(parse_type("pair(a, Tensor[n])"), parse_type("pair(int, bool)"))
    unifier.undo(mark)
    assert unifier.resolve(TypeVariable("a")) == TypeVariable("a")


def test_types_that_double_with_each_step_are_refused() -> None:
    unifier = Unifier()
    chains = []
    for _ in range(2):
        variable = first = unifier.fresh()
        for _ in range(100):
            bigger = unifier.fresh()
            unifier.unify(bigger, pair_of(variable, variable))
            variable = bigger
        chains.append((first, variable))
    with pytest.raises(Mismatch, match="parts"):
        unifier.resolve(chains[0][1])
    with pytest.raises(Mismatch, match="contain itself"):
        unifier.unify(chains[0][0], list_of(chains[0][1]))
