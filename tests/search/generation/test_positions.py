"""Places in terms: what is remembered of parts gives the same as looking at each whole term."""

from __future__ import annotations

import pytest

from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.types import has_tensor
from primitives.words import builtin_words
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.generation.positions import Annotator, Parts, annotate
from search.problem import Problem
from search.randomness import Draws
from search.variation.mutation import Mutator

PLAIN = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}


@pytest.mark.parametrize("type", ["list(int) -> list(int)", "str -> int -> str"])
def test_places_of_changed_programs_are_those_found_without_memory(type: str) -> None:
    problem = Problem(parse_type(type), PLAIN, max_size=30)
    mutator, parts = Mutator(Grammar(problem)), Parts()
    term = mutator.grammar.sample(problem.type, Draws(1))
    for number in range(16):
        try:
            term = mutator.mutate(term, Draws(2, number)).term
        except DeadEnd:
            continue
        for _ in range(2):  # the second time all of it is known
            found, wanted = annotate(term, PLAIN, problem.type, parts), annotate(term, PLAIN, problem.type)
            assert found.positions == wanted.positions
            assert found.inference == wanted.inference


def test_a_part_whose_type_its_surroundings_tell_is_not_remembered() -> None:
    parts, term = Parts(), parse("(lambda (x) (concat (reverse empty) x))", PLAIN)
    for text in ("list(int) -> list(int)", "list(char) -> list(char)", "list(int) -> list(int)"):
        type = parse_type(text)
        assert annotate(term, PLAIN, type, parts).positions == annotate(term, PLAIN, type).positions


def test_parts_are_forgotten_when_there_are_too_many() -> None:
    parts = Parts(most=2)
    term, type = parse("(lambda (x) (+ (+ x 1) (+ (+ x 2) 3)))", PLAIN), parse_type("int -> int")
    first = annotate(term, PLAIN, type, parts).positions
    assert 0 < len(parts) <= 2 and annotate(term, PLAIN, type, parts).positions == first


def test_what_has_weights_is_looked_at_as_a_whole_each_time() -> None:
    words, type = builtin_words(), parse_type("float -> float")
    known = Annotator(words, type)
    for text in (
        "(lambda (x) (to_number (dense :units 1 @1 (to_vector x))))",
        "(lambda (x) (to_number (relu (dense :units 1 @1 (to_vector x)))))",
    ):
        term = parse(text, words)
        assert known.annotate(term).inference == annotate(term, words, type).inference
