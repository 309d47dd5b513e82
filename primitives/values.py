"""Values of the language.

int (|x| ≤ 2⁵³), bool, float, char (str of length 1), str, list (tuple), pair (2-tuple), option (None or Some), map
(Table), graph (Graph), tensor (torch.Tensor without batch dimension), function (curried callable), unit (``()``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_INT = 2**53
"""Largest magnitude of an Int: exact in JSON and in float64."""
MAX_SIZE = 65_536
"""Longest list, string or table in every back end."""
Value = Any
_MEMORY_MESSAGES = ("can't allocate memory", "not enough memory", "out of memory", "std::bad_alloc")
"""What libraries say in a RuntimeError where no memory is left."""


class Outcome(StrEnum):
    """What became of a program, a training, a job or an evaluation. Stores and messages have it as this text."""

    OK = "ok"
    ILL_TYPED = "ill-typed"
    UNDEFINED = "undefined"
    OVERFLOW = "overflow"
    OUT_OF_FUEL = "out of fuel"
    TOO_LARGE = "too large"
    OUT_OF_MEMORY = "out of memory"
    DIVERGED = "diverged"
    """A training came to numbers that are not finite."""
    TIMED_OUT = "timed out"
    OUT_OF_BOUNDS = "out of bounds"
    """It is larger or slower than the search allows."""
    STOPPED = "stopped"
    """Whoever watches a training ended it."""
    UNSUITABLE = "unsuitable"
    """A trainer cannot train this program."""
    LOST = "lost"
    """The worker died each time that it ran the job."""
    ERROR = "error"
    """A fault of this project's code."""

    __repr__ = str.__repr__


@dataclass(frozen=True, slots=True)
class Failure:
    """A computation that has no value: ``kind`` is an Outcome other than ``ok``, ``word`` where it happened."""

    kind: str
    word: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind} at {self.word}: {self.detail}" if self.word else f"{self.kind}: {self.detail}"


class Failed(Exception):
    """Raised inside a meaning; the back end turns it into a Failure with the word's name."""

    kind = Outcome.UNDEFINED
    word = ""


class Undefined(Failed):
    """The word has no value here: head of an empty list, division by zero."""


class Overflow(Failed):
    """An Int beyond 2⁵³."""

    kind = Outcome.OVERFLOW


class TooLarge(Failed):
    """A list, string or table longer than MAX_SIZE."""

    kind = Outcome.TOO_LARGE


class OutOfFuel(Failed):
    """Too many steps or too deep a recursion."""

    kind = Outcome.OUT_OF_FUEL


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the exception says that memory ran out, on the CPU or on a device."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(text in str(error).lower() for text in _MEMORY_MESSAGES)


def check_int(value: int) -> int:
    """The value, or Overflow beyond 2⁵³."""
    if -MAX_INT <= value <= MAX_INT:
        return value
    raise Overflow("an integer is beyond 2^53")


def check_size(size: int) -> int:
    """The size, or TooLarge beyond MAX_SIZE; call it before allocating."""
    if size > MAX_SIZE:
        raise TooLarge(f"size {size} is larger than {MAX_SIZE}")
    return size


_ATOMS = frozenset((int, bool, str))
"""Classes of values that are compared at once and hold no NaN."""


def has_nan(value: Value) -> bool:
    """Whether a NaN is somewhere in the value."""
    if isinstance(value, float):
        return value != value
    if isinstance(value, tuple):
        return not _ATOMS.issuperset(map(type, value)) and any(map(has_nan, value))
    if isinstance(value, Some):
        return has_nan(value.value)
    if isinstance(value, Table):
        return any(map(has_nan, value.entries.values()))
    return False


def check_key(value: Value) -> Value:
    """The value, or Undefined where it holds a NaN: what equals nothing cannot be a key, a node or a place in an
    order."""
    if type(value) in _ATOMS or not has_nan(value):
        return value
    raise Undefined("NaN equals nothing and has no place in an order")


def same(left: Value, right: Value) -> bool:
    """Exact equality of two values of one type, as the word ``=`` has it: NaN equals nothing, wherever it is."""
    if left is not right and left != right:
        return False
    return type(left) in _ATOMS or not has_nan(left)


def order_key(value: Value) -> Value:
    """A Python object that sorts as the value does: none before some, lists and pairs lexicographically."""
    if value is None:
        return ()
    if isinstance(value, Some):
        return (order_key(value.value),)
    return tuple(map(order_key, value)) if isinstance(value, tuple) else value


