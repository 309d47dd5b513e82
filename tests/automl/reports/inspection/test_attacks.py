"""Attacks on linear classifiers, whose gradient signs and distances to the boundary are known exactly, in the data's units."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.reports.inspection import Subject, evolved_sign, gradient_sign, smallest_perturbation, walk_along_boundary
from automl.reports.inspection.subject import raw_inputs
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from library.vocabulary import Vocabulary

LINEAR = "(lambda (x) (dense :units {units} @1 (flatten x)))"
HARD = "(lambda (x) (vector :length {units} (map (lambda (v) (if (> v 0.0) 1.0 0.0)) (elements (dense :units {units} @1 (flatten x))))))"


def task_of(units, *, low=-30.0, high=90.0, scaling="standardise", seed=0):
    """Images [1, 3, 4] that fill [low, high], with classes that do not matter."""
    draws = np.random.default_rng(seed)
    x = draws.uniform(low, high, size=(120, 1, 3, 4))
    x[0].flat[:2] = low, high
    y = np.arange(120) % units
    return labelled_task("linear", x, y, split=Split(test=0.25, validation=0.1), scaling=scaling)


def model_of(text, task, weights):
    vocabulary = Vocabulary()
    return Model(vocabulary.read(text), task.type, vocabulary, weights, task.preprocessing)


def linear(units, task, seed=1, text=LINEAR):
    """The model, and its scores as ``raw @ w.T + b`` in the data's own units."""
    draws = np.random.default_rng(seed)
    weight, bias = draws.normal(size=(units, 12)), draws.normal(size=units)
    tensors = {"1.weight": torch.tensor(weight, dtype=torch.float32), "1.bias": torch.tensor(bias, dtype=torch.float32)}
    offset, scale = task.preprocessing.inputs.offset[0], task.preprocessing.inputs.scale[0]
    model = model_of(text.format(units=units), task, tensors)
    return model, weight / scale, bias - weight.sum(1) * offset / scale


def held_out(task, subject):
    return subject.to_unit(raw_inputs(task, task.part("test")))


@pytest.mark.parametrize("scaling", ["standardise", "none", "unit"])
def test_the_subject_is_the_model_on_raw_inputs(scaling):
    task = task_of(3, scaling=scaling)
    model, w, b = linear(3, task)
    subject = Subject.of(model, task)
    unit = held_out(task, subject)
    raw = subject.to_raw(unit)
    np.testing.assert_allclose(subject.outputs(unit).numpy(), raw.reshape(len(raw), -1) @ w.T + b, rtol=1e-3, atol=1e-3)
    assert [int(label) for label in model.predict(raw)] == subject.answer(unit)[0].tolist()
    assert subject.differentiable and not subject.probabilities


def test_the_range_is_that_of_the_train_data_alone():
    task = task_of(2)
    train = raw_inputs(task, task.part("train"))
    subject = Subject.of(linear(2, task)[0], task)
    assert subject.low.max() == pytest.approx(train.min()) and subject.high.min() == pytest.approx(train.max())
    beyond = np.full((1, 1, 3, 4), 1e6)
    assert (subject.to_unit(beyond) == 1).all(), "values beyond the range are clipped"


def test_features_of_a_vector_have_ranges_of_their_own_and_a_constant_one_is_never_moved():
    draws = np.random.default_rng(0)
    x = np.stack([draws.uniform(0, 1, 90), draws.uniform(-500, 500, 90), np.full(90, 7.0)], axis=1)
    task = labelled_task("table", x, np.arange(90) % 2)
    weights = {"1.weight": torch.tensor([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]]), "1.bias": torch.zeros(2)}
    subject = Subject.of(model_of("(lambda (x) (dense :units 2 @1 x))", task, weights), task)
    assert subject.span[1] > 900 and subject.span[0] < 1 and subject.span[2] == 0
    unit = held_out(task, subject)
    moved = gradient_sign(subject, unit, torch.zeros(len(unit), dtype=torch.long), 0.25)
    change = subject.to_raw(moved) - subject.to_raw(unit)
    assert (change[:, 2] == 0).all() and (subject.to_raw(unit)[:, 2] == 7.0).all()
    assert (np.abs(change) <= 0.25 * subject.span * (1 + 1e-5)).all()


