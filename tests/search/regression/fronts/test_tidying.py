"""Formulas are written anew with simpler numbers, and give the same."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.source.mathematics import formula_text
from primitives.syntax import parse
from primitives.term import Lambda, Term, Variable, lambdas
from primitives.words import builtin_words
from search.regression.algebra import Algebra
from search.regression.fronts.rows import FormulaRows
from search.regression.fronts.tidying import bits_of, tidied

WORDS = builtin_words()
X = np.random.default_rng(0).uniform(0.5, 4.0, (30, 2))


def body(text: str) -> Term:
    term = parse(text, WORDS)
    while isinstance(term, Lambda):
        term = term.body
    return term


def rows(wanted: Term) -> FormulaRows:
    given = {Variable(1): X[:, 0], Variable(0): X[:, 1]}
    values = FormulaRows(given, np.ones(len(X)), Algebra.of(WORDS)).values(wanted)
    return FormulaRows(given, values, Algebra.of(WORDS))


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ("(/ x (+ (* 0.13605442176870747 x) 0.6557823129251701))", "7.35·x/(x + 4.82)"),
        ("(/ 1.0 (* 0.096 (+ (exp (* -0.73 x)) (/ 1.0 24.0))))", "250/(24·exp(−0.73·x) + 1)"),
        ("(* -4.861 (- (- x (* 0.2818350133717342 (* x x))) 0.06048138243159844))", "1.37·x² − 4.861·x + 0.294"),
        ("(exp (- 4.787491742782046 (* 0.13 x)))", "120·exp(−0.13·x)"),
        ("(exp (+ (* -2.4 (log x)) (log y)))", "y/x^2.4"),
        ("(* y (log (/ (power x 0.31) (power y 0.31))))", "0.31·y·log(x/y)"),
        ("(+ (* 0.7675822497175043 (sin (* 1.7 x))) (* 0.8563395879664881 (cos (* 1.7 x))))", "1.15·sin(1.7·x + 0.84)"),
        ("(/ (negate (* x y)) (- x y))", "x·y/(y − x)"),
        ("(sqrt (* x x))", "√(x²)"),
        ("(exp (- (* 1.2 x) (* 0.3 (* x x))))", "exp(1.2·x − 0.3·x²)"),
        ("(exp (- (- (* 1.2 x) (* 0.3 (* x x))) 1.2))", "exp(−0.3·(x − 2)²)"),
    ],
)
def test_numbers_are_taken_together_where_that_makes_them_simpler(found: str, written: str) -> None:
    term = body(f"(lambda (x y) {found})")
    here = rows(term)
    made = tidied(term, here)
    assert formula_text(lambdas(2, made), ("x", "y")) == written
    assert here.values(made) == pytest.approx(here.output, rel=1e-9) and bits_of(made, here) <= bits_of(term, here)


def test_what_has_no_power_is_left_as_it_is() -> None:
    few = Algebra.of({name: WORDS[name] for name in ("+", "*", "/", "exp", "log")})
    term = body("(lambda (x y) (exp (* -2.4 (log x))))")
    here = FormulaRows({Variable(1): X[:, 0]}, X[:, 0] ** -2.4, few)
    assert tidied(term, here) == term
