"""Names and one-line descriptions of found abstractions: made from what they do, the same each time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Mapping

from primitives.declarations import TRIVIAL
from primitives.primitive import Primitive
from primitives.syntax import show
from primitives.term import Apply, Lambda, Literal, Term, Variable, Word, lambdas, spine, words_in
from primitives.types import INT, Constructor, Scheme, TensorType, Type, arguments_of, is_function

MAX_PARTS, MAX_NAME = 3, 24
"""Words and characters of a name that can still be read at a glance; what needs more is numbered, and its description tells."""
RESERVED = frozenset("lambda let pipe stack literal lam true false use".split())


def name_of(body: Term, taken: Container[str], words: Mapping[str, Primitive]) -> str:
    """A name for a closed term that says all of its words, ``sum_of_map``, ``map_square``, for a net from its input on ``conv_relu``,
    with a number where it is taken; where that would be long, ``f`` with the first free number.

    body: the term.
    taken: names that are no longer free: those of all words, and those that words of the library had once (`AbstractStore.names`).
    words: the words in ``body``.
    """
    parts = _parts(body, MAX_PARTS + 1, words)
    if all(word.name in words and words[word.name].geometric for word in words_in(body)):
        parts = [part for part in reversed(parts) if part != "of"]  # nets are read from input to output
    base = "_".join(parts) or "function"
    if base in RESERVED or not re.fullmatch(r"[a-z][a-z0-9_]*", base):
        base = "do_" + re.sub(r"[^a-z0-9_]", "", base)
    if len(parts) == 1:
        base += "_with" if isinstance(body, Lambda) else "_all"
    if sum(part != "of" for part in parts) > MAX_PARTS or len(base) > MAX_NAME:
        return next(name for name in (f"f{number}" for number in itertools.count(1)) if name not in taken)
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def _parts(term: Term, room: int, words: Mapping[str, Primitive]) -> list[str]:
    """Up to ``room`` words, outermost first; ``of`` stands before data that is computed, and is not counted."""
    while isinstance(term, Lambda):
        term = term.body
    if room <= 0 or isinstance(term, Variable):
        return []
    if isinstance(term, Literal):
        return [str(term.value)] if isinstance(term.value, int) and term.type == INT and 0 <= term.value < 1000 else []
    head, arguments = spine(term)
    found = words.get(head.name) if isinstance(head, Word) else None
    if (
        found is not None
        and len(arguments) == 2
        and arguments[0] == arguments[1]
        and isinstance(arguments[0], Variable)
    ):
        if found.twice not in ("", TRIVIAL):
            return [found.twice]
    parts = [_spoken(head.name, found)] if isinstance(head, Word) else []
    left = room - 1
    for argument in arguments:
        inner = _parts(argument, left, words)
        left -= sum(part != "of" for part in inner)
        data = inner and isinstance(argument, Apply) and not _is_partial(argument, words)
        parts += ["of", *inner] if data and len(parts) == 1 else inner
    return parts


def _is_partial(term: Apply, words: Mapping[str, Primitive]) -> bool:
    """Whether an application still wants arguments, as ``(+ 1)``."""
    head, arguments = spine(term)
    return isinstance(head, Word) and head.name in words and len(arguments) < words[head.name].arity


def _spoken(name: str, word: Primitive | None) -> str:
    plain = (word.spoken if word is not None else "") or re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return plain or "word"


def hinted(body: Term, scheme: Scheme) -> Term:
    """The body with its parameters named after their types: f for functions, xs for lists, n for integers, x for the rest.

    body: a closed term.
    scheme: its type.
    """
    types, _ = arguments_of(scheme.type)
    names: list[str] = []
    inner = body
    while isinstance(inner, Lambda):
        wanted = _letter(types[len(names)]) if len(names) < len(types) else "x"
        names.append(_unused(wanted, names))
        inner = inner.body
    return lambdas(len(names), inner, tuple(names))


def _letter(type: Type) -> str:
    if is_function(type):
        return "f"
    if isinstance(type, Constructor) and type.name == "list":
        return "xs"
    if type == INT:
        return "n"
    return "image" if isinstance(type, TensorType) and len(type.shape) == 3 else "x"


def _unused(name: str, taken: list[str]) -> str:
    number, base = 2, name
    while name in taken:
        name, number = f"{base}{number}", number + 1
    return name


def describe(body: Term, scheme: Scheme) -> str:
    """One line: what it takes, what it gives, how.

    body: a closed term.
    scheme: its type.
    """
    text = " ".join(show(hinted(body, scheme), width=10_000).split())
    return f"{scheme}, {text if len(text) <= 160 else text[:159] + '…'}"
