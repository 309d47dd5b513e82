"""What becomes a parameter of a program on trial."""

from dataclasses import replace

import pytest

from automl.growth.parametrising import general
from primitives.inference import infer
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
CASES = [
    # Larger numbers, equal ones as one.
    ("(lambda (xs) (map (lambda (x) (+ (* x 3) (+ 3 1))) (cons 0 xs)))",
     "(lambda (n xs) (map (lambda (x) (+ (* x n) (+ n 1))) (cons 0 xs)))"),
    # A condition with all that is in it.
    ("(lambda (xs) (fold (lambda (ys x) (if (> x 3) (cons x ys) ys)) empty xs))",
     "(lambda (p xs) (fold (lambda (ys x) (if (p x) (cons x ys) ys)) empty xs))"),
    # One that mentions an input as well: whoever calls gives it.
    ("(lambda (n xs) (fold (lambda (ys x) (if (= (mod x n) (length xs)) (cons x ys) ys)) empty xs))",
     "(lambda (p n xs) (fold (lambda (ys x) (if (p x) (cons x ys) ys)) empty xs))"),
    # Of both variables, the outer first.
    ("(lambda (xs) (fold (lambda (y x) (if (> x y) x y)) 0 xs))",
     "(lambda (p xs) (fold (lambda (y x) (if (p y x) x y)) 0 xs))"),
    # Equal ones as one, others apart, numbers before them.
    ("(lambda (xs) (map (lambda (x) (if (> x 5) (if (= x 0) 1 7) (if (> x 5) 2 x))) (filter (lambda (y) (= y 0)) xs)))",
     "(lambda (m n p q xs) (map (lambda (x) (if (p x) (if (q x) 1 m) (if (p x) n x))) (filter (lambda (y) (= y 0)) xs)))"),
    # A loop within a condition, and its own variables.
    ("(lambda (xs) (map (lambda (ys) (if (= (count (lambda (y) (> y 1)) ys) 1) ys xs)) (cons xs empty)))",
     "(lambda (p xs) (map (lambda (ys) (if (p ys) ys xs)) (cons xs empty)))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_conditions_of_loops_and_larger_numbers_become_parameters(text: str, expected: str) -> None:
    made = general(parse(text, WORDS), WORDS)
    assert made == parse(expected, WORDS)
    infer(made, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "(lambda (xs) (cons 1 xs))",
        "(lambda (x y) (if (> x y) x y))",  # no loop is around the condition
        "(lambda (xs) (map (lambda (x) (if (is_empty xs) x 0)) xs))",  # the same in each round
        "(lambda (p xs) (fold (lambda (ys x) (if (p x) (cons x ys) ys)) empty xs))",
    ],
)
def test_what_is_general_stays(text: str) -> None:
    term = parse(text, WORDS)
    assert general(term, WORDS) == term


def test_any_word_whose_role_is_a_choice_has_a_condition() -> None:
    words = {**WORDS, "choose": replace(WORDS["if"], name="choose")}
    term = parse("(lambda (xs) (map (lambda (x) (choose (> x 1) x 0)) xs))", words)
    assert general(term, words) == parse("(lambda (p xs) (map (lambda (x) (choose (p x) x 0)) xs))", words)
    assert general(term, WORDS) == term
