"""One word put after what has been built: its settings, its result type, its weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from primitives.inference import Inference, ShapeError, shape_of
from primitives.primitive import Primitive
from primitives.term import Term, Word
from primitives.types import Constructor, TensorType, Type, is_ground
from primitives.weights import multiply_adds

from ...problem import Problem
from ..choosing import Chooser, DeadEnd, Place
from ..signatures import Bindings, match, substitute
from .kinds import KindRule

NEW_SITE = "?"
"""Site of a new sited word until ``sites.number`` gives it one of its own."""
MAX_ELEMENTS = 1 << 22
"""Largest tensor of one example that a net may make."""


@dataclass
class Allowance:
    """Trainable numbers and multiply-adds that a net being grown may still take; None where these are not bounded."""

    parameters: int | None = None
    operations: int | None = None

    @classmethod
    def of(cls, problem: Problem) -> Allowance:
        """All that the problem allows."""
        return cls(problem.bounds.parameters, problem.bounds.operations)

    def beside(self, inference: Inference, words: Mapping[str, Primitive]) -> Allowance:
        """What is left beside a program, as far as its shapes are known.

        inference: of the program.
        words: what its words mean.
        """
        parameters = None if self.parameters is None else self.parameters - inference.parameters
        operations = None if self.operations is None else self.operations - multiply_adds(inference, words)
        return Allowance(parameters, operations)

    def take(self, word: Primitive, types: Sequence[Type], settings: Mapping[str, object]) -> bool:
        """Whether a word's weights and work are allowed; then they are taken off.

        word: with its settings.
        types: of its arguments.
        settings: by name.
        """
        if self.parameters is None and self.operations is None:
            return True
        parameters = operations = 0
        shapes = list(map(shape_of, types))
        if word.parameters is not None:
            made = word.parameters(*shapes, **settings).values()
            parameters = sum(math.prod(parameter.shape) for parameter in made)
        if self.operations is not None:
            declared = word.flops is not None and all(map(is_ground, types))
            operations = int(word.flops(*shapes, **settings)) if word.flops and declared else parameters
        parameters_left = None if self.parameters is None else self.parameters - parameters
        operations_left = None if self.operations is None else self.operations - operations
        if min(parameters_left or 0, operations_left or 0) < 0:
            return False
        self.parameters, self.operations = parameters_left, operations_left
        return True


@dataclass(frozen=True)
class Context:
    """Where a net grows: types of the binders (outermost first), who chooses, what weights are left."""

    scope: tuple[Type, ...]
    chooser: Chooser
    allowance: Allowance

    def inside(self, *types: Type) -> Context:
        """The same under further binders."""
        return replace(self, scope=(*self.scope, *types))


@dataclass(frozen=True)
class Value:
    """What has been built: a term in scope and its type."""

    term: Term
    type: Type


class Placer:
    """Places words for one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def word(
        self,
        rule: KindRule,
        types: Sequence[Type],
        bindings: Bindings,
        goal: Type | None,
        context: Context,
        place: Place,
    ) -> tuple[Word, Type]:
        """The word for arguments of these types, and its result type.

        Settings that are axes of the result are taken from the goal, if given, and then the goal must be met. Raises ShapeError or DeadEnd.
        """
        known = rule.signature
        word = known.word
        settings, result = self._fitting(rule, types, bindings, self._fixed(rule, bindings, goal), context, place)
        if goal is not None and rule.closing and not fits(result, goal):
            raise DeadEnd(f"word={word.name}: gives {result}, needed {goal}")
        if not context.allowance.take(word, types, settings):
            raise DeadEnd(f"word={word.name}: more than {self.problem.bounds}")
        return Word(word.name, tuple(settings.items()), NEW_SITE if word.sited else None), result

    @staticmethod
    def _fixed(rule: KindRule, bindings: Bindings, goal: Type | None) -> dict[str, object]:
        """Settings that the goal decides."""
        wanted: Bindings = dict(bindings)
        if goal is None or not is_ground(goal) or not match(rule.signature.result, goal, wanted):
            return {}
        return {name: wanted[axis] for axis, name in rule.signature.settings.items() if axis in wanted}

    def _fitting(
        self,
        rule: KindRule,
        types: Sequence[Type],
        bindings: Bindings,
        fixed: dict[str, object],
        context: Context,
        place: Place,
    ) -> tuple[dict[str, object], Type]:
        """Settings with which the word takes the types, in up to three tries."""
        word = rule.signature.word
        for attempt in range(3):
            settings = self.settings(word, fixed, context.chooser, (*place, attempt))
            try:
                return settings, self.result(rule, types, bindings, settings)
            except ShapeError:
                if attempt == 2 or not word.settings:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def settings(
        self, word: Primitive, fixed: Mapping[str, object], chooser: Chooser, place: Place
    ) -> dict[str, object]:
        """A value for every setting of the word: fixed, else chosen in the problem's range."""
        return {
            setting.name: setting.check(word.name, fixed[setting.name])
            if setting.name in fixed
            else chooser.value(place, word.name, self.problem.setting(word.name, setting))
            for setting in word.settings
        }

    def result(self, rule: KindRule, types: Sequence[Type], bindings: Bindings, settings: Mapping[str, object]) -> Type:
        """The result type; ShapeError where the word does not take the shapes, or (without weights) would change nothing."""
        known = rule.signature
        result = substitute(known.result, bindings | {axis: settings[name] for axis, name in known.settings.items()})
        if known.word.shapes is not None:
            shape = known.word.shapes(*map(shape_of, types), **settings)
            made = shape if isinstance(shape, Type) else TensorType(tuple(shape), getattr(result, "dtype", "float"))
            if not match(result, made, {}):
                raise ShapeError(f"{made} is not {result}")
            if made == types[rule.data] and not (rule.others or settings or known.word.sited):
                raise ShapeError(f"{made} is not changed")
            result = made
        check_sizes(result)
        return result


def check_sizes(type: Type) -> None:
    """ShapeError where an axis is below 1 or open, or a tensor is too large to be worth a try."""
    if isinstance(type, TensorType):
        sizes = [axis for axis in type.shape if isinstance(axis, int)]
        if len(sizes) < len(type.shape) or any(axis < 1 for axis in sizes) or math.prod(sizes) > MAX_ELEMENTS:
            raise ShapeError(f"{type} has an open or empty axis or more than {MAX_ELEMENTS} numbers")
    elif isinstance(type, Constructor):
        for argument in type.arguments:
            check_sizes(argument)


def fits(type: Type, goal: Type) -> bool:
    """Whether a type is the goal, whose axes may be variables that any size fits."""
    return type == goal or (not is_ground(goal) and match(goal, type, {}))
