"""Programs that gather over elements are found from what is gathered alone."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter

import numpy as np
import pytest

from primitives.columns.pools.scalars import codes_of
from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.term import lambdas
from primitives.types import BOOL, FLOAT, INT, arguments_of
from primitives.values import equal
from primitives.words import builtin_words
from search.deduction.gathering import Gathering
from search.deduction.gathers import ElementGroups, gathered
from search.deduction.goal import Subtask
from search.deduction.language import Language
from search.deduction.targets import KeptTerm, TargetIndex, targets
from search.deduction.tools import RoleWords, element_of, variable
from search.deduction.walks import in_place, walks
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

NAMES = """map filter count any all sum product maximum minimum head last sort_by negate zip first second enumerate drop take index range
group scan1 without length flatten_list pair chars digit_value sqrt to_float + - * / // < = abs min max if""".split()
WORDS = {name: builtin_words()[name] for name in NAMES}
TOOLS = RoleWords(WORDS)


def numbers(rng: random.Random) -> tuple:
    return tuple(rng.randint(-30, 60) for _ in range(rng.randint(1, 9)))


def few(rng: random.Random) -> tuple:
    return tuple(rng.randint(1, 4) for _ in range(rng.randint(1, 9)))


def floats(rng: random.Random, size: int) -> tuple:
    return tuple(round(rng.uniform(1, 9), 3) for _ in range(size))


def two_lists(rng: random.Random) -> tuple:
    size = rng.randint(1, 6)
    return floats(rng, size), floats(rng, size)


def falls(xs: tuple) -> int:
    return next((i for i in range(len(xs)) if sum(xs[: i + 1]) < 0), 99)


def couple(rng: random.Random) -> tuple:
    xs = tuple(rng.sample(range(-400, 400), rng.randint(2, 7)))
    return xs, xs[0] + xs[-1]


