"""Tables of productions by goal type, with the least size that each needs: built once a type, so that a draw is a look-up."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from primitives.interpreter.deadline import Deadline
from primitives.types import Type, arguments_of

from ..problem import Problem
from .least import LeastSizes
from .rules import NEVER, Production, Rules
from .signatures import Signature
from .spaces.scopes import scope_types


@dataclass(frozen=True, slots=True)
class ProductionTable:
    """Productions of one goal in order of least size, with cumulative weights."""

    productions: tuple[Production, ...]
    least: tuple[int, ...]
    cumulative: tuple[float, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, productions: tuple[Production, ...]) -> ProductionTable:
        """The table of productions that stand in order of least size."""
        cumulative = tuple(itertools.accumulate(p.weight for p in productions))
        return cls(productions, tuple(p.least for p in productions), cumulative, tuple(p.label for p in productions))


class Productions:
    """The productions of a problem, one table a goal type, made when it is asked for; see ``rules.Rules``.

    ``weights`` are log-weights of all words and special names; ``least_net`` tells the least size of a net for a goal with tensors.
    """

    def __init__(self, problem: Problem, weights: Mapping[str, float], least_net: Callable[[Type], int]) -> None:
        self._rules = Rules(problem, weights, least_net)
        self._least = LeastSizes(self._rules, (*arguments_of(problem.type)[0], *scope_types(problem)))
        self._tables: dict[Type, ProductionTable] = {}

    @property
    def signatures(self) -> Sequence[Signature]:
        """The arguments and results of the words that the problem may use."""
        return self._rules.signatures

    @property
    def deadline(self) -> Deadline:
        """When looking for rules ends by OutOfTime. What was found by then is kept, so that it may go on later."""
        return self._rules.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._rules.deadline = deadline

    def least(self, goal: Type) -> int:
        """Least size of a term of the type in the scope of a program of the problem's type; NEVER if there is none.

        goal: a ground type; of a function it is the size of an abstraction.
        """
        return self._least.of(goal)

    def table(self, goal: Type) -> ProductionTable:
        """The tabulated productions of a goal that can be built at all.

        goal: a ground type.
        """
        table = self._tables.get(goal)
        if table is None:
            rules = self._rules.of(goal)
            needs = sorted((self._need(rule), position) for position, rule in enumerate(rules))
            kept = [replace(rules[position], least=need) for need, position in needs if need < NEVER]
            table = self._tables[goal] = ProductionTable.of(tuple(kept))
        return table

    def _need(self, rule: Production) -> int:
        return min(rule.least + sum(map(self._least.of, rule.arguments)), NEVER)
