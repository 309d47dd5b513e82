"""Goals met by what is gathered over elements: ``(sum (map f xs))``, ``(count f xs)``, the element for which ``f`` is least.

The body ``f`` has no outputs of its own to be found by, for only what is gathered of it is known. So bodies are enumerated once, over all
elements of a few examples, without lambdas; every way of gathering is tried on all of them at once (``gathers.py``), and what comes out is
looked up among the outputs and what these are beside a cheap term (``targets.py``). Programs are checked on all examples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.pools import FAIL
from primitives.columns.pools.scalars import floats_of
from primitives.interpreter.deadline import Deadline
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.types import BOOL, CHAR, FLOAT, INT, STRING, Type, TypeVariable, arguments_of, function
from primitives.values import Value

from ..enumeration.blocks import row_costs
from ..enumeration.levels import BankGrowth
from ..enumeration.rebuild import term_of_row
from ..enumeration.settings import Settings
from ..enumeration.space import Space, space_of
from ..generation.constants import Constant
from ..generation.costs import Costs
from .gathers import ElementGroups, Gathered, gathered
from .goal import Subtask
from .targets import GatherTarget, KeptTerm, TargetIndex, targets
from .tools import RoleWords
from .walks import Walk, walks

SCALARS = (BOOL, INT, FLOAT, CHAR, STRING)
"""Types of what bodies are made of."""
NUMBERS = (BOOL, INT, FLOAT)
"""Types of what is gathered."""
FEWEST, ROWS, BITS = 5, 48, 24.0
"""Examples of a walk at least, elements of all of them that are enough, and what their outputs must tell."""
GROWTH, REFUTED, HOPELESS, LARGEST = 2.5, 3, 30, 600
"""How much larger a walk's examples become after so many refuted programs, after how many it is given up, and elements at most."""
PART = 5_000
"""Bodies that are gathered at once, and after which others take their turn."""
WALKS, BESIDE, CHEAP = 8, 90, 8
"""Walks of a goal, terms beside what is gathered, and what these cost at most."""
BYTES = 48 << 20
"""Of the bodies of one walk."""


@dataclass(frozen=True)
class Language:
    """What bodies are made of."""

    words: Mapping[str, Primitive]
    costs: Costs
    constants: Sequence[Constant]
    settings: Settings
    tools: RoleWords

    def of(self, words: Mapping[str, Primitive]) -> Language:
        """The same with other words.

        words: by name.
        """
        return replace(self, words=words)

    def space(self, inputs: Sequence[Type], output: Type, rows: Sequence[Sequence[Value]], deadline: Deadline) -> Space:
        """The space of terms without lambdas over some variables.

        inputs: their types.
        output: of the goal.
        rows: their values, in each world.
        deadline: until when to make it.
        """
        settings = replace(self.settings, lambda_depth=0)
        kind, words = function(*inputs, output), {name: self.words[name] for name in self.words if self._plain(name)}
        return space_of(kind, [], words, self.costs, list(rows), self.constants, settings, deadline)

    def _plain(self, name: str) -> bool:
        """Whether a word makes no list or other structure: views hold the lists that bodies need."""
        result = arguments_of(self.words[name].scheme.type)[1]
        return isinstance(result, TypeVariable) or result in SCALARS


class Gathering:
    """The terms that meet a goal by gathering, as they are found. ``spent`` counts bodies."""

    def __init__(self, goal: Subtask, language: Language) -> None:
        self.goal, self.language = goal, language
        self.beside: list[KeptTerm] | None = None
        every = list(walks(goal, language.tools)) if goal.output in NUMBERS or goal.depth < 2 else []
        suited = [WalkSearch(goal, walk, language) for walk in every]
        self.searches = [each for each in suited if each.chosen][:WALKS]

    @property
    def spent(self) -> int:
        """Bodies so far."""
        return sum(each.spent for each in self.searches)

    @property
    def over(self) -> bool:
        """Whether nothing is left to try."""
        return all(each.over for each in self.searches)

    def step(self, deadline: Deadline) -> Term | None:
        """Go on with the walk that had fewest bodies: a term over the goal's variables that meets it, or None. Raises OutOfTime."""
        search = min((each for each in self.searches if not each.over), key=lambda each: each.spent / each.walk.share)
        if self.beside is None:
            number = self.goal.output in NUMBERS[1:]
            self.beside = numbers_beside(self.goal, self.language, deadline) if number else []
        found = search.step(self.beside, deadline)
        refuting = None if found is None else self.goal.refuting(found, self.language.words, deadline)
        if refuting is not None:
            search.refute(refuting)
        return found if refuting is None else None

    def release(self) -> None:
        """Give up all bodies."""
        for each in self.searches:
            each.release()


