"""What a score reads of a program's outputs."""

from __future__ import annotations

import torch

from automl.fitting.batches import answers
from primitives.batch import Objects, Ragged
from primitives.notation.types import parse_type


def test_lists_of_numbers_are_plain_values():
    lists = Ragged(torch.tensor([1, 2, 3]), torch.tensor([2, 0, 1]))
    found = answers(lists, parse_type("int -> list(int)"))
    assert found == [(1, 2), (), (3,)]
    assert {type(number) for each in found for number in each} == {int}
    assert answers(Objects(["a"]), parse_type("int -> str")) == ["a"]
    numbers = torch.tensor([1, 2])
    assert answers(numbers, parse_type("int -> int")) is numbers
