"""Terms of types that may be open: what stands in a hole whose surroundings leave its size, or more, to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from primitives.term import Term, lambdas
from primitives.types import (
    BOOL,
    FLOAT,
    INT,
    Constructor,
    ShapeVariable,
    TensorType,
    Type,
    TypeVariable,
    arguments_of,
    has_tensor,
    is_function,
    is_ground,
    subtypes,
    variables_of,
)  # fmt: skip

from ..choosing import Chooser, DeadEnd, Place
from ..nets.kinds import kind_of, open_goal
from ..nets.placing import Allowance, Context
from ..signatures import substitute

if TYPE_CHECKING:
    from ..grammar import Grammar

UNKNOWN = Constructor("unknown")
"""Stands for the type of a variable that is not known yet."""
OPEN = (INT, BOOL, FLOAT)
"""What a type that nothing decides may be, beside the types of the problem."""


class HoleGrower:
    """Terms of types that may be open, in a scope."""

    def __init__(self, grammar: Grammar, chooser: Chooser, allowance: Allowance) -> None:
        self.grammar, self.chooser, self.allowance = grammar, chooser, allowance

    def least(self, goal: Type) -> int:
        """Least size of a term of a ground type; 1 of an open one, of which it is not known."""
        return min(self.grammar.least(goal), self.grammar.problem.max_size) if is_ground(goal) else 1

    def grow(self, goal: Type, scope: tuple[Type, ...], room: int, place: Place) -> Term:
        """A term of the type. Raises DeadEnd or ShapeError."""
        known = tuple(type if is_ground(type) else UNKNOWN for type in scope)
        if is_ground(goal) and not (has_tensor(goal) and not is_function(goal)):
            return self.grammar.grow(goal, known, room, self.chooser, place)
        if is_function(goal):
            arguments, result = arguments_of(self._with_arguments(goal, scope, place))
            body = self.grow(result, (*scope, *arguments), room - len(arguments), (*place, 0))
            return lambdas(len(arguments), body)
        closed = self.closed(goal, scope, place)
        if not has_tensor(closed):
            return self.grammar.grow(closed, known, room, self.chooser, place)
        allowed = replace(self.allowance)
        return self.grammar.pipelines.from_scope(closed, room, Context(known, self.chooser, allowed), place).term

    def closed(self, goal: Type, scope: tuple[Type, ...], place: Place) -> Type:
        """The goal with a type for each variable that stands for any, and with so many axes as nets in scope may have; how long these are
        is left open."""
        kinds = self._kinds(scope)
        if kinds and isinstance(goal, TypeVariable):
            return open_goal(kinds[self._pick(kinds, (*place, -3))])
        for part in subtypes(goal):
            if isinstance(part, TensorType) and any(isinstance(axis, ShapeVariable) for axis in part.shape):
                return self._with_axes(goal, part, kinds, place)
        return self._chosen_types(goal, goal, scope, place)

    def _with_arguments(self, goal: Type, scope: tuple[Type, ...], place: Place) -> Type:
        """A function type with the types of its arguments known; that of its result may be left open."""
        arguments, _ = arguments_of(goal)
        for argument in arguments:
            goal = self._chosen_types(argument, goal, scope, place)
        if not all(map(is_ground, arguments_of(goal)[0])):
            raise DeadEnd(f"goal={goal}: the shapes of its arguments are not known")
        return goal

    def _chosen_types(self, part: Type, goal: Type, scope: tuple[Type, ...], place: Place) -> Type:
        """The goal with a type for each variable in a part of it that stands for any."""
        open_types = [each for each in variables_of(part) if isinstance(each, TypeVariable)]
        types = [*dict.fromkeys([type for type in scope if is_ground(type) and not is_function(type)]), *OPEN]
        return substitute(goal, {each: types[self._pick(types, (*place, -4, i))] for i, each in enumerate(open_types)})

    def _with_axes(self, goal: Type, part: TensorType, kinds: list[Type], place: Place) -> Type:
        if goal is not part or not kinds:
            raise DeadEnd(f"goal={goal}: how many axes it has is not known; write it as a part of a larger one")
        fitting = [kind for kind in kinds if isinstance(kind, TensorType) and len(kind.shape) >= len(part.shape) - 1]
        if not fitting:
            raise DeadEnd(f"goal={goal}: no net in scope has such axes")
        return open_goal(fitting[self._pick(fitting, (*place, -3))])

    def _kinds(self, scope: tuple[Type, ...]) -> list[Type]:
        """Kinds of tensors that nets from what is in scope may come to, the nearest first."""
        known = [type for type in scope if has_tensor(type) and is_ground(type)]
        reachable = [kind for type in reversed(known) for kind in self.grammar.pipelines.kinds.reachable(kind_of(type))]
        found = [kind_of(type) for type in reversed(known)] + reachable
        return [kind for kind in dict.fromkeys(found) if isinstance(kind, TensorType)]

    def _pick(self, items: Sequence[Type], place: Place) -> int:
        weights = list(accumulate(1.0 / (1 + i) for i, _ in enumerate(items)))
        return self.chooser.pick(place, list(map(str, items)), weights)
