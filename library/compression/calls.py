"""Calls of abstractions within a term: which of them strict evaluation allows, writing them out, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from primitives.primitive import Primitive
from primitives.term import Lambda, Let, Term, Variable, Word, apply, children, map_words, rebuild, spine, words_in

from .normal import Unsafe, applied, normal_form
from .stitch_code import hide_lets, restore_lets, symbols


@lru_cache(maxsize=10_000)
def names_of(term: Term) -> frozenset[str]:
    """The names of the words in a term."""
    return frozenset(word.name for word in words_in(term))


def name_in(term: Term, names: Collection[str]) -> bool:
    """Whether one of the words occurs in the term.

    names: of words.
    """
    return any(name in names for name in names_of(term))


def at_site(body: Term, site: str | None) -> Term:
    """The body as it stands where a subroutine is used at ``site``: its own sites are ``site.1``, …

    body: of the subroutine.
    site: of its use; None where it has no weights.
    """
    if site is None:
        return body

    def move(word: Word) -> Word:
        if word.site is None or "@" in word.site:
            return word
        return Word(word.name, word.settings, f"{site}.{word.site}")

    return map_words(body, move)


def write_out(term: Term, names: Collection[str], bodies: Mapping[str, Term], words: Mapping[str, Primitive]) -> Term:
    """The term without the words ``names``: each is replaced by its body, applied to its arguments.

    names: of abstractions.
    bodies: of all abstractions, by name.
    words: what all words mean.

    Raises Unsafe or Unreadable.
    """
    return restore_lets(_Writer(names, bodies, words).write(hide_lets(term))) if name_in(term, names) else term


class _Writer:
    def __init__(self, names: Collection[str], bodies: Mapping[str, Term], words: Mapping[str, Primitive]) -> None:
        self.names, self.words = names, words
        self.bodies = {name: hide_lets(bodies[name]) for name in names}

    def write(self, term: Term) -> Term:
        head, arguments = spine(term)
        if isinstance(head, Word) and head.name in self.names:
            body = self.write(at_site(self.bodies[head.name], head.site))
            return applied(body, [self.write(argument) for argument in arguments], self.words)
        if arguments:
            return apply(self.write(head), *map(self.write, arguments))
        return rebuild(term, tuple(map(self.write, children(term))))


def keep_safe(term: Term, bodies: Mapping[str, Term], words: Mapping[str, Primitive]) -> Term:
    """The term with those calls written out whose arguments would be evaluated earlier, or more or less often, than in their body.

    bodies: of all abstractions that it may call, which may call each other.
    words: what all words mean.

    Raises Unsafe or Unreadable.
    """
    return safe_form(bodies, words)(term) if name_in(term, bodies) else term


def safe_form(bodies: Mapping[str, Term], words: Mapping[str, Primitive]) -> Callable[[Term], Term]:
    """A function that does to many terms what ``keep_safe`` does to one.

    bodies: of all abstractions, by name.
    words: what all words mean.
    """
    writer = _Writer(bodies, bodies, words)
    keep = _SafeForm(writer.bodies, {name: writer.write(body) for name, body in writer.bodies.items()}, words)
    return lambda term: restore_lets(keep.keep(hide_lets(term))[0]) if name_in(term, bodies) else term


class _SafeForm:
    """``keep`` gives a term with its safe calls, and the same with none."""

    def __init__(self, bodies: Mapping[str, Term], plain: Mapping[str, Term], words: Mapping[str, Primitive]) -> None:
        self.bodies, self.plain, self.words = bodies, plain, words

    def keep(self, term: Term) -> tuple[Term, Term]:
        head, arguments = spine(term)
        if isinstance(head, Word) and head.name in self.bodies:
            return self.call(head, [self.keep(argument) for argument in arguments])
        if arguments:
            parts = [self.keep(part) for part in (head, *arguments)]
            kept, plain = ([pair[side] for pair in parts] for side in (0, 1))
            return apply(kept[0], *kept[1:]), apply(plain[0], *plain[1:])
        pairs = [self.keep(part) for part in children(term)]
        return rebuild(term, tuple(kept for kept, _ in pairs)), rebuild(term, tuple(plain for _, plain in pairs))

    def call(self, head: Word, arguments: list[tuple[Term, Term]]) -> tuple[Term, Term]:
        body = at_site(self.plain[head.name], head.site)
        try:
            plain = normal_form(apply(body, *(plain for _, plain in arguments)), self.words)
            return apply(head, *(kept for kept, _ in arguments)), plain
        except Unsafe:
            one = at_site(self.bodies[head.name], head.site)
            return self.keep(applied(one, [kept for kept, _ in arguments], self.words))


class Lengths:
    """Symbols of terms, and what they would be with one abstraction written out (and not simplified further)."""

    def __init__(self, words: Mapping[str, Primitive]) -> None:
        self.words = words

    def of(self, term: Term) -> int:
        """Symbols of the term."""
        return symbols(term, self.words)

    def without(self, term: Term, name: str, body: Term) -> int:
        """Symbols of the term with every call of ``name`` replaced by its body.

        name: of an abstraction.
        body: what it stands for.
        """
        parameters, inner = 0, body
        while isinstance(inner, Lambda):
            inner, parameters = inner.body, parameters + 1
        uses = [_count(inner, parameters - 1 - position) for position in range(parameters)]
        return self._without(term, name, self.of(body), uses)

    def _without(self, term: Term, name: str, body: int, uses: list[int]) -> int:
        head, arguments = spine(term)
        if isinstance(head, Word) and head.name == name:
            sizes = [self._without(argument, name, body, uses) for argument in arguments]
            bound = min(len(uses), len(sizes))
            return body - bound + sum(n * (size - 1) for n, size in zip(uses, sizes, strict=False)) + sum(sizes[bound:])
        if arguments:
            return sum(self._without(part, name, body, uses) for part in (head, *arguments))
        own = 1 if isinstance(term, (Lambda, Let)) else 0
        parts = children(term)
        return own + sum(self._without(part, name, body, uses) for part in parts) if parts else self.of(term)


def _count(term: Term, index: int) -> int:
    """Occurrences of a free variable."""
    if isinstance(term, Variable):
        return int(term.index == index)
    if isinstance(term, Lambda):
        return _count(term.body, index + 1)
    if isinstance(term, Let):
        return _count(term.value, index) + _count(term.body, index + 1)
    return sum(_count(part, index) for part in children(term))
