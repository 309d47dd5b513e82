"""The words that goals are divided with, by what they declare of themselves, and what they make of the inputs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from primitives.declarations import Role
from primitives.primitive import Primitive
from primitives.term import Literal, Term, Variable, Word, apply
from primitives.types import BOOL, CHAR, INT, STRING, Constructor, Type, list_of
from primitives.values import Value

from ..generation.constants import Constant
from .goal import Subtask

SEPARATORS = (" ", "\n", ",", "-", ";", "/", ".", ":")
HALF = 0.5
KNOWN, FEW = 10, 10
"""Characters of which it is known how they are told apart at least, and those that are told apart from others at most."""
OTHER = 2
"""Other signs that may part texts: where there are more, they are a text's own."""


class RoleWords:
    """The words of a problem by their roles."""

    def __init__(self, words: Mapping[str, Primitive]) -> None:
        self.known: dict[Role, Word] = {word.role: word.word() for word in words.values() if word.role is not None}

    def has(self, *roles: Role) -> bool:
        """Whether there is a word for each.

        roles: that are needed.
        """
        return all(role in self.known for role in roles)

    def call(self, role: Role, *arguments: Term) -> Term:
        """The word on arguments; it is known that there is one.

        role: of the word.
        arguments: all that it takes.
        """
        return apply(self.known[role], *arguments)


@dataclass(frozen=True)
class Sequence:
    """A list that is at hand in every example: its term over the goal's variables, the type of its elements, and its values. ``of`` is
    the input that it is all the elements of, ``text`` whether that is a text."""

    term: Term
    element: Type
    values: list[tuple]
    of: Term
    text: bool = False


def variable(goal: Subtask, position: int) -> Variable:
    """An input of the goal as a term.

    goal: that has it.
    position: from the outermost.
    """
    return Variable(len(goal.inputs) - 1 - position)


def element_of(type: Type) -> Type | None:
    """The type of the elements of a list; None of what is no list.

    type: any.
    """
    return type.arguments[0] if isinstance(type, Constructor) and type.name == "list" else None


def parts_of(type: Type) -> tuple[Type, ...] | None:
    """The types of what a pair holds; None of what is no pair.

    type: any.
    """
    return type.arguments if isinstance(type, Constructor) and type.name == "pair" else None


def text(value: str) -> Literal:
    """A text as a term.

    value: the text.
    """
    return Literal(value, STRING)


def separators(texts: list[Value]) -> list[str]:
    """What stands in at least half of the texts and may part them.

    texts: to look at.
    """
    others = sorted({sign for one in texts for sign in one if not sign.isalnum()}.difference(SEPARATORS))
    signs = (*SEPARATORS, *(others if len(others) <= OTHER else ()))
    return [each for each in signs if sum(each in one for one in texts) >= max(1, HALF * len(texts))]


def told_characters(goal: Subtask) -> Iterator[Constant]:
    """Texts of the characters that tell the examples of a goal apart: those for which a condition holds, or that stay as they are, or that
    texts begin or end with for which a condition holds. Each costs more the longer it is.

    goal: to look at.
    """
    for position, type in enumerate(goal.inputs):
        values = goal.column(position)
        if type == CHAR and goal.output in (BOOL, CHAR, STRING):
            labels = goal.outputs if goal.output == BOOL else [one == other for one, other in zip(values, goal.outputs)]
            yield from _told_by(values, labels)
        elif type == STRING and goal.output == BOOL and all(values):
            for place in (0, -1):
                yield from _told_by([value[place] for value in values], goal.outputs)


def _told_by(characters: list[Value], labels: list[Value]) -> Iterator[Constant]:
    """The smaller of two sets of characters, where each has one label, and enough are known."""
    pairs = set(zip(characters, labels))
    if len(pairs) != len(set(characters)) or len(pairs) < KNOWN:
        return
    for label in (True, False):
        chosen = "".join(sorted(character for character, one in pairs if one is label))
        if 1 < len(chosen) <= min(FEW, len(pairs) // 2):
            yield chosen, STRING, 2 + len(chosen) // 2


def sequences(goal: Subtask, tools: RoleWords) -> Iterator[Sequence]:
    """The lists among the inputs, and those that a word makes of one: characters, parts between separators, digits.

    goal: whose inputs to look at.
    tools: the words.
    """
    for position, type in enumerate(goal.inputs):
        given, values = variable(goal, position), goal.column(position)
        inner = element_of(type)
        if inner is not None:
            yield Sequence(given, inner, values, given)
        elif type == STRING:
            if tools.has(Role.CHARACTERS):
                yield Sequence(tools.call(Role.CHARACTERS, given), CHAR, list(map(tuple, values)), given, text=True)
            for separator in separators(values) if tools.has(Role.PARTS) else ():
                parts = [tuple(value.split(separator)) for value in values]
                yield Sequence(tools.call(Role.PARTS, text(separator), given), STRING, parts, given)
        elif type == INT and tools.has(Role.DIGITS):
            digits = [tuple(map(int, str(abs(value)))) for value in values]
            yield Sequence(tools.call(Role.DIGITS, given), INT, digits, given)


def runs(goal: Subtask, tools: RoleWords) -> Iterator[Sequence]:
    """The lists and texts among the inputs, cut into runs of equal neighbours.

    goal: whose inputs to look at.
    tools: the words.
    """
    for each in sequences(goal, tools) if tools.has(Role.RUNS) else ():
        if each.text or each.term == each.of:
            cut = [tuple(tuple(run) for _, run in itertools.groupby(values)) for values in each.values]
            if any(len(one) != len(other) for one, other in zip(cut, each.values)):
                yield Sequence(tools.call(Role.RUNS, each.term), list_of(each.element), cut, each.of)


def places(goal: Subtask, tools: RoleWords) -> Sequence | None:
    """The places in a list or text among the inputs, or in the shorter of two: the fewest that hold all numbers of the outputs.

    goal: whose outputs are lists of Ints.
    tools: the words.
    """
    sized: list[tuple[Term, list[int]]] = []
    for position, type in enumerate(goal.inputs):
        role = Role.SIZE_TEXT if type == STRING else Role.SIZE
        if (type == STRING or element_of(type) is not None) and tools.has(role, Role.COUNT_UP):
            sized.append((tools.call(role, variable(goal, position)), list(map(len, goal.column(position)))))
    pairs = itertools.combinations(sized, 2) if tools.has(Role.LESSER) else ()
    shorter = [(tools.call(Role.LESSER, one, two), list(map(min, a, b))) for (one, a), (two, b) in pairs]
    for size, counts in sorted((*sized, *shorter), key=lambda each: sum(each[1])):
        if all(0 <= place < count for output, count in zip(goal.outputs, counts) for place in output):
            term = tools.call(Role.COUNT_UP, size)
            return Sequence(term, INT, [tuple(range(count)) for count in counts], term)
    return None
