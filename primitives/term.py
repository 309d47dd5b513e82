"""Terms: the programs of the language, as immutable data without tensors.

Variables are de Bruijn indices (0 is the innermost binder). A geometric word with weights carries a *site*: the same
site means the same weights. Names of variables (hints) are for people and take no part in equality.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .notation.values import to_json
from .types import BOOL, CHAR, FLOAT, INT, STRING, Constructor, Type, has_tensor

MAX_DEPTH = 1_000
"""Deepest nesting of a term that is read, built or kept."""
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20 * MAX_DEPTH))

Settings = tuple[tuple[str, object], ...]
_put = object.__setattr__


class Term:
    """A program or a part of one. Subclasses are final; equality and hash are structural and cached."""

    __slots__ = ("_hash", "_key", "depth", "size")
    _hash: int
    _key: tuple
    size: int
    """Number of variables, literals, words, holes, lambdas and lets in the term."""
    depth: int
    """Longest path from the root."""

    def __init__(self, key: tuple, size: int, depth: int = 1) -> None:
        _put(self, "_key", key)
        _put(self, "_hash", hash((type(self), key)))
        _put(self, "size", size)
        _put(self, "depth", depth)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other) or not isinstance(other, Term):
            return False
        return self._hash == other._hash and self._key == other._key

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name}: terms are immutable; build a new one")

    def __repr__(self) -> str:
        return f"<{canonical(self)}>"

    def __reduce__(self) -> tuple:
        return type(self), tuple(getattr(self, name) for name in type(self).__slots__)


class Variable(Term):
    """The value bound ``index`` binders outwards."""

    __slots__ = ("index",)
    index: int

    def __init__(self, index: int) -> None:
        _put(self, "index", index)
        super().__init__((index,), 1)


class Lambda(Term):
    """A function of one argument; ``hint`` is the name shown to people."""

    __slots__ = ("body", "hint")
    body: Term
    hint: str

    def __init__(self, body: Term, hint: str = "") -> None:
        _put(self, "body", body)
        _put(self, "hint", hint)
        super().__init__((body,), body.size + 1, body.depth + 1)


class Apply(Term):
    """A function applied to one argument."""

    __slots__ = ("function", "argument")
    function: Term
    argument: Term

    def __init__(self, function: Term, argument: Term) -> None:
        _put(self, "function", function)
        _put(self, "argument", argument)
        super().__init__((function, argument), function.size + argument.size, 1 + max(function.depth, argument.depth))


class Let(Term):
    """``body`` with ``value`` bound to its variable 0."""

    __slots__ = ("value", "body", "hint")
    value: Term
    body: Term
    hint: str

    def __init__(self, value: Term, body: Term, hint: str = "") -> None:
        _put(self, "value", value)
        _put(self, "body", body)
        _put(self, "hint", hint)
        super().__init__((value, body), value.size + body.size + 1, 1 + max(value.depth, body.depth))


class Literal(Term):
    """A constant with its type; true and 1 differ."""

    __slots__ = ("value", "type")
    value: object
    type: Type

    def __init__(self, value: object, type: Type) -> None:
        _put(self, "value", value)
        _put(self, "type", type)
        # A tensor's repr is rounded and shortened: two different ones may look alike.
        text = repr(to_json(value, type)) if has_tensor(type) else repr(value)
        super().__init__((text, type), 1)


class Word(Term):
    """A primitive or a subroutine, with its settings; ``site`` names the weights of a geometric word."""

    __slots__ = ("name", "settings", "site")
    name: str
    settings: Settings
    site: str | None

    def __init__(self, name: str, settings: Settings = (), site: str | None = None) -> None:
        _put(self, "name", name)
        _put(self, "settings", tuple(settings))
        _put(self, "site", site)
        super().__init__((name, self.settings, site), 1)


class Hole(Term):
    """A place that is still to be filled."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str = "") -> None:
        _put(self, "name", name)
        super().__init__((name,), 1)


