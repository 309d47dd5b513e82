"""What a program goes through: the lists that the inputs of a goal make, and what the body of a lambda sees of each element."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from primitives.binding import map_variables, shift, substitute
from primitives.declarations import Role
from primitives.term import Lambda, Literal, Term, Variable, lambdas
from primitives.types import FLOAT, INT, STRING, Type, list_of, pair_of
from primitives.values import Value

from .goal import Subtask
from .tools import RoleWords, sequences, variable

FARTHEST = 60
"""The greatest Int up to which is counted."""
MOST = 400
"""Elements of one example."""
BOTH, RARE = 4.0, 0.5
"""The shares of a walk through two inputs side by side, and of those through what came so far."""
SO_FAR: dict[Role, Callable[[Any, Any], Any]] = {Role.ADDITION: operator.add, Role.GREATER: max, Role.LESSER: min}
"""Words that are gathered on the way."""


@dataclass(frozen=True)
class ElementView:
    """What a body sees of an element: a term whose innermost variable is the element, over the goal's variables, its type, and its value
    for every element of every example."""

    term: Term
    type: Type
    values: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Walk:
    """A list that is at hand in the examples of a goal: its term over the goal's variables, and views of its elements, the first of which
    is the element itself. ``sizes`` are the lengths by example; one of -1 has no such list, or one that is too long to look at."""

    term: Term
    views: tuple[ElementView, ...]
    sizes: tuple[int, ...]
    share: float = 1.0
    """How many times as many bodies as others it is worth."""

    def function(self, body: Term) -> Lambda:
        """A function of an element.

        body: over the goal's variables and then one for every view.
        """
        count = len(self.views)

        def seen(found: Variable, level: int) -> Term:
            place = found.index - level
            if place < 0:
                return found
            if place >= count:
                return Variable(found.index - count + 1)
            return shift(self.views[count - 1 - place].term, level)

        return Lambda(map_variables(body, seen))

    def of(self, number: int, element: Term) -> Term:
        """What a view gives of an element.

        number: of the view.
        element: over the goal's variables.
        """
        return substitute(self.views[number].term, element)


def walks(goal: Subtask, tools: RoleWords) -> Iterator[Walk]:
    """The walks of a goal, the most usual first.

    goal: whose inputs are gone through.
    tools: the words.
    """
    found = _listed(goal, tools)
    yield from found.through(goal)
    yield from _counted(goal, tools)
    yield from _together(goal, tools, found.lists)
    for each in found.lists:
        yield from _numbered(goal, tools, *each)
        yield from _neighbours(goal, tools, *each)
    for each in found.lists:
        if each[1] != STRING:
            yield from _cuts(goal, tools, *each)
            yield from _couples(goal, tools, *each)
            yield from _so_far(goal, tools, *each)
    yield from found.through_digits(goal)


def plain_walks(goal: Subtask, tools: RoleWords) -> Iterator[Walk]:
    """Those of them that go from element to element.

    goal: whose inputs are gone through.
    tools: the words.
    """
    found = _listed(goal, tools)
    yield from found.through(goal)
    yield from _together(goal, tools, found.lists)
    for way in (_neighbours, _numbered):
        for each in found.lists:
            yield from way(goal, tools, *each)
    yield from _counted(goal, tools)
    yield from found.through_digits(goal)


@dataclass(frozen=True)
class _Listed:
    """The lists at hand, and the digits of inputs: terms, the types of their elements, values."""

    lists: list[tuple[Term, Type, list[tuple]]]
    digits: list[tuple[Term, Type, list[tuple]]]

    def through(self, goal: Subtask) -> Iterator[Walk]:
        """Through each list alone."""
        return (walk_through(goal, *each) for each in self.lists)

    def through_digits(self, goal: Subtask) -> Iterator[Walk]:
        """Through the digits of each input."""
        return (walk_through(goal, *each) for each in self.digits)


def _listed(goal: Subtask, tools: RoleWords) -> _Listed:
    every = [(each.term, each.element, each.values) for each in sequences(goal, tools)]
    lists = [each for each in every if each[1] != INT or each[0] in _inputs(goal)]
    return _Listed(lists, [each for each in every if each not in lists])


def _together(goal: Subtask, tools: RoleWords, lists: Sequence[tuple[Term, Type, list[tuple]]]) -> Iterator[Walk]:
    """Through two lists side by side."""
    if not tools.has(Role.TOGETHER, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO):
        return
    for (one, of_one, left), (other, of_other, right) in itertools.combinations(lists, 2):
        if of_one == of_other and _apart(one, other):
            pairs = [tuple(zip(*row)) for row in zip(left, right)]
            both = _pairs(goal, tools, tools.call(Role.TOGETHER, one, other), (of_one, of_other), pairs)
            yield replace(both, share=BOTH)


def _numbered(goal: Subtask, tools: RoleWords, term: Term, type: Type, values: Sequence[tuple]) -> Iterator[Walk]:
    """Through elements with their numbers."""
    if tools.has(Role.NUMBERED, Role.TOGETHER, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO):
        numbered = [tuple(enumerate(each)) for each in values]
        yield _pairs(goal, tools, tools.call(Role.NUMBERED, term), (INT, type), numbered)


def _neighbours(goal: Subtask, tools: RoleWords, term: Term, type: Type, values: Sequence[tuple]) -> Iterator[Walk]:
    """Through elements with the next ones."""
    if tools.has(Role.REMAINING, Role.TOGETHER, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO):
        beside = [tuple(itertools.pairwise(each)) for each in values]
        rest = tools.call(Role.REMAINING, Literal(1, INT), term)
        yield _pairs(goal, tools, tools.call(Role.TOGETHER, term, rest), (type, type), beside)


def _inputs(goal: Subtask) -> list[Variable]:
    return [variable(goal, position) for position in range(len(goal.inputs))]


def _apart(one: Term, other: Term) -> bool:
    """Whether two lists were made of different inputs."""
    names = [_variables(term) for term in (one, other)]
    return not names[0] & names[1]


def _variables(term: Term) -> set[int]:
    found = set[int]()

    def note(each: Variable, level: int) -> Term:
        found.add(each.index - level)
        return each

    map_variables(term, note)
    return found


def _sizes(values: Sequence[tuple | None]) -> tuple[int, ...]:
    return tuple(-1 if each is None or len(each) > MOST else len(each) for each in values)


def _short(values: Sequence[tuple]) -> list[tuple | None]:
    """The lists that are short enough to look at every part of them; None for the others."""
    return [each if len(each) < MOST else None for each in values]


def walk_through(goal: Subtask, term: Term, type: Type, values: Sequence[tuple | None], *views: ElementView) -> Walk:
    """The walk through one list.

    goal: whose variables the list is over.
    term: the list.
    type: of its elements.
    values: it, by example; None where it is not at hand.
    views: of the elements, beside these themselves.
    """
    known = tuple(() if each is None else each for each in values)
    return Walk(term, (ElementView(Variable(0), type, known), *views), _sizes(values))


def _pairs(
    goal: Subtask, tools: RoleWords, term: Term, types: tuple[Type, Type], values: Sequence[tuple | None]
) -> Walk:
    """Through pairs, whose parts are seen."""
    views = []
    for part, role in enumerate((Role.FIRST_OF_TWO, Role.SECOND_OF_TWO)):
        seen = tuple(tuple(each[part] for each in row or ()) for row in values)
        views.append(ElementView(tools.call(role, Variable(0)), types[part], seen))
    return walk_through(goal, term, pair_of(*types), values, *views)


def _counted(goal: Subtask, tools: RoleWords) -> Iterator[Walk]:
    """Through the Ints below an input."""
    for position, type in enumerate(goal.inputs):
        if type == INT and tools.has(Role.COUNT_UP):
            values = [tuple(range(n)) if 0 <= n <= FARTHEST else None for n in goal.column(position)]
            yield walk_through(goal, tools.call(Role.COUNT_UP, variable(goal, position)), INT, values)


def _cuts(goal: Subtask, tools: RoleWords, term: Term, type: Type, whole: Sequence[tuple]) -> Iterator[Walk]:
    """Through the places at which a list may be cut, with what is before and behind each."""
    if not tools.has(Role.SIZE, Role.COUNT_UP, Role.BEGINNING, Role.REMAINING, Role.ADDITION):
        return
    size = tools.call(Role.ADDITION, Literal(1, INT), tools.call(Role.SIZE, term))
    values = _short(whole)
    places = [tuple(range(len(each) + 1)) if each is not None else None for each in values]
    inner = shift(term, 1)
    before, behind = (tools.call(role, Variable(0), inner) for role in (Role.BEGINNING, Role.REMAINING))
    lists = (
        ElementView(
            before,
            list_of(type),
            tuple(tuple((each or ())[:i] for i in row or ()) for each, row in zip(values, places)),
        ),
        ElementView(
            behind,
            list_of(type),
            tuple(tuple((each or ())[i:] for i in row or ()) for each, row in zip(values, places)),
        ),
    )
    yield walk_through(goal, tools.call(Role.COUNT_UP, size), INT, places, *lists)


def _so_far(goal: Subtask, tools: RoleWords, term: Term, type: Type, values: Sequence[tuple]) -> Iterator[Walk]:
    """Through the sums so far with their numbers, and through elements with the greatest and the least so far."""
    needed = (Role.RUNNING, Role.TOGETHER, Role.NUMBERED, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO)
    for role, word in SO_FAR.items() if type in (INT, FLOAT) and tools.has(*needed) else ():
        if not tools.has(role):
            continue
        running = tools.call(Role.RUNNING, lambdas(2, tools.call(role, Variable(1), Variable(0))), term)
        found = [tuple(itertools.accumulate(row, word)) for row in values]
        if role is Role.ADDITION:
            rows = [tuple(enumerate(row)) for row in found]
            made = _pairs(goal, tools, tools.call(Role.NUMBERED, running), (INT, type), rows)
        else:
            rows = [tuple(zip(*each)) for each in zip(values, found)]
            made = _pairs(goal, tools, tools.call(Role.TOGETHER, term, running), (type, type), rows)
        yield replace(made, share=RARE)


def in_place(goal: Subtask, tools: RoleWords, term: Term, type: Type, values: Sequence[tuple]) -> Walk | None:
    """Through the places of a list, with the element, what is before it, and what is from it on; None where words are missing.

    goal: whose variables the list is over.
    tools: the words.
    term: the list.
    type: of its elements.
    values: it, by example.
    """
    if not tools.has(Role.SIZE, Role.COUNT_UP, Role.BEGINNING, Role.REMAINING, Role.ELEMENT):
        return None
    short = _short(values)
    known = [() if each is None else each for each in short]
    inner, places = shift(term, 1), [None if each is None else tuple(range(len(each))) for each in short]
    views = (
        ElementView(tools.call(Role.ELEMENT, Variable(0), inner), type, tuple(known)),
        ElementView(
            tools.call(Role.BEGINNING, Variable(0), inner),
            list_of(type),
            tuple(tuple(x[:i] for i in range(len(x))) for x in known),
        ),
        ElementView(
            tools.call(Role.REMAINING, Variable(0), inner),
            list_of(type),
            tuple(tuple(x[i:] for i in range(len(x))) for x in known),
        ),
    )
    return walk_through(goal, tools.call(Role.COUNT_UP, tools.call(Role.SIZE, term)), INT, places, *views)


def _couples(goal: Subtask, tools: RoleWords, term: Term, type: Type, values: Sequence[tuple]) -> Iterator[Walk]:
    """Through all pairs of an element and a later one."""
    needed = (Role.FLAT, Role.MAP, Role.PAIR, Role.ELEMENT, Role.REMAINING, Role.SIZE, Role.COUNT_UP, Role.ADDITION)
    if not tools.has(*needed, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO) or type != INT:
        return
    place, inner = Variable(1), shift(term, 2)
    couple = Lambda(tools.call(Role.PAIR, tools.call(Role.ELEMENT, place, inner), Variable(0)))
    later = tools.call(Role.REMAINING, tools.call(Role.ADDITION, Literal(1, INT), Variable(0)), shift(term, 1))
    each = Lambda(tools.call(Role.MAP, couple, later))
    whole = tools.call(Role.FLAT, tools.call(Role.MAP, each, tools.call(Role.COUNT_UP, tools.call(Role.SIZE, term))))
    couples = [tuple(itertools.combinations(row, 2)) if len(row) ** 2 <= 2 * MOST else None for row in values]
    yield _pairs(goal, tools, whole, (type, type), couples)
