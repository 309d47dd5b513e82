"""What each rewrite does; that it keeps outputs and gradients is tested on generated terms beside the compiler."""

from __future__ import annotations

import pytest

from primitives.definitions import definition
from primitives.rewrite import NoNormalForm, beta_normal, is_pure, is_value
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


def test_a_value_is_what_needs_no_evaluation_and_cannot_fail():
    half = definition("half", "int -> int -> int", read("(lambda (x y) (// x y))"))
    first = definition("first_of_none", "int", read("(head empty)"))
    words = {**WORDS, "half": half, "first_of_none": first}
    values = (
        "3", "(lambda (x) (head empty))", "+", "(+ 1)", "(map (+ 1))", "empty", "half", "(half 1)", "(if true)"
    )  # fmt: skip
    for text in values:
        assert is_value(parse(text, words), words), text
    for text in (
        "(+ 1 2)",
        "(map (+ (+ 1 2)))",
        "(head empty)",
        "(id 3)",
        "(half 1 0)",
        "(+ (head empty))",
        "first_of_none",
    ):
        assert not is_value(parse(text, words), words), text
    assert not is_value(Word("who_knows"), words)


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
