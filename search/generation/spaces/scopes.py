"""Holes of a program: where they stand, what type is wanted there, and what is in scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from primitives.inference import IllTyped, infer
from primitives.term import Apply, FreeSetting, Hole, Lambda, Let, OneOf, Term, Word, children, rebuild, subterms
from primitives.types import Constructor, Type, arguments_of, has_tensor, is_ground

from ...problem import Problem
from ..positions import Path, TypesOfParts, copied
from ..sites import number


@dataclass(frozen=True)
class HolePlace:
    """A hole in a term: its type, which may be open, and the types of the variables in scope, outermost first; ``bound``: whether it is
    all that a ``let`` is for, so that it must use what that binds."""

    path: Path
    type: Type
    scope: tuple[Type, ...]
    bound: bool


def holes(node: Term, types: TypesOfParts) -> Iterator[HolePlace]:
    """Holes in the order of evaluation: values before what uses them, arguments before functions.

    node: a closed term.
    types: has observed its inference.
    """
    yield from _holes(node, types, (), (), False)


def scope_types(problem: Problem) -> tuple[Type, ...]:
    """The types of variables where the holes of the problem's space stand, and of the arguments of functions that fill them: as far as they
    are known before any is filled, and but for those with tensors.

    problem: () where it has no space.
    """
    if problem.space is None:
        return ()
    found: dict[Type, None] = {}
    most = max((len(part.alternatives) for part in subterms(problem.space) if isinstance(part, OneOf)), default=1)
    for index in range(most):
        types, term = TypesOfParts(), copied(number(_pinned(problem.space, index))[0])
        try:
            infer(term, problem.runnable, problem.type, types)
        except IllTyped:
            continue
        for hole in holes(term, types):
            given = (*hole.scope, *arguments_of(hole.type)[0])
            found.update(dict.fromkeys(type for type in given if is_ground(type) and not has_tensor(type)))
    return tuple(found)


def _pinned(part: Term, index: int) -> Term:
    """A part of a space with the alternative of that number, or the last one, for each choice, and some value for each setting."""
    if isinstance(part, OneOf):
        return _pinned(part.alternatives[min(index, len(part.alternatives) - 1)], index)
    if isinstance(part, Word):
        settings = tuple(
            (name, _some(value) if isinstance(value, FreeSetting) else value) for name, value in part.settings
        )
        return Word(part.name, settings, part.site)
    parts = children(part)
    return rebuild(part, tuple(_pinned(each, index) for each in parts)) if parts else part


def _some(free: FreeSetting) -> object:
    return free.choices[0] if free.choices else free.low


def _holes(node: Term, types: TypesOfParts, path: Path, scope: tuple[Type, ...], bound: bool) -> Iterator[HolePlace]:
    """Holes in the order of evaluation: values before what uses them, arguments before functions."""
    if isinstance(node, Hole):
        yield HolePlace(path, types.of(node), scope, bound)
    elif isinstance(node, Lambda):
        found = types.of(node)
        assert isinstance(found, Constructor)
        yield from _holes(node.body, types, (*path, 0), (*scope, found.arguments[0]), False)
    elif isinstance(node, Let):
        yield from _holes(node.value, types, (*path, 0), scope, False)
        yield from _holes(node.body, types, (*path, 1), (*scope, types.of(node.value)), True)
    elif isinstance(node, Apply):
        yield from _holes(node.argument, types, (*path, 1), scope, False)
        yield from _holes(node.function, types, (*path, 0), scope, False)
