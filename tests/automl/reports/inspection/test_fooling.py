"""Fooling images of a small net: certain, far from the data, and the same for the same seed."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.reports.inspection import Subject, ascend, evolve
from automl.reports.inspection.fooling import distances
from automl.tasks.task import task_kinds
from library.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def linear():
    """Three classes, each for the sum of a third of the pixels."""
    task = task_kinds()["labelled"].sample(0)
    weight = torch.zeros(3, 16)
    for row in range(3):
        weight[row, 5 * row : 5 * row + 5] = 0.4
    vocabulary = Vocabulary()
    term = vocabulary.read("(lambda (x) (dense :units 3 @1 (flatten x)))")
    weights = {"1.weight": weight, "1.bias": torch.zeros(3)}
    return Subject.of(Model(term, task.type, vocabulary, weights, task.preprocessing), task)


@pytest.mark.parametrize("search", [ascend, evolve])
def test_each_class_gets_an_image_of_which_the_program_is_certain(linear, search):
    found = search(linear, seed=3)
    assert found.unit.shape == (3, 1, 4, 4) and float(found.unit.min()) >= 0 and float(found.unit.max()) <= 1
    classes, sure = linear.answer(found.unit)
    assert classes.tolist() == [0, 1, 2]
    np.testing.assert_allclose(sure.numpy(), found.confidences, rtol=1e-5)
    assert (found.confidences >= 0.99).all()
    again = search(linear, seed=3)
    assert torch.equal(found.unit, again.unit) and found.evaluations == again.evaluations
    assert not torch.equal(found.unit, search(linear, seed=4).unit)
    # The pixels that speak for a class are brighter than those that speak against it.
    flat = found.unit.flatten(1)[:, :15].view(3, 3, 5).mean(2)
    assert flat.argmax(1).tolist() == [0, 1, 2]


def test_a_search_starts_unsure_and_counts_what_it_looked_at(linear):
    short, longer = evolve(linear, generations=0), evolve(linear)
    assert short.evaluations == 8 * 3 and longer.evaluations > short.evaluations
    assert (longer.confidences >= short.confidences).all(), "a champion only gives way to a better one"
    assert short.confidences.min() < 0.9 < 0.99 <= ascend(linear).confidences.min()
    assert len(ascend(linear, classes=2).confidences) == 2


def test_evolution_leaves_the_global_stream_of_random_numbers_alone(linear):
    random.seed(5)
    expected = random.random()
    random.seed(5)
    evolve(linear, generations=2)
    assert random.random() == expected


def test_programs_without_gradients_are_fooled_by_evolution_alone():
    task = task_kinds()["labelled"].sample(0)
    vocabulary = Vocabulary()
    text = "(lambda (x) (vector :length 3 (map (lambda (v) (if (> v 0.0) 1.0 0.0)) (elements (dense :units 3 @1 (flatten x))))))"
    weights = {"1.weight": torch.randn(3, 16, generator=torch.Generator().manual_seed(0)), "1.bias": torch.zeros(3)}
    subject = Subject.of(Model(vocabulary.read(text), task.type, vocabulary, weights, task.preprocessing), task)
    with pytest.raises(TaskError, match="evolve"):
        ascend(subject)
    found = evolve(subject, generations=20)
    assert len(set(subject.answer(found.unit)[0].tolist())) > 1


def test_distances_are_root_mean_squares_to_the_nearest():
    known = torch.stack([torch.zeros(1, 2, 2), torch.ones(1, 2, 2)])
    cases = torch.stack([torch.full((1, 2, 2), 0.25), torch.full((1, 2, 2), 0.9), torch.zeros(1, 2, 2)])
    np.testing.assert_allclose(distances(cases, known), [0.25, 0.1, 0.0], atol=1e-6)