def test_gradient_sign_of_a_linear_classifier_is_the_sign_of_its_weights():
    task = task_of(2)
    model, w, _ = linear(2, task)
    subject = Subject.of(model, task)
    unit = held_out(task, subject).clamp(0.2, 0.8)
    for label in (0, 1):
        targets = torch.full((len(unit),), label)
        expected = np.sign(w[1 - label] - w[label]).reshape(1, 1, 3, 4)  # away from the label
        moved = gradient_sign(subject, unit, targets, 0.1)
        change = subject.to_raw(moved) - subject.to_raw(unit)
        np.testing.assert_allclose(change, np.broadcast_to(0.1 * subject.span * expected, change.shape), rtol=1e-3)
        back = gradient_sign(subject, unit, targets, 0.1, towards=True)
        torch.testing.assert_close(back - unit, unit - moved, atol=1e-6, rtol=0)


def test_no_attack_leaves_the_range_of_the_data():
    task = task_of(3)
    model, _, _ = linear(3, task)
    subject = Subject.of(model, task)
    unit = held_out(task, subject)
    classes = subject.answer(unit)[0]
    for moved in (
        gradient_sign(subject, unit, classes, 0.7),
        evolved_sign(subject, unit, classes, 0.7, generations=5),
        smallest_perturbation(subject, unit, classes).unit,
        walk_along_boundary(subject, unit, classes, unit, steps=20).unit,
    ):
        assert float(moved.min()) >= 0.0 and float(moved.max()) <= 1.0


def test_the_smallest_perturbation_of_a_linear_classifier_is_the_distance_to_its_boundary():
    task = task_of(2)
    model, w, b = linear(2, task)
    subject = Subject.of(model, task)
    unit = held_out(task, subject).clamp(0.4, 0.6)  # so that the box does not bind
    raw = subject.to_raw(unit).reshape(len(unit), -1)
    normal = w[0] - w[1]
    distance = np.abs(raw @ normal + b[0] - b[1]) / np.linalg.norm(normal)
    classes = subject.answer(unit)[0]
    near = distance < 0.3 * float(subject.span.min())
    found = smallest_perturbation(subject, unit[near], classes[near])
    assert near.sum() > 10 and found.found.all() and (found.classes != classes[near].numpy()).all()
    np.testing.assert_allclose(found.l2, distance[near], rtol=0.01, atol=0.05)
    assert (found.l2 >= distance[near] - 0.01).all(), "nothing shorter changes the answer"
    direction = (found.raw.reshape(len(found.raw), -1) - raw[near]) / found.l2[:, None]
    np.testing.assert_allclose(np.abs(direction @ normal) / np.linalg.norm(normal), 1.0, atol=0.01)
    share = found.l2 / float(subject.span.min()) / np.sqrt(12)
    np.testing.assert_allclose(found.distortion, share, rtol=1e-3)


def test_with_several_classes_it_is_the_nearest_of_the_boundaries_and_a_goal_is_reached():
    task = task_of(4)
    model, w, b = linear(4, task)
    subject = Subject.of(model, task)
    unit = held_out(task, subject).clamp(0.45, 0.55)
    raw = subject.to_raw(unit).reshape(len(unit), -1)
    scores, classes = raw @ w.T + b, subject.answer(unit)[0]
    own = classes.numpy()
    gaps = scores[np.arange(len(own)), own][:, None] - scores
    lengths = np.linalg.norm(w[own][:, None] - w[None], axis=2)
    with np.errstate(invalid="ignore"):
        exact = np.nanmin(gaps / lengths, axis=1)
    near = exact < 0.2 * float(subject.span.min())
    found = smallest_perturbation(subject, unit[near], classes[near])
    assert near.sum() > 10 and found.found.all()
    assert (found.l2 >= exact[near] - 0.01).all(), "nothing shorter changes the answer"
    # Cross entropy pushes away from all other classes, not only from the nearest: a little farther than needed.
    assert np.median(found.l2 / exact[near]) < 1.1 and (found.l2 < 1.3 * exact[near]).all()
    goals = (classes + 1) % 4
    aimed = smallest_perturbation(subject, unit[near], classes[near], goals[near])
    assert (aimed.classes[aimed.found] == goals[near].numpy()[aimed.found]).all() and aimed.found.mean() > 0.9
    assert (aimed.l2[aimed.found] >= exact[near][aimed.found] - 0.01).all()


