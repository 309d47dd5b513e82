"""Conditions that err to one side only, and what ``and`` and ``or`` make of two or three of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.term import Term

from ...enumeration.ahead.sets import cheapest, packed
from ..tools import RoleWords

Make = Callable[[int], Term]
MOST, TRIPLES, TOLD, MARGIN = 250, 40, 3, 2
"""Conditions that are paired, those that are taken three together, programs told at once, and how much more one may cost than the best."""
WORD, TURNED = 2, 3
"""What ``and`` and ``or`` cost, and ``not``."""


@dataclass(frozen=True)
class Condition:
    """A condition: its term, and where it is true, bool [examples]."""

    cost: int
    true: Array
    make: Callable[[], Term]


class ConditionPool:
    """Conditions for examples that are ``wanted`` [examples] to be true: those that are true in all of these (``necessary``), those that
    are true in no other (``sufficient``), and those that are both, as they come."""

    def __init__(self, wanted: Array, tools: RoleWords) -> None:
        self.wanted, self.tools = wanted, tools
        self.necessary: dict[bytes, Condition] = {}
        self.sufficient: dict[bytes, Condition] = {}
        self.exact: list[Condition] = []
        self.told = set[Term]()
        self.least = 1 << 30
        """What the cheapest program costs that was told."""

    def add(self, true: Array, costs: Array, make: Make, *, turn: bool = True) -> None:
        """Take in conditions.

        true: bool [conditions, examples].
        costs: int [conditions].
        make: the term of the condition of a number.
        turn: whether to look at their opposites too.
        """
        wanted = self.wanted
        holds, fails = true[:, wanted].all(axis=1), ~true[:, ~wanted].any(axis=1)
        met = np.flatnonzero(holds & fails)
        for number in met[np.argsort(costs[met], kind="stable")[:TOLD]].tolist():
            self.exact.append(Condition(int(costs[number]), true[number], partial(make, number)))
        for kept, good in (
            (self.necessary, holds & ~fails & ~true.all(axis=1)),
            (self.sufficient, fails & ~holds & true.any(axis=1)),
        ):
            rows = np.flatnonzero(good)
            for place in rows[cheapest(packed(true[rows]), costs[rows])].tolist() if len(rows) else ():
                name, cost = true[place].tobytes(), int(costs[place])
                if name not in kept or cost < kept[name].cost:
                    kept[name] = Condition(cost, true[place], partial(make, place))
        if turn and self.tools.has(Role.NEGATION):
            self.add(~true, costs + TURNED, lambda number: self.tools.call(Role.NEGATION, make(number)), turn=False)

    def programs(self) -> Iterator[tuple[int, Term]]:
        """Costs and terms of what meets the goal, the cheapest first: single conditions, and two and three together. None is told
        twice, and none that costs much more than another."""
        found = self.exact
        self.exact = []
        for role, kept in ((Role.CONJUNCTION, self.necessary), (Role.DISJUNCTION, self.sufficient)):
            if self.tools.has(role):
                found += self._together(role, list(kept.values()))
        for each in sorted(found, key=lambda each: each.cost)[:TOLD]:
            self.least = min(self.least, each.cost)
            if each.cost <= self.least + MARGIN and (term := each.make()) not in self.told:
                self.told.add(term)
                yield each.cost, term

    def _together(self, role: Role, kept: list[Condition]) -> Iterator[Condition]:
        """The cheapest sets of two and three conditions of which everywhere one is as the goal: ``and`` is false where one is, and
        ``or`` is true."""
        kept = sorted(kept, key=lambda each: each.cost)[:MOST]
        if len(kept) < 2:
            return
        mine = ~self.wanted if role is Role.CONJUNCTION else self.wanted
        done = np.array([each.true[mine] != self.wanted[mine][0] for each in kept])
        done = ~done  # where the condition is as the goal there
        costs = np.array([each.cost for each in kept])
        found: list[tuple[int, tuple[int, ...]]] = []
        for one in range(len(kept)):
            others = np.flatnonzero((done[one] | done[one + 1 :]).all(axis=1)) + one + 1
            found += [(int(costs[one] + costs[other]) + WORD, (one, other)) for other in others[:TOLD].tolist()]
        some = self._telling(done, costs)
        for one, two in itertools.combinations(some, 2):
            both = done[one] | done[two]
            if not both.all():
                third = [each for each in some if each > max(one, two) and (both | done[each]).all()][:1]
                found += [(int(costs[[one, two, each]].sum()) + 2 * WORD, (one, two, each)) for each in third]
        for cost, places in sorted(found)[:TOLD]:
            yield Condition(cost, self.wanted, partial(self._joined, role, [kept[place] for place in places]))

    def _telling(self, done: Array, costs: Array) -> list[int]:
        """The places of conditions that tell most for what they cost."""
        worth = done.sum(axis=1) / (costs + WORD)
        return sorted(np.argsort(-worth, kind="stable")[:TRIPLES].tolist())

    def _joined(self, role: Role, parts: list[Condition]) -> Term:
        made = parts[-1].make()
        for each in reversed(parts[:-1]):
            made = self.tools.call(role, each.make(), made)
        return made
