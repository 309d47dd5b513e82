"""Programs to begin a search with, of words that declare that they are worth trying before anything else: each alone, and a stack."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from primitives.declarations import Role
from primitives.primitive import Primitive
from primitives.term import Term, Variable, Word, apply, lambdas
from primitives.types import Type, arguments_of

from .signatures import Bindings, match, signature


def first_tries(type: Type, words: Mapping[str, Primitive]) -> tuple[Term, ...]:
    """Programs of the type, in the order that the words declare, with the settings that the type decides and else the defaults.

    type: ground, of the whole program.
    words: what they may be made of.

    For each word with ``Prior.first`` it is the word alone; for each with ``Prior.top``, the word on top of those with ``Prior.part``,
    joined, with the word that has ``Prior.between`` on each of these. Words that make no such program are passed over.
    """
    count = len(arguments_of(type)[0])
    inputs = [Variable(count - 1 - i) for i in range(count)]
    fitting = sorted(
        (word.prior.first, name)
        for name, word in words.items()
        if word.prior.first is not None and _head(word, type, "1")
    )
    found = [(place, apply(_headed(words[name], type, "1"), *inputs)) for place, name in fitting]
    parts = [words[name] for _, name in fitting if words[name].prior.part]
    join = next((word for word in words.values() if word.role is Role.JOIN), None)
    between = next((word.word() for word in words.values() if word.prior.between), None)
    for word in words.values():
        if word.prior.top is not None and join is not None and len(parts) > 1 and count == 1 and _head(word, type, "1"):
            said = [apply(_headed(part, type, str(site)), *inputs) for site, part in enumerate(parts, 2)]
            said = [each if between is None else apply(between, each) for each in said]
            joined = reduce(lambda rest, each: apply(join.word(), each, rest), reversed(said))
            found.append((word.prior.top, apply(_headed(word, type, "1"), joined)))
    return tuple(lambdas(count, body) for _, body in sorted(found, key=lambda entry: entry[0]))


def _headed(word: Primitive, type: Type, site: str) -> Word:
    head = _head(word, type, site)
    assert head is not None, word.name
    return head


def _head(word: Primitive, type: Type, site: str) -> Word | None:
    """The word with the settings with which it is a program of the type; None where it is none."""
    known, (arguments, result) = signature(word), arguments_of(type)
    bindings: Bindings = {}
    fits = len(known.arguments) == len(arguments) and all(
        match(pattern, ground, bindings)
        for pattern, ground in zip((*known.arguments, known.result), (*arguments, result), strict=True)
    )
    if not fits or not known.allowed(bindings):
        return None
    settings = {name: bindings[axis] for axis, name in known.settings.items()}
    return word.word(settings, site if word.sited else None)
