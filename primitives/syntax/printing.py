"""Printing terms for people, with names and pipelines; the text with de Bruijn indices is ``term.show_canonical``."""

from __future__ import annotations

from typing import NamedTuple

from ..notation.names import CONSTANTS, FORMS, NAME
from ..term import Apply, Lambda, Let, OneOf, Term, Variable, Word, show_canonical, show_word, spine, words_in

_LETTERS = ("x", "y", "z", "u", "v", "w", "p", "q", "r", "s", "t")


class TextPart(NamedTuple):
    """Some of a printed text: ``term`` is the variable, literal or word that it stands for; None where it is form alone."""

    text: str
    term: Term | None = None


class _Printer:
    """Prints for people: names, pipelines, lines no longer than ``width`` where possible."""

    def __init__(self, term: Term, width: int) -> None:
        self.width = width
        self.taken = {part.name for part in words_in(term)} | {*FORMS, *CONSTANTS}
        self.leaves: list[TextPart] = []
        """What was printed and is not made of smaller parts, in the order of the text."""

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
            return self.leaf(scope[-1 - term.index] if term.index < len(scope) else f"${term.index}", term)
        if isinstance(term, Lambda):
            names: list[str] = []
            while isinstance(term, Lambda):
                names.append(self.name(term.hint, (*scope, *names)))
                term = term.body
            opening = self.leaf(f"lambda ({' '.join(names)})")
            return self.join([opening, self.show(term, (*scope, *names), indent + 2)], indent)
        if isinstance(term, Let):
            name = self.name(term.hint, scope)
            self.leaf(f"let (({name} ")
            value = self.show(term.value, scope, indent + 7)
            return self.join([f"let (({name} {value}))", self.show(term.body, (*scope, name), indent + 2)], indent)
        if isinstance(term, OneOf):
            return self.join(
                [self.leaf("choice"), *(self.show(each, scope, indent + 2) for each in term.alternatives)], indent
            )
        stages = _pipeline(term)
        if len(stages) > 3:
            parts = [self.leaf("pipe"), *(self.show(stage, scope, indent + 2) for stage in stages)]
            return self.join([" ".join(parts[:2]), *parts[2:]], indent)
        head, arguments = spine(term)
        if not arguments:
            return self.leaf(show_canonical(term), term)
        text = self.leaf(show_word(head), head) if isinstance(head, Word) else self.show(head, scope, indent + 2)
        return self.join([text, *(self.show(argument, scope, indent + 2) for argument in arguments)], indent)

    def leaf(self, text: str, term: Term | None = None) -> str:
        self.leaves.append(TextPart(text, term))
        return text

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


def show_parts(term: Term, width: int = 100) -> list[TextPart]:
    """What ``show`` gives, in parts: together they are its text.

    term: a closed one.
    width: as for ``show`` (default: 100).
    """
    printer, found, at = _Printer(term, width), list[TextPart](), 0
    text = printer.show(term, (), 0)
    for leaf in printer.leaves:
        start = text.index(leaf.text, at)
        if start > at:
            found.append(TextPart(text[at:start]))
        found.append(leaf)
        at = start + len(leaf.text)
    return [*found, TextPart(text[at:])] if at < len(text) else found
