"""Tables of productions by goal type, with the least size that each needs: built once a type, so that a draw is a look-up."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from primitives.primitive import EFFECTFUL, Primitive
from primitives.term import Literal
from primitives.types import (
    BOOL,
    INT,
    Constructor,
    TensorType,
    Type,
    arguments_of,
    has_tensor,
    is_function,
    list_of,
    variables_of,
)

from ..problem import Problem
from .signatures import Instance, Signature, Universe, signature
from .weights import CONSTANT, LAMBDA

NEVER = 10**9
"""Least size of what cannot be built."""
NET_WEIGHT = math.exp(8.0)
"""Weight of growing a net, among the productions of a goal with tensors."""


@dataclass(frozen=True, slots=True)
class Production:
    """One way to make a term of a goal type: a word applied to arguments, a constant, a variable, an abstraction or a net.

    ``kind`` is word, constant, variable, lambda or net; ``weight`` its (not normalised) probability weight, ``least`` its least size.
    """

    kind: str
    label: str
    arguments: tuple[Type, ...]
    weight: float
    least: int
    word: Primitive | None = None
    literal: Literal | None = None
    fixed: tuple[tuple[str, object], ...] = ()


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
    """The productions of a problem's words, constants and abstractions, one table a goal type; variables depend on the scope and are apart.

    ``weights`` are log-weights of all words and special names; ``least_net`` tells the least size of a net for a goal with tensors.
    """

    def __init__(self, problem: Problem, weights: Mapping[str, float], least_net: Callable[[Type], int]) -> None:
        self.problem, self.weights, self.least_net = problem, weights, least_net
        self.inputs, _ = arguments_of(problem.type)
        self.signatures = [signature(word) for word in problem.words.values() if word.purity != EFFECTFUL]
        self._universe = _universe(problem)
        self._by_result: dict[str, list[Signature]] = {}
        for known in self.signatures:
            self._by_result.setdefault(_head(known.result), []).append(known)
        self._rules: dict[Type, list[Production]] = {}
        self._least: dict[Type, int] = {}
        self._tables: dict[Type, ProductionTable] = {}

    def least(self, goal: Type) -> int:
        """Least size of a term of the type in the scope of a program of the problem's type; NEVER if there is none.

        Of a function it is that of an abstraction.
        """
        known = self._least.get(goal)
        if known is None:
            if is_function(goal):
                wanted, result = arguments_of(goal)
                known = min(NEVER, len(wanted) + (1 if result in wanted else self.least(result)))
                self._least[goal] = known
            else:
                self._close(goal)
                known = self._least[goal]
        return known

    def table(self, goal: Type) -> ProductionTable:
        """The tabulated productions of a goal that can be built at all."""
        table = self._tables.get(goal)
        if table is None:
            needs = [(self._need(rule), position) for position, rule in enumerate(self._rules_of(goal))]
            kept = [replace(self._rules[goal][at], least=need) for need, at in sorted(needs) if need < NEVER]
            table = self._tables[goal] = ProductionTable.of(tuple(kept))
        return table

    def _rules_of(self, goal: Type) -> list[Production]:
        if goal not in self._rules:
            self.least(goal)
            self._rules.setdefault(goal, self._find(goal) if is_function(goal) else [])
        return self._rules[goal]

    def _need(self, rule: Production) -> int:
        return min(rule.least + sum(map(self.least, rule.arguments)), NEVER)

    def _close(self, goal: Type) -> None:
        """Find the rules of the goal and of all types of data that they need, then the least size of each."""
        fresh, waiting = [], [goal]
        while waiting:
            type = arguments_of(waiting.pop())[1]
            if type in self._rules:
                continue
            fresh.append(type)
            self._rules[type] = self._find(type)
            self._least[type] = 1 if type in self.inputs else NEVER
            waiting.extend(argument for rule in self._rules[type] for argument in rule.arguments)
        costs = {type: [_parts(rule) for rule in self._rules[type]] for type in fresh}
        moved = True
        while moved:
            moved = False
            for type in fresh:
                best = min(
                    (base + sum(map(self._least.__getitem__, parts)) for base, parts in costs[type]), default=NEVER
                )
                if best < self._least[type]:
                    self._least[type], moved = best, True

    def _find(self, goal: Type) -> list[Production]:
        rules = list(self._constants(goal))
        if is_function(goal):
            rules.append(self._abstraction(goal))
        elif has_tensor(goal):
            least = self.least_net(goal)
            if least < NEVER:
                rules.append(Production("net", "net", (), NET_WEIGHT, least))
        for instance, copy in self._instances(goal):
            weight = math.exp(self.weights[instance.word.name]) * instance.share
            label = f"{instance.word.name}/{copy}"
            rules.append(Production("word", label, instance.arguments, weight, 1, instance.word, None, instance.fixed))
        return rules

    def _constants(self, goal: Type) -> Iterator[Production]:
        constants = [literal for literal in self.problem.constants if literal.type == goal]
        share = math.exp(self.weights[CONSTANT]) / max(len(constants), 1)
        return (Production("constant", f"c{i}", (), share, 1, literal=each) for i, each in enumerate(constants))

    def _abstraction(self, goal: Type) -> Production:
        """Lambdas over all arguments of the goal; the body may be one of them."""
        wanted, result = arguments_of(goal)
        weight = math.exp(self.weights[LAMBDA])
        if result in wanted:
            return Production("lambda", LAMBDA, (), weight, len(wanted) + 1)
        return Production("lambda", LAMBDA, (result,), weight, len(wanted))

    def _instances(self, goal: Type) -> list[tuple[Instance, int]]:
        """Words for the goal; geometric words that make tensors are left to forward growth, which knows their shapes.

        A tensor that the problem does not deal in (the state of a cell, say) is not sought by words for any type.
        """
        result = arguments_of(goal)[1]
        tensors = has_tensor(result)
        found: list[tuple[Instance, int]] = []
        familiar = not tensors or self._universe.admits(result)
        for known in (*self._by_result.get(_head(result), ()), *(self._by_result.get("", ()) if familiar else ())):
            grown = known.word.geometric and any(map(has_tensor, known.arguments)) or known.word.shapes
            if tensors and grown and not _is_exact_net(known.word):
                continue
            found.extend((instance, n) for n, instance in enumerate(self._universe.instances(known, goal)))
        return found


def _parts(rule: Production) -> tuple[int, list[Type]]:
    """The least size of a rule as a number plus the least sizes of types of data."""
    base, parts = rule.least, []
    for argument in rule.arguments:
        wanted, result = arguments_of(argument)
        base += len(wanted) + (result in wanted)
        if result not in wanted:
            parts.append(result)
    return base, parts


def _universe(problem: Problem) -> Universe:
    """The types that the problem deals in."""
    constants = [literal.type for literal in problem.constants]
    exact = [word.scheme.type for word in problem.words.values() if _is_exact_net(word)]
    scalars = [] if has_tensor(problem.type) else [INT, BOOL, list_of(INT)]
    return Universe([problem.type, *constants, *exact], scalars)


def _head(type: Type) -> str:
    """The constructor of a type; empty for a variable."""
    return type.name if isinstance(type, Constructor) else "Tensor" if isinstance(type, TensorType) else ""


def _is_exact_net(word: Primitive) -> bool:
    """Whether a geometric word has one exact type, such as a promoted net: then it can be chosen by the type wanted."""
    return word.geometric and not variables_of(word.scheme.type)
