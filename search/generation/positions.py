"""Places in a term with the type wanted there and the types in scope: what typed edits work on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from primitives.inference import Inference, infer
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Let, Literal, Term, Variable, Word, children, names_in, rebuild
from primitives.types import Constructor, Type, TypeVariable, has_tensor, is_ground, variables_of
from primitives.unify import rename

Path = tuple[int, ...]
"""Steps from the root: the index into ``term.children`` at each node."""
UNKNOWN = TypeVariable("?")
"""Stands in the scope of a position for each type that nothing in the program tells."""
REMEMBERED = 512
"""Terms of which is remembered what was found of them: more than a population."""
REMEMBERED_PARTS = 4096
"""Parts of terms of which that is."""


@dataclass(frozen=True, slots=True)
class Position:
    """A subterm that can be replaced by any other of its ``type`` under ``scope`` (types of the binders, outermost first)."""

    path: Path
    term: Term
    type: Type
    scope: tuple[Type, ...]


class Parts:
    """What was found of parts of earlier terms without shapes: their types and places, which the rest of a term tells nothing of where
    the types in scope are known.

    most: the parts that are remembered before all are forgotten (default: REMEMBERED_PARTS).
    """

    def __init__(self, most: int = REMEMBERED_PARTS) -> None:
        self.most = most
        self._found: dict[tuple[Term, tuple[Type, ...]], tuple[Type, int, tuple[Position, ...]]] = {}

    def get(self, part: Term, scope: tuple[Type, ...]) -> tuple[Type, int, tuple[Position, ...]] | None:
        """The part's type, and its places, whose paths say so many steps more than those from the part.

        part: of any term.
        scope: the types of the binders around it, outermost first.
        """
        return self._found.get((part, scope))

    def put(self, part: Term, scope: tuple[Type, ...], type: Type, depth: int, places: tuple[Position, ...]) -> None:
        """Remember a part.

        part: an application.
        scope: the types of the binders around it, outermost first.
        type: its own.
        depth: the steps to it.
        places: those in it.
        """
        if len(self._found) >= self.most:
            self._found.clear()
        self._found[part, scope] = (type, depth, places)

    def __len__(self) -> int:
        return len(self._found)


class TypesOfParts:
    """Observes an inference: the type of every node, each of which must be a distinct object.

    parts: what is remembered of parts of earlier terms (default: nothing); only for terms without shapes and weights, of which inference
        tells nothing but types.
    """

    def __init__(self, parts: Parts | None = None) -> None:
        self.noted: dict[int, tuple[Term, Type]] = {}
        self.resolve: Callable[[Type], Type]
        self._parts = parts
        self._before: dict[int, tuple[int, tuple[Position, ...]]] = {}
        self._settled: set[int] = set()

    def known(self, term: Term, scope: tuple[Type, ...]) -> Type | None:
        """The type of a part that is remembered, else None.

        term: the part.
        scope: the types of the binders around it, outermost first.
        """
        found = None if self._parts is None else self._parts.get(term, scope)
        if found is None:
            return None
        self._before[id(term)] = found[1:]
        return found[0]

    def settle(self, term: Term) -> None:
        """Nothing outside of a part can tell more of it.

        term: the part.
        """
        self._settled.add(id(term))

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

    def positions(self, node: Term) -> tuple[Position, ...]:
        """Places in a whole term, which has been inferred, in pre-order.

        node: the term.
        """
        found: list[Position] = []
        self._gather(node, (), (), found)
        return tuple(found)

    def _gather(self, node: Term, path: Path, scope: tuple[Type, ...], found: list[Position]) -> bool:
        """Whether the types of all binders in the node are known; its places come to those that were found."""
        before = self._before.get(id(node))
        if before is not None:
            depth, places = before
            if places[0].path == path:
                found += places
            else:
                found += (Position((*path, *one.path[depth:]), one.term, one.type, one.scope) for one in places)
            return True
        type, start = self.resolve(self.noted[id(node)][1]), len(found)
        if is_ground(type):
            found.append(Position(path, node, type, scope))
        if isinstance(node, Lambda):
            assert isinstance(type, Constructor)
            bound = type.arguments[0]
            return self._gather(node.body, (*path, 0), (*scope, _named(bound)), found) and is_ground(bound)
        if isinstance(node, Let):
            value = self.resolve(self.noted[id(node.value)][1])
            known = self._gather(node.value, (*path, 0), scope, found)
            return self._gather(node.body, (*path, 1), (*scope, _named(value)), found) and known and is_ground(value)
        if not isinstance(node, Apply):
            return True
        known, head, steps = True, node.function, (*path, 0)
        arguments: list[tuple[Term, Path]] = [(node.argument, (*path, 1))]
        while isinstance(head, Apply):
            arguments.append((head.argument, (*steps, 1)))
            head, steps = head.function, (*steps, 0)
        if not isinstance(head, Word):
            known = self._gather(head, steps, scope, found)
        for argument, place in reversed(arguments):
            known = self._gather(argument, place, scope, found) and known
        if known and self._parts is not None and id(node) in self._settled:
            self._parts.put(node, scope, type, len(path), tuple(found[start:]))
        return known


def _named(type: Type) -> Type:
    """The type of a binder; what is not known of it has one name, whatever else was inferred before."""
    if is_ground(type) or has_tensor(type):
        return type
    return rename(type, dict.fromkeys(variables_of(type), UNKNOWN))


class Annotated:
    """A well-typed term with its inference and its positions in pre-order (functions that stand applied are no positions)."""

    def __init__(self, term: Term, inference: Inference, types: TypesOfParts) -> None:
        self.term, self.inference = term, inference
        self._types: TypesOfParts | None = types

    @functools.cached_property
    def positions(self) -> tuple[Position, ...]:
        """The positions whose types are ground."""
        assert self._types is not None, "the positions are found once"
        found = self._types.positions(self.term)
        self._types = None  # all that inference knew of the parts is many times as large
        return found


def annotate(term: Term, words: Mapping[str, Primitive], type: Type, parts: Parts | None = None) -> Annotated:
    """A closed term with the types at its positions.

    term: the program.
    words: what its words mean.
    type: what it must have.
    parts: what is remembered of parts of earlier terms of such words, as of this from now on (default: nothing).

    Raises IllTyped if it does not fit.
    """
    term = copied(term)
    types = TypesOfParts(parts)
    return Annotated(term, infer(term, words, type, types, types if parts is not None else None), types)


class Annotator:
    """``annotate`` for one set of words and one program type, remembering the terms seen last."""

    def __init__(self, words: Mapping[str, Primitive], type: Type, remembered: int = REMEMBERED) -> None:
        self.words, self.type = words, type
        self.annotate = functools.lru_cache(maxsize=remembered)(self._annotate)
        self._shaped = frozenset(
            name for name, word in words.items() if word.geometric or word.shapes or has_tensor(word.scheme.type)
        )
        self._parts = None if has_tensor(type) else Parts()

    def _annotate(self, term: Term) -> Annotated:
        plain = self._parts is not None and self._shaped.isdisjoint(names_in(term))
        return annotate(term, self.words, self.type, self._parts if plain else None)


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
