"""Words by their type: unified with the one that is asked for, arguments in any order, the nearest first (Mitchell's Hoogle)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from primitives.notation.types import TypeSyntaxError, parse_scheme
from primitives.types import Constructor, Scheme, Type, TypeVariable, arguments_of, function, variables_of
from primitives.unify import Mismatch, Unifier

MOST_ORDERED = 5
"""Of functions of more arguments no other order is tried."""
MOVED, BOUND, NARROWED = 3, 1, 2
"""What makes a word less near: arguments in another order, a variable of the word's type that stands for something, and one of the type
that was asked for."""


class TypedWord(NamedTuple):
    """A subroutine and the text of its type."""

    name: str
    digest: str
    type: str


class TypeMatch(NamedTuple):
    """A word that was found; ``distance`` is 0 where its type is the one that was asked for, but for names of variables."""

    word: TypedWord
    distance: int


def search_types(wanted: str, words: Iterable[TypedWord]) -> list[TypeMatch]:
    """The words whose types unify with a type, the nearest first, then shorter names.

    wanted: a scheme, as ``Ord a => list(a) -> a``. Found are words with as many arguments, in whatever order.
    words: to search among; those whose types cannot be read are passed over.

    Raises TypeSyntaxError for a text that is no type.
    """
    asked = _split(parse_scheme(wanted))
    distances: dict[str, int | None] = {}
    found = []
    for word in words:
        if word.type not in distances:
            distances[word.type] = _distance(asked, word.type)
        distance = distances[word.type]
        if distance is not None:
            found.append(TypeMatch(word, distance))
    return sorted(found, key=lambda match: (match.distance, len(match.word.name), match.word.name))


class _Split(NamedTuple):
    """A scheme with its arguments and result, and their outermost constructors (None: a variable)."""

    scheme: Scheme
    arguments: tuple[Type, ...]
    result: Type
    heads: tuple[str | None, ...]
    head: str | None


def _split(scheme: Scheme) -> _Split:
    arguments, result = arguments_of(scheme.type)
    return _Split(scheme, arguments, result, tuple(map(_head, arguments)), _head(result))


def _head(type: Type) -> str | None:
    if isinstance(type, TypeVariable):
        return None
    return type.name if isinstance(type, Constructor) else "Tensor"


@lru_cache(maxsize=20_000)
def _known(text: str) -> _Split | None:
    try:
        return _split(parse_scheme(text))
    except TypeSyntaxError:
        return None


def _fits(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _distance(asked: _Split, text: str) -> int | None:
    """How far a type is from the one that is asked for, by the best order of its arguments; None where they do not unify."""
    known = _known(text)
    if known is None or len(known.arguments) != len(asked.arguments) or not _fits(known.head, asked.head):
        return None
    best: int | None = None
    for order in _orders(asked.heads, known.heads):
        moved = MOVED if any(place != index for index, place in enumerate(order)) else 0
        if best is not None and moved >= best:
            break
        bound = _unified(asked, known, order)
        if bound is not None and (best is None or moved + bound < best):
            best = moved + bound
    return best


def _orders(asked: tuple[str | None, ...], known: tuple[str | None, ...]) -> Iterator[tuple[int, ...]]:
    """Which argument of a known type may stand for each of those asked for: as they are first."""
    every = permutations(range(len(known))) if len(known) <= MOST_ORDERED else iter([tuple(range(len(known)))])
    return (
        order for order in every if all(_fits(head, known[place]) for head, place in zip(asked, order, strict=True))
    )


def _unified(asked: _Split, known: _Split, order: tuple[int, ...]) -> int | None:
    """What the variables of both stand for, counted, where the types unify; None where they do not."""
    unifier = Unifier()
    ours = Scheme(function(*(known.arguments[place] for place in order), known.result), known.scheme.constraints)
    theirs, mine = unifier.instantiate(asked.scheme), unifier.instantiate(ours)
    try:
        unifier.unify(theirs, mine)
    except Mismatch:
        return None
    return NARROWED * _standing(unifier, theirs) + BOUND * _standing(unifier, mine)


def _standing(unifier: Unifier, type: Type) -> int:
    """How many variables of a type stand for something that is no variable, or for the same as another of them."""
    variables = variables_of(type)
    heads = [unifier.head(each) for each in variables if isinstance(each, TypeVariable)]
    still_open = {head for head in heads if isinstance(head, TypeVariable)}
    sizes = sum(
        each in unifier.dimensions or each in unifier.shapes for each in variables if not isinstance(each, TypeVariable)
    )
    return len(heads) - len(still_open) + sizes
