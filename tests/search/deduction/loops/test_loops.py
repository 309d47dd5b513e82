"""Loops whose states no example tells are found, by how often they go on, by where they end, and with a state of two numbers."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable

import numpy as np
import pytest

from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.term import lambdas
from primitives.types import FLOAT, INT, arguments_of
from primitives.values import equal
from primitives.words import builtin_words
from search.deduction.goal import Subtask
from search.deduction.language import Language
from search.deduction.loops.along import Along
from search.deduction.loops.changes import AbstractLoops
from search.deduction.loops.couples import Couples
from search.deduction.loops.endings import Endings
from search.deduction.loops.parts import NamedPart, different, reckoned
from search.deduction.loops.quotients import Quotients
from search.deduction.loops.stepping import Stepping, of_few_steps
from search.deduction.tools import RoleWords
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

NAMES = "product map range to_float / repeat for while fold pair first second head if + - * // mod < = min max"
ALONG = "zip drop scan fold maximum"
WORDS = {name: builtin_words()[name] for name in f"{NAMES} {ALONG}".split()}
TOOLS = RoleWords(WORDS)


def snow(hours: int, ground: float, falling: float, melting: float) -> float:
    for _ in range(hours):
        ground = (ground + falling) * (1 - melting)
    return ground


def collatz(n: int) -> int:
    return 1 if n == 1 else 1 + collatz(n // 2 if n % 2 == 0 else 3 * n + 1)


def years(have: float, wanted: float, interest: float) -> int:
    return 0 if have >= wanted else 1 + years(have * interest, wanted, interest)


def years_of(have: float, hundredths: float, wanted: float) -> int:
    return years(have, wanted, 1 + hundredths / 100)


def odd(n: int) -> int:
    return n if n % 2 else odd(n // 2)


def fibonacci(n: int) -> int:
    one, other = 0, 1
    for _ in range(n):
        one, other = other, one + other
    return one


def turns(numbers: tuple[int, ...]) -> int:
    return sum(x if place % 2 == 0 else -x for place, x in enumerate(numbers))


def level(most: int, numbers: tuple[int, ...]) -> int:
    now = 0
    for x in numbers:
        now = min(most, max(0, now + x))
    return now


def rise(numbers: tuple[int, ...]) -> int:
    """How many neighbours go up one after the other at most."""
    rises = "".join("u" if one < other else "d" for one, other in itertools.pairwise(numbers))
    return max(map(len, rises.split("d")))


def left(money: int, prices: tuple[int, ...]) -> int:
    """What is left where all is bought that can be paid."""
    for price in prices:
        money -= price if price <= money else 0
    return money


def whole(rng: random.Random) -> tuple:
    return (rng.randint(1, 300),)


def row(rng: random.Random) -> tuple:
    return (tuple(rng.randint(-20, 20) for _ in range(rng.randint(1, 8))),)


def language(goal: Subtask, names: str) -> Language:
    words = {name: WORDS[name] for name in names.split()}
    return Language(words, default_costs(words, goal.type), (), Settings(), RoleWords(words))


FEW = "pair first second + - *"
SPARE = {
    "held between bounds": "fold scan min max + < = if",
    "the longest rise": f"{ALONG} pair first second + - < = if",
    "what can be paid": "fold + - < = if",
    "steps of two kinds": f"{FEW} // mod < = if while",
    "in turns": f"{FEW} fold",
    "sum of factorials": f"{FEW} repeat for",
    "while it is even": f"{FEW} // mod < = while",
    "quotients": f"{FEW} product map range to_float / mod",
    "ways to choose": f"{FEW} product map range // for",
}
"""Words of tasks that take longer with all."""
TASKS: dict[str, tuple[type[AbstractLoops], str, Callable, Callable]] = {
    "held between bounds": (Along, "int -> list(int) -> int", lambda r: (r.randint(4, 30), *row(r)), level),
    "the longest rise": (Along, "list(int) -> int", row, rise),
    "what can be paid": (Along, "int -> list(int) -> int",
                         lambda r: (r.randint(9, 60), tuple(map(abs, row(r)[0]))), left),
    "a share of all": (Stepping, "int -> float -> float -> float -> float",
                       lambda r: (r.randint(0, 9), *(round(r.uniform(0, 5), 2) for _ in range(3))), snow),
    "a power": (Stepping, "int -> int -> int", lambda r: (r.randint(0, 9), r.randint(0, 9)), lambda n, x: x**n),
    "a factorial": (Stepping, "int -> int", lambda r: (r.randint(0, 9),), math.factorial),
    "steps of two kinds": (Endings, "int -> int", whole, collatz),
    "how often it is divided": (Endings, "int -> int", whole, lambda n: n.bit_length()),
    "until enough": (Endings, "float -> float -> float -> int",
                     lambda r: (round(r.uniform(1, 9), 2), round(r.uniform(3, 90), 2), round(r.uniform(1.05, 1.6), 2)), years),
    "hundredths a year": (Endings, "float -> float -> float -> int",
                          lambda r: (round(r.uniform(20, 40), 2), round(r.uniform(5, 60), 1), round(r.uniform(30, 90), 2)), years_of),
    "while it is even": (Endings, "int -> int", whole, odd),
    "two before": (Couples, "int -> int", lambda r: (r.randint(0, 20),), fibonacci),
    "greatest divisor": (Couples, "int -> int -> int", lambda r: (r.randint(1, 99), r.randint(1, 99)), math.gcd),
    "in turns": (Couples, "list(int) -> int", row, turns),
    "sum of factorials": (Couples, "int -> int", lambda r: (r.randint(1, 15),),
                          lambda n: sum(math.factorial(i) for i in range(1, n + 1))),
    "quotients": (Quotients, "int -> float", lambda r: (r.randint(1, 25),),
                  lambda n: math.prod((i + 2 - i % 2) / (i + 1 + i % 2) for i in range(n))),
    "ways to choose": (Quotients, "int -> int -> int", lambda r: tuple(sorted((r.randint(1, 13), r.randint(1, 13)))),
                       lambda k, n: math.comb(n, k)),
}  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_a_loop_is_found(name: str) -> None:
    kind, type, draw, answer = TASKS[name]
    inputs, output = arguments_of(parse_type(type))
    rng = random.Random(0)
    given = list(dict.fromkeys(draw(rng) for _ in range(60)))
    examples = tuple((row, answer(*row)) for row in given)
    goal = Subtask(inputs, output, examples[:30])
    search = kind(goal, language(goal, SPARE.get(name, NAMES)))
    found = None
    while found is None and not search.over and search.spent < 100_000:
        found = search.step(NEVER)
    assert found is not None
    program = lambdas(len(inputs), found)
    assert all(equal(evaluate(program, row, words=WORDS), result) for row, result in examples)


@pytest.mark.parametrize("kind", [Along, Stepping, Endings, Couples, Quotients])
def test_it_ends_with_the_time(kind: type[AbstractLoops]) -> None:
    goal = Subtask((INT,), INT, tuple(((n,), 7 * n + n % 3) for n in range(20)))
    search = kind(goal, language(goal, NAMES))
    with pytest.raises(OutOfTime):
        search.step(Deadline(0.0))


@pytest.mark.parametrize("kind", [Along, Stepping, Endings, Couples, Quotients])
def test_texts_are_no_goals_of_loops(kind: type[AbstractLoops]) -> None:
    goal = Subtask((INT,), parse_type("str"), tuple(((n,), str(n)) for n in range(20)))
    assert kind(goal, language(goal, NAMES)).over


def test_examples_of_few_steps_are_of_many_numbers_of_steps() -> None:
    assert of_few_steps(np.array([3, 99, 3, 1, -1, 7])) == [0, 2, 3, 5]
    assert of_few_steps(np.array([3, 99, 3, 1])) == []


def test_parts_that_give_the_same_are_one() -> None:
    first, second = NamedPart("first"), NamedPart("second")
    every = [first, second, *reckoned(FLOAT, [first, second], [first, second], TOOLS)]
    kept = different(every, ["first", "second"], 3, np.dtype(np.float64))
    assert kept[:2] == [first, second] and len(kept) < len(every)
    values = [part.value({"first": np.full((3, 1), 5.0), "second": np.full((3, 1), 3.0)})[0, 0] for part in kept]
    assert {8.0, 2.0, -2.0, 15.0} <= set(values) and values.count(8.0) == 1
