"""A way of training that did better on pictures of a kind goes first on the next, with the tasks by which that is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from automl.budget import Budget
from automl.study.opening import Options, new_run, open_study
from automl.study.planning.schedule import EXPLORE, REFINE, SETTINGS
from automl.study.planning.ways import FOUND, RECIPE, found_ways, kind_of_pictures, way_recipe
from automl.study.state import Standing
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.task import Task
from library.records import Direction, Evaluation, Run
from library.store import open_store


def coloured(name: str, maps: int = 3) -> Task:
    return labelled_task(name, np.random.default_rng(0).normal(size=(300, maps, 6, 6)), np.arange(300) % 2)


def run_of(task: Task, usual: float, varied: float, started: float = 1.0, state: str = "finished") -> Run:
    found = {"kind": kind_of_pictures(task.data), "name": "mirrored", "usual": usual, "varied": varied}
    made = new_run(task, "genetic", 0, Budget(evaluations=1), "", {FOUND: found}, f"{task.name} {started}")
    return replace(made, state=state, started=started)


def test_the_better_way_goes_first_on_the_next_task_of_the_kind() -> None:
    runs = [run_of(coloured("one"), 0.5, 0.6), run_of(coloured("two"), 0.8, 0.78)]
    recipe = way_recipe(runs, coloured("three").data)
    assert recipe is not None and recipe.kind == "pictures of 3 maps" and recipe.tasks == ("one", "two")
    assert abs(recipe.gain - 0.04) < 1e-9 and recipe.to_json()["tasks"] == ["one", "two"]
    assert way_recipe(runs, coloured("grey", maps=1).data) is None


def test_what_says_nothing_of_the_next_task_does_not_count() -> None:
    task = coloured("three")
    assert way_recipe([], task.data) is None
    assert way_recipe([run_of(task, 0.5, 0.9)], task.data) is None  # that very task
    assert way_recipe([run_of(coloured("one"), 0.6, 0.5)], task.data) is None
    assert way_recipe([run_of(coloured("one"), 0.5, 0.9, state="failed")], task.data) is None
    later = [run_of(coloured("one"), 0.5, 0.9, 1.0), run_of(coloured("one"), 0.9, 0.5, 2.0)]
    assert way_recipe(later, task.data) is None


def test_a_search_notes_the_scores_of_the_program_that_was_trained_both_ways() -> None:
    found, data = Standing("accuracy", Direction.MAXIMIZE), coloured("one").data

    def note(term: str, score: float, phase: str, info: dict[str, Any]) -> None:
        ask = found.asked
        found.ask(ask, phase, info)
        found.note(Evaluation(run="r", ask=ask, term=term, outcome="ok", scores={"accuracy": score}, parameters=1))

    note("a", 0.5, EXPLORE, {})
    note("b", 0.6, EXPLORE, {})
    note("a", 0.7, REFINE, {"of": 0})
    assert found_ways(found, data) is None
    note("b", 0.9, REFINE, {"of": 1, SETTINGS: {"flip": True}})
    assert found_ways(found, data) is None
    note("a", 0.8, REFINE, {"of": 0, SETTINGS: {"flip": True}})
    expected = {"kind": "pictures of 3 maps", "name": "mirrored", "usual": 0.7, "varied": 0.8}
    assert found_ways(found, data) == expected


def test_a_search_in_planned_time_begins_with_the_recipe_and_keeps_it() -> None:
    store = open_store("memory:")
    store.create_run(run_of(coloured("one"), 0.5, 0.6))
    x = np.zeros((2700, 3, 6, 6)) + np.arange(2700)[:, None, None, None] % 2
    task = labelled_task("two", x, np.arange(2700) % 2, split=Split(test=0.0))
    study = open_study(task, store, Options(Budget(seconds=60.0)))
    assert study.executor is not None
    study.executor.close()
    assert (
        study.record.config[RECIPE]["tasks"] == ["one"]
        and store.run(study.record.id).config[RECIPE]["name"] == "mirrored"
    )
