"""What each rewrite does; that it keeps outputs and gradients is tested on generated terms beside the compiler."""

from __future__ import annotations

import pytest

from primitives.definitions import definition
from primitives.rewrite import NoNormalForm, beta_normal, is_pure, is_value, share, simplify
from primitives.syntax import parse
from primitives.term import Apply, Variable, Word, canonical
from primitives.words import builtin_words

WORDS = builtin_words()


def read(text):
    return parse(text, WORDS)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("((lambda (x) (+ x x)) 3)", "(+ 3 3)"),
        ("(lambda (y) ((lambda (x) (lambda (z) (+ x z))) y))", "(lambda (lambda (+ $1 $0)))"),
        ("(lambda (y) (let ((f (lambda (x) (+ x y)))) (f (f 1))))", "(lambda (+ (+ 1 $0) $0))"),
        ("((lambda (f) (map (lambda (x) (f x)) [1])) (lambda (x) (* x 2)))", "(map (lambda (* $0 2)) [1])"),
        ("((lambda (x) 5) (head empty))", "5"),
    ],
)
def test_beta_normal(text, normal):
    assert canonical(beta_normal(read(text))) == normal


def test_purity_looks_into_subroutines_and_trusts_no_word_that_is_not_known():
    noisy = definition("noisy", "Tensor[n] -> Tensor[n]", read("(lambda (x) (dropout x))"))
    steady = definition("steady", "Tensor[n] -> Tensor[n]", read("(lambda (x) (relu x))"))
    words = {**WORDS, "noisy": noisy, "steady": steady}
    pure = {text: is_pure(parse(text, words), words) for text in ("(lambda (x) (steady x))", "(lambda (x) (noisy x))")}
    assert pure == {"(lambda (x) (steady x))": True, "(lambda (x) (noisy x))": False}
    assert is_pure(Apply(Word("+"), Variable(0)), WORDS) and not is_pure(Apply(Word("who_knows"), Variable(0)), WORDS)


def test_terms_without_normal_form_are_refused():
    with pytest.raises(NoNormalForm):
        beta_normal(read("((lambda (x) (x x)) (lambda (x) (x x)))"), steps=100)
    grow = "(lambda (x) x)"
    for _ in range(40):
        grow = f"((lambda (f) (+ f f)) {grow})"
    with pytest.raises(NoNormalForm):
        beta_normal(read(grow))


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        # An argument that may fail is dropped or moved under a condition by no safe rewrite, and work is not doubled.
        ("((lambda (x) 5) (head empty))", None),
        ("(lambda (y) ((lambda (x) (if true 1 x)) (// 1 y)))", None),
        ("(lambda (y) (let ((x (* y y))) (+ x x)))", None),
        ("(lambda (y) (let ((x (* y y))) (map (lambda (z) (+ x z)) [1 2])))", None),
        ("(lambda (y) (let ((x (* y y))) (+ x 1)))", "(lambda (+ (* $0 $0) 1))"),
        ("(lambda (y) (let ((f (+ y))) (f (f 1))))", "(lambda (+ $0 (+ $0 1)))"),
        ("(lambda (y) ((lambda (x) (+ x x)) y))", "(lambda (+ $0 $0))"),
        # One dropout that is used twice is not two dropouts.
        ("(lambda (y) (let ((d (dropout y))) (add d d)))", None),
    ],
)
def test_simplify(text, simple):
    term = read(text)
    assert canonical(simplify(term, WORDS)) == (canonical(term) if simple is None else simple)


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("(lambda (y) (+ (* y y) (* y y)))", "(lambda (let (* $0 $0) (+ $0 $0)))"),
        (
            "(lambda (y) (add (tanh (relu y)) (sigmoid (relu y))))",
            "(lambda (let (relu $0) (add (tanh $0) (sigmoid $0))))",
        ),
        (
            "(lambda (y) (add (dense :units 3 @1 y) (dense :units 3 @1 y)))",
            "(lambda (let (dense :units 3 @1 $0) (add $0 $0)))",
        ),
        (
            "(lambda (xs) (map (lambda (y) (+ (* y y) (* y y))) xs))",
            "(lambda (map (lambda (let (* $0 $0) (+ $0 $0))) $0))",
        ),
        # Different sites are different functions; what only one branch needs is not computed before it; noise is not shared.
        ("(lambda (y) (add (dense :units 3 @1 y) (dense :units 3 @2 y)))", None),
        ("(lambda (y) (if (> y 0) (// 1 y) (+ 1 (// 1 y))))", None),
        ("(lambda (y) (add (dropout y) (dropout y)))", None),
        ("(lambda (y) (+ y y))", None),
    ],
)
def test_share(text, shared):
    term = read(text)
    assert canonical(share(term, WORDS)) == (canonical(term) if shared is None else shared)


def test_is_value():
    assert all(is_value(read(text), WORDS) for text in ("3", "(lambda (x) (head empty))", "+", "(+ 1)", "(map (+ 1))"))
    assert not any(is_value(read(text), WORDS) for text in ("(+ 1 2)", "(map (+ (+ 1 2)))", "(head empty)", "(id 3)"))


def test_constants_that_differ_are_different_terms():
    import torch

    from primitives.notation.types import parse_type
    from primitives.term import Literal
    from primitives.values import Graph

    graph, vector = parse_type("graph(int)"), parse_type("Tensor[2000]")
    assert Literal(Graph([], [1]), graph) != Literal(Graph([]), graph)
    close = torch.zeros(2000)
    close[1000] = 1e-7
    assert Literal(torch.zeros(2000), vector) != Literal(close, vector)
    assert Literal(torch.zeros(2000), vector) == Literal(torch.zeros(2000), vector)
