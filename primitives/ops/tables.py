"""Hash tables: immutable maps from keys to values, in order of first insertion. A key that holds a NaN is undefined."""

from __future__ import annotations

from collections.abc import Callable

from ..primitive import Prior
from ..values import Some, Table, Value, check_key
from ..words import word


@word("table_new", "map(k, v)", example="(table_size table_new)", prior=Prior(cost=5, weight=-2.0))
def table_new() -> Table:
    """The table without entries."""
    return Table()


@word(
    "table_from",
    "Eq k => list(pair(k, v)) -> map(k, v)",
    example='(table_from (zip ["a" "b"] [1 2]))',
    prior=Prior(cost=5),
)
def table_from(pairs: tuple) -> Table:
    """The table of these entries; the last of several with one key counts."""
    return Table((check_key(key), value) for key, value in pairs)


@word(
    "put",
    "Eq k => k -> v -> map(k, v) -> map(k, v)",
    example='(put "c" 3 (table_from (zip ["a" "b"] [1 2])))',
    prior=Prior(cost=5),
)
def put(key: Value, value: Value, table: Table) -> Table:
    """The table with ``value`` under ``key``, in place of an earlier value."""
    return table.put(check_key(key), value)


@word(
    "get",
    "Eq k => k -> map(k, v) -> option(v)",
    example='(get "b" (table_from (zip ["a" "b"] [1 2])))',
    prior=Prior(cost=5),
)
def get(key: Value, table: Table) -> Some | None:
    """The value under ``key``, if any."""
    key = check_key(key)
    return Some(table.entries[key]) if key in table.entries else None


@word(
    "has", "Eq k => k -> map(k, v) -> bool", example='(has "z" (table_from (zip ["a" "b"] [1 2])))', prior=Prior(cost=5)
)
def has(key: Value, table: Table) -> bool:
    """Whether the table has ``key``."""
    return check_key(key) in table.entries


@word(
    "remove",
    "Eq k => k -> map(k, v) -> map(k, v)",
    example='(remove "a" (table_from (zip ["a" "b"] [1 2])))',
    prior=Prior(cost=5),
)
def remove(key: Value, table: Table) -> Table:
    """The table without ``key``; the same table where it has none."""
    return table.remove(check_key(key))


@word("keys", "map(k, v) -> list(k)", example='(keys (table_from (zip ["a" "b"] [1 2])))', prior=Prior(cost=5))
def keys(table: Table) -> tuple:
    """The keys in order of first insertion."""
    return tuple(table.entries)


@word("values", "map(k, v) -> list(v)", example='(values (table_from (zip ["a" "b"] [1 2])))', prior=Prior(cost=5))
def values(table: Table) -> tuple:
    """The values in the order of their keys."""
    return tuple(table.entries.values())


@word(
    "items", "map(k, v) -> list(pair(k, v))", example='(items (table_from (zip ["a" "b"] [1 2])))', prior=Prior(cost=5)
)
def items(table: Table) -> tuple:
    """The entries as pairs of key and value, in the order of the keys."""
    return tuple(table.entries.items())


@word("table_size", "map(k, v) -> int", example='(table_size (table_from (zip ["a" "b"] [1 2])))', prior=Prior(cost=5))
def table_size(table: Table) -> int:
    """The number of entries."""
    return len(table.entries)


@word(
    "map_values",
    "(v -> w) -> map(k, v) -> map(k, w)",
    example='(map_values negate (table_from (zip ["a" "b"] [1 2])))',
    prior=Prior(cost=5),
)
def map_values(f: Callable, table: Table) -> Table:
    """The table with ``f`` of every value."""
    return Table((key, f(value)) for key, value in table.entries.items())
