"""The arms of a comparison: each like the search, and its test part read once."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest

from automl.budget import Budget
from automl.comparison import compare as comparing
from automl.comparison import training
from automl.comparison.compare import CONTROL, RETRAINED, SEARCH, ComparisonRow, announcement, compare, keep
from automl.comparison.rivals import BASELINE, ComparedProgram
from automl.standalone.run import run_report
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import Schedule
from automl.tasks.task import Task
from automl.views.run import settings_of, view_run
from library.store import AbstractStore, open_store
from primitives.syntax import parse
from primitives.words import known_words

OPTIONS = Options(Budget(None, 4), schedule=Schedule(epochs=1, refine_epochs=2, refine=0.5), seed=3)
LINEAR = "(lambda (x) (pipe x flatten (dense :units 3 @last)))"
TOO_WIDE = "(lambda (x) (pipe x flatten (dense :units 1000000 @1) (dense :units 1000000 @2) (dense :units 3 @3)))"


@pytest.fixture
def rivals(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"linear": LINEAR, "wide": TOO_WIDE}
    found = [ComparedProgram(BASELINE, name, parse(text, known_words())) for name, text in texts.items()]
    monkeypatch.setattr(comparing, "declared_rivals", lambda type: found)


def compared(task: Task, store: AbstractStore) -> list[ComparisonRow]:
    study = open_study(task, store, OPTIONS, run_id="r")
    rows = list(compare(study, run_study(study), OPTIONS))
    keep(study, rows)
    return rows


@pytest.mark.usefixtures("rivals")
def test_every_arm_is_trained_alike_and_tested_once(blobs: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    read, tested = [], training.tested

    def counted(*arguments: Any) -> Any:
        read.append(arguments)
        return tested(*arguments)

    monkeypatch.setattr(training, "tested", counted)
    store = open_store("memory:")
    rows = compared(blobs, store)
    assert [row.arm for row in rows] == [SEARCH, CONTROL, BASELINE, BASELINE, RETRAINED]
    assert len(read) == 1 + 3  # those that were searched were tested by their search; the wide one came to nothing
    told = [row for row in rows if row.name != "wide"]
    assert all(row.validation is not None and row.test is not None and row.seconds > 0 for row in told)
    wide = rows[3]
    assert wide.validation is None and wide.test is None and "at most" in wide.detail

    again = rows[-1]
    assert again.trainings == 3 and again.test is not None and again.test_spread is not None
    assert again.test_spread[0] <= again.test <= again.test_spread[1]
    assert again.program == rows[0].program

    run = store.run("r")
    assert [(row.arm, row.name, row.test) for row in view_run(store, run).compared] == [
        (row.arm, row.name, row.test) for row in rows
    ]
    assert not any(name.startswith("comparison") for name, _ in settings_of(run))
    report = run_report(store, run)
    assert "Beside it" in report and "winner retrained" in report and wide.detail in unescape(report)


@pytest.mark.usefixtures("rivals")
def test_the_control_has_the_same_budget_and_schedule_and_takes_nothing_from_the_search(blobs: Task) -> None:
    store = open_store("memory:")
    compared(blobs, store)
    search, control = sorted(store.runs(), key=lambda run: run.id != "r")
    assert control.strategy == "random" and control.budget == search.budget
    assert control.config["schedule"] == search.config["schedule"]
    assert control.seed != search.seed
    keys = {each.key for each in store.evaluations("r") if each.key}
    assert keys and not keys & {each.key for each in store.evaluations(control.id)}


@pytest.mark.usefixtures("rivals")
def test_how_long_it_takes_is_told_beforehand(blobs: Task) -> None:
    said = announcement(open_study(blobs, open_store("memory:"), OPTIONS))
    assert "(4 evaluations)" in said and "2 programs" in said and "not in the budget" in said
    assert "minutes" not in said


def test_programs_on_values_and_several_tasks_are_refused(folder, automl) -> None:
    for file, said in (("one.jsonl", "leave it out"), ("three.jsonl", "tasks=3")):
        code, _, error = automl("search", file, "--compare", "--evaluations", "10")
        assert code == 2 and said in error


@pytest.mark.slow
def test_the_command_prints_and_writes_the_comparison(folder, automl) -> None:
    fast = ("--set", "schedule.epochs=1", "--set", "schedule.refine_epochs=1")
    code, out, error = automl("search", "digits", "--evaluations", "3", *fast, "--compare", "--json", "rows.json")
    assert code == 0 and "--compare" in error and "winner retrained" in out and "shallow" in out
    row = json.loads((folder / "rows.json").read_text())
    assert {each["arm"] for each in row["comparison"]} == {SEARCH, CONTROL, BASELINE, RETRAINED}