class WalkSearch:
    """Bodies for one walk on a few examples: ``chosen`` are their numbers."""

    def __init__(self, goal: Subtask, walk: Walk, language: Language) -> None:
        self.goal, self.walk, self.language = goal, walk, language
        self.spent, self.over, self.refuted, self.wanted_rows = 0, False, list[int](), float(ROWS)
        self.running: Iterator[Term | None] | None = None
        self.chosen = self._choose()
        self.over = not self.chosen

    def _choose(self) -> list[int]:
        """Small examples that tell enough, those that refuted programs first; none where there are not enough."""
        sizes, outputs = self.walk.sizes, [repr(output) for output in self.goal.outputs]
        usable = [number for number, size in enumerate(sizes) if size >= 0]
        usable.sort(key=lambda number: (number not in self.refuted, sizes[number] == 0, sizes[number]))
        kinds = math.log2(max(2, len(set(outputs))))
        chosen, rows, seen = list[int](), 0, dict[str, int]()
        for number in usable:
            telling = len(chosen) * kinds >= BITS and len(chosen) >= FEWEST
            if (rows >= self.wanted_rows and telling) or rows + sizes[number] > LARGEST:
                break
            if seen.get(outputs[number], 0) > len(chosen) // 2:
                continue
            seen[outputs[number]] = seen.get(outputs[number], 0) + 1
            chosen.append(number)
            rows += sizes[number]
        some = sum(sizes[number] > 1 for number in chosen)
        return chosen if len(chosen) >= FEWEST and some >= 3 else []

    def step(self, beside: Sequence[KeptTerm], deadline: Deadline) -> Term | None:
        """Go on until the next turn. Raises OutOfTime.

        beside: numbers to put beside what is gathered.
        deadline: until when to go on.
        """
        if self.running is None:
            self.running = self._run(beside, deadline)
        try:
            return next(self.running)
        except StopIteration:
            self.release()
            self.over = True
            return None

    def release(self) -> None:
        """Give up the bodies."""
        self.running = None

    def refute(self, number: int) -> None:
        """Note an example that a program does not meet; after some the bodies begin anew on more.

        number: of the example.
        """
        self.refuted.append(number)
        self.over = self.over or len(self.refuted) > HOPELESS
        if len(self.refuted) % REFUTED == 0:
            before, self.wanted_rows = self.chosen, self.wanted_rows * GROWTH
            self.chosen = self._choose() or before
            if set(self.chosen) != set(before):
                self.release()

    def _run(self, beside: Sequence[KeptTerm], deadline: Deadline) -> Iterator[Term | None]:
        goal, walk, chosen = self.goal, self.walk, self.chosen
        rows = [
            [*goal.examples[number][0], *(view.values[number][place] for view in walk.views)]
            for number in chosen
            for place in range(walk.sizes[number])
        ]
        types = [view.type for view in walk.views]
        space = self.language.space([*goal.inputs, *types], goal.output, rows, deadline)
        root = space.root()
        sizes = np.array([walk.sizes[number] for number in chosen])
        groups = ElementGroups(np.cumsum(sizes) - sizes, sizes)
        codes = space.values.encode([goal.outputs[number] for number in chosen], goal.output)
        outputs = floats_of(codes) if goal.output == FLOAT else codes
        wanted = list(targets(goal.output, outputs, [each.at(chosen) for each in beside], self.language.tools))
        indices = {type: TargetIndex(type, wanted) for type in {*NUMBERS, goal.output}}
        looked = _Looked(root, groups, len(walk.views), indices)
        growth = BankGrowth(space.values, space.plan, space.domains, self._tick)
        told = self.spent
        for level in range(1, self.language.settings.max_cost):
            growth.leaves(root, level)
            for _ in growth.grow(root, level, root.judged, lambda type: True):
                deadline.check()
                if self.spent >= told + PART:
                    told = self.spent
                    yield None
            for body, found, view, target in looked.hits(self.language.tools, deadline):
                made = found.build(walk.function(body), walk.term)
                yield target.build(made if view is None else walk.of(view, made))
            if root.nbytes > BYTES:
                return
            yield None

    def _tick(self, terms: int, bank: Bank) -> None:
        self.spent += terms


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


class _Looked:
    """The bodies of a bank that were looked at, by type; its last ``views`` variables are views of the elements."""

    def __init__(self, root: Bank, groups: ElementGroups, views: int, wanted: Mapping[Type, TargetIndex]) -> None:
        self.root, self.groups, self.views, self.wanted = root, groups, views, wanted
        self.done = dict.fromkeys(NUMBERS, 0)

    def hits(self, tools: RoleWords, deadline: Deadline) -> Iterator[tuple[Term, Gathered, int | None, GatherTarget]]:
        """New bodies that give a target: the body, the way of gathering, which view of the element is meant where one stands out, and
        the target.

        tools: the words.
        deadline: until when to look.
        """
        for type in NUMBERS:
            store = self.root.stores.get(type)
            while store is not None and self.done[type] < store.count:
                deadline.check()
                first = self.done[type]
                last = self.done[type] = min(store.count, first + PART)
                values = store.block(first, last, 0, self.root.judged)
                whole = np.flatnonzero((values != FAIL).all(axis=1))
                for found in gathered(type, values[whole], self.groups, tools):
                    for row, view, target in self._met(found):
                        yield term_of_row(self.root, store, first + int(whole[found.rows[row]])), found, view, target

    def _met(self, found: Gathered) -> Iterator[tuple[int, int | None, GatherTarget]]:
        if found.type is not None:
            for row, target in self.wanted[found.type].matches(found.values):
                yield row, None, target
            return
        first = len(self.root.variables) - self.views
        for view, type in enumerate(self.root.variables[first:]):
            if type in self.wanted:
                codes = self.root.columns[first + view][found.values]
                for row, target in self.wanted[type].matches(floats_of(codes) if type == FLOAT else codes):
                    yield row, view, target
