"""Programs to begin a search with: single words that declare that they are worth trying before anything else."""

from __future__ import annotations

from collections.abc import Mapping

from primitives.primitive import Primitive
from primitives.term import Term, Variable, apply, lambdas
from primitives.types import Type, arguments_of

from .signatures import Bindings, match, signature


def first_tries(type: Type, words: Mapping[str, Primitive]) -> tuple[Term, ...]:
    """For each word with ``Prior.first``, in that order, the program of this (ground) type that is the word alone: with the settings that
    the type decides, and else its defaults. Words that make no such program are passed over."""
    declared = sorted((word.prior.first, name) for name, word in words.items() if word.prior.first is not None)
    programs = (_alone(words[name], type) for _, name in declared)
    return tuple(program for program in programs if program is not None)


def _alone(word: Primitive, type: Type) -> Term | None:
    known, (arguments, result) = signature(word), arguments_of(type)
    bindings: Bindings = {}
    fits = len(known.arguments) == len(arguments) and all(
        match(pattern, ground, bindings)
        for pattern, ground in zip((*known.arguments, known.result), (*arguments, result), strict=True)
    )
    if not fits or not known.allowed(bindings):
        return None
    settings = {name: bindings[axis] for axis, name in known.settings.items()}
    count = len(arguments)
    head = word.word(settings, "1" if word.sited else None)
    return lambdas(count, apply(head, *(Variable(count - 1 - i) for i in range(count))))
