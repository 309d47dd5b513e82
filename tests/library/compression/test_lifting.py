"""Parts written as calls of functions, so that abstractions get function parameters."""

from __future__ import annotations

import pytest

from library.compression.compress import compress
from library.compression.lifting import forms, lower
from library.compression.stitch_code import CALL
from primitives.definitions import definition, expand
from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.term import Lambda, Term, words_in
from primitives.words import builtin_words

WORDS = builtin_words()
FILTERS = {
    "above 1": "(lambda (xs) (foldr (lambda (x a) (if (> x 1) (cons x a) a)) empty xs))",
    "twos": "(lambda (xs) (foldr (lambda (x a) (if (= x 2) (cons x a) a)) empty xs))",
    "even": "(lambda (xs k) (foldr (lambda (x a) (if (= 0 (mod x 2)) (cons x a) a)) empty xs))",
}
ZIPS = {
    "plus": "(lambda (xs ys) (map (lambda (i) (+ (index i xs) (index i ys))) (range (length xs))))",
    "minus": "(lambda (xs ys) (map (lambda (i) (- (index i xs) (index i ys))) (range (length xs))))",
}


def read(texts: dict[str, str]) -> dict[str, list[Term]]:
    return {task: [parse(text, WORDS)] for task, text in texts.items()}


def test_folds_that_differ_in_a_condition_share_a_function_of_it() -> None:
    found = compress(read(FILTERS), WORDS)
    (only,) = [each for each in found.abstractions if set(each.tasks) == set(FILTERS)]
    assert only.scheme == "(a -> bool) -> list(a) -> list(a)"
    words = dict(WORDS)
    for each in found.abstractions:
        words[each.name] = definition(each.name, each.scheme, expand(each.body, words))
    for task, (term,) in found.rewritten.items():
        assert {each.name for each in found.abstractions} & {word.name for word in words_in(term)}
        inputs = [(1, 2, 3, 4)] + [0] * (task == "even")
        assert evaluate(term, inputs, words=words) == evaluate(read(FILTERS)[task][0], inputs, words=WORDS)


def test_maps_that_differ_in_an_operator_share_a_function_of_its_operands() -> None:
    (only,) = compress(read(ZIPS), WORDS).abstractions
    assert only.scheme == "(a -> b -> c) -> list(a) -> list(b) -> list(c)"


@pytest.mark.parametrize("texts", [FILTERS, ZIPS])
def test_every_form_is_its_program_again(texts: dict[str, str]) -> None:
    programs = [terms[0] for terms in read(texts).values()]
    found = forms(programs, list(texts), WORDS)
    assert all(found)
    for program, others in zip(programs, found, strict=True):
        for form in others:
            assert CALL in words_in(form) and lower(form) == program


def test_what_is_alike_in_all_tasks_needs_no_function() -> None:
    same = dict.fromkeys(("a", "b"), FILTERS["twos"])
    assert forms([terms[0] for terms in read(same).values()], list(same), WORDS) == [[], []]
    unary = {f"task {n}": f"(lambda (xs) (map (lambda (x) (+ {n} (* x {n}))) xs))" for n in range(2, 5)}
    assert not any(forms([terms[0] for terms in read(unary).values()], list(unary), WORDS))


def test_lower_makes_partial_calls_too() -> None:
    plus = parse("(lambda (x y) (+ x y))", WORDS)
    assert isinstance(lower(_call(plus, parse("1", WORDS))), Lambda)
    assert lower(_call(plus, parse("1", WORDS), parse("2", WORDS))) == parse("(+ 1 2)", WORDS)


def _call(*parts: Term) -> Term:
    from primitives.term import apply

    return apply(CALL, *parts)
