"""Types of the language; their text is read in ``notation.types``.

``list(int) -> int -> int`` (arrows curry), ``pair(int, str)``, ``Tensor[1,28,28]``, ``Tensor[c,h,w]``, ``Tensor[s...]``
(a whole shape), ``Tensor[n:int]`` (dtype). A type variable is one lower-case letter with optional digits. Tensor
dimensions are per example: the batch dimension belongs to the compiler.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ARITIES = {
    "bool": 0, "int": 0, "float": 0, "char": 0, "str": 0, "unit": 0,
    "list": 1, "option": 1, "graph": 1, "pair": 2, "map": 2,
}  # fmt: skip
CLASSES = ("Eq", "Ord", "Num")
"""Constraint classes from the weakest to the strongest: each implies those before it."""


class Type:
    """A type of the language: a Constructor, a TypeVariable or a TensorType."""

    __slots__ = ("_hash",)
    _hash: int


@dataclass(frozen=True, slots=True)
class Constructor(Type):
    """A named type applied to arguments; ``->`` is the constructor of functions."""

    name: str
    arguments: tuple[Type, ...] = ()

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:  # kept from the first call on, for nested types are keys of many tables
            object.__setattr__(self, "_hash", hash((self.name, self.arguments)))
            return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Constructor) and self.name == other.name and self.arguments == other.arguments

    def __str__(self) -> str:
        if self.name == "->":
            left, right = self.arguments
            return f"({left}) -> {right}" if is_function(left) else f"{left} -> {right}"
        return f"{self.name}({', '.join(map(str, self.arguments))})" if self.arguments else self.name


@dataclass(frozen=True, slots=True)
class TypeVariable(Type):
    """An unknown type; its constraint class, if any, is kept in the Scheme."""

    name: str

    def __hash__(self) -> int:
        return hash(self.name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class DimensionVariable:
    """An unknown size of one tensor axis."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ShapeVariable:
    """An unknown run of tensor axes."""

    name: str

    def __str__(self) -> str:
        return f"{self.name}..."


Axis = int | DimensionVariable | ShapeVariable


@dataclass(frozen=True, slots=True)
class TensorType(Type):
    """A tensor with per-example ``shape``; at most one axis entry is a ShapeVariable."""

    shape: tuple[Axis, ...]
    dtype: str = "float"

    def __str__(self) -> str:
        dtype = "" if self.dtype == "float" else f":{self.dtype}"
        return f"Tensor[{','.join(map(str, self.shape))}{dtype}]"


@dataclass(frozen=True)
class Scheme:
    """A type in which every free variable is quantified; ``constraints`` maps variable names to Eq, Ord or Num."""

    type: Type
    constraints: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        context = ", ".join(f"{kind} {name}" for name, kind in sorted(self.constraints.items()))
        return f"{context} => {self.type}" if context else str(self.type)

    def __hash__(self) -> int:
        return hash(self.type)

    @functools.cached_property
    def variables(self) -> tuple[TypeVariable | DimensionVariable | ShapeVariable, ...]:
        """The variables of the type in order of first occurrence."""
        return tuple(variables_of(self.type))


BOOL, INT, FLOAT = Constructor("bool"), Constructor("int"), Constructor("float")
CHAR, STRING, UNIT = Constructor("char"), Constructor("str"), Constructor("unit")


def list_of(element: Type) -> Type:
    return Constructor("list", (element,))


def pair_of(first: Type, second: Type) -> Type:
    return Constructor("pair", (first, second))


def option_of(element: Type) -> Type:
    return Constructor("option", (element,))


def map_of(key: Type, value: Type) -> Type:
    return Constructor("map", (key, value))


def graph_of(node: Type) -> Type:
    return Constructor("graph", (node,))


def tensor(*shape: Axis, dtype: str = "float") -> TensorType:
    return TensorType(tuple(shape), dtype)


def function(*types: Type) -> Type:
    """``function(a, b, result)`` is ``a -> b -> result``."""
    *arguments, result = types
    for argument in reversed(arguments):
        result = Constructor("->", (argument, result))
    return result


def is_function(type: Type) -> bool:
    return isinstance(type, Constructor) and type.name == "->"


def is_list(type: Type) -> bool:
    return isinstance(type, Constructor) and type.name == "list"


def arguments_of(type: Type) -> tuple[tuple[Type, ...], Type]:
    """Split ``a -> b -> r`` into ``((a, b), r)``."""
    arguments: list[Type] = []
    while isinstance(type, Constructor) and type.name == "->":
        arguments.append(type.arguments[0])
        type = type.arguments[1]
    return tuple(arguments), type


def subtypes(type: Type) -> Iterator[Type]:
    """The type and all types inside it, outermost first."""
    yield type
    if isinstance(type, Constructor):
        for argument in type.arguments:
            yield from subtypes(argument)


def variables_of(type: Type) -> list[TypeVariable | DimensionVariable | ShapeVariable]:
    """Free variables in order of first occurrence, without repeats."""
    found: dict[TypeVariable | DimensionVariable | ShapeVariable, None] = {}
    for part in subtypes(type):
        if isinstance(part, TypeVariable):
            found[part] = None
        elif isinstance(part, TensorType):
            found.update((axis, None) for axis in part.shape if not isinstance(axis, int))
    return list(found)


def is_ground(type: Type) -> bool:
    return not variables_of(type)


def has_tensor(type: Type) -> bool:
    return any(isinstance(part, TensorType) for part in subtypes(type))


def in_class(type: Type, kind: str) -> bool:
    """Whether a ground type belongs to the class Eq, Ord or Num."""
    if isinstance(type, TensorType):
        return False
    assert isinstance(type, Constructor)
    if kind == "Num":
        return type in (INT, FLOAT)
    if type.name == "->" or (kind == "Ord" and type.name in ("map", "graph")):
        return False
    return all(in_class(argument, kind) for argument in type.arguments)
