"""Genetic search on tasks of many examples whose errors are by degrees: lexicase, bounded size, bounded memory."""

from __future__ import annotations

import random

import pytest

from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.values import Failure, Value
from primitives.words import builtin_words
from search.generation.candidates import Seen
from search.problem import Problem
from search.strategies import make_strategy
from search.strategy import Feedback

WORDS = {name: builtin_words()[name] for name in "+ - * sum map length maximum minimum".split()}
LARGEST = 25


def error(actual: Value, wanted: int) -> float:
    return abs(actual - wanted) if isinstance(actual, int) and not isinstance(actual, Failure) else 1e9


def problem(seed: int) -> Problem:
    """The sum of squares plus the length, from 60 examples."""
    draw = random.Random(0)
    lists = [tuple(draw.randint(-9, 9) for _ in range(draw.randint(1, 8))) for _ in range(60)]
    examples = tuple(((xs,), sum(x * x for x in xs) + len(xs)) for xs in lists)
    objectives = (("distance", "minimise"), ("size", "minimise"))
    type = parse_type("list(int) -> int")
    return Problem(type, WORDS, examples=examples, objectives=objectives, seed=seed, max_size=LARGEST)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_a_function_of_numbers_is_found_from_many_examples(seed: int) -> None:
    task = problem(seed)
    strategy = make_strategy("genetic", task, {})
    assert strategy.selection == "epsilon_lexicase" and strategy.cases < 1  # type: ignore[attr-defined]
    for _ in range(2500):
        proposal = strategy.ask()
        assert proposal is not None and proposal.term.size <= LARGEST
        outputs = [
            evaluate(proposal.term, given, words=WORDS, fuel=Fuel(steps=500)) for given, _ in task.examples or ()
        ]
        cases = tuple(error(output, wanted) for output, (_, wanted) in zip(outputs, task.examples or (), strict=True))
        strategy.tell(proposal.number, Feedback({"distance": sum(cases) / len(cases)}, "ok", cases))
        if not any(cases):
            return
    pytest.fail("no program in 2,500 evaluations")


def test_what_was_proposed_is_remembered_within_bounds() -> None:
    seen = Seen(most=100)
    terms = [parse(f"(lambda (xs) (+ {number} (sum xs)))", WORDS) for number in range(450)]
    assert all(seen.add(term) for term in terms) and len(seen) <= 200
    assert not any(seen.add(term) for term in terms[-100:])
