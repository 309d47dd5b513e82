"""Subroutines on columns give what the interpreter gives; what columns cannot evaluate is lifted."""

import random

import numpy as np
import pytest

from primitives.columns.bank import Bank
from primitives.columns.operations import operation
from primitives.columns.pools import FAIL, Values
from primitives.columns.subroutine import Unsupported, subroutine_kernel
from primitives.definitions import definition
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Literal, apply
from primitives.types import BOOL, INT, arguments_of, list_of
from primitives.values import Failure
from primitives.words import builtin_words

WORDS = builtin_words()
BODIES = {
    "(lambda (xs n) (map (lambda (x) (+ x n)) xs))": "list(int) -> int -> list(int)",
    "(lambda (xs) (fold (lambda (acc x) (+ (* 2 acc) x)) 0 xs))": "list(int) -> int",
    "(lambda (xs) (map head (filter (lambda (ys) (not (is_empty ys))) xs)))": "list(list(int)) -> list(int)",
    "(lambda (xs n) (if (> n 0) (take n xs) (tail xs)))": "list(int) -> int -> list(int)",
    "(lambda (xs) (map (lambda (x) (count (lambda (y) (> y x)) xs)) xs))": "list(int) -> list(int)",
    "(lambda (xs) (let ((n (length xs))) (map (lambda (x) (* n x)) xs)))": "list(int) -> list(int)",
    "(lambda (xs) (fold + 0 xs))": "list(int) -> int",
    "(lambda (xs n) (map (- n) xs))": "list(int) -> int -> list(int)",
    "(lambda (n) (if (= n 0) empty (cons n empty)))": "int -> list(int)",
    "(lambda (xs) (all (lambda (x) (= 0 (mod 12 x))) xs))": "list(int) -> bool",
    "(lambda (xs) ((lambda (y) (concat y y)) (reverse xs)))": "list(int) -> list(int)",
    # A function is put in where it is called; arguments that lack are added.
    "(lambda (xs n) ((lambda (f) (map f (cons (f n) xs))) (lambda (x) (+ x n))))": "list(int) -> int -> list(int)",
    "(lambda (xs) ((lambda (f ys) (concat (map f ys) ys)) (lambda (x) (* x x)) xs))": "list(int) -> list(int)",
    "(lambda (xs) ((lambda (p ys n) (take n (filter p ys))) (lambda (x) (> x 0)) xs))": "list(int) -> int -> list(int)",
    "(lambda (xs) (let ((f (lambda (x) (mod 5 x)))) (map f xs)))": "list(int) -> list(int)",
    # Folds that put elements before their state.
    "(lambda (xs) (fold (lambda (ys x) (cons x ys)) empty xs))": "list(int) -> list(int)",
    "(lambda (xs n) (foldr (lambda (x ys) (cons x ys)) (cons n empty) xs))": "list(int) -> int -> list(int)",
    "(lambda (xs n) (fold (lambda (ys x) (if (> x n) (cons x (cons n ys)) ys)) xs (cons n xs)))": "list(int) -> int -> list(int)",
    "(lambda (xs) (foldr (lambda (x ys) (if (= x 0) ys (if (> x 2) (cons x (cons 9 ys)) (cons 7 ys)))) xs xs))": "list(int) -> list(int)",
    "(lambda (xs) (fold (lambda (ys x) (cons (mod 12 x) ys)) empty xs))": "list(int) -> list(int)",
    "(lambda (xs) (fold (lambda (ys x) (if (= (mod 12 x) 0) (cons (head xs) ys) ys)) (tail xs) xs))": "list(int) -> list(int)",
    "(lambda (xs n) (map (lambda (y) (fold (lambda (ys x) (cons (+ x y) ys)) empty xs)) (range n)))": "list(int) -> int -> list(list(int))",
    "(lambda (xs) (fold (lambda (ys x) (cons x (cons (length ys) ys))) empty xs))": "list(int) -> list(int)",
}


def sample(type, rng):
    if type == INT:
        return rng.randint(-3, 5)
    if type == BOOL:
        return rng.random() < 0.5
    return tuple(sample(type.arguments[0], rng) for _ in range(rng.randint(0, 4)))


@pytest.mark.parametrize("body", BODIES)
def test_body_on_columns_equals_the_interpreter(body):
    word = definition("routine", BODIES[body], parse(body, WORDS))
    words = {**WORDS, "routine": word}
    arguments, result = arguments_of(parse_type(BODIES[body]))
    subroutine_kernel(
        word, arguments, result, words, lambda w, types, to: operation(w, types, to, words)
    )  # it is not lifted
    rng, values = random.Random(body), Values()
    rows = [[sample(type, rng) for type in arguments] for _ in range(50)]
    columns = [values.encode([row[i] for row in rows], type) for i, type in enumerate(arguments)]
    columns[0][7] = FAIL
    codes = Bank(values, (), (), len(rows)).perform(operation(word, arguments, result, words), columns, len(rows))
    assert codes[7] == FAIL
    for number, (row, code) in enumerate(zip(rows, codes.tolist())):
        if number == 7:
            continue
        expected = evaluate(apply(word.word(), *(Literal(v, t) for v, t in zip(row, arguments))), words=words)
        assert (code == FAIL) if isinstance(expected, Failure) else values.pool(result).decode(code) == expected, row


def test_a_subroutine_may_take_functions_and_use_subroutines():
    twice = definition("twice", "(a -> a) -> a -> a", parse("(lambda (f x) (f (f x)))", WORDS))
    words = {**WORDS, "twice": twice}
    body = parse("(lambda (xs) (map (lambda (x) (twice (lambda (y) (* y y)) x)) xs))", words)
    outer = definition("outer", "list(int) -> list(int)", body)
    words["outer"] = outer
    ints = list_of(INT)
    values = Values()
    codes = Bank(values, (), (), 2).perform(
        operation(outer, (ints,), ints, words), [values.encode([(1, 2), (3,)], ints)], 2
    )
    assert values.decode(codes, ints) == [(1, 16), (81,)]


def test_recursion_is_left_to_the_interpreter():
    body = parse("(lambda (n) (fix (lambda (go k) (if (> k 0) (+ k (go (- k 1))) 0)) n))", WORDS)
    word = definition("triangle", "int -> int", body)
    words = {**WORDS, "triangle": word}
    with pytest.raises(Unsupported):
        subroutine_kernel(word, (INT,), INT, words, lambda w, types, to: operation(w, types, to, words))
    codes = Bank(Values(), (), (), 3).perform(operation(word, (INT,), INT, words), [np.array([3, 0, 4])], 3)
    assert codes.tolist() == [6, 0, 10]
