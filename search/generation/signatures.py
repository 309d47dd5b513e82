"""Words as typed rules: matching of a word's scheme against wanted or given ground types, without a substitution to carry around.

Generation keeps every goal ground, so one-way matching suffices and its results can be tabulated; unification is only needed to check.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from primitives.primitive import Primitive
from primitives.types import (
    Axis,
    Constructor,
    DimensionVariable,
    ShapeVariable,
    TensorType,
    Type,
    TypeVariable,
    arguments_of,
    in_class,
    is_function,
    subtypes,
    variables_of,
)

Bindings = dict[object, object]
"""Type variables to types, dimension variables to integers, shape variables to tuples of integers."""


def match(pattern: Type, ground: Type, bindings: Bindings) -> bool:
    """Whether the pattern becomes the ground type under an extension of ``bindings``, which is made in place (also on failure)."""
    if isinstance(pattern, TypeVariable):
        known = bindings.get(pattern)
        if known is None:
            if is_function(ground):
                return False
            bindings[pattern] = ground
            return True
        return known == ground
    if isinstance(pattern, Constructor):
        if not isinstance(ground, Constructor) or pattern.name != ground.name:
            return False
        return all(match(p, g, bindings) for p, g in zip(pattern.arguments, ground.arguments))
    assert isinstance(pattern, TensorType)
    if not isinstance(ground, TensorType) or pattern.dtype != ground.dtype:
        return False
    return match_shape(pattern.shape, ground.shape, bindings)


def match_shape(pattern: tuple[Axis, ...], ground: tuple[Axis, ...], bindings: Bindings) -> bool:
    """The same for the axes of a tensor; ``pattern`` has at most one shape variable."""
    run = next((i for i, axis in enumerate(pattern) if isinstance(axis, ShapeVariable)), None)
    if run is None:
        return len(pattern) == len(ground) and all(map(_bind_axis, pattern, ground, itertools.repeat(bindings)))
    after = len(pattern) - run - 1
    if len(ground) < run + after:
        return False
    middle = tuple(ground[run : len(ground) - after])
    if bindings.setdefault(pattern[run], middle) != middle:
        return False
    fixed = (*pattern[:run], *pattern[run + 1 :])
    return all(map(_bind_axis, fixed, (*ground[:run], *ground[len(ground) - after :]), itertools.repeat(bindings)))


def _bind_axis(pattern: Axis, ground: Axis, bindings: Bindings) -> bool:
    return (
        bindings.setdefault(pattern, ground) == ground if isinstance(pattern, DimensionVariable) else pattern == ground
    )


def substitute(type: Type, bindings: Bindings) -> Type:
    """The type with bound variables filled in."""
    if isinstance(type, TypeVariable):
        bound = bindings.get(type, type)
        assert isinstance(bound, (TypeVariable, Constructor, TensorType)), "type variables are bound to types"
        return bound
    if isinstance(type, Constructor):
        if not type.arguments:
            return type
        return Constructor(type.name, tuple(substitute(argument, bindings) for argument in type.arguments))
    assert isinstance(type, TensorType)
    shape: list[Axis] = []
    for axis in type.shape:
        value = bindings.get(axis, axis) if not isinstance(axis, int) else axis
        if isinstance(value, tuple):
            shape.extend(value)
        else:
            assert isinstance(value, (int, DimensionVariable, ShapeVariable)), "dimension variables are bound to axes"
            shape.append(value)
    return TensorType(tuple(shape), type.dtype)


def nesting(type: Type) -> int:
    """0 for ``int`` or a tensor, 1 for ``list(int)``, …; an arrow counts as its deepest part."""
    if not isinstance(type, Constructor) or not type.arguments:
        return 0
    deepest = max(nesting(argument) for argument in type.arguments)
    return deepest if type.name == "->" else deepest + 1


@functools.lru_cache(maxsize=1 << 16)
def nodes(type: Type) -> int:
    """Number of constructors in a type: 1 for ``int``, 3 for ``map(int, bool)``; of a function the largest of its parts."""
    if not isinstance(type, Constructor) or not type.arguments:
        return 1
    parts = [nodes(argument) for argument in type.arguments]
    return max(parts) if type.name == "->" else 1 + sum(parts)


@functools.lru_cache(maxsize=1 << 16)
def leaves(type: Type) -> frozenset[Type]:
    """The types without arguments inside a type.

    type: any.
    """
    if not isinstance(type, Constructor) or not type.arguments:
        return frozenset((type,))
    return frozenset().union(*map(leaves, type.arguments))


@functools.lru_cache(maxsize=1 << 12)
def _parts(type: Type) -> frozenset[Type]:
    return frozenset(subtypes(type))


@functools.lru_cache(maxsize=1 << 12)
def _variables(types: tuple[Type, ...]) -> tuple[object, ...]:
    """The variables of several types, in order of first occurrence."""
    return tuple(dict.fromkeys(variable for type in types for variable in variables_of(type)))


@dataclass(frozen=True)
class Signature:
    """A word with the parts of its scheme: ``arguments`` up to the last arrow, then ``result``."""

    word: Primitive
    arguments: tuple[Type, ...]
    result: Type
    constraints: tuple[tuple[TypeVariable, str], ...]

    @functools.cached_property
    def settings(self) -> dict[DimensionVariable, str]:
        """Settings that are dimensions of the scheme (``dense : Tensor[n] -> Tensor[units]``)."""
        names = {setting.name for setting in self.word.settings}
        free = variables_of(self.word.scheme.type)
        return {v: v.name for v in free if isinstance(v, DimensionVariable) and v.name in names}

    def allowed(self, bindings: Bindings) -> bool:
        """Whether the bound variables satisfy Eq, Ord and Num."""
        for variable, kind in self.constraints:
            bound = bindings.get(variable)
            if isinstance(bound, (TypeVariable, Constructor, TensorType)) and not in_class(bound, kind):
                return False
        return True


@functools.lru_cache(maxsize=4096)
def signature(word: Primitive) -> Signature:
    """The signature of a word."""
    arguments, result = arguments_of(word.scheme.type)
    constraints = tuple((TypeVariable(name), kind) for name, kind in sorted(word.scheme.constraints.items()))
    return Signature(word, arguments, result, constraints)


@dataclass(frozen=True)
class Instance:
    """A word whose variables are filled in so that, given ``arguments``, it has the goal type."""

    word: Primitive
    arguments: tuple[Type, ...]
    share: float
    fixed: tuple[tuple[str, object], ...] = ()
    """Part of the word's probability that this instance takes among the instances for the same goal; ``fixed`` are the settings
    that the goal decides (``zeros`` for Tensor[8])."""


_SELDOM = frozenset(("option", "graph", "map", "unit"))
"""Types that are goals inside others (a list of options) only where the problem has them so."""


class Universe:
    """The ground types that a search deals in: those in its problem, and the scalars that words make of them."""

    def __init__(self, types: Iterable[Type], extra: Iterable[Type] = (), limit: int | None = None) -> None:
        """``extra`` types are filled in for variables too, but less often; ``limit`` bounds ``nodes`` of the types admitted."""
        found: dict[Type, float] = {}
        for type in types:
            for part in subtypes(type):
                if not is_function(part) and not variables_of(part):
                    found[part] = 1.0
        for type in extra:
            found.setdefault(type, 0.4)
        self.weights = found
        self.tensors = [type for type in found if isinstance(type, TensorType)]
        self.leaves = {leaf for type in found for leaf in leaves(type)}
        self.limit = limit if limit is not None else max(3, max(map(nodes, found), default=0) + 1)
        self._admitted: dict[Type, bool] = {}
        self._familiars: dict[Type, bool] = {}

    def admits(self, type: Type) -> bool:
        """Whether a type is small enough, and made of scalars and tensors that the problem knows, to be a goal."""
        known = self._admitted.get(type)
        if known is None:
            known = self._admitted[type] = nodes(type) <= self.limit and self._familiar(type)
        return known

    def _familiar(self, type: Type) -> bool:
        """Whether the leaves of a type are those of the problem, and its options, maps and graphs inside others too."""
        known = self._familiars.get(type)
        if known is None:
            if isinstance(type, Constructor) and type.arguments:
                known = all(map(self._familiar, type.arguments))
                if type.name != "->":
                    known = known and all(map(self._usual, type.arguments))
            else:
                known = type in self.leaves or (isinstance(type, TensorType) and bool(variables_of(type)))
            self._familiars[type] = known
        return known

    def _usual(self, inner: Type) -> bool:
        return getattr(inner, "name", "") not in _SELDOM or inner in self.weights

    def instances(self, signature: Signature, goal: Type) -> list[Instance]:
        """All ways in which the word, given some or all of its arguments, has the goal type."""
        wanted, result = arguments_of(goal)
        given = len(signature.arguments) - len(wanted)
        if given < 0 or (wanted and isinstance(signature.result, TypeVariable) and given == 0):
            return []
        bindings: Bindings = {}
        if not match(signature.result, result, bindings):
            return []
        if not all(match(p, g, bindings) for p, g in zip(signature.arguments[given:], wanted)):
            return []
        arguments = signature.arguments[:given]
        free = [v for v in _variables(arguments) if v not in bindings and v not in signature.settings]
        found = []
        parts = _parts(goal)
        for weight, choice in self._fill(free, arguments):
            full = bindings | choice
            if not signature.allowed(full):
                continue
            types = tuple(substitute(argument, full) for argument in arguments)
            if all(self.admits(type) or type in parts for type in types):
                found.append((weight, types))
        total = sum(weight for weight, _ in found)
        fixed = tuple((name, bindings[axis]) for axis, name in signature.settings.items() if axis in bindings)
        return [Instance(signature.word, types, weight / total, fixed) for weight, types in found]

    def _fill(self, free: list, arguments: tuple[Type, ...]) -> Iterator[tuple[float, Bindings]]:
        """Values for the variables that the goal leaves open, with weights: types of the universe, shapes of its tensors."""
        types = [v for v in free if isinstance(v, TypeVariable)]
        axes = {v for v in free if not isinstance(v, TypeVariable)}
        shapes = list(self._fill_axes(axes, arguments)) if axes else [{}]
        for choice in itertools.product(self.weights.items(), repeat=len(types)):
            weight, bindings = 1.0, {}
            for variable, (type, share) in zip(types, choice):
                weight, bindings[variable] = weight * share, type
            for axis_bindings in shapes:
                yield weight, bindings | axis_bindings

    def _fill_axes(self, axes: set, arguments: tuple[Type, ...]) -> Iterator[Bindings]:
        """Shapes of the universe's tensors that fit; if none does, the axes of a single argument stay open for a net to decide."""
        patterns = [p for a in arguments for p in subtypes(a) if isinstance(p, TensorType) and axes & {*p.shape}]
        any_fits = False
        for tensor in self.tensors:
            bindings: Bindings = {}
            if match(patterns[0], tensor, bindings) and axes <= bindings.keys():
                any_fits = True
                yield bindings
        if not any_fits and len(patterns) == 1:
            yield {}
