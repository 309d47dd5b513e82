"""Terms as stitch-core's text and back. Every word, literal and setting is one opaque token from a table, so nothing in a program can
meet a character that stitch-core mistakes; sites are left out, so that nets of one structure look alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from primitives.primitive import Primitive
from primitives.term import (
    Apply,
    Lambda,
    Let,
    Literal,
    Term,
    Variable,
    Word,
    apply,
    children,
    lambdas,
    rebuild,
    spine,
    words_in,
)

LET = Word("let")
"""Stands for ``let`` as a function of a value and a lambda while a term is outside; no word can have this name."""
CALL = Word("?call")
"""Stands for the application of a function likewise (see lifting.py)."""
FRESH = (("use", "fresh"),)
Tree: TypeAlias = "str | list[Tree]"
"""A text in parentheses, read."""


class Unreadable(ValueError):
    """A text of stitch-core that is no term of ours."""


def hide_lets(term: Term) -> Term:
    """The term with ``let`` as an application, so that it is treated like any other word."""
    parts = tuple(map(hide_lets, children(term)))
    if isinstance(term, Let):
        return apply(LET, parts[0], Lambda(parts[1], term.hint))
    return rebuild(term, parts)


def restore_lets(term: Term) -> Term:
    """The inverse of ``hide_lets``.

    term: lets hidden.

    Raises Unreadable where a ``let`` lost its value or its body.
    """
    if isinstance(term, Apply):
        head, arguments = spine(term)
        if head == LET and len(arguments) >= 2 and isinstance(arguments[1], Lambda):
            value, body = restore_lets(arguments[0]), restore_lets(arguments[1].body)
            return apply(Let(value, body, arguments[1].hint), *map(restore_lets, arguments[2:]))
    if term == LET:
        raise Unreadable("a let stands without its value or body")
    return rebuild(term, tuple(map(restore_lets, children(term))))


def symbols(term: Term, words: Mapping[str, Primitive]) -> int:
    """The length of a term: variables, constants, words, lambdas and lets, and the settings that are not at their defaults.

    words: what its words mean.
    """
    return term.size + sum(_settings(word, words) for word in words_in(term) if word.settings)


def body_symbols(body: Term, words: Mapping[str, Primitive]) -> int:
    """The length of a subroutine's body without its parameters, which say nothing of their own: each call is counted with its arguments.

    body: of the subroutine.
    words: what its words mean.
    """
    parameters, inner = 0, body
    while isinstance(inner, Lambda):
        parameters, inner = parameters + 1, inner.body
    return symbols(inner, words) - occurrences(inner, range(parameters))


def occurrences(term: Term, free: range) -> int:
    """How often the free variables of these indices occur in a term.

    free: indices, seen from the root.
    """
    if isinstance(term, Variable):
        return int(term.index in free)
    if isinstance(term, Lambda):
        return occurrences(term.body, range(free.start + 1, free.stop + 1))
    if isinstance(term, Let):
        return occurrences(term.value, free) + occurrences(term.body, range(free.start + 1, free.stop + 1))
    return sum(occurrences(part, free) for part in children(term))


def _settings(word: Word, words: Mapping[str, Primitive]) -> int:
    found = words.get(word.name)
    usual = {setting.name: setting.default for setting in found.settings} if found is not None else {}
    return sum(usual.get(name) != value for name, value in word.settings)


class Codebook:
    """The table of tokens of one corpus. ``sited`` names words that need a site."""

    def __init__(self, words: Mapping[str, Primitive]) -> None:
        self.words = words
        self.tokens: dict[tuple, str] = {}
        self.meanings: dict[str, tuple[Term, int]] = {}
        self.costs: dict[str, int] = {}
        """stitch-core's cost of the tokens that do not cost the usual 100."""
        self.abstractions: dict[str, tuple[str, bool]] = {}

    def encode(self, term: Term) -> str:
        """A closed term (lets hidden) as text. A site that occurs more than once in it is kept apart from all others of the program.

        term: without holes.
        """
        counts: dict[str, int] = {}
        for word in words_in(term):
            if word.site is not None:
                counts[word.site] = counts.get(word.site, 0) + 1
        shared = {site: 1 + i for i, site in enumerate(site for site, count in counts.items() if count > 1)}
        return self._text(term, shared)

    def _text(self, term: Term, shared: Mapping[str, int]) -> str:
        if isinstance(term, Variable):
            return f"${term.index}"
        if isinstance(term, Lambda):
            return f"(lam {self._text(term.body, shared)})"
        if isinstance(term, Apply):
            head, arguments = spine(term)
            return f"({' '.join(self._text(part, shared) for part in (head, *arguments))})"
        if isinstance(term, Word):
            group = shared.get(term.site, 0) if term.site is not None else 0
            bare = Word(term.name, term.settings, None if term.site is None else "")
            return self._token(("word", bare, group), bare, group)
        if isinstance(term, Literal):
            return self._token(("literal", term), term, 0)
        raise Unreadable(f"term={term!r}: a program with holes cannot be compressed")

    def _token(self, key: tuple, meaning: Term, group: int) -> str:
        token = self.tokens.get(key)
        if token is None:
            token = self.tokens[key] = f"t{len(self.tokens)}"
            self.meanings[token] = (meaning, group)
            cost = 1 if meaning == CALL else 100 * symbols(meaning, self.words)
            if cost != 100:
                self.costs[token] = cost
        return token

    def define(self, token: str, name: str, sited: bool) -> None:
        """From now on stitch-core's ``token`` (fn_0, …) is the subroutine ``name``.

        token: as stitch-core names it.
        name: as terms name it.
        sited: whether its uses have weights of their own.
        """
        self.abstractions[token] = (name, sited)

    def decode(self, text: str, arity: int = 0) -> Term:
        """The term of a text (lets hidden); sites are numbered afresh, those that were shared stay so.

        text: as stitch-core writes it.
        arity: the number of its holes ``#0``, …, which become the parameters of as many lambdas; default: none.

        Raises Unreadable.
        """
        return lambdas(arity, _Decoder(self, text, arity).term(_read(text), 0))


