"""The search for conditions that meet a goal of truth values.

Terms without lambdas over the inputs are enumerated, and bodies over the elements of their lists and texts. Of these come conditions
that err to one side only: terms that are true, numbers that are compared, two terms that are equal wherever the goal is true, what holds
for any or all elements. Two or three of them that together err nowhere are a program: each is found by itself, so that a conjunction is
no harder to find than its longest part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.columns.store import Store
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Term
from primitives.types import BOOL, INT

from ...enumeration.blocks import row_costs
from ...enumeration.levels import BankGrowth
from ...enumeration.rebuild import term_of_row
from ..gathers import ElementGroups
from ..goal import Subtask
from ..language import Language
from ..solver import diverse
from ..walks import Walk, walks
from .equalities import Equalities
from .numbers import ComparedNumber, compare
from .pool import ConditionPool

FEWEST, EACH, EXAMPLES = 8, 3, 40
"""Examples at least, of either truth value, and how many are looked at."""
PART, BYTES, HOPELESS = 5_000, 48 << 20, 60
"""Terms after which others take their turn, bytes of one bank, and refuted programs after which it is given up."""
WALKS, BODIES, ELEMENTS = 5, 4_000, 1_500
"""Walks, bodies of one, and elements at most."""
GATHERED = 3
"""What a word that gathers costs."""


Tick = Callable[[int, Bank], None]


class Conditions:
    """The terms that meet a goal of truth values, as they are found. ``spent`` counts terms, of which it has ``share`` times as many as
    other searches for the goal."""

    share = 8.0

    def __init__(self, goal: Subtask, language: Language) -> None:
        self.goal, self.language = goal, language
        self.spent, self.refuted = 0, 0
        true = sum(output is True for output in goal.outputs) if goal.output == BOOL else 0
        self.over = len(goal.examples) < FEWEST or not EACH <= true <= len(goal.examples) - EACH
        self.chosen = [] if self.over else list(diverse(goal.examples, EXAMPLES))
        self.running: Iterator[Term | None] | None = None

    def step(self, deadline: Deadline) -> Term | None:
        """Go on until the next turn: a term over the goal's variables that meets it, or None. Raises OutOfTime."""
        if self.running is None:
            self.running = self._run(deadline)
        try:
            found = next(self.running)
        except StopIteration:
            self.release()
            self.over = True
            return None
        if found is None or self.goal.refuting(found, self.language.words, deadline) is None:
            return found
        self.refuted += 1
        self.over = self.refuted > HOPELESS
        return None

    def release(self) -> None:
        """Give up all terms."""
        self.running = None

    def _run(self, deadline: Deadline) -> Iterator[Term | None]:
        tools = self.language.tools
        goal = Subtask(self.goal.inputs, BOOL, tuple(self.chosen), self.goal.depth)
        wanted = np.array(goal.outputs, bool)
        pool = ConditionPool(wanted, tools)
        space = self.language.flat(goal.type, [list(given) for given, _ in goal.examples], deadline)
        root, growth = space.root(), BankGrowth(space.values, space.plan, space.domains, self._tick)
        looked = _Enumerated(root, wanted)
        equal = Equalities(root, wanted, tools)
        bodies = [_Bodies(goal, walk, self.language, self._tick, deadline) for walk in walks(goal, tools)]
        bodies = [each for each in bodies if each.suits][:WALKS]
        told = self.spent
        for level in range(1, self.language.settings.max_cost):
            growth.leaves(root, level)
            for _ in growth.grow(root, level, root.judged, lambda type: True):
                deadline.check()
                if self.spent >= told + PART:
                    told = self.spent
                    yield None
            looked.conditions(pool)
            equal.look(pool)
            for each in bodies:
                each.grow(level, pool, deadline)
                yield None
            compare([*looked.numbers(), *(number for each in bodies for number in each.counts)], pool, tools)
            for _, term in pool.programs():
                yield term
            if root.nbytes > BYTES:
                return
            yield None

    def _tick(self, terms: int, bank: Bank) -> None:
        self.spent += terms


