"""Formulas are written as people, sympy and LaTeX write them."""

from __future__ import annotations

import sys

import pytest

from primitives.notation.types import parse_type
from primitives.source.formula import NoFormula
from primitives.source.mathematics import equation, formula_text
from primitives.source.symbolic import latex, symbolic
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
WRITTEN = {
    "(lambda (m v) (* 0.5 (* m (* v v))))": ("0.5·m·v²", "0.5*m*v**2"),
    "(lambda (x) (/ (* 5.0 (- x 32.0)) 9.0))": ("5·(x − 32)/9", "5*x/9 - 160/9"),
    "(lambda (r) (* 6.283185307179586 (power r 2.0)))": ("2·π·r²", "2*pi*r**2"),
    "(lambda (r) (* -9.42477796076938 r))": ("−3·π·r", "-3*pi*r"),
    "(lambda (x) (* 0.3989422804014327 (exp (* x -0.37123456))))": (
        "exp(−0.371235·x)/√(2·π)",
        "sqrt(2)*exp(-0.37123456*x)/(2*sqrt(pi))",
    ),
    "(lambda (a b) (/ 1.0 (+ (/ 1.0 a) (/ 1.0 b))))": ("1/(1/a + 1/b)", "1/(1/b + 1/a)"),
    "(lambda (a b) (- a (- (* -2.0 b) 1.602e-19)))": ("a − (−2·b − 1.602·10⁻¹⁹)", "a + 2*b + 1.602e-19"),
    "(lambda (a b) (/ (/ a (* b b)) (/ b (+ a b))))": ("a·(a + b)/b³", "a*(a + b)/b**3"),
    "(lambda (a) (power (+ a 0.3333333333333333) -1.5))": ("(a + 1/3)^(−1.5)", "(a + 1/3)**(-1.5)"),
    "(lambda (a) (/ (sqrt (abs (negate a))) (* -2.0 (negate (sin a)))))": (
        "√|−a|/(−2·(−sin(a)))",
        "sqrt(Abs(a))/(2*sin(a))",
    ),
    "(lambda (n k) (to_float (mod (+ n 1) (min k 7))))": ("mod(n + 1, min(k, 7))", "Mod(n + 1, Min(7, k))"),
    "(lambda (a) (let ((b (* a a))) ((lambda (c) (* c (power b 2.0))) (+ a b))))": (
        "(a + a²)·(a²)²",
        "a**4*(a**2 + a)",
    ),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_programs_are_written_as_mathematics(text: str) -> None:
    pytest.importorskip("sympy")
    program = parse(text, WORDS)
    assert (formula_text(program), str(symbolic(program))) == WRITTEN[text]


def test_arguments_have_the_names_of_columns_any_texts() -> None:
    pytest.importorskip("sympy")
    program, names = parse("(lambda (x y) (/ x (* y 2.0)))", WORDS), ["mass (kg) & 5%", "v_max"]
    found = symbolic(program, names)
    assert sorted(each.name for each in found.free_symbols) == names and all(
        each.is_real for each in found.free_symbols
    )
    assert latex(found) == r"\frac{\mathrm{mass\ (kg)\ \&\ 5\%}}{2 v_{max}}"
    type = parse_type("float -> float -> float")
    assert equation(program, type, names, "total cost") == "[total cost] = [mass (kg) & 5%]/(2·v_max)"
    assert equation(program, type) == "f(x, y) = x/(2·y)"
    with pytest.raises(ValueError, match=r"names=\['a'\]: 2 are required"):
        symbolic(program, ["a"])


def test_latex_has_as_many_digits_as_asked() -> None:
    pytest.importorskip("sympy")
    found = symbolic(parse("(lambda (x) (* 0.123456789 x))", WORDS))
    assert latex(found) == "0.123 x" and latex(found, 5) == "0.12346 x" and latex(found, None).startswith("0.123456789")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(lambda (xs) (+ 1.0 (sum xs)))", "word='sum' is no part of a formula"),
        ('(lambda (x) (+ "a" x))', 'literal="a": numbers are required'),
        ("(lambda (x) (let ((f (+ 1.0))) (f x)))", "a number is required in a formula, and this is a function"),
        ("(lambda (x) (map (lambda (y) (+ y x)) [1.0 2.0]))", "word='map' is no part of a formula"),
    ],
)
def test_what_is_no_formula_is_said_by_its_word(text: str, said: str) -> None:
    for written in (symbolic, formula_text):
        with pytest.raises(NoFormula, match=said):
            written(parse(text, WORDS))
    assert equation(parse(text, WORDS), parse_type("list(float) -> float")) is None


def test_without_sympy_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(ModuleNotFoundError, match="install it"):
        symbolic(parse("(lambda (x) x)", WORDS))
    assert formula_text(parse("(lambda (x) x)", WORDS)) == "x"
