"""Values: JSON, equality, order, tables and graphs."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.notation.types import parse_type
from primitives.notation.values import ValueMismatch, from_json, to_json, to_plain
from primitives.testing import fits, types, values
from primitives.types import BOOL, CHAR, FLOAT, INT, STRING, Type, list_of, map_of
from primitives.values import (
    MAX_INT,
    MAX_SIZE,
    Failed,
    Failure,
    Graph,
    Overflow,
    Some,
    Table,
    TooLarge,
    Undefined,
    check_int,
    check_key,
    check_size,
    equal,
    has_nan,
    least_difference,
    less,
    order_key,
    ordered,
    same,
)


@settings(max_examples=200)
@given(st.data(), types(3))
def test_json_reads_back(data: st.DataObject, type: Type) -> None:
    value = data.draw(values(type))
    text = json.dumps(to_json(value, type))
    back = from_json(json.loads(text), type)
    assert repr(back) == repr(value) and fits(back, type)
    assert equal(back, value) or has_nan(value) or "inf" in repr(value)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=2)),
    max_leaves=8,
)


@settings(max_examples=300)
@given(
    JSON,
    st.one_of(types(2), st.sampled_from(["Tensor[2]", "Tensor[n:int]", "int -> int", "a", "list(a)"]).map(parse_type)),
)
def test_arbitrary_json_is_a_value_of_the_type_or_refused(data: object, type: Type) -> None:
    try:
        value = from_json(data, type)
    except ValueMismatch as error:
        assert "value=" in str(error) and "needed" in str(error)
    else:
        if not str(type).startswith(("Tensor", "list(a)")):
            assert fits(value, type)


@pytest.mark.parametrize(
    ("data", "type"),
    [(True, INT), (1, BOOL), (1.0, INT), (2**53 + 1, INT), ("ab", CHAR), ("", CHAR), (None, INT), ({}, list_of(INT)),
     ([1, "a"], list_of(INT)),
     ([[1, 2, 3]], map_of(INT, INT)), ([float("nan")], parse_type("graph(float)")), ([[math.nan, 1]], parse_type("map(float, int)")),
     (list(range(MAX_SIZE + 1)), list_of(INT)), ("a" * (MAX_SIZE + 1), STRING), ("x", FLOAT), (True, FLOAT), (2**60, FLOAT)],
)  # fmt: skip
def test_what_does_not_fit_is_refused(data: object, type: Type) -> None:
    with pytest.raises(ValueMismatch):
        from_json(data, type)


def test_numbers_at_the_bounds() -> None:
    assert from_json(MAX_INT, INT) == MAX_INT == check_int(MAX_INT)
    assert from_json(3, FLOAT) == 3.0 and isinstance(from_json(3, FLOAT), float)
    for value in (MAX_INT + 1, -MAX_INT - 1):
        with pytest.raises(Overflow):
            check_int(value)
    assert check_size(MAX_SIZE) == MAX_SIZE
    with pytest.raises(TooLarge):
        check_size(MAX_SIZE + 1)


def test_equality_for_scores() -> None:
    assert equal(1.0, 1.0 + 1e-9) and not equal(1.0, 1.1) and not equal(math.nan, math.nan)
    assert equal((1.0, (2.0,)), (1.0, (2.0 + 1e-9,))) and not equal((1.0,), (1.0, 1.0))
    assert not equal(True, 1) and not equal(1, True) and equal(True, True)
    assert not equal(Failure("undefined"), Failure("undefined")) and not equal(Failure("undefined"), 1)
    assert equal(Some(1.0), Some(1.0)) and not equal(Some(1), None) and equal(None, None)
    assert equal(Table([("a", 1.0)]), Table([("a", 1.0 + 1e-9)])) and not equal(Table([("a", 1)]), Table())
    assert equal("a", "a") and not equal("a", "b") and equal(math.inf, math.inf)


def test_tiny_outputs_are_not_all_equal_to_zero() -> None:
    tiny, mixed = [(2e-9, Some(-4e-9))], [1e-9, 250.0]
    assert least_difference(tiny) == pytest.approx(4e-15) and least_difference(mixed) == least_difference([0.0]) == 1e-6
    assert not equal(2e-9, 0.0, least=least_difference(tiny)) and equal(1e-9, 0.0, least=least_difference(mixed))
    assert equal((1e-17,), (0.0,), least=least_difference([0.3]))
    assert least_difference([1e-310]) > 0.0 and least_difference([math.inf, 0.5]) == pytest.approx(5e-7)


@given(st.data(), types(2, "Eq"))
def test_exact_equality_is_reflexive_except_for_nan(data: st.DataObject, type: Type) -> None:
    value, other = data.draw(values(type)), data.draw(values(type))
    assert same(value, value) == (not has_nan(value))
    assert same(value, other) == same(other, value)
    if same(value, other):
        assert hash(value) == hash(other)


@given(st.data(), types(2, "Ord"))
def test_order_is_total_without_nan(data: st.DataObject, type: Type) -> None:
    drawn = [data.draw(values(type)) for _ in range(3)]
    if any(map(has_nan, drawn)):
        return
    one, two, three = drawn
    assert less(one, two) + less(two, one) + same(one, two) == 1
    assert not (less(one, two) and less(two, three)) or less(one, three)
    assert less(one, two) == (order_key(one) < order_key(two))
    assert sorted(drawn, key=order_key) == [drawn[i] for i in sorted(range(3), key=ordered(drawn).__getitem__)]


def test_nan_has_no_place() -> None:
    nan = math.nan
    assert not less(nan, 1.0) and not less(1.0, nan) and not same(nan, nan) and not same((nan,), (nan,))
    for value in (nan, (1.0, nan), Some(nan), ((0, nan),), Table([(1, nan)])):
        assert has_nan(value)
        with pytest.raises(Undefined):
            check_key(value)
    assert not has_nan((1, "a", (2.5, None), Some(3)))


def test_tables_are_immutable_and_ignore_order() -> None:
    table = Table([(1, "a"), (2, "b")])
    assert table.put(3, "c").entries == {1: "a", 2: "b", 3: "c"} and len(table) == 2
    assert table.put(1, "z").entries == {1: "z", 2: "b"} and table.entries[1] == "a"
    assert table.remove(1).entries == {2: "b"} and table.remove(9) == table
    reordered = Table([(2, "b"), (1, "a")])
    assert reordered == table and hash(reordered) == hash(table) and list(reordered) != list(table)
    assert Table() != 0


def test_a_full_table_takes_no_new_key_but_new_values() -> None:
    full = Table((i, i) for i in range(MAX_SIZE))
    assert full.put(5, 0).entries[5] == 0
    with pytest.raises(TooLarge):
        full.put(-1, 0)


def test_graphs_ignore_order_and_keep_lonely_nodes() -> None:
    graph = Graph([(1, 2), (1, 3), (1, 2)], [9])
    assert graph.nodes == (9, 1, 2, 3) and graph.neighbours[1] == (2, 3)
    assert graph == Graph([(1, 3), (1, 2)], [9]) and hash(graph) == hash(Graph([(1, 3), (1, 2)], [9]))
    assert graph != Graph([(1, 3), (1, 2)])


def test_failures_are_values_that_say_where() -> None:
    assert str(Failure("undefined", "head", "of nothing")) == "undefined at head: of nothing"
    assert {Undefined.kind, Overflow.kind, TooLarge.kind, Failed.kind} <= {"undefined", "overflow", "too large"}


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_values_as_people_write_them_are_read_again(data):
    type = data.draw(types(3))
    value = data.draw(values(type))
    plain = json.loads(json.dumps(to_plain(value, type)))
    assert repr(from_json(plain, type)) == repr(value)


@pytest.mark.parametrize(
    ("text", "data", "plain"),
    [
        ("map(str, int)", {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ("map(str, int)", [["a", 1]], {"a": 1}),
        ("map(str, map(char, bool))", {"x": {"y": True}}, {"x": {"y": True}}),
        ("map(int, int)", [[1, 2]], [[1, 2]]),
        ("option(int)", 1, 1),
        ("option(int)", [1], 1),
        ("option(int)", None, None),
        ("option(list(int))", [1], [[1]]),
        ("option(list(int))", [[1]], [[1]]),
        ("option(option(int))", [None], [None]),
        ("option(map(str, int))", {"a": 1}, {"a": 1}),
        ("list(option(str))", ["a", None, ["b"]], ["a", None, "b"]),
    ],
)
def test_forms_that_people_write(text, data, plain):
    type = parse_type(text)
    assert to_plain(from_json(data, type), type) == plain


@pytest.mark.parametrize(
    ("text", "data", "needed"),
    [
        ("map(int, int)", {"1": 2}, "a list of .key, value. pairs, for the keys of an object are texts"),
        ("map(str, int)", 3, "an object, or a list of .key, value. pairs"),
        ("map(int, int)", 3, "needed a list of .key, value. pairs"),
        ("map(char, int)", {"ab": 2}, "type=char"),
        ("option(int)", "x", "type=int"),
        ("option(int)", [1, 2], "type=int"),
    ],
)
def test_forms_that_are_refused_say_what_is_needed(text, data, needed):
    with pytest.raises(ValueMismatch, match=needed):
        from_json(data, parse_type(text))
