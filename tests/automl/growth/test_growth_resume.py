"""A growth that is ended at any moment and begun again goes on where it was, and comes to what it would have come to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from automl.errors import StudyError
from automl.growth.grow import Begun, Growth, Listeners, grow, is_growth, resume_growth
from automl.tasks.kinds.examples import examples_task
from automl.tasks.task import Task
from library.compression import stitch_process
from library.records import Run
from library.store import AbstractStore, open_store

INPUTS: list[list[int]] = [[], [3, 1, 2], [-4, 0, 5, 5], [7], [-1, -2, 8, 2, 6]]
FUNCTIONS: dict[str, Callable[[list[int]], Any]] = {
    "squares": lambda xs: [x * x for x in xs],
    "reversed squares": lambda xs: [x * x for x in xs][::-1],
    "unknown": lambda xs: [x % 7 * len(xs) + 13 for x in xs],
    "sorted squares": lambda xs: sorted(x * x for x in xs),
}
MOST = 400
"""Writes of a growth, at most."""


def task(name: str) -> Task:
    return examples_task(name, "list(int) -> list(int)", [((xs,), FUNCTIONS[name](xs)) for xs in INPUTS])


def begin(store: AbstractStore, **given: Any) -> Growth:
    plan = {"words": ["map", "*", "reverse", "sort", "tail"], "every": 2, "iterations": 2, "guidance": "off", **given}
    return grow([task(name) for name in FUNCTIONS], store, evaluations=150, strategy="enumerative", **plan)


def searches(store: AbstractStore) -> list[Run]:
    return [run for run in store.runs() if not is_growth(run)]


def record_of(store: AbstractStore, growth: Growth) -> dict[str, Any]:
    """All that a growth came to but ids and times."""
    runs = {run.id: number for number, run in enumerate(searches(store))}
    return {
        "results": [(r.name, r.program, r.solved, r.evaluations, r.first_evaluations) for r in growth.results],
        "models": [None if r.model is None else r.model.term for r in growth.results],
        "promoted": [(each.name, each.digest) for each in growth.promoted],
        "library": [(row["name"], row["digest"], row["uses"], row["saved"], row["tasks"]) for row in growth.library],
        "reports": [(each.tasks, each.before, each.after, each.promoted, each.refused) for each in growth.compressions],
        "iterations": [(each.terms, each.library, each.promoted, each.demoted) for each in growth.iterations],
        "history": [(each.name, each.digest, each.action) for each in store.history()],
        "runs": [(run.task, run.budget, run.state, run.library) for run in searches(store)],
        "solutions": [(each.task, runs[each.run], each.term, each.evaluations) for each in store.solutions()],
    }


@pytest.fixture
def quick_stitch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question to stitch is answered once: its process takes longer than everything else here."""
    answers: dict[str, Any] = {}
    stitch_run = stitch_process.run

    def run(texts: Any, tasks: Any, **given: Any) -> Any:
        question = json.dumps([list(texts), list(tasks), given], default=dict)
        if question not in answers:
            answers[question] = stitch_run(texts, tasks, **given)
        return answers[question]

    monkeypatch.setattr(stitch_process, "run", run)


@pytest.mark.parametrize("step", [90, pytest.param(2, marks=pytest.mark.slow)])
def test_killed_at_any_write_it_comes_to_the_same(step: int, quick_stitch: None, mortal: Any, killed: Any) -> None:
    plain = open_store("memory:")
    wanted = record_of(plain, begin(plain))
    assert wanted["promoted"] and wanted["history"] and any(not solved for _, _, solved, *_ in wanted["results"])
    deaths = 0
    for late in (False, True):
        for at in range(2 + 5 * late, MOST, step):
            store = open_store("memory:")
            try:
                begin(mortal(store, at, late))
                break
            except killed:
                deaths += 1
            assert record_of(store, begin(store)) == wanted, (
                f"killed at write {at} ({'after' if late else 'before'} it)"
            )
            assert {run.state for run in store.runs()} == {"finished"}
        else:
            raise AssertionError("the growth has more writes than were tried")
    assert deaths > 100 / step


