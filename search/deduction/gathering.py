"""Goals met by what is gathered over elements: ``(sum (map f xs))``, ``(count f xs)``, the element for which ``f`` is least.

The body ``f`` has no outputs of its own to be found by, for only what is gathered of it is known. So bodies are enumerated once, over all
elements of a few examples, without lambdas; every way of gathering is tried on all of them at once (``gathers.py``), and what comes out is
looked up among the outputs and what these are beside a cheap term (``targets.py``). Programs are checked on all examples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.pools import FAIL
from primitives.columns.pools.scalars import floats_of
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Term
from primitives.types import FLOAT, INT, Type

from ..enumeration.levels import BankGrowth
from ..enumeration.rebuild import term_of_row
from .gathers import ElementGroups, Gathered, gathered
from .goal import Subtask
from .language import NUMBERS, Language, lists_made, numbers_beside
from .targets import GatherTarget, KeptTerm, TargetIndex, targets
from .tools import RoleWords
from .walks import Walk, walk_through, walks

FEWEST, ROWS, BITS = 5, 48, 24.0
"""Examples of a walk at least, elements of all of them that are enough, and what their outputs must tell."""
GROWTH, REFUTED, HOPELESS, LARGEST = 2.5, 3, 30, 600
"""How much larger a walk's examples become after so many refuted programs, after how many it is given up, and elements at most."""
PART = 5_000
"""Bodies that are gathered at once, and after which others take their turn."""
WALKS, MADE, FIRST = 8, 6, 5_000
"""Walks of a goal, more of them through lists that words make of its inputs, and bodies before these are looked at."""
BYTES = 48 << 20
"""Of the bodies of one walk."""


class Gathering:
    """The terms that meet a goal by gathering, as they are found. ``spent`` counts bodies."""

    def __init__(self, goal: Subtask, language: Language) -> None:
        self.goal, self.language = goal, language
        self.beside: list[KeptTerm] | None = None
        self.waiting: Iterator[Term] | None = None
        """Programs of lists that words make of the inputs, once these are looked at."""
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
        number, tools = self.goal.output in NUMBERS[1:], self.language.tools
        if self.beside is None:
            self.beside = numbers_beside(self.goal, self.language, deadline) if number else []
        if self.waiting is None and self.spent > FIRST:
            self.waiting = self._of_lists(self.beside, deadline) if number and tools.has(Role.SIZE) else iter(())
        if self.waiting is not None and (met := next(self.waiting, None)) is not None:
            return met if self.goal.refuting(met, self.language.words, deadline) is None else None
        found = search.step(self.beside, deadline)
        refuting = None if found is None else self.goal.refuting(found, self.language.words, deadline)
        if refuting is not None:
            search.refute(refuting)
        return found if refuting is None else None

    def _of_lists(self, beside: list[KeptTerm], deadline: Deadline) -> Iterator[Term]:
        """Programs of the sizes of lists that words make of the inputs, alone and beside cheap terms; some of the lists are walked too."""
        goal, tools = self.goal, self.language.tools
        made = lists_made(goal, self.language, deadline)
        sizes = [KeptTerm(tools.call(Role.SIZE, each.term), INT, each.sizes, each.cost) for each in made]
        wanted = list(targets(goal.output, np.array(goal.outputs), [*beside, *sizes], tools))
        beside += sizes
        walked = [
            WalkSearch(goal, walk_through(goal, each.term, each.element, each.values), self.language) for each in made
        ]
        self.searches += [each for each in walked if each.chosen][:MADE]
        for type in (INT, FLOAT):
            kept = [each for each in beside if each.type == type]
            values = np.array([each.values for each in kept], float if type == FLOAT else np.int64)
            for row, target in TargetIndex(type, wanted).matches(values) if kept else ():
                yield target.build(kept[row].term)

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
