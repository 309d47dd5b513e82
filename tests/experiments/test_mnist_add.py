"""The benchmark of addition makes its pairs as it says, and its program adds."""

from __future__ import annotations

import numpy as np
import torch

from experiments.benchmarks.mnist_add import IMAGE, SUM, pairs
from primitives.batch import Ragged
from primitives.compile import compile_term
from primitives.distributions import plan
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import words_in
from primitives.words import builtin_words

IMAGES, LABELS = np.arange(60, dtype=np.float32).reshape(60, 1, 1, 1), np.arange(60) % 10


def test_each_image_is_in_one_number_and_targets_are_the_digits_of_the_sums():
    part = pairs(IMAGES, LABELS, 3, None, np.random.default_rng(0))
    assert len(part) == 10
    seen = []
    for row in range(10):
        numbers = []
        for column in part.inputs:
            digits = column.row(row).reshape(-1).astype(int)
            seen += list(digits)
            numbers.append(int("".join(str(LABELS[digit]) for digit in digits)))
        assert int("".join(map(str, part.targets[row]))) == sum(numbers)
        assert len(part.targets[row]) == 4
    assert sorted(seen) == list(range(60))
    assert len(pairs(IMAGES, LABELS, 7, 2, np.random.default_rng(0))) == 2


def test_the_program_has_one_net_and_its_loop_is_matched_as_it_writes():
    words = builtin_words()
    term = parse(SUM, words)
    assert sum(word.name == "argmax" for word in words_in(term)) == 1
    program = compile_term(term, words, parse_type(f"list({IMAGE}) -> list({IMAGE}) -> list(int)")).eval()
    numbers = Ragged(torch.zeros(8, 1, 28, 28), torch.tensor([4, 4]))
    found = plan(program, (numbers, numbers), [(0, 1, 2, 3, 4), (1, 0, 0, 0, 0)])
    assert found.way == "exact"
    assert found.entries < 1_000
