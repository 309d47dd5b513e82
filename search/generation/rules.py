"""The ways to make a term of a goal type: which words fit, found no further than they are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from primitives.interpreter.deadline import NEVER as NO_DEADLINE
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
from .signatures import Signature, Universe, signature
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


Parts = tuple[int, tuple[Type, ...]]
"""The least size of a term as a number plus the least sizes of types of data."""


@dataclass(frozen=True, slots=True)
class _FittingWord:
    """A word that may make terms of some type, ``place`` being its place among the words; none is smaller than ``floor``."""

    floor: int
    place: int
    signature: Signature


@dataclass(slots=True)
class _Found:
    """The rules of one goal: those that need no word, and of the first ``done`` candidates (in order of floor) the words."""

    plain: list[Production]
    candidates: tuple[_FittingWord, ...]
    done: int
    words: dict[int, list[Production]]
    parts: list[Parts]


class Rules:
    """The rules of a problem's words, constants and abstractions by goal type; variables depend on the scope and are apart.

    ``weights`` are log-weights of all words and special names; ``least_net`` tells the least size of a net for a goal with tensors.
    ``deadline`` is looked at before each word that is tried: OutOfTime is raised once it has passed, and what was found is kept.
    """

    def __init__(self, problem: Problem, weights: Mapping[str, float], least_net: Callable[[Type], int]) -> None:
        self.problem, self.weights, self.least_net = problem, weights, least_net
        self.deadline = NO_DEADLINE
        self.signatures = [signature(word) for word in problem.words.values() if word.purity != EFFECTFUL]
        self._universe = _universe(problem)
        self._heads: dict[str, list[Signature]] = {}
        for known in self.signatures:
            self._heads.setdefault(_head(known.result), []).append(known)
        self._candidates: dict[tuple[str, bool, bool], tuple[_FittingWord, ...]] = {}
        self._found: dict[Type, _Found] = {}

    def of(self, goal: Type) -> list[Production]:
        """All rules of the goal: constants, an abstraction or a net, then words in the order of the problem.

        goal: a ground type. Raises OutOfTime after the deadline.
        """
        found = self._known(goal)
        while found.done < len(found.candidates):
            self._next(goal, found)
        return [*found.plain, *(rule for place in sorted(found.words) for rule in found.words[place])]

    def upto(self, goal: Type, size: int) -> Iterator[Parts]:
        """What each rule needs, of those at least that may make a term of at most ``size`` symbols.

        goal: a ground type of data. Raises OutOfTime after the deadline.
        """
        found = self._known(goal)
        position = 0
        while True:
            while position < len(found.parts):
                yield found.parts[position]
                position += 1
            if found.done == len(found.candidates) or found.candidates[found.done].floor > size:
                return
            self._next(goal, found)

    def _known(self, goal: Type) -> _Found:
        found = self._found.get(goal)
        if found is None:
            plain = list(self._wordless(goal))
            parts = list(map(parts_of, plain))
            found = self._found[goal] = _Found(plain, self._fitting(goal), 0, {}, parts)
        return found

    def _next(self, goal: Type, found: _Found) -> None:
        """Try the next candidate."""
        self.deadline.check()
        candidate = found.candidates[found.done]
        rules = [
            Production(
                "word", f"{each.word.name}/{copy}", each.arguments,
                math.exp(self.weights[each.word.name]) * each.share, 1, each.word, None, each.fixed,
            )
            for copy, each in enumerate(self._universe.instances(candidate.signature, goal))
        ]  # fmt: skip
        found.words[candidate.place] = rules
        found.parts.extend(map(parts_of, rules))
        found.done += 1

    def _wordless(self, goal: Type) -> Iterator[Production]:
        constants = [literal for literal in self.problem.constants if literal.type == goal]
        share = math.exp(self.weights[CONSTANT]) / max(len(constants), 1)
        yield from (Production("constant", f"c{i}", (), share, 1, literal=each) for i, each in enumerate(constants))
        if is_function(goal):
            yield self._abstraction(goal)
        elif has_tensor(goal):
            least = self.least_net(goal)
            if least < NEVER:
                yield Production("net", "net", (), NET_WEIGHT, least)

    def _abstraction(self, goal: Type) -> Production:
        """Lambdas over all arguments of the goal; the body may be one of them."""
        wanted, result = arguments_of(goal)
        weight = math.exp(self.weights[LAMBDA])
        if result in wanted:
            return Production("lambda", LAMBDA, (), weight, len(wanted) + 1)
        return Production("lambda", LAMBDA, (result,), weight, len(wanted))

    def _fitting(self, goal: Type) -> tuple[_FittingWord, ...]:
        """Words that may make the goal; geometric words that make tensors are left to forward growth, which knows their shapes.

        A tensor that the problem does not deal in (the state of a cell, say) is not sought by words for any type.
        """
        result = arguments_of(goal)[1]
        tensors = has_tensor(result)
        key = _head(result), tensors, not tensors or self._universe.admits(result)
        known = self._candidates.get(key)
        if known is None:
            known = self._candidates[key] = tuple(sorted(self._of_head(*key), key=lambda each: each.floor))
        return known

    def _of_head(self, head: str, tensors: bool, familiar: bool) -> Iterator[_FittingWord]:
        words = (*self._heads.get(head, ()), *(self._heads.get("", ()) if familiar else ()))
        for place, known in enumerate(words):
            grown = known.word.geometric and any(map(has_tensor, known.arguments)) or known.word.shapes
            if not (tensors and grown) or _is_exact_net(known.word):
                floor = 1 + sum(len(arguments_of(argument)[0]) + 1 for argument in known.arguments)
                yield _FittingWord(floor, place, known)


def parts_of(rule: Production) -> Parts:
    """What a term by the rule is made of.

    rule: any; where an argument is a function, an abstraction is meant, whose body may be one of its variables.
    """
    base, parts = rule.least, []
    for argument in rule.arguments:
        wanted, result = arguments_of(argument)
        base += len(wanted) + (result in wanted)
        if result not in wanted:
            parts.append(result)
    return base, tuple(parts)


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
