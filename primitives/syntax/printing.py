"""Printing terms for people, with names and pipelines; the text with de Bruijn indices is ``term.show_canonical``."""

from __future__ import annotations

from ..notation.names import CONSTANTS, FORMS, NAME
from ..term import Apply, Lambda, Let, OneOf, Term, Variable, Word, show_canonical, show_word, spine, words_in

_LETTERS = ("x", "y", "z", "u", "v", "w", "p", "q", "r", "s", "t")


class _Printer:
    """Prints for people: names, pipelines, lines no longer than ``width`` where possible."""

    def __init__(self, term: Term, width: int) -> None:
        self.width = width
        self.taken = {part.name for part in words_in(term)} | {*FORMS, *CONSTANTS}

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
        if isinstance(term, OneOf):
            return self.join(["choice", *(self.show(each, scope, indent + 2) for each in term.alternatives)], indent)
        stages = _pipeline(term)
        if len(stages) > 3:
            parts = ["pipe", *(self.show(stage, scope, indent + 2) for stage in stages)]
            return self.join([" ".join(parts[:2]), *parts[2:]], indent)
        head, arguments = spine(term)
        if not arguments:
            return show_canonical(term)
        text = show_word(head) if isinstance(head, Word) else self.show(head, scope, indent + 2)
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
    """The text for people; ``parse(show(t), words) == t`` up to variable names.

    term: what is to be read.
    width: characters a line that are aimed at (default: 100).
    scope: names of the free variables, innermost last (default: none is free).
    """
    names = tuple(name or f"${len(scope) - 1 - position}" for position, name in enumerate(scope))
    return _Printer(term, width).show(term, names, 0)
