"""Normal forms: what they are, when there is none, and which sites stand for which."""

from __future__ import annotations

import pytest

from library.compression.normal import Unsafe, align, normal_form
from library.compression.stitch_code import hide_lets, restore_lets
from primitives.syntax import parse
from primitives.term import (
    Apply,
    Lambda,
    Term,
    Variable,
    Word,
    apply,
    show_canonical,
)
from primitives.words import builtin_words

WORDS = builtin_words()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((lambda (x y) (+ x (* x y))) 1 2)", "(+ 1 (* 1 2))"),
        ("(lambda (xs) ((lambda (f) (f xs)) (lambda (ys) (head ys))))", "(lambda (head $0))"),
        ("(lambda (xs) ((lambda (x) (+ x 1)) (head xs)))", "(lambda (+ (head $0) 1))"),
        ("(lambda (f) (lambda (x) ((lambda (y z) (y z x)) f x)))", "(lambda (lambda ($1 $0 $0)))"),
    ],
)
def test_normal_forms(text: str, expected: str) -> None:
    assert show_canonical(normal_form(parse(text, WORDS), WORDS)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "(lambda (xs) ((lambda (x) 1) (head xs)))",
        "(lambda (xs) ((lambda (x) (if true 1 x)) (head xs)))",
        "(lambda (xs) ((lambda (x) (map (lambda (y) (+ x y)) xs)) (head xs)))",
        "(lambda (xs) ((lambda (x y) (+ x y)) (head xs)))",
        "(lambda (x) ((lambda (y) (add y y)) (dropout x)))",
        "(lambda (xs) ((lambda (x) (if (= x 0))) 1 (head xs) 2))",
        "((lambda (x) (x x)) (lambda (x) (x x)))",
    ],
)
def test_reductions_that_strict_evaluation_can_tell_are_refused(text: str) -> None:
    with pytest.raises(Unsafe):
        normal_form(parse(text, WORDS), WORDS)


def test_a_hidden_let_is_no_word_of_unknown_effects() -> None:
    """Its argument may be used twice, as it may where the let is written; that of a word that nobody knows may not."""
    term = parse("(lambda (x) ((lambda (y) (+ y y)) (let ((z (// 6 x))) (+ z 1))))", WORDS)
    hidden = normal_form(hide_lets(term), WORDS)
    assert restore_lets(hidden) == normal_form(term, WORDS)
    assert show_canonical(hidden).count("let") == 2
    unknown = Lambda(Apply(Lambda(apply(Word("+"), Variable(0), Variable(0))), Apply(Word("who_knows"), Variable(0))))
    with pytest.raises(Unsafe, match="not pure"):
        normal_form(unknown, WORDS)


def test_align_wants_the_same_sharing() -> None:
    def net(first: str, second: str) -> Term:
        return parse(f"(lambda (x) (dense :units 4 @{first} (dense :units 4 @{second} x)))", WORDS)

    assert align(net("8", "9"), net("1", "2")) == {"8": "1", "9": "2"}
    assert align(net("8", "8"), net("1", "1")) == {"8": "1"}
    assert align(net("8", "8"), net("1", "2")) is None and align(net("8", "9"), net("1", "1")) is None
    assert align(net("n@ab.1", "9"), net("n@ab.1", "2")) == {"n@ab.1": "n@ab.1", "9": "2"}
    assert align(net("n@ab.1", "9"), net("n@cd.1", "2")) is None
