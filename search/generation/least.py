"""Least sizes of terms by type. A size is sought from below, so that most types are settled by the few words that take little; only of a
type that no small term has, all types that it may be made of are looked at."""

from __future__ import annotations

from collections.abc import Sequence

from primitives.types import Type, arguments_of, is_function

from .rules import NEVER, Rules

SMALL = 6
"""Sizes up to this are sought one after another."""


class LeastSizes:
    """The least size of a term of each type, in the scope of a program with these inputs; what is known is kept."""

    def __init__(self, rules: Rules, inputs: Sequence[Type]) -> None:
        self.rules = rules
        self._known: dict[Type, int] = dict.fromkeys((type for type in inputs if not is_function(type)), 1)
        self._above: dict[Type, int] = {}

    def of(self, goal: Type) -> int:
        """The least size, NEVER if there is no term. Of a function it is that of an abstraction.

        goal: a ground type. Raises OutOfTime after the deadline of the rules.
        """
        known = self._known.get(goal)
        if known is not None:
            return known
        if is_function(goal):
            wanted, result = arguments_of(goal)
            known = self._known[goal] = min(NEVER, len(wanted) + (1 if result in wanted else self.of(result)))
            return known
        if self._within(goal, SMALL) is None:
            self._close(goal)
        return self._known[goal]

    def _within(self, type: Type, most: int) -> int | None:
        """The least size of a type of data where it is at most so much."""
        known = self._known.get(type)
        if known is not None:
            return known if known <= most else None
        for size in range(self._above.get(type, 0) + 1, most + 1):
            if any(self._fit(parts, size - base) for base, parts in self.rules.upto(type, size)):
                self._known[type] = size
                return size
            self._above[type] = size
        return None

    def _fit(self, parts: tuple[Type, ...], most: int) -> bool:
        """Whether terms of these types have at most so many symbols together."""
        floors = [self._known.get(part) or self._above.get(part, 0) + 1 for part in parts]
        spare = most - sum(floors)
        if spare < 0:
            return False
        for part, floor in zip(parts, floors):
            found = self._within(part, floor + spare)
            if found is None:
                return False
            spare -= found - floor
        return True

    def _close(self, goal: Type) -> None:
        """The least sizes of the goal and of all types that it may be made of, as far as they are not known: the smallest that agree with
        one another."""
        fresh: dict[Type, int] = {}
        waiting = [goal]
        while waiting:
            type = waiting.pop()
            if type not in fresh and self._within(type, SMALL) is None and type not in self._known:
                fresh[type] = NEVER
                waiting.extend(part for _, parts in self.rules.upto(type, NEVER) for part in parts)
        moved = True
        while moved:
            moved = False
            for type, before in fresh.items():
                self.rules.deadline.check()
                best = min(
                    (base + self._sum(parts, fresh) for base, parts in self.rules.upto(type, NEVER)), default=NEVER
                )
                if best < before:
                    fresh[type], moved = best, True
        self._known.update(fresh)

    def _sum(self, parts: tuple[Type, ...], fresh: dict[Type, int]) -> int:
        return sum(fresh[part] if part in fresh else self._known[part] for part in parts)
