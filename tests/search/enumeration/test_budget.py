"""A budget of time is kept where examples are long or many: every loop that grows with them looks at the clock."""

import random
import time

import numpy as np
import pytest

from primitives.columns.bank import Bank
from primitives.columns.operations import operation
from primitives.columns.pools import Values
from primitives.interpreter.deadline import Deadline, OutOfTime
from primitives.notation.types import parse_type
from primitives.term import Literal
from primitives.types import INT, STRING, has_tensor, list_of
from primitives.words import builtin_words
from search.choice.probes import probe_inputs
from search.enumeration.ahead.needs import ends_with_goal, holds_all_in_order
from search.problem import Problem
from search.reports import Hit
from search.strategies import make_strategy

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
INTS = list_of(INT)


def numbers(count, seed=0):
    rng = random.Random(seed)
    return tuple(rng.randint(-50, 50) for _ in range(count))


def mixed(xs):
    return tuple((x * x + 3 * i) % 1009 for i, x in enumerate(xs))


def text(length):
    return " ".join(f"word{n}" for n in numbers(length // 7))


LONG = {
    "a list of 20,000": ("list(int) -> list(int)", [((xs,), mixed(xs)) for xs in [numbers(20_000)]]),
    "200 lists of 1,000": ("list(int) -> list(int)", [((xs,), mixed(xs)) for xs in (numbers(1_000, n) for n in range(200))]),
    "a text of 60,000": ("str -> str", [((text(60_000),), "no")]),
    "a solved text of 60,000": ("str -> str", [((text(60_000),), text(60_000).upper())]),
    "lists of lists": ("list(list(int)) -> int", [((tuple(numbers(10, n) for n in range(3_000)),), 12345)]),
    "20,000 examples": ("int -> int", [((n,), (7 * n * n + 13) % 1009) for n in range(20_000)]),
}  # fmt: skip


def reports_of(problem, seconds):
    """Reports of a search with a budget of so many seconds."""
    strategy = make_strategy("enumerative", problem)
    reports = list(strategy.run(time.monotonic() + seconds))
    strategy.alternatives()
    return reports


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", LONG)
def test_a_long_task_ends_when_its_budget_does(name):
    """A search that does not look at the clock in a loop which grows with the examples is ended by the test's own limit."""
    type, examples = LONG[name]
    problem = Problem(type=parse_type(type), words=WORDS, examples=tuple(examples))
    hits = [each for each in reports_of(problem, 0.3) if isinstance(each, Hit)]
    assert not hits or "solved" in name


@pytest.mark.timeout(60)
def test_many_constants_are_entered_while_there_is_time():
    constants = tuple(Literal(n, INT) for n in range(100_000))
    examples = (((1,), 10**7), ((2,), 10**8 + 3))
    problem = Problem(type=parse_type("int -> int"), words=WORDS, examples=examples, constants=constants)
    assert not any(isinstance(each, Hit) for each in reports_of(problem, 0.3))


def test_what_was_found_before_the_end_is_told():
    examples = (((numbers(2_000),), numbers(2_000)[::-1]), ((numbers(1_000, 1),), numbers(1_000, 1)[::-1]))
    problem = Problem(type=parse_type("list(int) -> list(int)"), words=WORDS, examples=examples)
    reports = reports_of(problem, 2.0)
    assert "reverse" in str(next(report for report in reports if isinstance(report, Hit)).term)


class Compared(int):
    """A number that counts how often it is compared."""

    count = 0

    def __lt__(self, other):
        Compared.count += 1
        return int(self) < int(other)

    def __gt__(self, other):
        Compared.count += 1
        return int(self) > int(other)


def test_probes_look_at_all_that_was_seen_once_however_many_they_draw():
    seen = tuple(Compared(n) for n in numbers(2_000))
    Compared.count = 0
    assert len(probe_inputs([INTS], [(seen,)], 16)) == 16
    assert 2_000 <= Compared.count <= 4_000


def test_probes_are_those_that_were_drawn_in_time():
    assert probe_inputs([INTS], [(numbers(100),)], 16, deadline=Deadline(time.monotonic() - 1)) == []


@pytest.mark.parametrize("name", ["sum", "take_nth"], ids=["kernel", "lifted"])
def test_columns_end_at_the_deadline(name):
    values = Values()
    values.deadline = Deadline(time.monotonic() - 1)
    lists = values.encode([numbers(5)], INTS)
    arguments, columns, result = (
        ((INTS,), [lists], INT) if name == "sum" else ((INT, INTS), [np.array([2]), lists], INTS)
    )
    word = operation(WORDS[name], arguments, result, WORDS)
    with pytest.raises(OutOfTime):
        Bank(values, (), (), 1).perform(word, columns, 1)


@pytest.mark.parametrize("need", [holds_all_in_order, ends_with_goal])
def test_conditions_end_at_the_deadline(need):
    values = Values()
    codes = values.encode(["abc" * 100, "bc" * 100], STRING)
    goal = int(values.encode(["bc" * 100], STRING)[0])
    assert need(values, STRING, codes, STRING, goal).any()
    values.deadline = Deadline(time.monotonic() - 1)
    with pytest.raises(OutOfTime):
        need(values, STRING, codes, STRING, goal)


NONE = {
    "list(int) -> int": [((xs,), y) for xs, y in (((3, 1, 2), 77), ((5, 5), -3), ((1,), 12), ((9, 2, 4, 4), 8))],
    "float -> float": [((x,), y) for x, y in ((0.5, 3.1), (1.5, -2.2), (2.5, 9.7), (4.0, 0.3), (7.5, 5.9))],
}


@pytest.mark.parametrize("type", NONE)
@pytest.mark.parametrize("terms", [100, 1_000, 5_000])
def test_a_budget_of_terms_is_kept_to_the_term(type, terms):
    strategy = make_strategy("enumerative", Problem(parse_type(type), WORDS, examples=tuple(NONE[type])))
    reports = list(strategy.run(max_terms=terms))
    assert not [each for each in reports if isinstance(each, Hit)]
    assert max(each.terms for each in reports) == terms
