"""The corpora that several files of tests compress: list programs and nets by task."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from library.compression.compress import Compression
from primitives.definitions import definition
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term
from primitives.words import builtin_words

WORDS = builtin_words()
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


@pytest.fixture(scope="session")
def corpus() -> Callable[[Mapping[str, str]], dict[str, list[Term]]]:
    """Reads one program a task."""
    return _corpus


@pytest.fixture(scope="session")
def with_abstractions() -> Callable[..., dict[str, Primitive]]:
    """Makes the words of a compression: ``with_abstractions(found, words)``, the built-in ones by default."""
    return _with_abstractions


def _corpus(texts: Mapping[str, str]) -> dict[str, list[Term]]:
    return {task: [parse(text, WORDS)] for task, text in texts.items()}


def _with_abstractions(found: Compression, words: Mapping[str, Primitive] = WORDS) -> dict[str, Primitive]:
    known = dict(words)
    for each in found.abstractions:
        known[each.name] = definition(each.name, each.scheme, each.body)
    return known
