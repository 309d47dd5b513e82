"""What tells a task from others of its kind becomes parameters of its program: the conditions in its loops, and its numbers.

Compression finds what two programs share, and cannot name a part that mentions the variables of a loop around it (Bowers et al. 2023).
Here one program is enough: how one task keeps the numbers above 3 is how any task keeps what it wants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from primitives.binding import free_variables, map_variables
from primitives.declarations import Role
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Let, Literal, Term, Variable, Word, apply, lambdas, spine
from primitives.types import INT

SMALL_NUMBERS = (0, 1)

Parameter = tuple[Term, tuple[Variable, ...]]
"""What becomes a parameter, as it reads outside all loops, and the variables that it is given where it stood."""


def general(term: Term, words: Mapping[str, Primitive]) -> Term:
    """The closed program with its numbers beyond 0 and 1 as first parameters, then the conditions of choices that mention variables of
    loops within it, as functions of these variables; equal ones as one.

    term: a program, with its binders.
    words: what its words mean; those whose role is a choice have a condition as their first argument.
    """
    choices = frozenset(Word(name) for name, word in words.items() if word.role is Role.CHOICE)
    return _apart(_apart(term, _condition, choices), _number, choices)


def _number(part: Term, level: int, inputs: int, condition: bool) -> Parameter | None:
    large = isinstance(part, Literal) and part.type == INT and part.value not in SMALL_NUMBERS
    return (part, ()) if large else None


def _condition(part: Term, level: int, inputs: int, condition: bool) -> Parameter | None:
    inner = level - inputs
    given = sorted((index for index in free_variables(part) if index < inner), reverse=True)
    if not condition or not given or isinstance(spine(part)[0], Variable):
        return None
    places = {index: len(given) - 1 - place for place, index in enumerate(given)}

    def outside(variable: Variable, bound: int) -> Term:
        if variable.index < bound:
            return variable
        index = variable.index - bound
        return Variable(bound + places.get(index, index - inner + len(given)))

    return lambdas(len(given), map_variables(part, outside)), tuple(map(Variable, given))


def _apart(term: Term, parameter: Callable[[Term, int, int, bool], Parameter | None], choices: frozenset[Word]) -> Term:
    """The program with those of its parts as first parameters. ``parameter`` is told a part, the binders above it, those of them that are
    the program's inputs, and whether it is the condition of one of the ``choices``."""
    inputs, body = 0, term
    while isinstance(body, Lambda):
        inputs, body = inputs + 1, body.body
    found: list[Term] = []

    def change(part: Term, level: int, condition: bool = False) -> Term:
        made = parameter(part, level, inputs, condition)
        if made is not None:
            if made[0] not in found:
                found.append(made[0])
            return apply(Variable(level + count - 1 - found.index(made[0])), *made[1])
        if isinstance(part, Lambda):
            return Lambda(change(part.body, level + 1), part.hint)
        if isinstance(part, Let):
            return Let(change(part.value, level), change(part.body, level + 1), part.hint)
        if isinstance(part, Apply):
            tested = part.function in choices
            return Apply(change(part.function, level), change(part.argument, level, tested))
        return part

    count = 0
    change(term, 0)
    count = len(found)
    return lambdas(count, change(term, 0))