class OneOf(Term):
    """A place that is still to be filled, by one of the ``alternatives``."""

    __slots__ = ("alternatives",)
    alternatives: tuple[Term, ...]

    def __init__(self, alternatives: tuple[Term, ...]) -> None:
        _put(self, "alternatives", tuple(alternatives))
        size, depth = (max((getattr(each, name) for each in alternatives), default=0) for name in ("size", "depth"))
        super().__init__((self.alternatives,), size + 1, depth + 1)


@dataclass(frozen=True)
class FreeSetting:
    """What stands for the value of a setting that is still to be chosen: from ``low`` to ``high``, evenly or (``log``) by their logarithms,
    or one of ``choices``, where there are any."""

    low: float = 0
    high: float = 0
    log: bool = False
    choices: tuple = ()

    def __str__(self) -> str:
        if self.choices:
            return f"(choice {' '.join(map(_show_setting, self.choices))})"
        return f"(range {_show_setting(self.low)} {_show_setting(self.high)}{' log' if self.log else ''})"

    def admits(self, value: object) -> bool:
        """Whether a value is one that may be chosen.

        value: any; true is not 1.
        """
        if self.choices:
            return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in self.choices)
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


def apply(function: Term, *arguments: Term) -> Term:
    """``function`` applied to the arguments in turn."""
    for argument in arguments:
        function = Apply(function, argument)
    return function


def lambdas(count: int, body: Term, hints: tuple[str, ...] = ()) -> Term:
    """``body`` under ``count`` lambdas."""
    for position in reversed(range(count)):
        body = Lambda(body, hints[position] if position < len(hints) else "")
    return body


def spine(term: Term) -> tuple[Term, list[Term]]:
    """Split ``f a b`` into ``(f, [a, b])``."""
    arguments = []
    while isinstance(term, Apply):
        arguments.append(term.argument)
        term = term.function
    return term, arguments[::-1]


def children(term: Term) -> tuple[Term, ...]:
    """The direct parts of a term, in printing order."""
    if isinstance(term, Lambda):
        return (term.body,)
    if isinstance(term, Apply):
        return (term.function, term.argument)
    if isinstance(term, OneOf):
        return term.alternatives
    return (term.value, term.body) if isinstance(term, Let) else ()


def rebuild(term: Term, parts: tuple[Term, ...]) -> Term:
    """The term with its direct parts replaced; inverse of ``children``."""
    if isinstance(term, Apply):  # most parts of a program are applications
        function, argument = parts
        return term if function is term.function and argument is term.argument else Apply(function, argument)
    if all(old is new for old, new in zip(children(term), parts, strict=True)):
        return term
    if isinstance(term, Lambda):
        return Lambda(parts[0], term.hint)
    if isinstance(term, OneOf):
        return OneOf(parts)
    assert isinstance(term, Let)
    return Let(parts[0], parts[1], term.hint)


def subterms(term: Term) -> Iterator[Term]:
    """The term and all its parts in pre-order."""
    stack = [term]
    while stack:
        term = stack.pop()
        yield term
        stack.extend(reversed(children(term)))


def words_in(term: Term) -> list[Word]:
    """All word occurrences in pre-order."""
    found: list[Word] = []
    stack = [term]
    while stack:
        part = stack.pop()
        while isinstance(part, Apply):  # most parts of a program are applications: no list of their parts is made
            stack.append(part.argument)
            part = part.function
        if isinstance(part, Word):
            found.append(part)
        else:
            stack.extend(reversed(children(part)))
    return found


def map_shared_words(term: Term, change: Callable[[Word], Term]) -> Term:
    """The term with every word replaced by ``change(word)``, which must be closed and always the same; what stands in several places is
    gone through once, and still stands there."""
    done: dict[int, Term] = {}

    def changed(part: Term) -> Term:
        found = done.get(id(part))
        if found is None:
            inner = children(part)
            found = (
                change(part) if isinstance(part, Word) else rebuild(part, tuple(map(changed, inner))) if inner else part
            )
            done[id(part)] = found
        return found

    return changed(term)


