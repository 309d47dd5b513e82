"""The corpora that several files of tests compress: list programs and nets by task."""

from __future__ import annotations

import pytest

from primitives.syntax import parse
from primitives.term import Term
from primitives.words import builtin_words

LISTS = {
    "total of squares": "(lambda (xs) (sum (map (lambda (x) (* x x)) xs)))",
    "squares": "(lambda (xs) (map (lambda (x) (* x x)) xs))",
    "largest square": "(lambda (xs) (maximum (map (lambda (x) (* x x)) xs)))",
    "evens": "(lambda (xs) (filter (lambda (x) (= 0 (mod x 2))) xs))",
    "number of evens": "(lambda (xs) (count (lambda (x) (= 0 (mod x 2))) xs))",
    "total of evens": "(lambda (xs) (sum (filter (lambda (x) (= 0 (mod x 2))) xs)))",
    "any": "(lambda (xs k) (+ k (length xs)))",
}
NETS = {
    "a": "(lambda (x) (pipe x (conv :maps 4 :kernel 3 @1) relu max_pool (conv :maps 4 :kernel 3 @2) relu max_pool flatten "
    "(dense :units 3 @3)))",
    "b": "(lambda (x) (pipe x (conv :maps 4 :kernel 3 @7) relu max_pool flatten (dense :units 5 @9)))",
    "c": "(lambda (x) (pipe x (conv :maps 4 :kernel 3 @2) relu max_pool (conv :maps 4 :kernel 3 @1) relu max_pool global_pool))",
}


@pytest.fixture(scope="session")
def lists() -> dict[str, list[Term]]:
    """Three tasks with squares, three with even numbers, one that shares nothing."""
    return _corpus(LISTS)


@pytest.fixture(scope="session")
def nets() -> dict[str, list[Term]]:
    """Three convolutional nets that share their blocks, each with sites of its own."""
    return _corpus(NETS)


def _corpus(texts: dict[str, str]) -> dict[str, list[Term]]:
    words = builtin_words()
    return {task: [parse(text, words)] for task, text in texts.items()}
