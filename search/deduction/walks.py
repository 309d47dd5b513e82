"""What a program goes through: the lists that the inputs of a goal make, and what the body of a lambda sees of each element."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from primitives.binding import map_variables, shift, substitute
from primitives.declarations import Role
from primitives.term import Lambda, Literal, Term, Variable
from primitives.types import INT, STRING, Type, list_of, pair_of
from primitives.values import Value

from .goal import Subtask
from .tools import RoleWords, sequences, variable

FARTHEST = 60
"""The greatest Int up to which is counted."""
MOST = 400
"""Elements of one example."""
BOTH = 4
"""The share of a walk through two inputs side by side."""


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
    share: int = 1
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
    plain = [(each.term, each.element, each.values) for each in sequences(goal, tools)]
    lists = [each for each in plain if each[1] != INT or each[0] in _inputs(goal)]
    for term, type, values in lists:
        yield walk_through(goal, term, type, values)
    yield from _counted(goal, tools)
    if tools.has(Role.TOGETHER, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO):
        for (one, of_one, left), (other, of_other, right) in itertools.combinations(lists, 2):
            if of_one == of_other and _apart(one, other):
                pairs = [tuple(zip(*row)) for row in zip(left, right)]
                both = _pairs(goal, tools, tools.call(Role.TOGETHER, one, other), (of_one, of_other), pairs)
                yield replace(both, share=BOTH)
        for term, type, values in lists:
            if tools.has(Role.NUMBERED):
                numbered = [tuple(enumerate(each)) for each in values]
                yield _pairs(goal, tools, tools.call(Role.NUMBERED, term), (INT, type), numbered)
            if tools.has(Role.REMAINING):
                beside = [tuple(itertools.pairwise(each)) for each in values]
                rest = tools.call(Role.REMAINING, Literal(1, INT), term)
                yield _pairs(goal, tools, tools.call(Role.TOGETHER, term, rest), (type, type), beside)
    for term, type, values in lists:
        if type != STRING:
            yield from _cuts(goal, tools, term, type, values)
            yield from _couples(goal, tools, term, type, values)
    for term, type, values in plain:
        if (term, type, values) not in lists:
            yield walk_through(goal, term, type, values)


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