def map_words(term: Term, change: Callable[[Word], Term]) -> Term:
    """The term with every word replaced by ``change(word)`` (which must be closed)."""
    if isinstance(term, Word):
        return change(term)
    if not children(term):
        return term
    return rebuild(term, tuple(map_words(part, change) for part in children(term)))


def _distinct(term: Term) -> Iterator[Term]:
    """The parts of a term in pre-order, but those of a part that stands in several places, as what subroutines stand for does, once."""
    seen: set[int] = set()
    stack = [term]
    while stack:
        term = stack.pop()
        if id(term) in seen:
            continue
        seen.add(id(term))
        yield term
        stack.extend(reversed(children(term)))


def names_in(term: Term) -> frozenset[str]:
    """The names of all words of a term."""
    return frozenset(part.name for part in _distinct(term) if isinstance(part, Word))


def sites_of(term: Term) -> list[str]:
    """Distinct sites in order of first occurrence."""
    words = (part for part in _distinct(term) if isinstance(part, Word))
    return list(dict.fromkeys(word.site for word in words if word.site is not None))


def renumber_sites(term: Term, start: int = 1) -> Term:
    """Sites numbered in pre-order; sharing is kept. Sites of shared subroutines (``name@digest…``) keep their
    names."""
    names: dict[str, str] = {}
    for site in sites_of(term):
        names[site] = site if "@" in site else str(start + len(names))
    return map_words(term, lambda w: Word(w.name, w.settings, names[w.site]) if w.site is not None else w)


def show_literal(value: object, type: Type) -> str:
    """The text of a constant, which parses to the same value and type."""
    if type == BOOL:
        return "true" if value else "false"
    if type == INT:
        return str(value)
    if type == FLOAT and isinstance(value, (int, float)) and math.isfinite(value):
        return repr(value)
    if type == STRING:
        return json.dumps(value)
    if type == CHAR:
        return "#" + json.dumps(value)
    if isinstance(value, tuple) and value and isinstance(type, Constructor) and type.name == "list":
        items = [show_literal(item, type.arguments[0]) for item in value]
        if not any(item.startswith("(") for item in items):
            return f"[{' '.join(items)}]"
    return f"(literal {json.dumps(str(type))} {json.dumps(json.dumps(to_json(value, type)))})"


def _show_setting(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else str(value)


def show_word(word: Word) -> str:
    """The text of a word with its settings and its site, without parentheses."""
    parts = [word.name, *(f":{key} {_show_setting(value)}" for key, value in word.settings)]
    if word.site is not None:
        parts.append(f"@{word.site}")
    return " ".join(parts)


def show_canonical(term: Term) -> str:
    """The text with de Bruijn indices; sites as they are (``canonical`` renumbers them first)."""
    if isinstance(term, Variable):
        return f"${term.index}"
    if isinstance(term, Literal):
        return show_literal(term.value, term.type)
    if isinstance(term, Hole):
        return f"?{term.name}"
    if isinstance(term, OneOf):
        return f"(choice {' '.join(map(show_canonical, term.alternatives))})"
    if isinstance(term, Lambda):
        return f"(lambda {show_canonical(term.body)})"
    if isinstance(term, Let):
        return f"(let {show_canonical(term.value)} {show_canonical(term.body)})"
    head, arguments = spine(term)
    if isinstance(head, Word):
        text = show_word(head)
        return f"({' '.join([text, *map(show_canonical, arguments)])})" if arguments or " " in text else text
    return f"({' '.join(map(show_canonical, [head, *arguments]))})"


def canonical(term: Term) -> str:
    """The hashed text: de Bruijn indices, sites numbered in pre-order, one form per structure."""
    return show_canonical(renumber_sites(term))


def digest(term: Term) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(term).encode()).hexdigest()
