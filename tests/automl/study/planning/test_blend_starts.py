"""A program in which a net and an algorithm are mixed is found, and its net trained, from outputs alone."""

from __future__ import annotations

import numpy as np
import pytest

import automl
from automl.budget import Budget
from automl.study.planning.beginning import begun_problem
from automl.study.planning.options import Options
from automl.study.planning.schedule import usual_schedule
from automl.tasks.kinds.sequences import sequences_task
from automl.tasks.split import Split
from automl.tasks.task import Task
from library.vocabulary import Vocabulary
from primitives.syntax import parse
from primitives.term import names_in
from primitives.words import builtin_words

KINDS, SIDE, LISTS = 3, 4, 240


def bars(seed: int = 0) -> Task:
    """Lists of one or two pictures with a bright row in one of three places, and the sum of its numbers."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 3, LISTS)
    numbers = rng.integers(0, KINDS, lengths.sum())
    values = rng.normal(0, 0.1, (len(numbers), 1, SIDE, SIDE)).astype(np.float32)
    values[np.arange(len(numbers)), 0, numbers] += 1.0
    sums = np.array([part.sum() for part in np.split(numbers, np.cumsum(lengths)[:-1])])
    return sequences_task("bars", values, lengths, sums, split=Split(seed=seed), scaling="none")


def test_a_sum_over_pictures_is_found_and_its_net_trained_from_the_sums() -> None:
    found = automl.search(bars(), evaluations=1, trainer={"rate": 0.02}, quiet=True)
    assert {"sum", "map", "argmax", "dense"} <= names_in(parse(found.program, builtin_words()))
    assert found.test_score is not None and found.test_score > 0.9


@pytest.mark.parametrize(("starts", "count"), [("auto", 3), ("none", 0)])
def test_a_search_begins_with_as_many_blends_as_it_has_evaluations_for(starts: str, count: int) -> None:
    task, options = bars(), Options(Budget(evaluations=3), starts=starts)
    begun = begun_problem(task, Vocabulary(), options, usual_schedule(task.data, options.budget)).starts
    assert sum("argmax" in names_in(term) for term in begun) == count
