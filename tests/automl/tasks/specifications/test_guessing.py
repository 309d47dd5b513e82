"""The types of cells."""

from __future__ import annotations

from datetime import datetime

import pytest

from automl.tasks.specifications.guessing import Quoted, column_type, guessed, text_of, value_of


@pytest.mark.parametrize(
    ("cells", "type"),
    [
        (["1", "-20", "0"], "int"),
        (["1", "2.5"], "float"),
        (["1e3", "2"], "float"),
        (["007", "12"], "str"),
        (["1,5", "2"], "str"),
        (["true", "FALSE"], "bool"),
        (["true", "1"], "str"),
        (["[1, 2]", "[]"], "list(int)"),
        (["[1, 2.5]"], "list(float)"),
        (["[]", "[]"], "list(int)"),
        ([[["a"], []], None], "list(list(str))"),
        (['["a", 1]'], "str"),
        (["[1, 2"], "str"),
        ([None, None], "str"),
        ([Quoted("12"), Quoted("5")], "str"),
        ([3.0, 4], "int"),
        ([datetime(2024, 5, 1)], "str"),
    ],
)
def test_a_column_has_the_type_of_its_cells(cells: list, type: str) -> None:
    assert str(column_type(cells)) == type


@pytest.mark.parametrize(
    ("inputs", "output", "type"),
    [
        ([["Order 42", "No. 7"]], ["42", "7"], "str -> str"),
        ([["hello", "yo"]], ["5", "2"], "str -> int"),
        ([["a 2", "b 3"]], ["2.50", "4.10"], "str -> str"),
        ([["2", "3"]], ["2.50", "4.10"], "int -> float"),
        ([["5551234567", "5559876543"]], ["(555) 123-4567", "(555) 987-6543"], "str -> str"),
        ([["a", "b"], ["3", "12"]], ["aaa", "bb"], "str -> int -> str"),
    ],
)
def test_numbers_beside_texts(inputs: list, output: list, type: str) -> None:
    assert str(guessed(inputs, output)) == type


def test_values_are_written_as_people_write_them() -> None:
    assert text_of(3.0) == "3" and text_of(datetime(2024, 5, 1)) == "2024-05-01" and text_of(True) == "TRUE"
    assert value_of("2", column_type(["2", "2.5"])) == 2.0 and isinstance(value_of("2", column_type(["2.5"])), float)
    assert value_of("[1, 2]", column_type(["[1]"])) == [1, 2] and value_of("12", column_type(["a"])) == "12"
