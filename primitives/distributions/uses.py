"""What a term does with its variables and words, as the distribution back end must know before it runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..declarations import Role
from ..primitive import Primitive
from ..term import Lambda, Let, Term, Variable, Word, children, names_in, spine
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
