"""Unification of types, dimensions and shapes (Robinson 1965), with constraint classes on type variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .types import (
    CLASSES,
    FLOAT,
    INT,
    Axis,
    Constructor,
    DimensionVariable,
    Scheme,
    ShapeVariable,
    TensorType,
    Type,
    TypeVariable,
)

_FRESH = re.compile(r"(?:(?<=([A-Za-z0-9_])))?\?[0-9]+")


class Mismatch(Exception):
    """Two types cannot be made equal; ``reason`` says why in words."""

    def __init__(self, left: object, right: object, reason: str = "") -> None:
        super().__init__(_FRESH.sub(lambda m: "" if m[1] else "_", reason or f"{left} is not {right}"))
        self.left, self.right, self.reason = left, right, reason


class Unifier:
    """A growing substitution. ``unify`` extends it or raises Mismatch; ``resolve`` applies it.

    Names of fresh variables hold a question mark, which no written type has.
    """

    MAX_WORK = 2_000_000
    """Most steps before a type counts as too large: nested pairs of one variable double a type with each step."""
    MAX_SIZE = 20_000
    """Most parts of a resolved type."""

    def __init__(self) -> None:
        self._work = 0
        self.types: dict[TypeVariable, Type] = {}
        self.dimensions: dict[DimensionVariable, int | DimensionVariable] = {}
        self.shapes: dict[ShapeVariable, tuple[Axis, ...]] = {}
        self.classes: dict[TypeVariable, str] = {}
        self._count = 0
        self._trail: list[tuple[dict, object]] = []

    def mark(self) -> int:
        """A place to which ``undo`` goes back."""
        return len(self._trail)

    def undo(self, mark: int) -> None:
        """Forget what was bound since the mark (constraint classes stay)."""
        while len(self._trail) > mark:
            bound, variable = self._trail.pop()
            del bound[variable]

    def _set(self, bound: dict, variable: object, value: object) -> None:
        bound[variable] = value
        self._trail.append((bound, variable))

    def fresh(self, kind: str | None = None) -> TypeVariable:
        self._count += 1
        variable = TypeVariable(f"?{self._count}")
        if kind:
            self.classes[variable] = kind
        return variable

    def instantiate(
        self, scheme: Scheme, keep: frozenset = frozenset(), settings: Mapping[str, Any] | None = None
    ) -> Type:
        """A copy of the scheme's type with fresh variables, except those in ``keep``.

        A dimension variable that has the name of a setting becomes the setting's value.
        """
        renaming: dict = {}
        for variable in scheme.variables:
            if variable in keep:
                continue
            if isinstance(variable, TypeVariable):
                renaming[variable] = self.fresh(scheme.constraints.get(variable.name))
            elif isinstance(variable, DimensionVariable) and settings and variable.name in settings:
                renaming[variable] = settings[variable.name]
            else:
                self._count += 1
                renaming[variable] = type(variable)(f"{variable.name}?{self._count}")
        return rename(scheme.type, renaming) if renaming else scheme.type

    def head(self, type: Type) -> Type:
        while isinstance(type, TypeVariable) and type in self.types:
            type = self.types[type]
        return type

    def resolve(self, type: Type) -> Type:
        """The type with all that is known filled in; Mismatch where it is larger than MAX_SIZE."""
        count = 0

        def fill(type: Type) -> Type:
            nonlocal count
            type = self.head(type)
            if isinstance(type, Constructor) and type.arguments:
                count += 1
                if count > self.MAX_SIZE:
                    raise Mismatch(type, "a type", f"the type has more than {self.MAX_SIZE} parts")
                parts = tuple([fill(argument) for argument in type.arguments])
                return type if parts == type.arguments else Constructor(type.name, parts)
            if isinstance(type, TensorType):
                return TensorType(self.resolve_shape(type.shape), type.dtype)
            return type

        return fill(type)

    def _shown(self, type: Type) -> str:
        try:
            return str(self.resolve(type))
        except Mismatch:
            return f"a type of more than {self.MAX_SIZE} parts"

    def resolve_shape(self, shape: tuple[Axis, ...]) -> tuple[Axis, ...]:
        resolved: list[Axis] = []
        for axis in shape:
            if isinstance(axis, ShapeVariable):
                resolved.extend(self.resolve_shape(self.shapes[axis]) if axis in self.shapes else (axis,))
                continue
            while isinstance(axis, DimensionVariable) and axis in self.dimensions:
                axis = self.dimensions[axis]
            resolved.append(axis)
        return tuple(resolved)

    def unify(self, left: Type, right: Type) -> None:
        """Make both types equal or raise Mismatch."""
        left, right = self.head(left), self.head(right)
        if left is right:
            return
        self._work += 1
        if self._work > self.MAX_WORK:
            raise Mismatch(left, right, "the types are too large to compare")
        if isinstance(left, TypeVariable):
            self._bind(left, right)
        elif isinstance(right, TypeVariable):
            self._bind(right, left)
        elif isinstance(left, TensorType) and isinstance(right, TensorType):
            if left.dtype != right.dtype:
                raise Mismatch(left, right, f"dtype {left.dtype} is not {right.dtype}")
            self._unify_shapes(left.shape, right.shape)
        elif isinstance(left, Constructor) and isinstance(right, Constructor) and left.name == right.name:
            for one, other in zip(left.arguments, right.arguments, strict=True):
                self.unify(one, other)
        else:
            raise Mismatch(left, right)

    def _bind(self, variable: TypeVariable, type: Type) -> None:
        if type == variable:
            return
        kind = self.classes.get(variable)
        if isinstance(type, TypeVariable):
            if kind:
                self._require(type, kind)
            self._set(self.types, variable, type)
            return
        if self._occurs(variable, type):
            raise Mismatch(variable, type, f"the type would contain itself: {variable} = {self._shown(type)}")
        if kind:
            self._require(type, kind)
        self._set(self.types, variable, type)

    def _occurs(self, variable: TypeVariable, type: Type) -> bool:
        return any(part == variable for part in self._parts(type))

    def _parts(self, type: Type) -> Iterator[Type]:
        """The parts of a type, each bound variable looked into once."""
        seen: set[TypeVariable] = set()
        stack = [type]
        while stack:
            part = stack.pop()
            if isinstance(part, TypeVariable):
                if part in seen:
                    continue
                seen.add(part)
                if part in self.types:
                    stack.append(self.types[part])
                    continue
            yield part
            if isinstance(part, Constructor):
                stack.extend(part.arguments)

    def _require(self, type: Type, kind: str) -> None:
        """Constrain a type to a class, passing the constraint on to variables inside it."""
        for part in self._parts(type):
            if isinstance(part, TypeVariable):
                known = self.classes.get(part)
                if known is None or CLASSES.index(known) < CLASSES.index(kind):
                    self.classes[part] = kind
            elif not _allowed(part, kind):
                inside = "" if part is self.head(type) else f" inside {self._shown(type)}"
                raise Mismatch(type, kind, f"{self._shown(part)}{inside} is not in the class {kind}")

    def _unify_dimensions(self, left: Axis, right: Axis) -> None:
        while isinstance(left, DimensionVariable) and left in self.dimensions:
            left = self.dimensions[left]
        while isinstance(right, DimensionVariable) and right in self.dimensions:
            right = self.dimensions[right]
        if left == right:
            return
        if isinstance(left, DimensionVariable) and not isinstance(right, ShapeVariable):
            self._set(self.dimensions, left, right)
        elif isinstance(right, DimensionVariable) and not isinstance(left, ShapeVariable):
            self._set(self.dimensions, right, left)
        else:
            raise Mismatch(left, right, f"dimension {left} is not {right}")

    def _unify_shapes(self, left: tuple[Axis, ...], right: tuple[Axis, ...]) -> None:
        one, other = list(self.resolve_shape(left)), list(self.resolve_shape(right))
        for end in (0, -1):
            while (
                one and other and not isinstance(one[end], ShapeVariable) and not isinstance(other[end], ShapeVariable)
            ):
                self._unify_dimensions(one.pop(end), other.pop(end))
        if one == other:
            return
        for variable, shape in ((one, other), (other, one)):
            if len(variable) == 1 and isinstance(variable[0], ShapeVariable):
                if variable[0] in shape:
                    raise Mismatch(left, right, "the shape would contain itself")
                self._set(self.shapes, variable[0], tuple(shape))
                return
        raise Mismatch(
            left, right, f"shape {_text(self.resolve_shape(left))} is not {_text(self.resolve_shape(right))}"
        )


def _allowed(type: Type, kind: str) -> bool:
    """Whether the outermost constructor lets a type be in the class."""
    if not isinstance(type, Constructor) or type.name == "->":
        return False
    if kind == "Num":
        return type in (INT, FLOAT)
    return kind == "Eq" or type.name not in ("map", "graph")


def _text(shape: tuple[Axis, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


def rename(type: Type, renaming: dict) -> Type:
    if isinstance(type, TypeVariable):
        return renaming.get(type, type)
    if isinstance(type, TensorType):
        return TensorType(tuple([renaming.get(axis, axis) for axis in type.shape]), type.dtype)
    assert isinstance(type, Constructor)
    if not type.arguments:
        return type
    return Constructor(type.name, tuple([rename(argument, renaming) for argument in type.arguments]))
