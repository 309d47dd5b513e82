"""A search on series: it begins with fitted programs and nets for series, and has nothing of what is for pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from automl.budget import Budget
from automl.fitting.recipes import timed
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.phases import Phases
from automl.study.planning.starts import declared_starts
from automl.study.planning.views import both_ways
from automl.study.study import Study
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.task import Task
from library.store import open_store
from primitives.term import show_canonical

NO_PICTURES = {"shift", "rotate", "scale", "skew", "elastic", "flip_horizontal", "crop"}


def bumps(count: int, seed: int = 0) -> Task:
    """Whether a bump is upright or hangs, wherever it is: a forest on the steps can hardly tell."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0, 0.3, size=(count, 60)), np.arange(count) % 2
    for row, sign in zip(x, 2 * y - 1, strict=True):
        start = rng.integers(0, 48)
        row[start : start + 12] += 2 * sign * np.sin(np.linspace(0, 2 * np.pi, 12))
    return labelled_task("bumps", x, y, layout="series", split=Split(test=0.0))


def opened(task: Task, options: Options) -> Study:
    return open_study(task, open_store("memory:"), options, run_id="r")


def test_few_series_have_folds_and_the_fitted_programs_come_first(quick: Callable[..., Options]) -> None:
    task = bumps(200)
    assert task.data.folds is not None
    study = opened(task, quick(3, deadline=600.0))
    found = run_study(study)
    starts = [show_canonical(term) for term in declared_starts(task.data.type, study.strategy.problem.words)]
    assert [each.term for each in found.history] == starts[:3]
    constant, forest, kernels = (each.scores["accuracy"] for each in found.history)
    assert kernels > forest + 0.05 and forest >= constant - 0.1 and kernels > 0.9
    assert found.score == max(constant, forest, kernels)


def test_many_series_have_a_plan_without_what_is_for_pictures() -> None:
    study = opened(bumps(1200), Options(Budget(60.0)))
    words = study.strategy.problem.words
    assert study.schedule.is_planned and study.variant == {}
    assert tuple(study.strategy.problem.starts) == declared_starts(study.data.type, words)
    assert study.strategy.problem.ranges["forest.units"].default == 2
    for settings in timed(study.data).values():
        assert not NO_PICTURES & set(settings) and settings["least_steps"]
    assert all(both_ways(term, study.data.type, words) is None for term in study.strategy.problem.starts)
    assert not opened(bumps(1200), Options(Budget(60.0), starts="none")).strategy.problem.starts


def test_the_refinement_waits_until_all_programs_to_begin_with_were_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    study = opened(bumps(1200), Options(Budget(60.0)))
    phases, count = Phases(study), len(study.strategy.starts)
    monkeypatch.setattr(study.standing, "asked", count - 1)
    monkeypatch.setattr(study, "left", lambda: 0.5 * study.window)
    assert not phases.refining()
    monkeypatch.setattr(study.standing, "asked", count)
    assert phases.refining()
    monkeypatch.setattr(study.standing, "asked", count - 1)
    monkeypatch.setattr(study, "left", lambda: 0.2 * study.window)
    assert phases.refining()
