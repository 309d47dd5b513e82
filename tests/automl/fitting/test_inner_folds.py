"""What fitted words say of the cases that they are fitted to is told by fits that may know of them: none of later rows, none of the same
group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from automl.fitting import recipes
from automl.fitting.fitted_words import fit_words
from automl.tasks.cases.folds import Folds
from automl.tasks.cases.keys import CaseKeys
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task
from primitives.compile import compile_term
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
FOREST = "(forest :units 1 :trees 10 @1 x)"
N = 160


def timed(y: np.ndarray) -> Task:
    """Of N rows, in another order than their times, all beside the test part."""
    rng = np.random.default_rng(0)
    frame = {f"x{i}": rng.normal(size=N) for i in range(4)} | {"t": np.arange(N) * 7 % N}
    return table_task(frame, y, time="t", split=Split(test=0.0), targets="numbers", scaling="none")


def answered(task: Task, text: str) -> tuple[np.ndarray, Folds]:
    """What the program says of each case as its folds have it."""
    data, folds = recipes.joined(task.data), task.data.folds
    assert folds is not None and folds.ordered
    net = compile_term(parse(text, WORDS), WORDS, data.type)
    outputs = fit_words(net, data, seed=0, folds=folds).outputs
    assert outputs is not None
    return np.asarray(outputs), folds


@pytest.mark.parametrize(
    "body",
    [
        FOREST,
        f"(linear :units 1 @2 {FOREST})",
        f"(forest :units 1 :trees 5 @3 (linear :units 1 @2 {FOREST}))",
    ],
)
def test_what_is_answered_knows_nothing_of_later_targets(body: str) -> None:
    text, y = f"(lambda (x) {body})", np.random.default_rng(1).normal(size=N)
    task = timed(y)
    said, folds = answered(task, text)
    latest = np.argsort(np.arange(N) * 7 % N)[-int((folds.held_out == folds.count - 1).sum()) :]
    other = y.copy()
    other[latest] = y[latest][::-1]
    changed, _ = answered(timed(other), text)
    known = (folds.held_out >= 0) & (folds.held_out < folds.count - 1)
    np.testing.assert_allclose(said[known], changed[known], atol=1e-6)
    assert len(latest) > 20


def test_every_case_is_held_out_once_and_the_earliest_are_told_of_no_later_ones() -> None:
    folds = Folds(np.array([2, -1, 0, -1, 1, -1, 0, 1, 2, -1]), ordered=True)
    rounds = folds.rounds()
    held = np.sort(np.concatenate([rows for _, rows in rounds]))
    assert held.tolist() == list(range(10))
    for known, rows in rounds:
        assert not set(known) & set(rows)
        assert folds.held_out[known].max() <= max(-1, folds.held_out[rows].min() - 1)
    alone = Folds(np.array([0, -1, 1]), ordered=True).rounds()
    assert [(list(known), list(rows)) for known, rows in alone][-1] == ([1], [1]), "there is no other to ask"
    assert len(Folds(np.array([0, 1, 0])).rounds()) == 2


def divided_by(name: str, y: np.ndarray, levels: bool = False) -> Task:
    """A table of N rows without folds, ten of each group, perhaps with a category of many levels; groups or times are ``KEYS``."""
    rng = np.random.default_rng(0)
    frame = {"x": rng.normal(size=N), "z": rng.normal(size=N), "key": KEYS[name]}
    frame |= {} if not levels else {"level": np.array([f"level {each}" for each in rng.integers(0, 40, N)])}
    return table_task(
        frame, y, split=Split(test=0.0, validation=0.1), folds=0, targets="numbers", scaling="none", **{name: "key"}
    )


def said_unseen(task: Task) -> np.ndarray:
    """What a forest says of each train case to a net beside it."""
    data = task.data
    net = compile_term(parse(f"(lambda (x) (add (dense :units 1 @9 x) {FOREST}))", WORDS), WORDS, data.type)
    fit_words(net, data, seed=0)
    return np.asarray(net.unseen["1"])


KEYS = {"groups": np.array([f"group {each}" for each in np.arange(N) % 16]), "time": np.arange(N) * 7 % N}


@pytest.mark.parametrize("name", ["groups", "time"])
def test_without_folds_too_a_case_is_spoken_of_without_its_group_or_later_ones(name: str) -> None:
    y = np.random.default_rng(1).normal(size=N)
    split = Split(test=0.0, validation=0.1, policy=name)
    train, _, _ = split.divide(None, N, KEYS[name])
    keys = KEYS[name][train]
    changed = keys == keys[0] if name == "groups" else keys >= np.sort(keys)[-40]
    other = y.copy()
    other[train[changed]] = y[train[changed]][::-1]
    before_and_after = [said_unseen(divided_by(name, each)) for each in (y, other)]
    asked = changed if name == "groups" else ~changed
    assert 5 < asked.sum() < len(train)
    features = [np.asarray(divided_by(name, each, levels=True).data.train.inputs[0]) for each in (y, other)]
    for first, second in (before_and_after, features):
        np.testing.assert_allclose(first[asked], second[asked], atol=1e-6)
        assert not np.allclose(first, second), "of others it is asked"


def test_groups_and_times_travel_with_the_data() -> None:
    y = np.arange(N) * 0.5
    for name in KEYS:
        data = divided_by(name, y).data
        again = ProblemData.from_payload(*data.payload())
        assert data.train.keys is not None and again.train.keys is not None and again.validation.keys is not None
        assert (again.train.keys.values == data.train.keys.values).all() and len(
            again.validation.keys.values
        ) == 20 - 4 * (name == "time")
        assert again.train.keys.ordered == data.train.keys.ordered == (name == "time")
        assert again.evaluation_digest == data.evaluation_digest != data.digest
        both = recipes.joined(data).train
        assert both.keys is not None and len(both.keys.values) == N
    assert labelled_task("plain", np.eye(30), np.arange(30) * 1.5, folds=0).data.train.keys is None


def test_a_single_group_is_divided_at_random() -> None:
    data = divided_by("groups", np.random.default_rng(1).normal(size=N)).data
    alone = replace(data.train, keys=CaseKeys(np.zeros(len(data.train))))
    net = compile_term(parse(f"(lambda (x) (linear :units 1 @2 {FOREST}))", WORDS), WORDS, data.type)
    assert fit_words(net, data.with_data(alone, data.validation), seed=0).complete
