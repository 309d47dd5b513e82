"""Greedy selection of programs whose mean answer is best."""

from __future__ import annotations

import numpy as np

from automl.study.found.selection import select

TARGETS = np.array([1.0, 2.0, 3.0, 4.0])


def worth(answers: np.ndarray) -> tuple[float, ...]:
    return (-float(((answers - TARGETS) ** 2).mean()),)


def mean(answers: list[np.ndarray], counts: list[int]) -> np.ndarray:
    return np.average(answers, axis=0, weights=counts)


def test_programs_that_err_in_opposite_ways_are_taken_together() -> None:
    answers = [TARGETS + 1.0, TARGETS - 1.0, TARGETS + 5.0]
    assert select(answers, worth, 2) == [1, 1, 0]


def test_shares_are_as_fine_as_the_rounds() -> None:
    answers = [TARGETS + 1.0, TARGETS - 3.0]
    assert select(answers, worth, 2) == [3, 1]


def test_one_that_is_best_alone_stays_alone() -> None:
    assert select([TARGETS + 1.0, TARGETS, TARGETS + 3.0], worth, 3) == [0, 1, 0]


def test_no_more_are_taken_than_may_be_and_the_mean_is_never_worse() -> None:
    rng = np.random.default_rng(0)
    for most in (1, 2, 3):
        for _ in range(20):
            answers = [TARGETS + rng.normal(size=4) for _ in range(6)]
            counts = select(answers, worth, most)
            assert 1 <= sum(count > 0 for count in counts) <= most
            assert worth(mean(answers, counts))[0] >= max(worth(each)[0] for each in answers) - 1e-12


def test_what_has_no_value_is_worth_least() -> None:
    answers = [np.full(4, -1.0), TARGETS]
    assert select(answers, lambda mean: (-np.inf,) if mean[0] < 0.5 else worth(mean), 2) == [0, 1]
