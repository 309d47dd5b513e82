"""What fitted words say of the cases that they are fitted to is told by fits that may know of them: none of later rows, none of the same
group."""

from __future__ import annotations

import numpy as np
import pytest

from automl.fitting import recipes
from automl.fitting.fitted_words import fit_words
from automl.tasks.cases.folds import Folds
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
