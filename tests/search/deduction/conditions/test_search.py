"""Conditions are found far beyond what is enumerated of them: by what must hold, what suffices, and terms that are equal."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from primitives.interpreter.deadline import NEVER
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Lambda, Variable, lambdas
from primitives.types import arguments_of
from primitives.words import builtin_words
from search.deduction.conditions.numbers import ComparedNumber, compare
from search.deduction.conditions.pool import ConditionPool
from search.deduction.conditions.search import Conditions
from search.deduction.goal import Subtask
from search.deduction.language import Language
from search.deduction.tools import RoleWords
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

NAMES = """any all count chars length_text is_digit is_upper is_vowel lower upper reverse_text = < and or not zip drop first second char_at
sort +""".split()
WORDS = {name: builtin_words()[name] for name in NAMES}
TOOLS = RoleWords(WORDS)


def text(letters: str, longest: int) -> Callable[[random.Random], str]:
    return lambda rng: "".join(rng.choice(letters) for _ in range(rng.randint(0, longest)))


def mirrored(rng: random.Random) -> str:
    half = text("aBbA", 4)(rng)
    return half + half[::-1].swapcase() if rng.random() < 0.6 else half + text("aBbA", 3)(rng)


def shuffled(rng: random.Random) -> tuple[str, str]:
    one = text("abc", 7)(rng)
    other = "".join(rng.sample(one, len(one)))
    return one, other if rng.random() < 0.5 else text("abc", 7)(rng)


TASKS = {
    "equal": ("str -> bool", lambda rng: (mirrored(rng),), lambda s: s.lower() == s.lower()[::-1], 30),
    "three": (
        "str -> bool", lambda rng: (text(rng.choice(("abAB12", "ab12", "abAB", "aAB12")), 14)(rng),),
        lambda s: len(s) > 5 and any(c.isdigit() for c in s) and any(c.isupper() for c in s), 40,
    ),
    "in order": (
        "str -> str -> str -> bool", lambda rng: tuple(text("ab", 6)(rng) for _ in range(3)),
        lambda a, b, c: len(a) < len(b) < len(c), 40,
    ),
    "neighbours": (
        "str -> bool", lambda rng: (text("abc", 5)(rng),), lambda s: all(a != b for a, b in zip(s, s[1:])), 30
    ),
    "counts": (
        "str -> str -> bool", lambda rng: (text("abeo", 7)(rng), text("abeo", 7)(rng)),
        lambda a, b: sum(c in "aeo" for c in a) < sum(c in "aeo" for c in b), 40,
    ),
    "sorted": ("str -> str -> bool", shuffled, lambda a, b: sorted(a) == sorted(b), 40),
}  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_conditions_are_found_by_their_parts(name: str) -> None:
    type, draw, answer, count = TASKS[name]
    inputs, output = arguments_of(parse_type(type))
    rng = random.Random(name)
    rows = list(dict.fromkeys(draw(rng) for _ in range(count)))
    goal = Subtask(inputs, output, tuple((row, answer(*row)) for row in rows))
    others = [draw(rng) for _ in range(60)]
    search = Conditions(goal, Language(WORDS, default_costs(WORDS), (), Settings(memory=1 << 26), TOOLS))
    while not search.over and search.spent < 60_000:
        found = search.step(NEVER)
        if found is not None:
            program = lambdas(len(inputs), found)
            assert [evaluate(program, row, words=WORDS) for row in rows] == goal.outputs
            if all(evaluate(program, row, words=WORDS) == answer(*row) for row in others):
                return
    pytest.fail(f"not found among {search.spent} terms")


@pytest.mark.parametrize("outputs", [(True,) * 12, (False,) * 10 + (True,) * 2])
def test_what_tells_too_little_is_not_looked_for(outputs: tuple[bool, ...]) -> None:
    goal = Subtask(*arguments_of(parse_type("int -> bool")), tuple(((n,), out) for n, out in enumerate(outputs)))
    assert Conditions(goal, Language(WORDS, default_costs(WORDS), (), Settings(), TOOLS)).over


def test_bounds_are_as_round_as_the_examples_allow() -> None:
    values = np.array([3, 70, 112, 160, 9])
    number = ComparedNumber(1, values, lambda: Variable(0))
    pool = ConditionPool(values > 90, TOOLS)
    compare([number], pool, TOOLS)
    assert parse("(lambda (n) (< 99 n))", WORDS) in [Lambda(term) for _, term in pool.programs()]


def test_no_program_is_told_twice_and_none_that_costs_much_more() -> None:
    wanted = np.array([True, True, False, False])
    pool, names = ConditionPool(wanted, TOOLS), [parse(f"(= {n} 0)", WORDS) for n in range(5)]
    pool.add(np.array([[1, 1, 1, 0], [1, 1, 0, 1]], bool), np.array([3, 4]), names.__getitem__)
    both = parse("(and (= 0 0) (= 1 0))", WORDS)
    assert [term for _, term in pool.programs()] == [both]
    assert list(pool.programs()) == []
    pool.add(wanted[None, :], np.array([20]), lambda number: names[2])
    assert list(pool.programs()) == []
    pool.add(wanted[None, :], np.array([2]), lambda number: names[3])
    assert [term for _, term in pool.programs()] == [names[3]]
