"""What deduction makes terms of without lambdas: the words, cheap numbers over a goal's inputs, and lists that words make of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.columns.pools.scalars import floats_of
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.primitive import Primitive
from primitives.term import Literal, Term, Variable, Word, subterms
from primitives.types import (
    BOOL,
    CHAR,
    FLOAT,
    INT,
    STRING,
    Type,
    TypeVariable,
    arguments_of,
    function,
    is_function,
    list_of,
)
from primitives.values import Value

from ..enumeration.blocks import row_costs
from ..enumeration.levels import BankGrowth
from ..enumeration.rebuild import term_of_row
from ..enumeration.settings import Settings
from ..enumeration.space import Space, space_of
from ..generation.constants import Constant
from ..generation.costs import Costs
from .goal import Subtask
from .targets import KeptTerm
from .tools import RoleWords, element_of, parts_of, variable

SCALARS = (BOOL, INT, FLOAT, CHAR, STRING)
"""Types of what bodies are made of."""
NUMBERS = (BOOL, INT, FLOAT)
"""Types of what is gathered."""
BESIDE, CHEAP = 90, 8
"""Cheap numbers over a goal's inputs, and what these cost at most."""
SHARE = 4
"""What a number of hundredths added to 1 or taken off costs: no more than another word of two numbers, for people reckon so."""
UNKNOWN = 3
"""What a word costs that has no cost."""
LISTS, LISTED, ROWS = 40, 18, 600
"""Lists that words make of a goal's inputs, what these cost less than, and among how many they are chosen."""


@dataclass(frozen=True)
class Language:
    """What bodies are made of; ``known`` is what learned words among the ``words`` may be made of (None: the words)."""

    words: Mapping[str, Primitive]
    costs: Costs
    constants: Sequence[Constant]
    settings: Settings
    tools: RoleWords
    known: Mapping[str, Primitive] | None = None
    beside: dict[tuple, list[KeptTerm]] = field(default_factory=dict, repr=False, compare=False)
    """What ``numbers_beside`` found, by the key of the goal."""

    def of(self, words: Mapping[str, Primitive]) -> Language:
        """The same with other words.

        words: by name.
        """
        return replace(self, words=words, known=self.words if self.known is None else self.known)

    def space(
        self, inputs: Sequence[Type], output: Type, rows: Sequence[Sequence[Value]], deadline: Deadline, *, lists: bool = False
    ) -> Space:  # fmt: skip
        """The space of terms without lambdas over some variables.

        inputs: their types.
        output: of the goal.
        rows: their values, in each world.
        deadline: until when to make it.
        lists: whether of terms that make lists instead of those that make none.
        """
        fits, kind = self._listing if lists else self._plain, function(*inputs, output)
        words = {name: self.words[name] for name in self.words if fits(name)}
        costs, constants, settings = self.costs, self.constants, replace(self.settings, lambda_depth=0)
        if lists:
            costs, constants = replace(costs, literals=()), ()
            listed = [list_of(CHAR)] * (STRING in inputs) + [type for type in inputs if is_list(type)]
            settings = replace(settings, types=(*settings.types, *listed, *map(list_of, listed)))
        known = self.words if self.known is None else self.known
        return space_of(kind, [], words, costs, list(rows), constants, settings, deadline, known)

    def cost(self, term: Term) -> int:
        """What a term costs.

        term: of the words, variables and constants.
        """
        total = 0
        for part in subterms(term):
            if isinstance(part, Word):
                total += self.costs.of(part.name) or UNKNOWN
            elif isinstance(part, Variable):
                total += self.costs.variable
            elif isinstance(part, Literal):
                total += self.costs.constant
        return total

    def flat(self, type: Type, rows: Sequence[Sequence[Value]], deadline: Deadline) -> Space:
        """The space of all terms without lambdas.

        type: of the goal.
        rows: the values of its inputs, in each world.
        deadline: until when to make it.
        """
        characters = (list_of(CHAR),) if STRING in arguments_of(type)[0] else ()
        settings = replace(self.settings, lambda_depth=0, types=(*self.settings.types, *characters))
        return space_of(type, [], self.words, self.costs, list(rows), self.constants, settings, deadline)

    def _plain(self, name: str) -> bool:
        """Whether a word makes no list or other structure: views hold the lists that bodies need."""
        result = arguments_of(self.words[name].scheme.type)[1]
        return isinstance(result, TypeVariable) or result in SCALARS

    def _listing(self, name: str) -> bool:
        """Whether a word makes a list of lists alone, or of one value that is none."""
        arguments, result = arguments_of(self.words[name].scheme.type)
        alone = len(arguments) == 1 and not isinstance(arguments[0], TypeVariable) and not is_function(arguments[0])
        element = element_of(result)
        listed = element is not None and parts_of(element) is None and bool(arguments)
        return listed and (alone or all(map(is_list, arguments)))


@dataclass(frozen=True)
class ListMade:
    """A list that words make of the inputs: its term over the goal's variables, the type of its elements, its value in all examples."""

    term: Term
    element: Type
    values: tuple[tuple, ...]
    cost: int

    @property
    def sizes(self) -> Array:
        """By example."""
        return np.array(list(map(len, self.values)), np.int64)


def is_list(type: Type) -> bool:
    """Whether a type is one of lists.

    type: any.
    """
    return element_of(type) is not None