class _Decoder:
    """One text of a codebook, on which sites are numbered as they come."""

    def __init__(self, book: Codebook, text: str, arity: int) -> None:
        self.book, self.text, self.arity = book, text, arity
        self.sites: dict[int, str] = {}
        self.count = 0

    def term(self, tree: Tree, level: int) -> Term:
        if isinstance(tree, str):
            return self.atom(tree, level)
        if len(tree) == 2 and tree[0] in ("lam", "lambda"):
            return Lambda(self.term(tree[1], level + 1))
        if not tree:
            raise Unreadable(f"text={self.text[:80]!r}: an empty application")
        return apply(self.term(tree[0], level), *(self.term(part, level) for part in tree[1:]))

    def atom(self, token: str, level: int) -> Term:
        if token[0] == "$" and token[1:].isdigit():
            return Variable(int(token[1:]))
        if token[0] == "#" and token[1:].isdigit() and int(token[1:]) < self.arity:
            return Variable(level + self.arity - 1 - int(token[1:]))
        if token in self.book.abstractions:
            name, sited = self.book.abstractions[token]
            return self.with_site(Word(name, FRESH if sited else (), "" if sited else None), 0)
        if token not in self.book.meanings:
            raise Unreadable(f"text={self.text[:80]!r}: unknown token {token!r}")
        meaning, group = self.book.meanings[token]
        return self.with_site(meaning, group) if isinstance(meaning, Word) else meaning

    def with_site(self, word: Word, group: int) -> Word:
        """The word at the site of its group, or at a new one; group 0 shares none."""
        if word.site is None:
            return word
        if group and group in self.sites:
            return Word(word.name, word.settings, self.sites[group])
        self.count += 1
        if group:
            self.sites[group] = str(self.count)
        return Word(word.name, word.settings, str(self.count))


def _read(text: str) -> Tree:
    stack: list[list[Tree]] = [[]]
    for token in text.replace("(", " ( ").replace(")", " ) ").split():
        if token == "(":
            stack.append([])
        elif token == ")":
            if len(stack) == 1:
                raise Unreadable(f"text={text[:80]!r}: unbalanced")
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    if len(stack) != 1 or len(stack[0]) != 1:
        raise Unreadable(f"text={text[:80]!r}: needed one expression")
    return stack[0][0]
