"""A program's text with the type of every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.syntax import show_parts
from primitives.term import Term
from primitives.types import Type
from search.generation.positions import TypesOfParts, copied


@dataclass(frozen=True)
class TypedPart:
    """Some of a program's text, and the type that it has there ("" where it is form alone, or the program has no type)."""

    text: str
    type: str = ""


def typed_parts(term: Term, words: Mapping[str, Primitive], type: Type | None, width: int = 80) -> list[TypedPart]:
    """A program's text in parts.

    term: a closed one.
    words: what its words mean.
    type: what it must have; None for any.
    width: characters a line that are aimed at (default: 80).
    """
    term, types = copied(term), TypesOfParts()
    try:
        infer(term, words, type, types)
    except IllTyped:
        return [TypedPart(part.text) for part in show_parts(term, width)]
    return [
        TypedPart(part.text, "" if part.term is None or id(part.term) not in types.noted else str(types.of(part.term)))
        for part in show_parts(term, width)
    ]
