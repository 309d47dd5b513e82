"""Printing terms: for people with names and pipelines, for hashing and storage with de Bruijn indices (see ``syntax``)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from itertools import islice
from typing import Any

from .term import Apply, Hole, Lambda, Let, Literal, Term, Variable, Word, spine, words_in
from .types import BOOL, CHAR, FLOAT, INT, STRING, Constructor, Type
from .values import to_json

NAME = re.compile(r"[a-z_][A-Za-z0-9_']*")
"""What may name a variable."""
WORD = re.compile(r"([A-Za-z_][A-Za-z0-9_'.-]*|[-+*/<>=!&|%^~]+)(@[A-Za-z0-9_-]+)?")
"""What may name a word: letters, digits and ``_ ' . -`` after a letter, or signs alone; ``@digest`` behind it pins a version."""
FORMS = ("lambda", "let", "pipe", "stack", "literal")
"""Heads that are syntax, not words."""


def show_literal(value: object, type: Type) -> str:
    """The text of a constant, which parses to the same value and type."""
    if type == BOOL:
        return "true" if value else "false"
    if type == INT:
        return str(value)
    if type == FLOAT and value - value == 0:  # type: ignore[operator]
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


def _show_word(word: Word) -> str:
    parts = [word.name, *(f":{key} {_show_setting(value)}" for key, value in word.settings)]
    if word.site is not None:
        parts.append(f"@{word.site}")
    return " ".join(parts)


def show_canonical(term: Term) -> str:
    """The text with de Bruijn indices; sites as they are (``term.canonical`` renumbers them first)."""
    if isinstance(term, Variable):
        return f"${term.index}"
    if isinstance(term, Literal):
        return show_literal(term.value, term.type)
    if isinstance(term, Hole):
        return f"?{term.name}"
    if isinstance(term, Lambda):
        return f"(lambda {show_canonical(term.body)})"
    if isinstance(term, Let):
        return f"(let {show_canonical(term.value)} {show_canonical(term.body)})"
    head, arguments = spine(term)
    if isinstance(head, Word):
        text = _show_word(head)
        return f"({' '.join([text, *map(show_canonical, arguments)])})" if arguments or " " in text else text
    return f"({' '.join(map(show_canonical, [head, *arguments]))})"


_LETTERS = ("x", "y", "z", "u", "v", "w", "p", "q", "r", "s", "t")


class _Printer:
    """Prints for people: names, pipelines, lines no longer than ``width`` where possible."""

    def __init__(self, term: Term, width: int) -> None:
        self.width = width
        self.taken = {part.name for part in words_in(term)} | set(FORMS) | {"true", "false"}

    def name(self, hint: str, scope: tuple[str, ...]) -> str:
        if NAME.fullmatch(hint) and hint not in self.taken and hint not in scope:
            return hint
        for number in range(len(scope) + len(self.taken) + 2):
            for letter in _LETTERS:
                candidate = letter if number == 0 else f"{letter}{number}"
                if candidate not in scope and candidate not in self.taken:
                    return candidate
        raise AssertionError("a fresh name always exists")

    def show(self, term: Term, scope: tuple[str, ...], indent: int) -> str:
        if isinstance(term, Variable):
            return scope[-1 - term.index] if term.index < len(scope) else f"${term.index}"
        if isinstance(term, Lambda):
            names: list[str] = []
            while isinstance(term, Lambda):
                names.append(self.name(term.hint, (*scope, *names)))
                term = term.body
            body = self.show(term, (*scope, *names), indent + 2)
            return self.join([f"lambda ({' '.join(names)})", body], indent)
        if isinstance(term, Let):
            name = self.name(term.hint, scope)
            value = self.show(term.value, scope, indent + 7)
            return self.join([f"let (({name} {value}))", self.show(term.body, (*scope, name), indent + 2)], indent)
        stages = _pipeline(term)
        if len(stages) > 3:
            parts = ["pipe", *(self.show(stage, scope, indent + 2) for stage in stages)]
            return self.join([" ".join(parts[:2]), *parts[2:]], indent)
        head, arguments = spine(term)
        if not arguments:
            return show_canonical(term)
        text = _show_word(head) if isinstance(head, Word) else self.show(head, scope, indent + 2)
        return self.join([text, *(self.show(argument, scope, indent + 2) for argument in arguments)], indent)

    def join(self, parts: list[str], indent: int) -> str:
        line = f"({' '.join(parts)})"
        if indent + len(line) <= self.width and "\n" not in line:
            return line
        return "(" + ("\n" + " " * (indent + 2)).join(parts) + ")"


def _pipeline(term: Term) -> list[Term]:
    """``h (g (f x))`` as ``[x, f, g, h]``."""
    stages: list[Term] = []
    while isinstance(term, Apply):
        stages.append(term.function)
        term = term.argument
    return [term, *reversed(stages)]


def show(term: Term, width: int = 100, scope: tuple[str, ...] = ()) -> str:
    """The text for people; ``parse(show(t), words) == t`` up to variable names. ``scope`` names the free variables,
    innermost last."""
    names = tuple(name or f"${len(scope) - 1 - position}" for position, name in enumerate(scope))
    return _Printer(term, width).show(term, names, 0)


SHOWN_ITEMS, SHOWN_TEXT, SHOWN_ALL = 3, 80, 800


def brief(value: object) -> str:
    """A value in part of a line, for ``repr``: arrays by type and shape, collections by their first items, texts cut off."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and dtype is not None:
        return f"{str(dtype).removeprefix('torch.')}[{', '.join(map(str, shape))}]"
    if isinstance(value, str | bytes) and len(value) > SHOWN_TEXT:
        return f"{value[:SHOWN_TEXT]!r}… ({len(value):,} {'bytes' if isinstance(value, bytes) else 'characters'})"
    if isinstance(value, Mapping):
        items = [f"{brief(key)}: {brief(each)}" for key, each in islice(value.items(), SHOWN_ITEMS)]
        return f"{{{_some(items, len(value))}}}"
    if isinstance(value, tuple | list | set | frozenset) and type(value).__repr__ in _PLAIN:
        opening, closing = "()" if isinstance(value, tuple) else "[]" if isinstance(value, list) else "{}"
        return f"{opening}{_some([brief(each) for each in islice(value, SHOWN_ITEMS)], len(value))}{closing}"
    text = repr(value)
    return text if len(text) <= 2 * SHOWN_TEXT else f"{text[:SHOWN_TEXT]}…"


_PLAIN = {kind.__repr__ for kind in (tuple, list, set, frozenset)}


def _some(items: list[str], count: int) -> str:
    return ", ".join(items) + (f", … {count:,} in all" if count > len(items) else "")


def brief_repr(self: Any) -> str:
    """``__repr__`` for data classes that hold arrays, weights or many records: their fields, each in part of a line."""
    shown = (f"{each.name}={brief(getattr(self, each.name, None))}" for each in fields(self) if each.repr)
    text = f"{type(self).__name__}({', '.join(shown)})"
    return text if len(text) <= SHOWN_ALL else f"{text[:SHOWN_ALL]}…)"
