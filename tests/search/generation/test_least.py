"""Least sizes of terms by type are exact however they are sought, and take no look at types that no small term needs."""

from __future__ import annotations

import random
import time

import pytest

from automl.testing.strategies import PLAIN, WORDS
from primitives.interpreter.deadline import NEVER as NO_DEADLINE
from primitives.interpreter.deadline import Deadline, OutOfTime
from primitives.notation.types import parse_type
from primitives.term import Literal
from primitives.types import INT, Type
from search.generation.grammar import Grammar
from search.generation.least import LeastSizes
from search.generation.rules import NEVER, Rules
from search.generation.signatures import Universe
from search.generation.weights import resolved_weights
from search.problem import Problem
from search.randomness import Draws

NESTED = parse_type("list(pair(int,option(str))) -> list(int)")


def rules_of(problem: Problem) -> Rules:
    return Rules(problem, resolved_weights(problem.words, {}), lambda goal: NEVER)


def least_by_closing(rules: Rules, inputs: tuple[Type, ...], goal: Type) -> dict[Type, int]:
    """The least sizes of all types that the goal may be made of, by going over all of their rules until nothing moves."""
    found: dict[Type, int] = {}
    waiting = [goal]
    while waiting:
        type = waiting.pop()
        if type not in found:
            found[type] = 1 if type in inputs else NEVER
            waiting.extend(part for _, parts in rules.upto(type, NEVER) for part in parts)
    moved = True
    while moved:
        moved = False
        for type, before in found.items():
            sizes = [base + sum(found[part] for part in parts) for base, parts in rules.upto(type, NEVER)]
            if min(sizes, default=NEVER) < before:
                found[type], moved = min(sizes), True
    return found


@pytest.mark.parametrize("seed", range(8))
def test_sizes_are_those_found_by_going_over_all_rules(seed: int) -> None:
    """Few words leave types that only large terms have, or none."""
    chance = random.Random(seed)
    words = {name: PLAIN[name] for name in chance.sample(sorted(PLAIN), 14)}
    type = parse_type(
        chance.choice(["list(int) -> str", "str -> list(int)", "int -> option(int)", "map(int,bool) -> int"])
    )
    problem = Problem(type, words, constants=(Literal(1, INT),))
    goal = type.arguments[1]  # type: ignore[attr-defined]
    known = least_by_closing(rules_of(problem), type.arguments[:1], goal)  # type: ignore[attr-defined]
    sought = LeastSizes(rules_of(problem), type.arguments[:1])  # type: ignore[attr-defined]
    assert {each: sought.of(each) for each in known} == known


def test_a_nested_type_is_begun_with_a_look_at_few_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """All types that it might be made of are tens of thousands, with some hundred words each."""
    tried = 0
    instances = Universe.instances

    def counted(self, signature, goal):  # type: ignore[no-untyped-def]
        nonlocal tried
        tried += 1
        return instances(self, signature, goal)

    monkeypatch.setattr(Universe, "instances", counted)
    grammar = Grammar(Problem(NESTED, WORDS))
    grammar.sample(NESTED, Draws(0))
    assert 0 < tried < 20_000


def test_a_grammar_looks_at_the_clock_and_goes_on_where_it_was() -> None:
    grammar = Grammar(Problem(NESTED, WORDS))
    grammar.deadline = Deadline(time.monotonic() - 1)
    with pytest.raises(OutOfTime):
        grammar.sample(NESTED, Draws(3))
    grammar.deadline = Deadline(time.monotonic() + 0.2)
    try:
        grammar.sample(NESTED, Draws(3))
    except OutOfTime:
        pass
    grammar.deadline = NO_DEADLINE
    assert grammar.sample(NESTED, Draws(3)) == Grammar(Problem(NESTED, WORDS)).sample(NESTED, Draws(3))
