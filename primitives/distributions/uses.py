"""What a term does with its variables and words, as the distribution back end must know before it runs it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..binding import map_variables, shift
from ..declarations import Role
from ..primitive import EFFECTFUL, Primitive
from ..term import Apply, Hole, Lambda, Let, Term, Variable, Word, children, names_in, rebuild, spine
from ..types import INT, TensorType, Type

if TYPE_CHECKING:
    from ..compile.program import Program

MANY = 2
"""Uses that are more than one, however many."""


@dataclass(frozen=True, slots=True)
class VariableUses:
    """How often one run of a term may look at a variable: at all of it, and at the first and the second part alone where it is a pair."""

    whole: int = 0
    first: int = 0
    second: int = 0

    @property
    def total(self) -> int:
        return self.whole + self.first + self.second

    def __add__(self, other: VariableUses) -> VariableUses:
        return VariableUses(self.whole + other.whole, self.first + other.first, self.second + other.second)

    def either(self, other: VariableUses) -> VariableUses:
        """Where one of two parts runs."""
        return VariableUses(max(self.whole, other.whole), max(self.first, other.first), max(self.second, other.second))

    def repeated(self) -> VariableUses:
        """Where the part may run more than once."""
        return VariableUses(MANY * self.whole, MANY * self.first, MANY * self.second)


NONE = VariableUses()


def uses_of(term: Term, index: int, words: Mapping[str, Primitive]) -> VariableUses:
    """The uses of the free variable ``index`` (seen from the root). What stands in a function counts as many, for that may be called often;
    of the branches of a choice one counts."""
    if isinstance(term, Variable):
        return VariableUses(whole=1) if term.index == index else NONE
    if isinstance(term, Lambda):
        return uses_of(term.body, index + 1, words).repeated()
    if isinstance(term, Let):
        return uses_of(term.value, index, words) + uses_of(term.body, index + 1, words)
    head, arguments = spine(term)
    if isinstance(head, Word):
        if arguments and head.name in ("first", "second") and arguments[0] == Variable(index):
            found = VariableUses(first=1) if head.name == "first" else VariableUses(second=1)
            return found + _sum(arguments[1:], index, words)
        if has_role(head, Role.CHOICE, words) and len(arguments) >= 3:
            condition, then, otherwise, *rest = (uses_of(each, index, words) for each in arguments)
            return sum(rest, condition + then.either(otherwise))
    if isinstance(head, Lambda):  # called here and now
        body: Term = head
        bound = 0
        while isinstance(body, Lambda) and bound < len(arguments):
            body, bound = body.body, bound + 1
        return uses_of(body, index + bound, words) + _sum(arguments, index, words)
    return _sum(children(term), index, words)


def _sum(terms: list[Term] | tuple[Term, ...], index: int, words: Mapping[str, Primitive]) -> VariableUses:
    return sum((uses_of(each, index, words) for each in terms), NONE)


def has_role(term: Term, role: Role, words: Mapping[str, Primitive]) -> bool:
    """Whether the term is a word of that role."""
    return isinstance(term, Word) and term.name in words and words[term.name].role is role


def draws(term: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether running the term may draw a value: it has a word that reads scores of classes."""
    return any(name in words and words[name].role is Role.LIKELIEST for name in names_in(term))


