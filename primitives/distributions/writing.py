"""Which loops only write to a list that becomes the output, and never read it: their output may be matched with one that was seen, element
by element, without going through all lists that there may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..binding import shift
from ..declarations import Role
from ..primitive import Primitive
from ..term import Lambda, Let, Term, Variable, Word, apply, spine
from .uses import has_role, uses_of


@dataclass(frozen=True, slots=True)
class WrittenFold:
    """A loop that writes: ``part`` of its state (first, second; "" for all of it) is the list."""

    function: Term
    start: Term
    elements: Term
    backwards: bool
    part: str


def exposed(term: Term, words: Mapping[str, Primitive]) -> Term:
    """The term with a loop whose result is, but for what is put at its ends, the output, bound to a variable."""
    if isinstance(term, Let):
        return term
    found = _exposed(term, words)
    return term if found is None or found[1] == Variable(0) else Let(*found)


def _exposed(term: Term, words: Mapping[str, Primitive]) -> tuple[Term, Term] | None:
    head, arguments = spine(term)
    if not isinstance(head, Word):
        return None
    if (has_role(head, Role.FOLD, words) or has_role(head, Role.FOLD_RIGHT, words)) and len(arguments) == 3:
        return term, Variable(0)
    if head.name in ("first", "second", "reverse") and len(arguments) == 1:
        inner = _exposed(arguments[0], words)
        return None if inner is None else (inner[0], apply(head, inner[1]))
    if head.name in ("cons", "append") and len(arguments) == 2:
        inner = _exposed(arguments[1], words)
        return None if inner is None else (inner[0], apply(head, shift(arguments[0], 1), inner[1]))
    return None


def written_fold(term: Let, words: Mapping[str, Primitive]) -> WrittenFold | None:
    """The loop that ``term`` binds, where the loop and the rest of the term only write to a list that is the value of the term."""
    head, arguments = spine(term.value)
    backwards = has_role(head, Role.FOLD_RIGHT, words)
    if not (backwards or has_role(head, Role.FOLD, words)) or len(arguments) != 3:
        return None
    function = arguments[0]
    if not isinstance(function, Lambda) or not isinstance(function.body, Lambda):
        return None
    body, state = function.body.body, 0 if backwards else 1
    for part in ("second", "first", ""):
        if _steps(body, state, part, words) and _ends(term.body, 0, part, words):
            return WrittenFold(function, arguments[1], arguments[2], backwards, part)
    return None


def _clean(term: Term, state: int, part: str, words: Mapping[str, Primitive]) -> bool:
    """Whether the term does not look at the list."""
    uses = uses_of(term, state, words)
    return not uses.whole and not (getattr(uses, part) if part else uses.total)


def _written(term: Term, state: int, part: str, words: Mapping[str, Primitive]) -> bool:
    """Whether the term is the list with something put at its ends."""
    if term == (apply(Word(part), Variable(state)) if part else Variable(state)):
        return True
    if isinstance(term, Let):
        return _clean(term.value, state, part, words) and _written(term.body, state + 1, part, words)
    head, arguments = spine(term)
    if not isinstance(head, Word):
        return False
    if head.name in ("cons", "append") and len(arguments) == 2:
        return _clean(arguments[0], state, part, words) and _written(arguments[1], state, part, words)
    if head.name == "concat" and len(arguments) == 2:
        one, other = arguments
        return (_written(one, state, part, words) and _clean(other, state, part, words)) or (
            _clean(one, state, part, words) and _written(other, state, part, words)
        )
    if has_role(head, Role.CHOICE, words) and len(arguments) == 3:
        return _clean(arguments[0], state, part, words) and all(
            _written(each, state, part, words) for each in arguments[1:]
        )
    return False


def _steps(term: Term, state: int, part: str, words: Mapping[str, Primitive]) -> bool:
    """Whether the term is the next state of a loop that writes."""
    if not part:
        return _written(term, state, part, words)
    if isinstance(term, Let):
        return _clean(term.value, state, part, words) and _steps(term.body, state + 1, part, words)
    head, arguments = spine(term)
    if isinstance(head, Word) and head.name == "pair" and len(arguments) == 2:
        written, other = arguments if part == "first" else reversed(arguments)
        return _written(written, state, part, words) and _clean(other, state, part, words)
    if has_role(head, Role.CHOICE, words) and len(arguments) == 3:
        return _clean(arguments[0], state, part, words) and all(
            _steps(each, state, part, words) for each in arguments[1:]
        )
    return False


def _ends(term: Term, state: int, part: str, words: Mapping[str, Primitive]) -> bool:
    """Whether the term is the output of a program whose loop writes."""
    if isinstance(term, Let):
        return _clean(term.value, state, part, words) and _ends(term.body, state + 1, part, words)
    head, arguments = spine(term)
    if isinstance(head, Word) and head.name == "reverse" and len(arguments) == 1:
        return _ends(arguments[0], state, part, words)
    return _written(term, state, part, words)