def test_finished_tasks_are_not_searched_again(quick_stitch: None, mortal: Any, killed: Any) -> None:
    """Killed again and again after a few writes it still comes to its end."""
    store, starts = open_store("memory:"), 0
    while True:
        try:
            growth = begin(mortal(store, 25, False))
            break
        except killed:
            starts += 1
            assert starts < 100
    assert starts > 2
    plain = open_store("memory:")
    assert record_of(store, growth) == record_of(plain, begin(plain))
    assert sum(is_growth(run) for run in store.runs()) == 1


def test_a_damaged_run_stops_no_growth(
    quick_stitch: None, tmp_path: Path, mortal: Any, killed: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It is left out, with a warning, and the growth that was ended is found beside it."""
    with open_store(str(tmp_path / "x.db")) as store:
        store.create_run(Run("damaged", "t", "random"))
        with closing(sqlite3.connect(tmp_path / "x.db")) as other:
            other.execute("UPDATE runs SET config = '{' WHERE id = 'damaged'")
            other.commit()
        with pytest.raises(killed):
            begin(mortal(store, 40, False))
        growth = begin(store)
        there = store.runs(unreadable=lambda run, error: None)
    assert [run.state for run in there if is_growth(run)] == ["finished"]
    plain = open_store("memory:")
    assert [each.program for each in growth.results] == [each.program for each in begin(plain).results]
    assert "run='damaged' is left out: Run.config" in caplog.text


def test_a_finished_growth_begins_anew_and_an_interrupted_one_does_where_it_is_asked_to(quick_stitch: None) -> None:
    store, begun = open_store("memory:"), []

    def stop(result: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin(store, on_result=stop)
    assert [run.state for run in store.runs() if is_growth(run)] == ["interrupted"]
    begin(store, anew=True, on_begin=begun.append)
    begin(store, on_begin=begun.append)
    assert [each.searched for each in begun] == [0, 0] and len({each.run for each in begun}) == 2
    growths = [run.state for run in store.runs() if is_growth(run)]
    assert growths == ["interrupted", "finished", "finished"]
    begin(store, seed=1, on_begin=begun.append)
    assert begun[-1].searched == 0, "with another seed it is another growth"


def test_a_growth_goes_on_by_its_id(quick_stitch: None, tmp_path: Path, mortal: Any, killed: Any) -> None:
    file = tmp_path / "some.jsonl"
    rows = [
        {"name": name, "type": "list(int) -> list(int)", "examples": [{"inputs": [xs], "output": function(xs)} for xs in INPUTS]}
        for name, function in FUNCTIONS.items()
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    given: dict[str, Any] = {"evaluations": 150, "strategy": "enumerative", "words": ["map", "*", "reverse", "sort"]}
    plain, store = open_store("memory:"), open_store("memory:")
    wanted = record_of(plain, grow(str(file), plain, **given))
    with pytest.raises(killed):
        grow(str(file), mortal(store, 14, False), **given)
    (run,) = [run for run in store.runs() if is_growth(run)]
    begun: list[Begun] = []
    growth = resume_growth(store, run, listeners=Listeners(on_begin=begun.append))
    assert record_of(store, growth) == wanted and begun[0].run == run.id and 0 < begun[0].searched < 4
    again = resume_growth(store, store.run(run.id))
    assert record_of(store, again) == wanted, "a finished one is shown"
    file.write_text("\n".join(map(json.dumps, rows[1:])), encoding="utf-8")
    with pytest.raises(StudyError, match="'squares' of .* is gone or has changed"):
        resume_growth(store, store.run(run.id))
    with pytest.raises(StudyError, match="is a search and no growth"):
        resume_growth(store, searches(store)[0])


def test_tasks_made_in_python_are_gone_on_with_from_python(quick_stitch: None) -> None:
    store = open_store("memory:")
    run = store.run(begin(store).run)
    with pytest.raises(StudyError, match="was made in Python"):
        resume_growth(store, run)


def test_a_log_of_another_version_is_refused(quick_stitch: None, mortal: Any, killed: Any) -> None:
    store = open_store("memory:")
    with pytest.raises(killed):
        begin(mortal(store, 40, False))
    (run,) = [run for run in store.runs() if is_growth(run)]
    events = store.events(run.id)
    assert events
    store.append(type(events[0])(run.id, len(events), "dance", 0, {"subject": "", "clock": {}}))
    with pytest.raises(StudyError, match="step dance"):
        begin(store)
