"""Kernels of Floats and of lists of Floats give the interpreter's values to the last bit, and fail where it does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.columns.bank import Bank
from primitives.columns.kernels import floats as kernels
from primitives.columns.kernels.registry import KERNELS, find_kernel
from primitives.columns.operations import operation
from primitives.columns.pools import FAIL, Values
from primitives.columns.pools.scalars import float_places
from primitives.interpreter.interpret import evaluate
from primitives.term import Literal, apply
from primitives.types import BOOL, FLOAT, INT, Type, list_of, option_of
from primitives.values import MAX_INT, Failure, Value
from primitives.words import builtin_words

WORDS = builtin_words()
FLOATS = list_of(FLOAT)
WORDS_OF_FLOATS: dict[str, tuple[tuple[Type, ...], Type]] = {
    **dict.fromkeys("+ - * / power min max".split(), ((FLOAT, FLOAT), FLOAT)),
    **dict.fromkeys("negate abs sqrt exp log sin cos tan asin acos atan".split(), ((FLOAT,), FLOAT)),
    **dict.fromkeys("= != < <= > >=".split(), ((FLOAT, FLOAT), BOOL)),
    **dict.fromkeys("floor ceil round".split(), ((FLOAT,), INT)),
    "to_float": ((INT,), FLOAT),
    **dict.fromkeys("sum product maximum minimum".split(), ((FLOATS,), FLOAT)),
    "sort": ((FLOATS,), FLOATS),
    "argsort": ((FLOATS,), list_of(INT)),
    "contains": ((FLOAT, FLOATS), BOOL),
    "search": ((FLOAT, FLOATS), option_of(INT)),
    "unique": ((FLOATS,), FLOATS),
    "group": ((FLOATS,), list_of(FLOATS)),
}
EDGES = (
    0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 1.0, -1.0, 2.0, -3.0, 709.782712893384, 709.7827128933841, -746.0, 1e308, -1e308, 5e-324,
    float(MAX_INT), float(-MAX_INT), float(2 * MAX_INT), MAX_INT - 0.5, math.inf, -math.inf, math.nan, -math.nan, math.pi,
)  # fmt: skip
numbers = st.one_of(st.sampled_from(EDGES), st.floats(-20, 20), st.floats(), st.integers(-6, 6).map(float))
values = {
    FLOAT: numbers,
    INT: st.one_of(st.integers(-9, 9), st.sampled_from((MAX_INT, -MAX_INT, MAX_INT - 1))),
    FLOATS: st.lists(numbers, max_size=9).map(tuple),
}


def by_columns(name: str, rows: list[tuple], arguments: tuple[Type, ...], result: Type, pools: Values) -> np.ndarray:
    columns = [pools.encode([row[i] for row in rows], type) for i, type in enumerate(arguments)]
    return Bank(pools, (), (), len(rows)).perform(operation(WORDS[name], arguments, result, WORDS), columns, len(rows))


def code_of(value: Value, type: Type, pools: Values) -> int:
    return FAIL if isinstance(value, Failure) else int(pools.encode([value], type)[0])


@pytest.mark.parametrize("name", WORDS_OF_FLOATS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_kernel_of_floats_agrees_with_the_interpreter_to_the_last_bit(name, data):
    arguments, result = WORDS_OF_FLOATS[name]
    assert find_kernel(name, arguments[0]) is not None
    rows = data.draw(st.lists(st.tuples(*(values[type] for type in arguments)), min_size=1, max_size=12))
    pools = Values()
    codes = by_columns(name, rows, arguments, result, pools)
    for row, code in zip(rows, codes.tolist(), strict=True):
        expected = evaluate(apply(WORDS[name].word(), *map(Literal, row, arguments)), words=WORDS)
        assert code == code_of(expected, result, pools), (name, row, expected)


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "tan", "atan", "power"])
def test_functions_that_are_not_rounded_exactly_are_those_of_the_interpreter(name):
    """A thousand values, of which numpy's own functions give some with another last bit on some processors."""
    arguments, result = WORDS_OF_FLOATS[name]
    rng, pools = np.random.default_rng(0), Values()
    rows = [tuple(row) for row in np.exp(rng.uniform(-6, 6, (1000, len(arguments)))).tolist()]
    codes = by_columns(name, rows, arguments, result, pools)
    assert codes.tolist() == [code_of(WORDS[name].meaning(*row), result, pools) for row in rows]


def test_the_largest_exponent_is_where_exponentials_become_infinite():
    assert math.exp(kernels.LARGEST_EXPONENT) < math.inf
    with pytest.raises(OverflowError):
        math.exp(math.nextafter(kernels.LARGEST_EXPONENT, math.inf))


def test_one_zero_and_one_nan_have_codes_and_no_float_has_that_of_a_failure():
    pools = Values()
    odd = np.array([-(2**51) - 1], np.int64).view(np.float64)[0]  # another NaN
    assert math.isnan(odd) and len(set(pools.encode([math.nan, -math.nan, odd], FLOAT).tolist())) == 1
    assert pools.encode([0.0, -0.0, 0], FLOAT).tolist() == [0, 0, 0]
    assert pools.pool(FLOAT).encode(-0.0) == 0 and pools.pool(FLOAT).encode(odd) == pools.encode([math.nan], FLOAT)[0]
    assert FAIL not in pools.encode(list(EDGES), FLOAT).tolist()


@given(st.lists(st.floats(allow_nan=False), max_size=20))
def test_places_are_the_order_of_floats(found):
    codes = Values().encode(found, FLOAT)
    places = float_places(codes)
    assert (float_places(places) == codes).all()
    for one, first in zip(found, places.tolist(), strict=True):
        for other, second in zip(found, places.tolist(), strict=True):
            assert (one < other) == (first < second)


def test_a_kernel_of_one_type_comes_before_the_one_for_any():
    of_floats, of_any = find_kernel("+", FLOAT), find_kernel("+")
    assert of_floats is not None and of_any is not None and of_floats is not of_any
    assert find_kernel("+", INT) is of_any and find_kernel("+", FLOATS) is None and find_kernel("power", INT) is None
    assert find_kernel("length", FLOATS) is find_kernel("length")
    assert {"+", "+ of float"} <= set(KERNELS.found())


def test_sorting_by_floats_orders_them_and_fails_for_nan():
    arguments = (FLOATS,)
    given = [((2.0, -1.5, -math.inf, 0.0, 1e300),), ((1.0, math.nan),), ((),)]
    pools = Values()
    codes = by_columns("sort", given, arguments, FLOATS, pools)
    assert pools.decode(codes[[0, 2]], FLOATS) == [(-math.inf, -1.5, 0.0, 2.0, 1e300), ()] and codes[1] == FAIL
