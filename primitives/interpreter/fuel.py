"""What work on large values costs: sizes of values, and the words whose work grows with all that is inside their
arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..primitive import Primitive
from ..types import Constructor, Type, TypeVariable, arguments_of, is_function
from ..values import Graph, Some, Table, Value

if TYPE_CHECKING:
    from .interpret import Machine


def weigh(value: Value, limit: int) -> int:
    """Number of elements in a value, those inside elements too; what is shared counts each time. Stops counting
    beyond ``limit``."""
    if isinstance(value, (int, float)):
        return 0
    if isinstance(value, str):
        return len(value)
    parts: Any
    if isinstance(value, tuple):
        if len(value) > 2 and type(value[0]) in (int, float, bool):
            return len(value)
        parts = value
    elif isinstance(value, Table):
        parts = value
    elif isinstance(value, Graph):
        parts = (value.nodes, value.edges)
    else:
        return 1 + weigh(value.value, limit) if isinstance(value, Some) else 0
    total = len(parts)
    for part in parts:
        if isinstance(part, (str, tuple, Some, Table, Graph)):
            total += weigh(part, limit - total)
            if total > limit:
                break
    return total


def toll_of(primitive: Primitive) -> Callable[[Machine, list], int] | None:
    """Extra sizes to pay for: values that are compared or hashed count with all that is in them, and four times for the
    work, whether they are given or made by a function among the arguments; so do graphs."""
    compared = {name for name, kind in primitive.scheme.constraints.items() if kind != "Num"}
    arguments = arguments_of(primitive.scheme.type)[0][: primitive.arity]
    whole = [i for i, t in enumerate(arguments) if not is_function(t) and _mentions(t, compared)]
    keyed = [i for i, t in enumerate(arguments) if is_function(t) and _mentions(arguments_of(t)[1], compared)]
    graphs = [i for i, t in enumerate(arguments) if isinstance(t, Constructor) and t.name == "graph"]
    if not whole and not keyed and not graphs:
        return None

    def toll(machine: Machine, values: list) -> int:
        for position in keyed:
            values[position] = _weighed(machine, values[position])
        limit = machine.steps << 4
        size = 0
        for position in whole:
            size += weigh(values[position], limit)
        for position in graphs:
            size += len(values[position].neighbours) + len(values[position].edges)
        return 4 * size

    return toll


def _mentions(type: Type, names: set[str]) -> bool:
    if isinstance(type, TypeVariable):
        return type.name in names
    return (
        isinstance(type, Constructor)
        and type.name not in ("map", "graph")
        and any(_mentions(t, names) for t in type.arguments)
    )


def _weighed(machine: Machine, function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    def call(argument: Value) -> Value:
        value = function(argument)
        machine.tick(weigh(value, machine.steps << 4) >> 4)
        return value

    return call
