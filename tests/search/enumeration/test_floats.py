"""Searches over Floats: what is tried for a formula, the constants that it may have, and formulas that are found."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.types import BOOL, FLOAT, INT, has_tensor, list_of
from primitives.words import builtin_words
from search.enumeration.answers import Example
from search.enumeration.enumerator import Answer, Enumerator
from search.enumeration.space import Space
from search.generation.constants import mined
from search.generation.costs import default_literals

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
POINTS = (0.3, 0.8, 1.0, 1.7, 2.2, 3.1, 4.5, 5.9)


def space(type: str, *examples: Example) -> Space:
    return Enumerator(parse_type(type), examples, words=WORDS).space


def found(formula: Callable[[float], float], terms: int) -> Answer:
    examples = [((x,), formula(x)) for x in POINTS]
    search = Enumerator(parse_type("float -> float"), examples, words=WORDS)
    return next(each for each in search.run(max_terms=terms) if isinstance(each, Answer))


def test_a_task_about_floats_alone_tries_no_lists() -> None:
    assert set(space("float -> float", ((1.0,), 2.0)).types) == {FLOAT, INT, BOOL}
    assert set(space("float -> float -> bool", ((1.0, 2.0), True)).types) == {FLOAT, INT, BOOL}


def test_one_that_speaks_of_ints_or_lists_does() -> None:
    """A sum over the first n numbers goes by a list of them."""
    assert list_of(INT) in space("int -> float", ((3,), 2.0)).types
    assert {list_of(INT), list_of(FLOAT)} <= set(space("list(float) -> float", (((1.0,),), 2.0)).types)
    assert set(space("int -> int", ((3,), 2)).types) == {INT, BOOL, list_of(INT), list_of(BOOL)}


def test_floats_have_constants_and_other_tasks_none_of_them() -> None:
    values = {(value, type) for value, type, _ in default_literals()}
    assert {(1.0, FLOAT), (2.0, FLOAT), (0.5, FLOAT), (math.pi, FLOAT), (math.e, FLOAT)} <= values
    assert any(leaf.type == FLOAT for leaf in space("float -> float", ((1.0,), 2.0)).plan.leaves)
    for type, example in (("int -> int", ((3,), 2)), ("str -> str", (("a",), "b")), ("list(int) -> int", (((1,),), 2))):
        assert not any(leaf.type == FLOAT for leaf in space(type, example).plan.leaves)


def test_floats_that_only_outputs_hold_are_constants() -> None:
    examples = [((x,), min(x, 6.25)) for x in (1.5, 2.0, 7.0, 9.5, 8.25)]
    assert mined(examples, FLOAT) == [(6.25, FLOAT, 5)]
    assert mined([((x,), (x, 6.25)) for x in (1.0, 2.0, 6.0)], list_of(FLOAT)) == [(6.25, FLOAT, 3)]


@pytest.mark.parametrize(
    ("formula", "terms"),
    [
        (lambda r: math.pi * (r * r), 100_000),
        (lambda x: math.sqrt(x + 1.0), 100_000),
        (lambda x: math.exp(x) / (x + 2.0), 300_000),
        (lambda x: math.atan(x), 100_000),
        (lambda x: 0.5 * x + 3.0, 100_000),
    ],
    ids=["area of a circle", "root", "quotient", "arc tangent", "line"],
)
def test_formulas_are_found(formula: Callable[[float], float], terms: int) -> None:
    hit = found(formula, terms)
    for x in (0.1, 2.9, 7.3):
        assert evaluate(hit.term, (x,), words=WORDS) == pytest.approx(formula(x), rel=1e-12)
