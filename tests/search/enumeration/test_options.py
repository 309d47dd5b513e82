"""Tasks about options are searched like all others, a failure inside an option among what is met on the way."""

import pytest

from primitives.notation.types import parse_type
from primitives.notation.values import from_json
from primitives.types import arguments_of, has_tensor
from primitives.words import builtin_words
from search.problem import Problem
from search.reports import Hit
from search.strategies import make_strategy

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
LAST, SOME = "list(int) -> option(int)", "list(pair(int, int)) -> option(pair(int, int))"
TASKS = {
    "last": (LAST, [([[1, 2]], [2]), ([[]], None), ([[5, 3, 4]], [4])]),
    "greatest": (LAST, [([[1, 2]], [2]), ([[]], None), ([[5, 3, 4]], [5]), ([[7]], [7])]),
    "first pair": (SOME, [([[[1, 2], [3, 4]]], [[1, 2]]), ([[]], None)]),
    "one more": ("option(int) -> option(int)", [([[1]], [2]), ([None], None), ([[5]], [6])]),
    "zero by default": ("option(int) -> int", [([[1]], 1), ([None], 0), ([[5]], 5)]),
    "those present": ("list(option(int)) -> list(int)", [([[[1], None, [3]]], [1, 3]), ([[None]], []), ([[[4], [5]]], [4, 5])]),
    "number in a text": ("str -> option(int)", [(["12"], [12]), (["x"], None), (["-7"], [-7])]),
}  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_a_task_about_options_is_solved(name):
    type, cases = parse_type(TASKS[name][0]), TASKS[name][1]
    given, output = arguments_of(type)
    examples = tuple((tuple(map(from_json, inputs, given)), from_json(result, output)) for inputs, result in cases)
    strategy = make_strategy("enumerative", Problem(type=type, words=WORDS, examples=examples), {"memory": 64})
    reports = list(strategy.run(max_terms=6_000))
    assert any(isinstance(report, Hit) for report in reports)
    assert max(report.terms for report in reports) >= 6_000
