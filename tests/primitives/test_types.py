"""Types and their text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.notation.types import TypeSyntaxError, parse_scheme, parse_type
from primitives.testing import types
from primitives.types import (
    BOOL,
    CHAR,
    FLOAT,
    INT,
    STRING,
    Constructor,
    DimensionVariable,
    Scheme,
    ShapeVariable,
    TensorType,
    TypeVariable,
    arguments_of,
    function,
    graph_of,
    has_tensor,
    in_class,
    is_ground,
    list_of,
    map_of,
    option_of,
    pair_of,
    subtypes,
    tensor,
    variables_of,
)


@st.composite
def any_types(draw: st.DrawFn, depth: int = 3):
    """Types of every form: data, variables, tensors, functions."""
    axis = st.one_of(st.integers(0, 99), st.sampled_from([DimensionVariable("n"), DimensionVariable("h")]))
    tensors = st.builds(
        lambda axes, shape, dtype: TensorType((*axes, *shape), dtype),
        st.lists(axis, max_size=3),
        st.sampled_from([(), (ShapeVariable("s"),), (ShapeVariable("s"), 4)]),
        st.sampled_from(["float", "int"]),
    )
    base = st.one_of(types(1), tensors, st.sampled_from([TypeVariable("a"), TypeVariable("b7")]))
    if depth == 0:
        return draw(base)
    inner = any_types(depth - 1)
    return draw(
        st.one_of(base, st.builds(function, inner, inner), inner.map(list_of), st.builds(pair_of, inner, inner))
    )


@given(any_types())
def test_text_reads_back(type) -> None:
    assert parse_type(str(type)) == type
    assert hash(parse_type(str(type))) == hash(type)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("list(int) -> int -> int", function(list_of(INT), INT, INT)),
        ("(a -> b) -> list(a)", function(function(TypeVariable("a"), TypeVariable("b")), list_of(TypeVariable("a")))),
        ("pair(int, str)", pair_of(INT, STRING)),
        ("map(char,option(bool))", map_of(CHAR, option_of(BOOL))),
        ("graph(int)", graph_of(INT)),
        ("Tensor[1,28,28]", tensor(1, 28, 28)),
        ("Tensor[s...]", tensor(ShapeVariable("s"))),
        ("Tensor[c,s...]", tensor(DimensionVariable("c"), ShapeVariable("s"))),
        ("Tensor[n:int]", tensor(DimensionVariable("n"), dtype="int")),
        ("Tensor[]", tensor()),
        ("  Int ", INT),
    ],
)
def test_examples(text: str, type) -> None:
    assert parse_type(text) == type


@pytest.mark.parametrize(
    "text",
    ["", "lst(int)", "list", "list(int", "list()", "list(int,int)", "pair(int)", "int ->", "-> int", "Tensor", "Tensor[", "Tensor[a b]",
     "Tensor[s...,t...]", "Tensor[-1]", "Tensor[2.5]", "foo", "a(int)", "int int", "int)", "int]", "?", "list(int)) -> int", "é",
     "Tensor[" + "9" * 5000 + "]", "(" * 5000, "list(" * 5000, None, 7, b"int"],
)  # fmt: skip
def test_malformed_types_are_refused(text) -> None:
    with pytest.raises(TypeSyntaxError, match="type="):
        parse_type(text)


@given(st.one_of(st.text(), st.text("listboolpairnt()[],.->a1T ")))
@settings(max_examples=300)
def test_arbitrary_text_is_a_type_or_a_syntax_error(text: str) -> None:
    for read in (parse_type, parse_scheme):
        try:
            parsed = read(text)
        except TypeSyntaxError as error:
            assert "=" in str(error)
        else:
            assert read(str(parsed)) == parsed


@pytest.mark.parametrize("text", ["Ord a => list(a) -> list(a)", "Eq a, Num b => a -> b", "int", "Num t7 => t7"])
def test_schemes_read_back(text: str) -> None:
    assert str(parse_scheme(text)) == text
    assert parse_scheme(str(parse_scheme(text))) == parse_scheme(text)


@pytest.mark.parametrize("text", ["Foo a => a", "Ord => a", "Ord A => a", "Ord a =>", "=> a", "Ord a, => a"])
def test_malformed_schemes_are_refused(text: str) -> None:
    with pytest.raises(TypeSyntaxError):
        parse_scheme(text)


def test_arguments_variables_and_parts() -> None:
    type = parse_type("(a -> b) -> list(a) -> Tensor[c,s...]")
    assert arguments_of(type) == ((parse_type("a -> b"), parse_type("list(a)")), parse_type("Tensor[c,s...]"))
    assert [str(v) for v in variables_of(type)] == ["a", "b", "c", "s..."]
    assert has_tensor(type) and not is_ground(type)
    assert INT in subtypes(list_of(list_of(INT)))
    assert Scheme(type).variables == tuple(variables_of(type))


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("int", {"Eq", "Ord", "Num"}),
        ("float", {"Eq", "Ord", "Num"}),
        ("bool", {"Eq", "Ord"}),
        ("list(option(str))", {"Eq", "Ord"}),
        ("map(int, int)", {"Eq"}),
        ("list(graph(int))", {"Eq"}),
        ("int -> int", set()),
        ("option(int -> int)", set()),
        ("Tensor[3]", set()),
        ("unit", {"Eq", "Ord"}),
    ],
)
def test_classes(text: str, classes: set) -> None:
    assert {kind for kind in ("Eq", "Ord", "Num") if in_class(parse_type(text), kind)} == classes


def test_types_are_immutable() -> None:
    with pytest.raises(AttributeError):
        INT.name = "bool"  # type: ignore[misc]
    assert Constructor("int") == INT != FLOAT


@pytest.mark.parametrize(
    ("text", "meant"), [("string -> int", "str"), ("lst(int)", "list"), ("Boolean", "bool"), ("q_q", "")]
)
def test_an_unknown_type_is_answered_with_the_one_that_it_may_mean(text: str, meant: str) -> None:
    with pytest.raises(TypeSyntaxError) as error:
        parse_type(text)
    assert (f"(did you mean {meant}?)" in str(error.value)) == bool(meant)
    assert str(error.value).count("'list(int) -> int'") == 1 and "such as a; for example" in str(error.value)