def is_algorithmic(term: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether no word of the term works on tensors."""
    return not any(name in words and words[name].geometric for name in names_in(term))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an expression stands: the numbers of the parts that lead to it, and whether it is surely run when a part above is, by part."""

    path: tuple[int, ...]
    strict: tuple[bool, ...]


def drawn_once(term: Term, words: Mapping[str, Primitive]) -> Term:
    """The term in which an expression that draws is bound to a variable where it is written more than once: equal expressions are one
    reading of the same image, not several. Only where one of them is run whenever the part of the term is that has them all.

    term: written out.
    words: what its words mean.
    """
    while True:
        noting = _Noting(words)
        noting.note(term, _Place((), ()), (), frozenset())
        several = {key: places for key, places in noting.found.items() if len(places) > 1}
        for key in sorted(several, key=lambda each: -each.size):
            bound = _bound_once(term, several[key])
            if bound is not None:
                term = bound
                break
        else:
            return term


class _Noting:
    """Notes every application that draws, with its variables named by the binders that they are of."""

    def __init__(self, words: Mapping[str, Primitive]) -> None:
        self.words, self.found = words, dict[Term, list[_Place]]()
        self._numbers = itertools.count()

    def note(self, term: Term, place: _Place, binders: tuple[int, ...], drawing: frozenset[int]) -> bool:
        """Note what is in a term; whether it draws."""
        if isinstance(term, Variable):
            return term.index < len(binders) and binders[-1 - term.index] in drawing
        found, inner, within = isinstance(term, Word) and draws(term, self.words), binders, drawing
        for number, part in enumerate(children(term)):
            if isinstance(term, Lambda) or (isinstance(term, Let) and number == 1):
                inner = (*binders, next(self._numbers))
                within = drawing | {inner[-1]} if found else drawing
            runs = not isinstance(term, Lambda) and not (number == 1 and _is_delayed(term, self.words))
            there = _Place((*place.path, number), (*place.strict, runs))
            found |= self.note(part, there, inner, within)
        if found and isinstance(term, Apply) and not _has_effect(term, self.words):
            key = map_variables(term, lambda each, level: _named(each, level, binders))
            self.found.setdefault(key, []).append(place)
        return found


def _named(variable: Variable, level: int, binders: tuple[int, ...]) -> Term:
    outer = variable.index - level
    return Hole(f"{binders[-1 - outer]}") if 0 <= outer < len(binders) else variable


def _is_delayed(term: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether the argument of an application may stay unevaluated."""
    head, arguments = spine(term)
    return isinstance(head, Word) and head.name in words and len(arguments) - 1 in words[head.name].lazy


def _has_effect(term: Term, words: Mapping[str, Primitive]) -> bool:
    return any(name in words and words[name].purity == EFFECTFUL for name in names_in(term))


def _bound_once(term: Term, places: list[_Place]) -> Term | None:
    """The term with what stands at the places bound above them all; None where it might not be run there."""
    common = places[0].path
    for place in places[1:]:
        common = common[: next((at for at, (a, b) in enumerate(zip(common, place.path)) if a != b), len(common))]
    while common and common[-1] == 0 and isinstance(_part(term, common[:-1]), Apply):
        common = common[:-1]  # of an application with several arguments the whole
    depth = len(common)
    if not any(all(place.strict[depth:]) for place in places):
        return None
    above, value = _part(term, common), _part(term, places[0].path)
    passed = _binders(above, places[0].path[depth:])
    body = shift(above, 1)
    for place in places:
        body = _with_part(body, place.path[depth:], Variable(_binders(above, place.path[depth:])))
    return _with_part(term, common, Let(shift(value, -passed), body, "drawn"))


def _part(term: Term, path: tuple[int, ...]) -> Term:
    for place in path:
        term = children(term)[place]
    return term


def _binders(term: Term, path: tuple[int, ...]) -> int:
    """How many variables are bound on the way to a part."""
    count = 0
    for place in path:
        count += isinstance(term, Lambda) or (isinstance(term, Let) and place == 1)
        term = children(term)[place]
    return count


def _with_part(term: Term, path: tuple[int, ...], part: Term) -> Term:
    if not path:
        return part
    parts = list(children(term))
    parts[path[0]] = _with_part(parts[path[0]], path[1:], part)
    return rebuild(term, tuple(parts))


def gives_class(term: Term, words: Mapping[str, Primitive]) -> Term | None:
    """What a term gives a vector with a 1 at the position of, behind its bindings: a class in place of scores; None where it does not.

    term: the body of a program, below its arguments.
    words: what its words mean.
    """
    if isinstance(term, Let):
        body = gives_class(term.body, words)
        return None if body is None else Let(term.value, body, term.hint)
    head, arguments = spine(term)
    return arguments[0] if has_role(head, Role.INDICATOR, words) and len(arguments) == 1 else None


def without_indicator(body: Term, program: Program) -> tuple[Term, Type, int]:
    """The body of a program with its type and 0; of one that gives a vector with a 1 at its class the term of the class, and how many
    there may be.

    body: below its arguments, written out.
    program: that it is of.
    """
    found, result = gives_class(body, program.words), program.output_type
    if found is None or not isinstance(result, TensorType) or not isinstance(result.shape[0], int):
        return body, result, 0
    return found, INT, result.shape[0]
