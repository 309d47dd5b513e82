"""A search reckons with few examples, checks on all, and takes in those that refute what it finds."""

import random

import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.types import has_tensor
from primitives.words import builtin_words
from search.enumeration.answers import Answer
from search.enumeration.basis import LEAST, Basis
from search.enumeration.enumerator import Enumerator
from search.enumeration.settings import Settings

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
NAMES = ("+ - * head last tail sum length reverse if < >").split()
FEW = {name: WORDS[name] for name in NAMES}


def lists(count, seed=0):
    rng = random.Random(seed)
    return [tuple(rng.randint(0, 30) for _ in range(rng.randint(3, 9))) for _ in range(count)]


def first(engine, terms=60_000):
    return next((found for found in engine.run(max_terms=terms) if isinstance(found, Answer)), None)


def test_few_are_chosen_and_what_is_found_meets_all():
    examples = [((xs,), sum(xs) * xs[-1] - xs[0]) for xs in lists(40)]
    engine = Enumerator(parse_type("list(int) -> int"), examples, words=FEW)
    found = first(engine)
    assert len(engine.basis.chosen) == LEAST
    assert all(evaluate(found.term, given, words=FEW) == output for given, output in examples)


def test_an_example_that_refutes_joins():
    """In all but the longest the head is greater than the last element, so that the comparison is the truth to begin with."""
    examples = [((xs,), 2 * max(xs[0], xs[-1]) + 1) for xs in ((31 + n, *ys) for n, ys in enumerate(lists(19)))]
    examples.append((((3, 9) * 9,), 19))
    engine = Enumerator(parse_type("list(int) -> int"), examples, words=FEW)
    found = first(engine)
    assert found is not None and 19 in engine.basis.chosen
    assert all(evaluate(found.term, given, words=FEW) == output for given, output in examples)


@pytest.mark.parametrize("settings", [Settings(all_examples=True), Settings(exact=True), Settings(goal=0.9)])
def test_all_examples_are_reckoned_with_where_that_is_asked_for(settings):
    examples = [((xs,), sum(xs)) for xs in lists(20)]
    engine = Enumerator(parse_type("list(int) -> int"), examples, words=FEW, settings=settings)
    assert engine.basis.whole and len(engine.space.examples) == 20


def test_alike_outputs_need_more_examples():
    inputs = lists(60)
    differing, alike = ([((xs,), output(xs)) for xs in inputs] for output in (sum, lambda xs: xs[0] > 15))
    assert Basis(differing, fixed=False).few < Basis(alike, fixed=False).few
    assert Basis([((xs,), 1) for xs in inputs], fixed=False).whole


def test_what_values_may_grow_to_follows_from_the_examples_reckoned_with():
    short = [((xs,), sum(xs)) for xs in lists(19)]
    engine = Enumerator(parse_type("list(int) -> int"), [*short, (((1,) * 5_000,), 5_000)], words=FEW)
    assert engine.space.values.limit < 1_000
    assert first(engine) is not None
