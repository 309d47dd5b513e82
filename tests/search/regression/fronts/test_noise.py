"""Formulas are found from outputs with noise, and chosen by error and size."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.term import Lambda, Literal, Term, Variable
from primitives.types import FLOAT, function
from primitives.words import builtin_words
from search.enumeration.answers import Answer
from search.enumeration.ledger import Ledger
from search.generation.costs import default_costs
from search.problem import Problem
from search.regression.algebra import Algebra
from search.regression.columns import Columns
from search.regression.formulas import Formulas
from search.regression.fronts.fitting import FormulaFitting
from search.regression.fronts.front import FrontFormula, candidates_for, constant_bits, pareto
from search.regression.fronts.noise import is_noise
from search.regression.fronts.powers import NearPowers
from search.regression.fronts.rows import FormulaRows
from search.regression.fronts.screening import Screen, best_pairs, coefficients, least_needed, weighted
from search.regression.growth import ExpressionGrowth
from search.regression.passes import cheapest
from search.regression.work import Work
from search.reports import Hit
from search.strategies.enumerative import Enumerative

WORDS = builtin_words()
FEW = {name: WORDS[name] for name in ("+", "*", "/")}


def noisy(law: Callable[..., np.ndarray], arity: int, noise: float, rows: int = 60) -> list:
    rng = np.random.default_rng(0)
    inputs = rng.uniform(1.0, 4.0, (arity, rows))
    outputs = law(*inputs)
    outputs = outputs + noise * np.sqrt(np.mean(outputs**2)) * rng.normal(size=rows)
    return [(tuple(row), output) for row, output in zip(inputs.T.tolist(), outputs.tolist())]


def body(text: str) -> Term:
    term = parse(text, WORDS)
    while isinstance(term, Lambda):
        term = term.body
    return term


def test_a_law_is_found_through_noise() -> None:
    type = function(FLOAT, FLOAT, FLOAT)
    examples = noisy(lambda m, v: m * v**2 / 2, 2, 0.03, 30)
    engine = Formulas(type, examples, words=FEW, costs=default_costs(FEW, type))
    answers = [each for each in engine.run(max_terms=40_000) if isinstance(each, Answer)]
    assert not answers and engine.is_noisy
    nearest = engine.nearest()
    assert nearest is not None and nearest.match < 1.0
    for m, v in ((1.5, 2.0), (3.0, 1.0)):
        value = evaluate(nearest.term, (m, v), words=WORDS)
        assert isinstance(value, float) and math.isclose(value, m * v**2 / 2)


def test_where_no_program_meets_the_examples_the_nearest_formula_is_told_last() -> None:
    examples = tuple(noisy(lambda x: 3.0 * x - 1.0, 1, 0.02, 30))
    strategy = Enumerative(Problem(function(FLOAT, FLOAT), FEW, examples=examples))
    *before, last = strategy.run(max_terms=60_000)
    assert isinstance(last, Hit) and not any(isinstance(each, Hit) for each in before)
    assert last.info["match"] < 1.0


def test_the_kind_of_noise_is_that_in_which_formula_and_errors_are_shorter() -> None:
    rng = np.random.default_rng(0)
    x, errors = 10 ** rng.uniform(0.0, 2.0, 40), 0.1 * rng.normal(size=40)
    for relative, outputs in ((True, 7.0 * x**2 * (1.0 + errors)), (False, 7.0 * x**2 + 3000.0 * errors)):
        lengths = list[float]()
        for kind in (False, True):
            given = FormulaRows({Variable(0): x}, outputs, Algebra.of(WORDS), relative=kind)
            fitting = FormulaFitting(given, Work(40, Ledger()))
            fitting.add(body("(lambda (x) (* 6.123 (* x x)))"))
            assert fitting.best is not None
            lengths.append(fitting.best.length)
            if kind is relative:
                assert abs(given.constants(fitting.best.body)[0] - 7.0) < 0.3
        assert (lengths[1] < lengths[0]) is relative


def test_a_law_over_many_powers_of_ten_is_told_for_it_is_shorter_than_a_constant() -> None:
    rng = np.random.default_rng(0)
    x = 10 ** rng.uniform(0.0, 6.0, 30)
    outputs = 3.0 / x * (1.0 + 0.2 * rng.normal(size=30))
    type = function(FLOAT, FLOAT)
    engine = Formulas(type, list(zip(x[:, None].tolist(), outputs.tolist())), words=FEW, costs=default_costs(FEW, type))
    relative = engine.kinds[1]
    for text in ("(lambda (x) (/ 2.7 x))", "(lambda (x) (* 1e-7 x))"):
        relative.add(body(text))
        engine.choose()
        assert (engine.near is relative and engine.nearest() is not None) is ("/" in text), text
        relative.front.clear()


def test_a_part_that_comes_again_takes_few_bits_and_functions_inside_functions_more() -> None:
    given = rows()
    assert given.written(body("(lambda (x) (* (+ x 1.5) (+ x 1.5)))")) == (4.0 + 4.0 + 4.0 + 4.0, [1.5])
    plain, nested = (
        given.written(body(text))[0]
        for text in ("(lambda (x) (* (log x) (exp x)))", "(lambda (x) (log (* x (exp x))))")
    )
    assert nested == plain + 4.0
    assert constant_bits(7e6, 30) > constant_bits(7.0, 30) + 4.0


def test_noise_without_a_law_has_no_formula() -> None:
    rng = np.random.default_rng(1)
    examples = [((x,), y) for x, y in zip(rng.uniform(size=20).tolist(), rng.normal(size=20).tolist())]
    type = function(FLOAT, FLOAT)
    engine = Formulas(type, examples, words=FEW, costs=default_costs(FEW, type))
    list(engine.run(max_terms=30_000))
    assert engine.nearest() is None


def test_errors_that_depend_on_the_inputs_are_no_noise() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.uniform(size=(200, 2))
    errors = rng.normal(size=200)
    assert is_noise(errors, inputs)
    assert not is_noise(errors + 3 * inputs[:, 0] ** 2, inputs)
    assert not is_noise(np.sin(20 * inputs[:, 0]), inputs[:, :1])


def rows() -> FormulaRows:
    x = np.linspace(1.0, 3.0, 30)
    return FormulaRows({body("(lambda (x) x)"): x}, 2.7 * np.exp(0.4 * x), Algebra.of(WORDS))


def test_constants_inside_functions_are_fitted() -> None:
    values, loss, errors = rows().fitted(body("(lambda (x) (* 1.1 (exp (* 1.2 x))))"), [0, 1])
    assert np.allclose(values, [2.7, 0.4]) and loss < 1e-15 and (errors < 1e-6).all()


def test_what_a_constant_makes_needless_is_left_out() -> None:
    given, long = rows(), body("(lambda (x) (+ (* 1.5 (exp (* 1.2 x))) 7.0))")
    assert given.replaced(long, [1.0, 1.0, 0.0]) == body("(lambda (x) (exp x))")
    assert given.replaced(long, [2.0, 0.0, 3.0]) == body("(lambda (x) 5.0)")
    assert given.made("log", body("(lambda (x) (exp x))")) == body("(lambda (x) x)")
    assert given.size(long) == 8 and given.constants(long) == [1.5, 1.2, 7.0]


def test_simple_numbers_take_fewer_bits() -> None:
    order = [constant_bits(value, 100) for value in (1.0, 2.0, 0.35, math.pi, 0.123456)]
    assert order[0] < order[1] < min(order[2:4]) and max(order) == order[4]
    assert 0.5 in candidates_for(0.497, 0.002) and 0.5 not in candidates_for(0.497, 0.0005)
    assert candidates_for(0.001, 0.002)[0] == 0.0


def test_of_each_size_the_shortest_stands_on_the_front_if_no_smaller_one_is_as_good() -> None:
    given = [FrontFormula(body("(lambda (x) x)"), size, loss, length) for size, loss, length in
             [(1, 1.0, 50.0), (3, 0.01, 9.0), (3, 0.009, 30.0), (5, 0.02, 20.0), (7, 0.009, 8.0)]]  # fmt: skip
    assert [(each.complexity, each.loss) for each in pareto(given)] == [(1, 1.0), (3, 0.01), (7, 0.009)]


def test_products_of_powers_of_two_sums_are_found_together() -> None:
    x, y = np.random.default_rng(0).uniform(1.0, 4.0, (2, 60))
    columns = Columns(60, 300)
    for place, values in ((1, x), (0, y)):
        columns.add_leaf(Variable(place), values)
    columns.add_leaf(Literal(1.0, FLOAT), np.ones(60))
    for _ in ExpressionGrowth(columns, Algebra.of(WORDS)).steps(0.1):
        pass
    target, weights = -3.0 * x * (1.0 + y) ** 2 / np.sqrt(x + y), np.ones(60)
    powers = NearPowers(columns, cheapest(columns, 300), np.arange(60))
    assert powers.leaves == [0, 1] and powers.fit(target, weights).squares > 0.1
    one = -target * np.sqrt(x + y)
    assert powers.fit(one, weights, powers.likely(one, weights, 1)).squares < 1e-12
    found = min(
        (powers.fit(target, weights, pair) for pair in powers.likely_pairs(target, weights, 4, 8)),
        key=lambda each: each.squares,
    )
    assert found.squares < 1e-12 and found.sign == -1.0 and math.isclose(found.product.factor, 3.0)


def test_screening_finds_the_expressions_of_a_weighted_target() -> None:
    rng = np.random.default_rng(0)
    parts, weights = rng.normal(size=(40, 60)), rng.uniform(0.1, 2.0, 60)
    target = 3.0 * parts[7] + 0.5
    left = Screen(parts, np.arange(60)).left(target[None], weights[None])[0]
    assert left.argmin() == 7
    error = coefficients(target, weights, [parts[3]])[1]
    assert math.isclose(left[3], error, rel_tol=1e-3)
    both = weighted((target + 2.0 * parts[11])[None], weights)[0]
    rows = weighted(parts, weights)
    assert set(best_pairs(both, rows, rows, 2, np.zeros((40, 40)))[0]) == {7, 11}
    assert least_needed(target + 2.0 * parts[11], weights, parts[[7, 8, 11]]) == 1


def test_what_is_not_finite_explains_nothing() -> None:
    """The solver of least squares would end the search with an error of its own."""
    target, weights = np.arange(5.0), np.ones(5)
    for part in (np.array([1.0, 2.0, np.nan, 4.0, 5.0]), np.array([1.0, np.inf, 3.0, 4.0, 5.0])):
        assert coefficients(target, weights, [part]) == ([0.0, 0.0], float("inf"))
    assert coefficients(target, weights, [target])[1] < 1e-20
