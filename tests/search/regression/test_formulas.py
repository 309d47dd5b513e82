"""Formulas with constants are found from examples of numbers."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest

from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse, show
from primitives.term import Term
from primitives.types import FLOAT, INT, arguments_of, function, list_of
from primitives.values import equal
from primitives.words import builtin_words
from search.enumeration.answers import Answer
from search.generation.costs import default_costs
from search.problem import Problem
from search.regression.curves import approximate, curves
from search.regression.families import FAMILIES
from search.regression.formulas import Formulas
from search.regression.sums import standard
from search.reports import Hit
from search.strategies.enumerative import Enumerative

WORDS = builtin_words()


def draws(law: Callable[..., float], arity: int, rows: int, low: float, high: float, seed: int = 0) -> list:
    random_ = random.Random(seed)
    inputs = [tuple(round(random_.uniform(low, high), 2) for _ in range(arity)) for _ in range(rows)]
    return [(given, law(*given)) for given in inputs]


def found(
    law: Callable[..., float], arity: int, rows: int = 12, low: float = 0.5, high: float = 4.0, terms: int = 130_000
) -> Term | None:
    """The first formula of so many terms of work."""
    type = function(*[FLOAT] * (arity + 1))
    engine = Formulas(type, draws(law, arity, rows, low, high), words=WORDS, costs=default_costs(WORDS, type))
    return next((each.term for each in engine.run(max_terms=terms) if isinstance(each, Answer)), None)


LAWS = {
    "refraction": (lambda n, a: math.asin(0.2 * n * math.sin(a)), 2),
    "Celsius": (lambda f: (f - 32) * 5 / 9, 1),
    "area of a circle": (lambda r: math.pi * r**2, 1),
    "kinetic energy": (lambda m, v: m * v**2 / 2, 2),
    "a line": (lambda x: 3.7 * x - 1.2, 1),
    "a cubic": (lambda x: x**3 - 2 * x + 5, 1),
    "hypotenuse": (lambda a, b: math.hypot(a, b), 2),
    "normal density": (lambda x: math.exp(-(x**2) / 2) / math.sqrt(2 * math.pi), 1),
    "parallel resistors": (lambda a, b: 1 / (1 / a + 1 / b), 2),
    "mass in motion": (lambda m, v: m / math.sqrt(1 - v**2 / 900), 2),
    "decay": (lambda t: 4 * math.exp(-0.37 * t) + 0.5, 1),
    "an oscillation": (lambda t: 2.5 * math.sin(3.3 * t + 0.7) + 1, 1),
    "distance": (lambda a, b, c, d: math.hypot(a - b, c - d), 4),
    "Planck's occupation": (lambda w, t: 1 / (math.exp(w / (2 * math.pi * t)) - 1), 2),
    "third power law": (lambda a: 0.0172 * a**1.5, 1),
}


@pytest.mark.parametrize("name", LAWS)
def test_a_law_is_found_and_holds_where_it_was_not_seen(name: str) -> None:
    law, arity = LAWS[name]
    term = found(law, arity)
    assert term is not None
    for given, result in draws(law, arity, 20, 0.5, 4.0, seed=1):
        value = evaluate(term, given, words=WORDS)
        assert isinstance(value, float) and math.isclose(value, result, rel_tol=1e-6)


def test_constants_are_written_as_people_write_them() -> None:
    text = show(found(*LAWS["Celsius"]))
    assert text == "(lambda (x) (/ (* 5.0 (- x 32.0)) 9.0))"


def test_numbers_that_follow_no_law_have_no_formula() -> None:
    noise = random.Random(3)
    assert found(lambda x, y: noise.random(), 2, rows=10, terms=40_000) is None


def test_three_examples_are_no_evidence_for_a_law_with_three_constants() -> None:
    """Any three values are met by such a law; nothing says that it is one."""
    term = found(lambda x: {0.5: 1.0}.get(x, math.sin(17 * x * x)), 1, rows=3)
    assert term is None


def test_a_value_far_from_all_others_does_not_hide_a_curve() -> None:
    values = np.array([-1000.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    target = standard((0.4 + 0.3 * np.exp(0.69 * values))[None])
    assert any(
        math.isclose(each.constants[0], 0.69, rel_tol=1e-6) for each in curves(target, values, FAMILIES[:1]) if each
    )


def test_whole_arguments_are_converted() -> None:
    type = function(INT, FLOAT, FLOAT)
    examples = [((n, x), n * x / 3 + 2.5) for n, x in [(1, 0.5), (4, 2.0), (7, 1.25), (3, 8.0), (9, 4.5), (2, 3.5)]]
    engine = Formulas(type, examples, words=WORDS, costs=default_costs(WORDS, type))
    answer = next(each for each in engine.run(max_terms=100_000) if isinstance(each, Answer))
    assert answer.match == 1.0
    assert "to_float" in show(answer.term)


@pytest.mark.parametrize(
    "law", [lambda xs: sum(xs) / len(xs), lambda xs: 3 * sum(xs) + len(xs), lambda xs: max(xs) - min(xs)]
)
def test_numbers_that_words_make_of_lists_are_arguments_too(law: Callable[[tuple], float]) -> None:
    random_ = random.Random(2)
    rows = [tuple(round(random_.uniform(0, 9), 1) for _ in range(random_.randint(2, 6))) for _ in range(8)]
    type = function(list_of(FLOAT), FLOAT)
    examples = [((row,), float(law(row))) for row in rows]
    assert Formulas.suits(type, examples, WORDS)
    engine = Formulas(type, examples, words=WORDS, costs=default_costs(WORDS, type))
    answer = next(each for each in engine.run(max_terms=100_000) if isinstance(each, Answer))
    assert math.isclose(evaluate(answer.term, ((1.5, 2.0, 8.0),), words=WORDS), law((1.5, 2.0, 8.0)), rel_tol=1e-9)


def test_it_needs_words_and_numbers() -> None:
    few = {name: word for name, word in WORDS.items() if name != "*"}
    examples = draws(lambda x: 2 * x, 1, 5, 0.0, 1.0)
    type = function(FLOAT, FLOAT)
    assert Formulas.suits(type, examples, WORDS)
    assert not Formulas.suits(type, examples, few)
    assert not Formulas.suits(type, examples[:2], WORDS)
    assert not Formulas.suits(type, [(given, 1.0) for given, _ in examples], WORDS)
    assert not Formulas.suits(function(INT, INT), [((1,), 2)] * 3, WORDS)


def test_only_words_of_the_problem_are_used() -> None:
    few = {name: WORDS[name] for name in ("+", "*", "/")}
    type = function(FLOAT, FLOAT)
    examples = draws(lambda x: 2 * x * x - x / 3 - 4, 1, 12, 0.5, 4.0)
    engine = Formulas(type, examples, words=few, costs=default_costs(few, type))
    answer = next(each for each in engine.run(max_terms=100_000) if isinstance(each, Answer))
    assert all(equal(evaluate(answer.term, given, words=few), result) for given, result in examples)


def test_the_same_examples_give_the_same_answers() -> None:
    texts = [show(found(*LAWS["an oscillation"])) for _ in range(2)]
    assert texts[0] == texts[1]


def test_a_bound_on_terms_is_kept() -> None:
    type = function(FLOAT, FLOAT)
    noise = random.Random(3)
    engine = Formulas(type, draws(lambda x: noise.random(), 1, 10, 0, 1), words=WORDS, costs=default_costs(WORDS, type))
    reports = list(engine.run(max_terms=800))
    assert reports and engine.ledger.terms <= 800 + 5000


@pytest.mark.parametrize("formulas", [True, False])
def test_the_enumeration_takes_turns_with_it(formulas: bool) -> None:
    type = function(FLOAT, FLOAT)
    examples = tuple(draws(LAWS["a line"][0], 1, 8, 0.5, 4.0))
    strategy = Enumerative(Problem(type, WORDS, examples=examples), {"formulas": formulas})
    hits = [each for each in strategy.run(max_terms=20_000) if isinstance(each, Hit)]
    assert bool(hits) == formulas


def test_terms_are_of_the_type_that_was_asked_for() -> None:
    from primitives.inference import infer

    for name in ("mass in motion", "an oscillation"):
        law, arity = LAWS[name]
        term = found(law, arity)
        assert term is not None
        type = function(*[FLOAT] * (arity + 1))
        assert infer(term, WORDS, type).type == type
        assert len(arguments_of(type)[0]) == arity
        assert parse(show(term), WORDS) == term


def test_values_far_from_one_do_not_hide_a_law() -> None:
    term = found(lambda m, r: 6.674e-11 * m / r**2, 2)
    assert term is not None
    assert np.isclose(evaluate(term, (2.0, 3.0), words=WORDS), 6.674e-11 * 2 / 9, rtol=1e-9)


def test_a_curve_that_is_not_finite_explains_nothing_beside_a_line_that_does() -> None:
    values = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 1e6])
    line = np.arange(6.0)[None]
    for curve in approximate(standard(line), values, FAMILIES, line):
        parts = curve.family.features(np.array(curve.constants)[None], values)
        assert all(np.isfinite(part).all() for part in parts)
