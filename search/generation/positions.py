"""Places in a term with the type wanted there and the types in scope: what typed edits work on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from primitives.inference import Inference, infer
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Let, Literal, Term, Variable, Word, children, rebuild
from primitives.types import Constructor, Type, is_ground

Path = tuple[int, ...]
"""Steps from the root: the index into ``term.children`` at each node."""


@dataclass(frozen=True, slots=True)
class Position:
    """A subterm that can be replaced by any other of its ``type`` under ``scope`` (types of the binders, outermost first)."""

    path: Path
    term: Term
    type: Type
    scope: tuple[Type, ...]


class TypesOfParts:
    """Observes an inference: the type of every node, each of which must be a distinct object."""

    def __init__(self) -> None:
        self.noted: dict[int, tuple[Term, Type]] = {}
        self.resolve: Callable[[Type], Type]

    def note(self, term: Term, type: Type) -> None:
        """A part was inferred.

        term: the part.
        type: as far as it is known so far.
        """
        self.noted[id(term)] = (term, type)

    def finish(self, resolve: Callable[[Type], Type]) -> None:
        """Inference has ended.

        resolve: gives a type with all that is known filled in.
        """
        self.resolve = resolve

    def of(self, node: Term) -> Type:
        """The type of a node that was inferred, as far as it is known.

        node: the very object.
        """
        return self.resolve(self.noted[id(node)][1])

    def positions(self, node: Term, path: Path, scope: tuple[Type, ...]) -> Iterator[Position]:
        """Places in the node, which has been inferred, in pre-order."""
        found = self.resolve(self.noted[id(node)][1])
        if is_ground(found):
            yield Position(path, node, found, scope)
        if isinstance(node, Lambda):
            assert isinstance(found, Constructor)
            yield from self.positions(node.body, (*path, 0), (*scope, found.arguments[0]))
        elif isinstance(node, Let):
            value = self.resolve(self.noted[id(node.value)][1])
            yield from self.positions(node.value, (*path, 0), scope)
            yield from self.positions(node.body, (*path, 1), (*scope, value))
        elif isinstance(node, Apply):
            arguments: list[tuple[Term, Path]] = []
            while isinstance(node, Apply):
                arguments.append((node.argument, (*path, 1)))
                node, path = node.function, (*path, 0)
            if not isinstance(node, Word):
                yield from self.positions(node, path, scope)
            for argument, place in reversed(arguments):
                yield from self.positions(argument, place, scope)


class Annotated:
    """A well-typed term with its inference and its positions in pre-order (functions that stand applied are no positions)."""

    def __init__(self, term: Term, inference: Inference, types: TypesOfParts) -> None:
        self.term, self.inference = term, inference
        self._types: TypesOfParts | None = types

    @functools.cached_property
    def positions(self) -> tuple[Position, ...]:
        """The positions whose types are ground."""
        assert self._types is not None, "the positions are found once"
        found = tuple(self._types.positions(self.term, (), ()))
        self._types = None  # all that inference knew of the parts is many times as large
        return found


def annotate(term: Term, words: Mapping[str, Primitive], type: Type) -> Annotated:
    """A closed term with the types at its positions.

    term: the program.
    words: what its words mean.
    type: what it must have.

    Raises IllTyped if it does not fit.
    """
    term = copied(term)
    types = TypesOfParts()
    return Annotated(term, infer(term, words, type, types), types)


REMEMBERED = 512
"""Terms of which is remembered what was found of them: more than a population."""


class Annotator:
    """``annotate`` for one set of words and one program type, remembering the terms seen last."""

    def __init__(self, words: Mapping[str, Primitive], type: Type, remembered: int = REMEMBERED) -> None:
        self.words, self.type = words, type
        self.annotate = functools.lru_cache(maxsize=remembered)(self._annotate)

    def _annotate(self, term: Term) -> Annotated:
        return annotate(term, self.words, self.type)


def copied(term: Term) -> Term:
    """The same term with every node an object of its own, so that a node can be told by its identity.

    term: any without choices.
    """
    if isinstance(term, Apply):
        return Apply(copied(term.function), copied(term.argument))
    if isinstance(term, Lambda):
        return Lambda(copied(term.body), term.hint)
    if isinstance(term, Let):
        return Let(copied(term.value), copied(term.body), term.hint)
    if isinstance(term, Word):
        return Word(term.name, term.settings, term.site)
    if isinstance(term, Variable):
        return Variable(term.index)
    return Literal(term.value, term.type) if isinstance(term, Literal) else term


def at(term: Term, path: Path) -> Term:
    """The subterm at a path.

    term: the whole.
    path: from the root, as ``children`` counts.
    """
    for step in path:
        term = children(term)[step]
    return term


def replace_at(term: Term, path: Path, new: Term) -> Term:
    """The term with the subterm at the path replaced.

    term: the whole.
    path: from the root, as ``children`` counts.
    new: what stands there then; its free variables are read in the scope of that place.
    """
    if not path:
        return new
    parts = list(children(term))
    parts[path[0]] = replace_at(parts[path[0]], path[1:], new)
    return rebuild(term, tuple(parts))
