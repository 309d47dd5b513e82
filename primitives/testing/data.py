"""Types of data and their values."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..types import (
    BOOL,
    CHAR,
    FLOAT,
    INT,
    STRING,
    UNIT,
    Constructor,
    TensorType,
    Type,
    graph_of,
    in_class,
    is_function,
    list_of,
    map_of,
    option_of,
    pair_of,
)
from ..values import MAX_INT, MAX_SIZE, Graph, Some, Table, Value

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

BASE = (BOOL, INT, FLOAT, CHAR, STRING)


def types(depth: int = 2, kind: str | None = None) -> SearchStrategy[Type]:
    """Ground types of data, nested up to ``depth``, of the class ``kind`` if given."""
    from hypothesis import strategies as st

    base = st.sampled_from((*BASE, UNIT))
    strategy: Any = base
    for _ in range(depth):
        inner = strategy
        key = base.filter(lambda type: type != FLOAT)
        strategy = st.one_of(
            base,
            inner.map(list_of),
            inner.map(option_of),
            st.builds(pair_of, inner, inner),
            st.builds(map_of, key, inner),
            key.map(graph_of),
        )
    return strategy if kind is None else strategy.filter(lambda type: in_class(type, kind))


def integers() -> SearchStrategy[int]:
    """Ints, mostly small, the bounds among them."""
    from hypothesis import strategies as st

    small = st.integers(-9, 9)
    return st.one_of(
        st.integers(0, 3), small, small, st.integers(-1000, 1000), st.sampled_from((MAX_INT, -MAX_INT, MAX_INT - 1))
    )


def floats() -> SearchStrategy[float]:
    """Floats, mostly ordinary, with infinities and NaN among them."""
    from hypothesis import strategies as st

    ordinary = st.floats(-100, 100, width=32)
    return st.one_of(ordinary, ordinary, ordinary, st.sampled_from((0.0, -0.0, 1e308, math.inf, -math.inf, math.nan)))


def texts() -> SearchStrategy[str]:
    """Short texts of letters, digits, white space, separators and a few characters beyond ASCII."""
    from hypothesis import strategies as st

    return st.text('abcXYZ019 ,-."\\\n' + "éßǅ٣", max_size=8)


def values(type: Type, size: int = 4, edges: bool = True) -> SearchStrategy[Value]:
    """Values of a ground type of data; lists, tables and graphs hold up to ``size`` elements. Without ``edges``, no
    value is a NaN, an infinity or near the bound of Int."""
    from hypothesis import strategies as st

    inner = functools.partial(values, size=size, edges=edges)
    if type in (*BASE, UNIT):
        return _base_values(type, edges)
    if isinstance(type, TensorType):
        return tensors(type)
    if not isinstance(type, Constructor) or is_function(type):
        raise ValueError(f"type={type}: needed a ground type of data")
    parts = type.arguments
    if type.name == "list":
        return st.lists(inner(parts[0]), max_size=size).map(tuple)
    if type.name == "option":
        return st.one_of(st.none(), inner(parts[0]).map(Some))
    if type.name == "pair":
        return st.tuples(inner(parts[0]), inner(parts[1]))
    key = values(parts[0], size, edges=False)
    if type.name == "map":
        return st.lists(st.tuples(key, inner(parts[1])), max_size=size).map(Table)
    return st.builds(Graph, st.lists(st.tuples(key, key), max_size=2 * size), st.lists(key, max_size=2))


def _base_values(type: Type, edges: bool) -> SearchStrategy[Value]:
    from hypothesis import strategies as st

    if type == BOOL:
        return st.booleans()
    if type == INT:
        return integers() if edges else st.integers(-9, 9)
    if type == FLOAT:
        return floats() if edges else st.floats(-100, 100, width=32)
    if type == CHAR:
        return texts().filter(bool).map(lambda text: text[0])
    return texts() if type == STRING else st.just(())


def tensors(type: TensorType) -> SearchStrategy[Any]:
    """Tensors of a type whose dimensions are integers: standard normal Floats, or Ints from 0 to 9."""
    from hypothesis import strategies as st

    def make(seed: int) -> Any:
        import torch

        generator = torch.Generator().manual_seed(seed)
        shape = tuple(axis for axis in type.shape if isinstance(axis, int))
        assert len(shape) == len(type.shape), type
        if type.dtype == "int":
            return torch.randint(0, 10, shape, generator=generator)
        return torch.randn(shape, generator=generator)

    return st.integers(0, 1000).map(make)


def fits(value: Value, type: Type) -> bool:
    """Whether a value is one of the ground type, within the bounds of size. An Int counts as a Float: the sum of no
    Floats is 0."""
    if isinstance(type, TensorType):
        return tuple(value.shape) == type.shape and value.is_floating_point() == (type.dtype == "float")
    if is_function(type):
        return callable(value)
    assert isinstance(type, Constructor)
    if type in _CHECKS:
        return _CHECKS[type](value)
    parts = type.arguments
    if type.name == "option":
        return value is None or (isinstance(value, Some) and fits(value.value, parts[0]))
    if type.name == "pair":
        return isinstance(value, tuple) and len(value) == 2 and all(map(fits, value, parts))
    if type.name == "list":
        return isinstance(value, tuple) and len(value) <= MAX_SIZE and all(fits(item, parts[0]) for item in value)
    if type.name == "map":
        return (
            isinstance(value, Table) and len(value) <= MAX_SIZE and all(fits(item, pair_of(*parts)) for item in value)
        )
    return isinstance(value, Graph) and all(fits(node, parts[0]) for node in value.nodes)


def _is_int(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INT


_CHECKS: dict[Type, Callable[[Value], bool]] = {
    BOOL: lambda value: isinstance(value, bool),
    INT: _is_int,
    FLOAT: lambda value: isinstance(value, float) or _is_int(value),
    CHAR: lambda value: isinstance(value, str) and len(value) == 1,
    STRING: lambda value: isinstance(value, str) and len(value) <= MAX_SIZE,
    UNIT: lambda value: value == (),
}
