"""The JSON form of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

from ..types import BOOL, CHAR, FLOAT, INT, STRING, UNIT, Constructor, TensorType, Type
from ..values import MAX_INT, MAX_SIZE, Graph, Some, Table, Value, has_nan


class ValueMismatch(ValueError):
    """Data do not fit the type asked for."""


def _bad(data: object, type: Type, needed: str) -> ValueMismatch:
    shown = repr(data)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    return ValueMismatch(f"value={shown} does not fit type={type}: needed {needed}")


def _is_int(data: object) -> TypeGuard[int]:
    return isinstance(data, int) and not isinstance(data, bool)


_READERS: dict[Type, Callable[[Any], tuple[bool, Any]]] = {
    BOOL: lambda d: (isinstance(d, bool), d),
    INT: lambda d: (_is_int(d) and abs(d) <= MAX_INT, d),
    FLOAT: lambda d: (isinstance(d, float) or _is_int(d) and abs(d) <= MAX_INT, float(d) if _is_number(d) else d),
    CHAR: lambda d: (isinstance(d, str) and len(d) == 1, d),
    STRING: lambda d: (isinstance(d, str) and len(d) <= MAX_SIZE, d),
    UNIT: lambda d: (d is None or d == [], ()),
}


def _is_number(data: object) -> bool:
    return isinstance(data, float) or (_is_int(data) and abs(data) <= MAX_INT)


def from_json(data: Any, type: Type) -> Value:
    """Convert JSON data to a value of the type; raises ValueMismatch (a ValueError) where it does not fit."""
    reader = _READERS.get(type)
    if reader is not None:
        fits, value = reader(data)
        if not fits:
            limit = " with |x| <= 2^53" if type == INT else ""
            raise _bad(data, type, f"a JSON value of that type{limit}")
        return value
    if isinstance(type, TensorType):
        return _tensor_from_json(data, type)
    if not isinstance(type, Constructor) or type.name in ("->", "unit"):
        raise _bad(data, type, "a type of data (no function, no variable)")
    return _constructed_from_json(data, type)


def _constructed_from_json(data: Any, type: Constructor) -> Value:
    arguments = type.arguments
    if type.name == "option":
        return None if data is None else Some(_present(data, arguments[0]))
    items = _items(data, type)
    if type.name == "list":
        return tuple(from_json(item, arguments[0]) for item in items)
    if type.name == "pair":
        if len(items) != 2:
            raise _bad(data, type, "a list of two values")
        return from_json(items[0], arguments[0]), from_json(items[1], arguments[1])
    if type.name == "map":
        return _table_from_json(items, type)
    return _graph_from_json(items, type)


def _items(data: Any, type: Constructor) -> Sequence[Any]:
    """The JSON forms of the parts of a value; of a map its [key, value] pairs, whether written as an object or as a list."""
    of_texts = type.name == "map" and type.arguments[0] in (STRING, CHAR)
    if type.name == "map" and isinstance(data, dict):
        if not of_texts:
            raise _bad(data, type, "a list of [key, value] pairs, for the keys of an object are texts")
        data = [[key, value] for key, value in data.items()]
    if not isinstance(data, (list, tuple)):
        object_too = "an object, or " if of_texts else ""
        raise _bad(data, type, f"{object_too}a list of [key, value] pairs" if type.name == "map" else "a list")
    if len(data) > MAX_SIZE:
        raise _bad(f"{len(data)} items", type, f"at most {MAX_SIZE} items")
    return data


def _table_from_json(items: Sequence[Any], type: Constructor) -> Table:
    entry = Constructor("pair", type.arguments)
    table = Table(from_json(item, entry) for item in items)
    if has_nan(tuple(table.entries)):
        raise _bad(items, type, "keys without NaN")
    return table


def _graph_from_json(items: Sequence[Any], type: Constructor) -> Graph:
    if len(items) != 2 or not all(isinstance(part, (list, tuple)) for part in items):
        raise _bad(items, type, "[nodes, edges]")
    (node,), (nodes, edges) = type.arguments, items
    edge = Constructor("pair", (node, node))
    graph = Graph((from_json(each, edge) for each in edges), (from_json(each, node) for each in nodes))
    if has_nan(graph.nodes):
        raise _bad(items, type, "nodes without NaN")
    return graph


def _present(data: Any, inner: Type) -> Value:
    """What an option holds: a list of one value, or the value alone. Where data is both, the list counts."""
    if isinstance(data, list) and len(data) == 1:
        try:
            return from_json(data[0], inner)
        except ValueMismatch:
            pass
    return from_json(data, inner)


def _tensor_from_json(data: Any, type: TensorType) -> Value:
    import torch

    try:
        value = torch.tensor(data, dtype=torch.long if type.dtype == "int" else torch.float32)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise _bad(data, type, "nested lists of numbers") from None
    if len(type.shape) != value.dim() or any(
        isinstance(a, int) and a != b for a, b in zip(type.shape, value.shape, strict=True)
    ):
        raise _bad(f"shape {list(value.shape)}", type, "that shape")
    return value


def to_plain(value: Value, type: Type) -> Any:
    """The JSON form of a value as people write it, which ``from_json`` reads too: a map with texts as keys is an object, and an option is
    null or the value alone (in a list where the value alone could mean something else)."""
    if not isinstance(type, Constructor):
        return to_json(value, type)
    arguments = type.arguments
    if type.name == "list":
        return [to_plain(item, arguments[0]) for item in value]
    if type.name == "pair":
        return [to_plain(value[0], arguments[0]), to_plain(value[1], arguments[1])]
    if type.name == "option":
        if value is None:
            return None
        inner, found = arguments[0], to_plain(value.value, arguments[0])
        alone = isinstance(inner, Constructor) and inner.name not in ("option", "unit", "list")
        return found if alone else [found]
    if type.name == "map":
        entries = [(to_plain(k, arguments[0]), to_plain(v, arguments[1])) for k, v in value]
        return dict(entries) if arguments[0] in (STRING, CHAR) else [list(entry) for entry in entries]
    return to_json(value, type)


def to_json(value: Value, type: Type) -> Any:
    """The JSON form of a value of the type; ``from_json`` reads it back."""
    if isinstance(type, TensorType):
        return value.tolist()
    assert isinstance(type, Constructor)
    arguments = type.arguments
    if type.name == "list":
        return [to_json(item, arguments[0]) for item in value]
    if type.name == "pair":
        return [to_json(value[0], arguments[0]), to_json(value[1], arguments[1])]
    if type.name == "option":
        return None if value is None else [to_json(value.value, arguments[0])]
    if type.name == "map":
        return [[to_json(k, arguments[0]), to_json(v, arguments[1])] for k, v in value]
    if type.name == "graph":
        edges = [[to_json(a, arguments[0]), to_json(b, arguments[0])] for a, b in value.edges]
        return [[to_json(node, arguments[0]) for node in value.nodes], edges]
    return None if type.name == "unit" else value
