"""A stored run for others' tools: what is written, and what is said where a tool is absent."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace

import pandas
import pytest

from automl.exporting.history import history_of, measured
from automl.exporting.rows import evaluation_rows
from automl.testing.commands import TOTAL, lines_of, refused
from automl.testing.searched import SCORES
from library.records import Run


def test_rows_are_a_table_at_once(store, run, tmp_path, automl):
    path = tmp_path / "rows.jsonl"
    code, out, _ = automl("runs", "export", "run1", path, "--library", store.url)
    assert code == 0 and "3 evaluations written" in out
    table = pandas.read_json(path, lines=True)
    assert list(table.ask) == [0, 1, 2] and list(table.is_result) == [False, False, True]
    assert table.score.isna().tolist() == [False, True, False] and table["scores.accuracy"][2] == SCORES[2]
    assert table.program[2].startswith("(lambda (x) (pipe x") and list(table.elapsed) == [1.0, 2.0, 3.0]
    assert not any(isinstance(value, list | dict) for row in table.to_dict("records") for value in row.values())
    code, out, _ = automl("runs", "export", "run1", "--library", store.url)
    assert code == 0 and [json.loads(line) for line in out.splitlines()] == list(
        evaluation_rows(history_of(store, run))
    )


def test_a_search_without_evaluations_is_a_file_without_rows(store, run, tmp_path, automl):
    store.create_run(replace(run, id="empty", config={}))
    code, _, _ = automl("runs", "export", "empty", tmp_path / "none.jsonl", "--library", store.url)
    assert code == 0 and (tmp_path / "none.jsonl").read_text() == ""


def test_the_best_is_a_mean_over_folds_where_there_are_any(store, run):
    history = history_of(store, run)
    scored = [each for each in history.evaluations if "accuracy" in each.scores]
    folded = replace(scored[0], scores={**scored[0].scores, "folds": 5.0})
    mixed = replace(history, evaluations=[folded, *scored[1:]])
    assert scored[1].scores["accuracy"] > folded.scores["accuracy"]
    best = [each.value for each in measured(mixed) if each.name == "best/accuracy"]
    assert best == [folded.scores["accuracy"]] * len(scored)


def test_what_is_measured_goes_by_ask_and_by_epoch(store, run):
    found: dict[str, list[tuple[int, float]]] = {}
    for each in measured(history_of(store, run)):
        found.setdefault(each.name, []).append((each.step, each.value))
    assert found["validation/accuracy"] == [(0, 0.5), (2, 0.75)] and found["best/accuracy"] == [
        (0, 0.5),
        (1, 0.5),
        (2, 0.75),
    ]
    assert found["result/train_loss"] == [(1, 0.9), (2, 0.4)] and found["evaluation/parameters"][2] == (2, 12.0)
    assert {each.time for each in measured(history_of(store, run)) if each.step == 0} == {run.started + 1.0}


@pytest.mark.parametrize("tool", ["tensorboard", "mlflow"])
def test_a_tool_that_is_absent_is_named_before_anything_is_done(store, run, tool, automl, monkeypatch, tmp_path):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == tool else there(name, *rest))
    message = f"pip install 'automl-programs[{tool}]'"
    refused(automl("runs", "export", "run1", tmp_path / "x", "--to", tool, "--library", store.url), tool, message)
    (tmp_path / "tasks.jsonl").write_text(lines_of([TOTAL]))
    begun = automl("search", tmp_path / "tasks.jsonl", f"--{tool}", tmp_path / "x", "--library", store.url)
    refused(begun, message)
    assert [each.id for each in store.runs()] == ["run1"]


def test_what_cannot_be_exported_so_is_refused(store, run, automl):
    store.create_run(Run("grown", "growth of tasks", "growth"))
    refused(automl("runs", "export", "grown", "--library", store.url), "is a growth", "automl runs list")
    refused(
        automl("runs", "export", "run1", "--to", "csv", "--library", store.url), "'csv'", "jsonl, tensorboard or mlflow"
    )
    refused(automl("runs", "export", "run1", "--to", "mlflow", "--library", store.url), "a URI is required")


def test_a_tool_that_fails_after_a_search_loses_nothing(tmp_path, automl, monkeypatch):
    from automl.commands.sharing import Tools
    from automl.errors import StudyError

    def fail(tools, store, run):
        raise StudyError("nobody answers")

    monkeypatch.setattr(Tools, "check", lambda tools: None)
    monkeypatch.setattr(Tools, "take", fail)
    (tmp_path / "tasks.jsonl").write_text(lines_of([TOTAL]))
    code, out, err = automl(
        "search", tmp_path / "tasks.jsonl", "--evaluations", "2000", "--library", tmp_path / "one.db",
        "--json", tmp_path / "out.jsonl", "--mlflow", "x",
    )  # fmt: skip
    assert code == 1 and "total: " in out and "nobody answers" in err and "automl runs export" in err
    assert json.loads((tmp_path / "out.jsonl").read_text())["solved"]