class _Enumerated:
    """The truth values and Ints of a bank."""

    def __init__(self, root: Bank, wanted: Array) -> None:
        self.root, self.wanted, self.done = root, wanted, 0

    def conditions(self, pool: ConditionPool) -> None:
        """Put the truth values that came since into a pool."""
        store = self.root.stores.get(BOOL)
        while store is not None and self.done < store.count:
            first, self.done = self.done, min(store.count, self.done + PART)
            values = store.block(first, self.done, 0, self.root.judged)
            whole = np.flatnonzero((values != FAIL).all(axis=1)) + first
            made = partial(self._term, store, whole)
            pool.add(store.take(whole, 0, self.root.judged) == 1, row_costs(store)[whole], made)

    def numbers(self) -> Iterator[ComparedNumber]:
        """The cheapest Ints."""
        store = self.root.stores.get(INT)
        if store is None:
            return
        costs = row_costs(store)
        for row in np.argsort(costs, kind="stable")[:PART].tolist()[:200]:
            values = store.block(row, row + 1, 0, self.root.judged)[0]
            if (values != FAIL).all():
                yield ComparedNumber(int(costs[row]), values, partial(term_of_row, self.root, store, row))

    def _term(self, store: Store, rows: Array, number: int) -> Term:
        return term_of_row(self.root, store, int(rows[number]))


class _Bodies:
    """Conditions on the elements of one walk, and what holds for any or all of them, or for how many."""

    def __init__(self, goal: Subtask, walk: Walk, language: Language, tick: Tick, deadline: Deadline) -> None:
        self.walk, self.tools = walk, language.tools
        sizes = np.array(walk.sizes, np.int64)
        self.suits = bool((sizes >= 0).all()) and 0 < int(sizes.sum()) <= ELEMENTS
        self.counts: list[ComparedNumber] = []
        self.done = 0
        if not self.suits:
            return
        rows = [
            [*given, *(view.values[number][place] for view in walk.views)]
            for number, (given, _) in enumerate(goal.examples)
            for place in range(walk.sizes[number])
        ]
        space = language.space([*goal.inputs, *(view.type for view in walk.views)], BOOL, rows, deadline)
        self.root, self.groups = space.root(), ElementGroups(np.cumsum(sizes) - sizes, sizes)
        self.growth = BankGrowth(space.values, space.plan, space.domains, tick)
        self.views = [language.cost(view.term) for view in walk.views]
        self.own = GATHERED + language.cost(walk.term) + max(0, max(self.views) - language.costs.variable)

    def grow(self, level: int, pool: ConditionPool, deadline: Deadline) -> None:
        """Grow by a level and put what comes of it into a pool.

        level: of the bodies.
        pool: that takes conditions in.
        deadline: until when to go on.
        """
        store = self.root.stores.get(BOOL)
        if store is not None and store.count > BODIES:
            return
        self.growth.leaves(self.root, level)
        for _ in self.growth.grow(self.root, level, self.root.judged, lambda type: True):
            deadline.check()
        store = self.root.stores.get(BOOL)
        if store is None or self.done == store.count:
            return
        first, self.done = self.done, store.count
        values = store.block(first, self.done, 0, self.root.judged)
        whole = np.flatnonzero((values != FAIL).all(axis=1))
        counts, costs = (
            self.groups.reduce(np.add, (values[whole] == 1).astype(np.int64)),
            row_costs(store)[whole + first],
        )
        for role, true in ((Role.ANY, counts > 0), (Role.ALL, counts == self.groups.sizes)):
            if self.tools.has(role):
                pool.add(true, costs + self.own, partial(self._term, role, store, whole + first))
        if self.tools.has(Role.COUNT):
            for place in np.argsort(costs, kind="stable")[:200].tolist():
                made = partial(self._term, Role.COUNT, store, whole + first, place)
                self.counts.append(ComparedNumber(int(costs[place]) + self.own, counts[place], made))

    def _term(self, role: Role, store: Store, rows: Array, number: int) -> Term:
        return self.tools.call(
            role, self.walk.function(term_of_row(self.root, store, int(rows[number]))), self.walk.term
        )