def _reckons(word: Primitive) -> bool:
    """Whether a word is one of arithmetic, or makes something of what is no number."""
    arguments, _ = arguments_of(word.scheme.type)
    return word.role is not None or not {INT, FLOAT}.issuperset(arguments)


def numbers_beside(goal: Subtask, language: Language, deadline: Deadline) -> list[KeptTerm]:
    """Cheap numbers over a goal's own variables, with their values in all examples.

    goal: whose variables they are of.
    language: that they are made of.
    deadline: until when to look.
    """
    if goal.key not in language.beside:
        every = [*_cheap_numbers(goal, language, deadline), *_hundredths(goal, language)]
        language.beside[goal.key] = sorted(every, key=lambda each: each.cost)
    return list(language.beside[goal.key])


def _hundredths(goal: Subtask, language: Language) -> Iterator[KeptTerm]:
    """What is left of 1, and what becomes of it, where an input of them says how many hundredths are taken off or added."""
    tools = language.tools
    if goal.output not in NUMBERS[1:] or not tools.has(Role.RATIO, Role.ADDITION, Role.DIFFERENCE, Role.AS_FLOAT):
        return
    for position, type in enumerate(goal.inputs) if FLOAT in (*goal.inputs, goal.output) else ():
        if type not in NUMBERS[1:]:
            continue
        given: Term = variable(goal, position)
        given = tools.call(Role.AS_FLOAT, given) if type == INT else given
        share = tools.call(Role.RATIO, given, Literal(100.0, FLOAT))
        values = np.array(goal.column(position), float) / 100.0
        yield KeptTerm(tools.call(Role.ADDITION, Literal(1.0, FLOAT), share), FLOAT, 1.0 + values, SHARE)
        yield KeptTerm(tools.call(Role.DIFFERENCE, Literal(1.0, FLOAT), share), FLOAT, 1.0 - values, SHARE)


def _cheap_numbers(goal: Subtask, language: Language, deadline: Deadline) -> list[KeptTerm]:
    rows = [list(given) for given, _ in goal.examples]
    words = {name: word for name, word in language.words.items() if _reckons(word)}
    space = language.of(words).space(goal.inputs, goal.output, rows, deadline)
    root, growth = space.root(), BankGrowth(space.values, space.plan, space.domains, lambda terms, bank: None)
    for level in range(1, CHEAP + 1):
        growth.leaves(root, level)
        for _ in growth.grow(root, level, root.judged, lambda type: True):
            deadline.check()
        if sum(root.stores[type].count for type in NUMBERS[1:] if type in root.stores) > 2 * BESIDE:
            break
    found = list[KeptTerm]()
    for type in NUMBERS[1:]:
        store = root.stores.get(type)
        if store is None:
            continue
        costs = row_costs(store)
        for row in np.argsort(costs, kind="stable")[:BESIDE].tolist():
            values = store.block(row, row + 1, 0, root.judged)[0]
            if (values != FAIL).all():
                numbers = floats_of(values) if type == FLOAT else values
                found.append(KeptTerm(term_of_row(root, store, row), type, numbers, int(costs[row])))
    return found


def lists_made(goal: Subtask, language: Language, deadline: Deadline) -> list[ListMade]:
    """Lists that words make of a goal's inputs, the cheapest first, each of a length that those before and the inputs do not tell.

    goal: whose inputs they are made of.
    language: with the words.
    deadline: until when to look.
    """
    rows = [list(given) for given, _ in goal.examples]
    space = language.space(goal.inputs, goal.output, rows, deadline, lists=True)
    root, growth = space.root(), BankGrowth(space.values, space.plan, space.domains, lambda terms, bank: None)
    for level in range(1, LISTED):
        growth.leaves(root, level)
        for _ in growth.grow(root, level, root.judged, is_list):
            deadline.check()
        if sum(store.count for type, store in root.stores.items() if is_list(type)) > ROWS:
            break
    rows_of = [
        (int(cost), row, type, element, store)
        for type, store in root.stores.items()
        if (element := element_of(type)) is not None
        for row, cost in enumerate(row_costs(store))
    ]
    lengths = _Lengths()
    for place, type in enumerate(goal.inputs):
        if type == STRING or is_list(type):
            lengths.is_new(np.array(list(map(len, goal.column(place)))))
    found = list[ListMade]()
    for cost, row, type, element, store in sorted(rows_of, key=lambda each: each[0]):
        deadline.check()
        codes = store.block(row, row + 1, 0, root.judged)[0]
        values = tuple(space.values.decode(codes, type)) if (codes != FAIL).all() else ()
        made = ListMade(term_of_row(root, store, row), element, values, cost)
        if values and lengths.is_new(made.sizes):
            found.append(made)
        if len(found) == LISTS:
            break
    return found


class _Lengths:
    """Lengths by example that were seen."""

    def __init__(self) -> None:
        self.seen: list[Array] = []
        self.told: set[bytes] = set()

    def is_new(self, sizes: Array) -> bool:
        """Whether they are not those of another list but for some elements more or less, nor those of two together; they are seen then."""
        if (sizes - sizes[0]).tobytes() in self.told or (sizes == sizes[0]).all():
            return False
        self.told.add((sizes - sizes[0]).tobytes())
        for other in [*self.seen, sizes]:
            self.told.add((sizes + other - sizes[0] - other[0]).tobytes())
        self.seen.append(sizes)
        return True