def test_what_cannot_be_found_is_said_so():
    task = task_of(2)
    weights = {"1.weight": torch.zeros(2, 12), "1.bias": torch.tensor([5.0, -5.0])}
    weights["1.weight"][0, 0] = 1e-3  # a slope that the box never lets win
    subject = Subject.of(model_of(LINEAR.format(units=2), task, weights), task)
    unit = held_out(task, subject)[:4]
    found = smallest_perturbation(subject, unit, torch.zeros(4, dtype=torch.long))
    assert not found.found.any() and np.isnan(found.l2).all() and np.isnan(found.distortion).all()


# -- without gradients ---------------------------------------------------------------------------------------------


def test_a_program_through_which_no_gradient_flows_says_what_to_use():
    task = task_of(2)
    model, _, _ = linear(2, task, text=HARD)
    subject = Subject.of(model, task)
    assert not subject.differentiable
    unit = held_out(task, subject)
    with pytest.raises(TaskError, match="evolved_sign"):
        gradient_sign(subject, unit, torch.zeros(len(unit), dtype=torch.long), 0.1)
    with pytest.raises(TaskError, match="walk_along_boundary"):
        smallest_perturbation(subject, unit, torch.zeros(len(unit), dtype=torch.long))


def test_evolved_signs_are_nearly_as_good_as_the_gradients_signs():
    task = task_of(2)
    subject = Subject.of(linear(2, task)[0], task)
    unit = held_out(task, subject).clamp(0.2, 0.8)
    classes = subject.answer(unit)[0]
    best = subject.losses(gradient_sign(subject, unit, classes, 0.1), classes)
    evolved = subject.losses(evolved_sign(subject, unit, classes, 0.1, generations=100), classes)
    assert (evolved <= best + 1e-3).all(), "for a linear classifier nothing beats the gradient's sign"
    assert float((evolved / best).detach().median()) > 0.95


def test_the_walk_along_the_boundary_comes_near_the_distance():
    task = task_of(2)
    model, w, b = linear(2, task)
    subject = Subject.of(model, task)
    unit = held_out(task, subject).clamp(0.4, 0.6)
    raw = subject.to_raw(unit).reshape(len(unit), -1)
    normal = w[0] - w[1]
    distance = np.abs(raw @ normal + b[0] - b[1]) / np.linalg.norm(normal)
    others = subject.to_unit(raw_inputs(task, task.part("train")))
    found = walk_along_boundary(subject, unit, subject.answer(unit)[0], others)
    assert found.found.all() and (found.l2 >= distance - 0.01).all()
    near = distance < 0.3 * float(subject.span.min())
    assert np.median(found.l2[near] / distance[near]) < 1.2


def test_the_same_seed_gives_the_same_attack():
    task = task_of(2)
    subject = Subject.of(linear(2, task)[0], task)
    unit = held_out(task, subject)
    classes = subject.answer(unit)[0]
    first, again, other = (evolved_sign(subject, unit, classes, 0.1, generations=3, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


# -- what is refused ------------------------------------------------------------------------------------------------


def test_other_data_than_the_programs_is_refused():
    task = task_of(3)
    model, _, _ = linear(3, task)
    with pytest.raises(TaskError, match="type"):
        Subject.of(model, task_of(2))
    x = np.random.default_rng(0).uniform(size=(60, 1, 3, 4))
    named = labelled_task("named", x, np.arange(60) % 3, label_names=("a", "b", "c"))
    with pytest.raises(TaskError, match="labels"):
        Subject.of(model, named)


def test_a_program_on_lists_is_refused_with_its_type():
    vocabulary = Vocabulary()
    from primitives.notation.types import parse_type

    model = Model(vocabulary.read("(lambda (xs) (sum xs))"), parse_type("list(int) -> int"), vocabulary)
    with pytest.raises(TaskError, match=r"type=list\(int\) -> int"):
        Subject.of(model, task_of(2))