def less(left: Value, right: Value) -> bool:
    """Whether the first value comes before the second. A Float NaN is neither before nor after; inside a list or
    pair it is Undefined."""
    if type(left) in _ATOMS or isinstance(left, float):
        return bool(left < right)
    return bool(order_key(check_key(left)) < order_key(check_key(right)))


def ordered(values: Iterable[Value]) -> list:
    """Sort keys of the values, one each; Undefined for NaN."""
    values = list(values)
    if _ATOMS.issuperset(map(type, values)):
        return values
    return [order_key(check_key(value)) for value in values]


@dataclass(frozen=True, slots=True)
class Some:
    """An option that holds a value; None is the other one."""

    value: Value


class Table:
    """An immutable hash table in insertion order; equality ignores the order."""

    __slots__ = ("_hash", "entries")

    def __init__(self, entries: Iterable[tuple[Value, Value]] = ()) -> None:
        self.entries: dict[Value, Value] = dict(entries)
        self._hash: int | None = None

    def put(self, key: Value, value: Value) -> Table:
        check_size(len(self.entries) + (key not in self.entries))
        table = Table()
        table.entries = {**self.entries, key: value}
        return table

    def remove(self, key: Value) -> Table:
        table = Table(self.entries.items())
        table.entries.pop(key, None)
        return table

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[tuple[Value, Value]]:
        return iter(self.entries.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self.entries == other.entries

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.entries.items()))
        return self._hash

    def __repr__(self) -> str:
        return f"Table({list(self.entries.items())!r})"


class Graph:
    """An immutable directed graph: nodes in order of first mention, neighbours in order of the edges."""

    __slots__ = ("edges", "neighbours")

    def __init__(self, edges: Iterable[tuple[Value, Value]] = (), nodes: Iterable[Value] = ()) -> None:
        self.edges = tuple(dict.fromkeys(edges))
        neighbours: dict[Value, list[Value]] = {node: [] for node in nodes}
        for source, target in self.edges:
            neighbours.setdefault(source, []).append(target)
            neighbours.setdefault(target, [])
        self.neighbours = {node: tuple(targets) for node, targets in neighbours.items()}

    @property
    def nodes(self) -> tuple[Value, ...]:
        return tuple(self.neighbours)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Graph)
            and frozenset(self.edges) == frozenset(other.edges)
            and frozenset(self.neighbours) == frozenset(other.neighbours)
        )

    def __hash__(self) -> int:
        return hash((frozenset(self.edges), frozenset(self.neighbours)))

    def __repr__(self) -> str:
        return f"Graph({list(self.edges)!r}, {list(self.nodes)!r})"


NEAR = 1e-6
"""The relative difference up to which two Floats are equal."""


def least_difference(values: Iterable[Value]) -> float:
    """The absolute difference up to which Floats among the outputs of one task are equal: NEAR, or NEAR of the largest where that is less
    than 1 and not 0, so that outputs that are all tiny are not all equal to 0.

    values: the outputs; lists, pairs, options and tables are looked into.
    """
    largest = max((abs(each) for each in _floats(values) if math.isfinite(each)), default=0.0)
    return max(NEAR * min(1.0, largest), 1e-300) if largest else NEAR


def _floats(values: Iterable[Value]) -> Iterator[float]:
    for value in values:
        if isinstance(value, float):
            yield value
        elif isinstance(value, tuple):
            yield from _floats(value)
        elif isinstance(value, Some):
            yield from _floats((value.value,))
        elif isinstance(value, Table):
            yield from _floats(value.entries.values())


def equal(left: Value, right: Value, tolerance: float = NEAR, least: float | None = None) -> bool:
    """Equality of two values of one type; NaN never equals; true is not 1.

    left, right: the values.
    tolerance: the relative difference up to which Floats agree.
    least: the absolute one (default: as large).
    """
    if isinstance(left, (Failure, bool)) or isinstance(right, (Failure, bool)):
        return not isinstance(left, Failure) and type(left) is type(right) and left == right
    if isinstance(left, float) or isinstance(right, float):
        return math.isclose(left, right, rel_tol=tolerance, abs_tol=tolerance if least is None else least)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(equal(a, b, tolerance, least) for a, b in zip(left, right, strict=True))
    if isinstance(left, Some) and isinstance(right, Some):
        return equal(left.value, right.value, tolerance, least)
    if isinstance(left, Table) and isinstance(right, Table):
        keys = left.entries.keys()
        return keys == right.entries.keys() and all(
            equal(left.entries[k], right.entries[k], tolerance, least) for k in keys
        )
    if hasattr(left, "shape") and hasattr(right, "shape"):
        return tuple(left.shape) == tuple(right.shape) and bool(((left - right).abs() <= tolerance).all())
    return type(left) is type(right) and bool(left == right)
