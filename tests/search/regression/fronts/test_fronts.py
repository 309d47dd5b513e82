"""The front of error against size holds the law that noisy rows were drawn from, and the losses weigh residuals as they should."""

from __future__ import annotations

import math

import numpy as np
import pytest

from primitives.source.mathematics import formula_text
from primitives.syntax import parse
from primitives.term import Lambda, Term, Variable, lambdas
from primitives.words import builtin_words
from search.enumeration.ledger import Ledger
from search.regression.algebra import Algebra
from search.regression.front_search import FrontSearch
from search.regression.fronts.fitting import FormulaFitting
from search.regression.fronts.losses import LOSSES, RegressionLoss
from search.regression.fronts.rows import FormulaRows
from search.regression.work import Work

BUILTIN = builtin_words()
WORDS = {name: BUILTIN[name] for name in ("+", "-", "*", "/", "sqrt", "exp", "log", "sin", "cos")}
ALGEBRA = Algebra.of(WORDS)
RNG = np.random.default_rng(0)
X = RNG.uniform(0.5, 4.0, (120, 2))


def body(text: str) -> Term:
    term = parse(text, BUILTIN)
    while isinstance(term, Lambda):
        term = term.body
    return term


def front(
    x: np.ndarray, y: np.ndarray, terms: int = 18_000, loss: str = "squared", weights: np.ndarray | None = None
) -> dict:
    """The formulas by their size, with their losses."""
    search = FrontSearch(x, y, WORDS, loss=loss, weights=weights)
    for _ in search.run(max_terms=terms):
        pass
    assert search.ledger.terms <= terms
    return {each.complexity: (formula_text(lambdas(x.shape[1], each.body)), each.loss) for each in search.formulas()}


def test_an_exact_law_is_the_last_of_its_front() -> None:
    found = front(X, 0.5 * X[:, 0] * X[:, 1] ** 2)
    assert list(found)[-1] <= 7 and list(found.values())[-1][1] < 1e-20 and len(found) > 2
    losses = [loss for _, loss in found.values()]
    assert losses == sorted(losses, reverse=True) and len(set(losses)) == len(losses)


def test_a_law_with_noise_is_found_at_its_own_size_from_many_rows() -> None:
    x = RNG.uniform(0.5, 4.0, (2_000, 2))
    y = 2.5 * x[:, 0] / x[:, 1] + 3.0
    noisy = y + 0.02 * np.std(y) * np.random.default_rng(1).normal(size=len(y))
    found = front(x, noisy, 36_000)
    assert found[7][1] == pytest.approx((0.02 * np.std(y)) ** 2, rel=0.1), "on all rows"
    assert "x/y" in found[7][0] or "y/x" in found[7][0]


def test_a_wave_with_noise_is_found() -> None:
    y = np.sin(3.0 * X[:, 0] + 0.5) * 2 + 0.02 * np.random.default_rng(1).normal(size=120)
    assert min(loss for size, (_, loss) in front(X[:, :1], y).items() if size <= 12) < 1e-3


@pytest.mark.parametrize("loss", ["absolute", "huber"])
def test_outliers_do_not_move_what_a_robust_loss_fits(loss: str) -> None:
    x, law = X[:, 0], 3.0 * X[:, 0] - 1.0
    y = np.where(np.arange(120) % 10, law, law + 40.0)
    off, line = {}, body("(lambda (x) (+ (* 2.7 x) 1.3))")
    for name in (loss, "squared"):
        rows = FormulaRows({Variable(0): x}, y, ALGEBRA, name)
        off[name] = np.abs(rows.values(line, rows.fitted(line, [0, 1])[0]) - law).max()
    assert off[loss] < 0.1 and off["squared"] > 3.0


def test_rows_count_by_their_weights() -> None:
    y = np.where(np.arange(120) % 2 == 0, 2.0 * X[:, 0], -5.0)
    assert front(X[:, :1], y, 6_000, weights=np.where(np.arange(120) % 2 == 0, 1.0, 0.0))[3][0] == "2·x"


def test_the_losses_of_residuals() -> None:
    y = np.linspace(-4.0, 4.0, 9)  # the middle half lies within 2 of the middle: Huber's bound is 0.2
    weights, residuals = np.full(3, 1 / 3), np.array([0.1, -1.0, 0.0])
    expected = {"squared": 1.01 / 3, "absolute": 1.1 / 3, "huber": (0.005 + 0.2 * 0.9) / 3}
    for name in LOSSES:
        loss = RegressionLoss.of(name, y)
        assert loss.mean(residuals, weights) == pytest.approx(expected[name])
        assert loss.mean(np.array([np.nan, 0, 0]), weights) == math.inf
    assert RegressionLoss.of("huber", y).weighing(residuals).tolist() == pytest.approx([1.0, 0.2, 1.0])
    with pytest.raises(ValueError, match="loss='cubic': one of squared, absolute, huber is required"):
        RegressionLoss.of("cubic", y)


def test_a_mean_loss_tells_the_size_of_residuals() -> None:
    y, weights = np.linspace(-4.0, 4.0, 9), np.full(3, 1 / 3)
    for name in LOSSES:
        loss = RegressionLoss.of(name, y)
        for size in (0.1, 3.0):
            assert loss.size(loss.mean(np.full(3, size), weights)) == pytest.approx(size)


def test_formulas_run_on_all_rows_with_any_constants() -> None:
    x, y = X.T
    rows = FormulaRows({Variable(1): x, Variable(0): y}, np.zeros(120), ALGEBRA)
    formula = body("(lambda (x y) (+ (* 2.0 (log x)) (/ 3.0 y)))")
    assert rows.constants(formula) == [2.0, 3.0]
    assert np.allclose(rows.values(formula), 2 * np.log(x) + 3 / y)
    assert np.allclose(rows.values(formula, [1.0, 0.0]), np.log(x))
    assert rows.with_numbers(formula, [5.0, 7.0]) == body("(lambda (x y) (+ (* 5.0 (log x)) (/ 7.0 y)))")
    assert rows.loss_of(body("(lambda (x y) (log (- 0.0 x)))")) == math.inf


def test_constants_are_fitted_and_made_simple() -> None:
    rows = FormulaRows({Variable(0): X[:, 0]}, 1.5 * np.exp(-0.4 * X[:, 0]), ALGEBRA)
    fitting = FormulaFitting(rows, Work(120, Ledger()))
    fitting.add(body("(lambda (x) (* 1.23456789 (exp (* -0.56789012 x))))"))
    assert fitting.best is not None and fitting.best.body == body("(lambda (x) (* 1.5 (exp (* -0.4 x))))")


def test_words_without_products_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\+ and \* are required"):
        FrontSearch(X, X[:, 0], {"+": BUILTIN["+"]})


def test_a_fitting_says_in_short_what_it_holds() -> None:
    fitting = FormulaFitting(FormulaRows({Variable(0): X[:, 0]}, X[:, 1], ALGEBRA), Work(len(X), Ledger()))
    fitting.offer(Variable(0))
    assert repr(fitting) == "FormulaFitting(1 formula on 120 rows)"
