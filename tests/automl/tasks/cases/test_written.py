"""New inputs for a program on values, as people write them."""

from __future__ import annotations

import json
import logging

import pytest

from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.evaluation.predictions import tolerant_predictions
from automl.tasks.cases.written import example_of, written_cases
from automl.tasks.inputs import read_inputs
from library.vocabulary import Vocabulary
from primitives.notation.types import parse_type
from primitives.types import arguments_of

WRITTEN = [
    ("list(int) -> int", "[1, 2]", [[[1, 2]]]),
    ("list(int) -> int", "[[1, 2], [3]]", [[[1, 2]], [[3]]]),
    ("list(int) -> int", "[[1], [3]]", [[[1]], [[3]]]),
    ("list(int) -> int", "[[[1, 2]], [[]]]", [[[1, 2]], [[]]]),
    ("list(int) -> int", "[]", [[[]]]),
    ("list(int) -> int", '[[1, 2], ["x", "y"]]', [[[1, 2]], [["x", "y"]]]),
    ("int -> int", "5", [[5]]),
    ("int -> int", "[5, 6]", [[5], [6]]),
    ("int -> int", "[[5], [6]]", [[5], [6]]),
    ("float -> float", "1.5", [[1.5]]),
    ("str -> int", '"a.b"', [["a.b"]]),
    ("map(str, int) -> int", '{"a": 1}', [[{"a": 1}]]),
    ("int -> int -> int", "[1, 2]", [[1, 2]]),
    ("int -> int -> int", "[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("int -> int", '[{"inputs": [5]}]', [[5]]),
]  # fmt: skip


@pytest.mark.parametrize(("type", "text", "cases"), WRITTEN)
def test_a_value_several_values_or_lists_of_arguments(type: str, text: str, cases: list, caplog) -> None:
    assert read_inputs(text, None, arguments_of(parse_type(type))[0]) == cases
    assert not caplog.records


def test_what_can_be_read_in_two_ways_is_said(caplog: pytest.LogCaptureFixture) -> None:
    types = arguments_of(parse_type("list(list(int)) -> int"))[0]
    with caplog.at_level(logging.WARNING):
        assert written_cases([[], []], types) == [[[[], []]]]
    assert "inputs=[[], []]: read as one case, not as a list of cases, each an argument" in caplog.text
    assert written_cases([[], []], types, one=False) == [[[]], [[]]]


def test_the_form_is_shown_by_an_example() -> None:
    for type in ("list(int) -> int", "int -> str -> int", "map(str, int) -> bool", "pair(int, float) -> bool"):
        types = arguments_of(parse_type(type))[0]
        (case,) = written_cases(json.loads(example_of(types)), types)
        assert isinstance(case, list) and len(case) == len(types)
    model = Model(Vocabulary().read("(lambda (x y) (+ x y))"), parse_type("int -> int -> int"), Vocabulary())
    with pytest.raises(TaskError, match=r"for one case write '\[\[1, 1\]\]'"):
        tolerant_predictions(model, read_inputs("[1]", None, arguments_of(model.type)[0]))