TASKS = {
    "a sum": ("list(int) -> int", lambda r: (numbers(r),), lambda xs: sum(x // 3 - 2 for x in xs)),
    "two lists": ("list(float) -> list(float) -> float", two_lists, lambda a, b: sum((x - y) ** 2 for x, y in zip(a, b)) ** 0.5),
    "a number beside": ("int -> int -> float", lambda r: (r.randint(1, 9), r.randint(1, 9)),
                        lambda n, m: sum(min(k, m) for k in range(n)) / (n * m)),
    "neighbours": ("str -> int", lambda r: ("".join(r.choice("1357") for _ in range(r.randint(1, 9))),),
                   lambda t: sum(int(a) for a, b in zip(t, t[1:]) if a == b)),
    "a place": ("list(int) -> int", lambda r: next((xs,) for xs in iter(lambda: numbers(r), None) if falls(xs) < 99), falls),
    "a couple": ("list(int) -> int -> pair(int, int)", couple,
                 lambda xs, t: next((a, b) for i, a in enumerate(xs) for b in xs[i + 1 :] if a + b == t)),
    "what two lists do not share": (
        "list(int) -> list(int) -> int -> int", lambda r: (few(r), few(r), r.randint(0, 9)),
        lambda a, b, n: n - (Counter(a) - Counter(b)).total(),
    ),
    "runs": ("list(int) -> int", lambda r: (few(r),), lambda xs: sum(len(list(run)) ** 2 for _, run in itertools.groupby(xs))),
    "the highest on the way": (
        "list(int) -> int", lambda r: (numbers(r),), lambda xs: max(itertools.accumulate(x * x - 7 * x for x in xs))
    ),
    "sums so far": ("list(int) -> int", lambda r: (tuple(x - 15 for x in numbers(r)),),
                    lambda xs: sum(x < 0 for x in itertools.accumulate(xs))),
    "the greatest so far": ("list(int) -> int", lambda r: (numbers(r),),
                            lambda xs: sum(x == m for x, m in zip(xs, itertools.accumulate(xs, max)))),
    "a cut": ("list(int) -> list(int)", lambda r: (tuple(map(abs, numbers(r))),),
              lambda xs: xs[: min(range(len(xs) + 1), key=lambda i: abs(sum(xs[:i]) - sum(xs[i:])))]),
}  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_what_is_gathered_is_found(name: str) -> None:
    type, draw, answer = TASKS[name]
    inputs, output = arguments_of(parse_type(type))
    rng = random.Random(1)
    given = list(dict.fromkeys(draw(rng) for _ in range(40)))
    examples = tuple((row, answer(*row)) for row in given)
    goal = Subtask(inputs, output, examples[:25])
    search = Gathering(goal, Language(WORDS, default_costs(WORDS, goal.type), (), Settings(), TOOLS))
    found = None
    while found is None and search.spent < 60_000:
        found = search.step(NEVER)
    assert found is not None
    program = lambdas(len(inputs), found)
    assert all(equal(evaluate(program, row, words=WORDS), result) for row, result in examples)
    search.release()


def test_no_part_of_a_long_list_is_looked_at() -> None:
    goal = Subtask((parse_type("list(int)"),), INT, (((tuple(range(20_000)),), 0), ((tuple(range(9)),), 1)))
    found = list(walks(goal, TOOLS))
    assert {each.sizes[0] for each in found} == {-1} and all(each.sizes[1] > 7 for each in found)
    assert all(not view.values[0] for each in found for view in each.views if element_of(view.type) is not None)
    placed = in_place(goal, TOOLS, variable(goal, 0), INT, goal.column(0))
    assert placed is not None and placed.sizes == (-1, 9) and not placed.views[2].values[0]


def test_groups_without_elements_have_sums_but_no_extremes() -> None:
    groups = ElementGroups(np.array([0, 2, 2]), np.array([2, 0, 1]))
    made = list(gathered(INT, np.array([[3, 4, 5]]), groups, TOOLS))
    assert [each.values.tolist() for each in made] == [[[7, 0, 5]], [[12, 1, 5]], [[25, 0, 25]]]
    told = list(gathered(BOOL, np.array([[1, 0, 1]]), groups, TOOLS))
    assert [each.values.tolist() for each in told] == [[[1, 0, 1]], [[1, 0, 1]], [[0, 1, 1]]]


def test_no_element_stands_out_among_what_is_no_number() -> None:
    codes = codes_of(np.array([[1.0, 2.0, 3.0], [math.nan, math.nan, 1.0]]))
    made = list(gathered(FLOAT, codes, ElementGroups(np.array([0, 2]), np.array([2, 1])), TOOLS))
    assert [each.rows.tolist() for each in made if each.type is None] == [[0], [0]]


def test_a_target_is_what_a_term_beside_leaves_over() -> None:
    goal = Subtask((FLOAT,), FLOAT, ())
    beside = KeptTerm(variable(goal, 0), FLOAT, np.array([2.0, 4.0, 5.0]), 1)
    index = TargetIndex(FLOAT, list(targets(FLOAT, np.array([1.0, 3.0, 7.0]), [beside], TOOLS)))
    built = {tuple(each.values): each for each in index.targets}
    assert {(1.0, 3.0, 7.0), (-1.0, -1.0, 2.0), (3.0, 7.0, 12.0), (2.0, 12.0, 35.0), (1.0, 9.0, 49.0)} <= set(built)
    rows = np.array([[2.0, 12.0, 35.0 + 1e-7], [2.0, 12.0, 36.0]])
    assert [(row, each) for row, each in index.matches(rows)] == [(0, built[2.0, 12.0, 35.0])]


def test_it_ends_with_the_time() -> None:
    goal = Subtask((parse_type("list(int)"),), INT, tuple((((n, n + 1),), 7 * n + n % 3) for n in range(20)))
    search = Gathering(goal, Language(WORDS, default_costs(WORDS, goal.type), (), Settings(), TOOLS))
    with pytest.raises(OutOfTime):
        search.step(Deadline(0.0))
