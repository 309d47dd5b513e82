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
    assert code == 0 and "3 rows written" in out
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
    (tmp_path / "none.jsonl").write_text('{"ask": 1}\n')  # of an earlier run
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
    refused(automl("runs", "export", "run1", "--to", "xls", "--library", store.url), "'xls'", "tensorboard or mlflow")
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


def test_a_file_is_what_its_name_says(store, run, tmp_path, automl, monkeypatch):
    for name, read in (("rows.csv", pandas.read_csv), ("rows.parquet", pandas.read_parquet)):
        code, out, _ = automl("runs", "export", "run1", tmp_path / name, "--library", store.url)
        assert code == 0 and "3 rows written" in out
        table = read(tmp_path / name)
        assert list(table.ask) == [0, 1, 2] and table["scores.accuracy"][2] == SCORES[2] and table.score.isna()[1]
    refused(
        automl("runs", "export", "run1", tmp_path / "rows.xlsx", "--library", store.url), ".jsonl", ".csv", ".parquet"
    )
    refused(automl("runs", "export", "run1", tmp_path / "a.csv", "--to", "jsonl", "--library", store.url), ".jsonl")
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "pyarrow" else there(name, *rest)
    )
    refused(
        automl("runs", "export", "run1", tmp_path / "b.pq", "--library", store.url),
        "pip install 'automl-programs[tables]'",
    )
    assert sorted(each.name for each in tmp_path.glob("[ab]*")) == []


@pytest.mark.parametrize(
    "command",
    [
        ("export", "run1", "{}.parquet", "--to", "source"),
        ("export", "run1", "{}.safetensors", "--to", "source"),
        ("export", "run1", "{}.py", "--to", "onnx"),
        ("report", "run1", "-o", "{}.pdf"),
        ("library", "export", "{}.db"),
        ("search", "--example", "1", "2", "--evaluations", "1", "--json", "{}.csv"),
    ],
)
def test_nothing_is_written_under_a_name_of_another_kind(store, run, tmp_path, automl, command):
    given = [each.format(tmp_path / "x") for each in command]
    refused(automl(*given, "--library", store.url), "is written, in a file that ends in")
    assert not list(tmp_path.glob("x.*"))


@pytest.mark.parametrize(
    "command",
    [
        ("export", "run1", "{}.onnx", "--to", "onnx"),
        ("runs", "export", "run1", "{}.csv"),
        ("report", "run1", "-o", "{}.html"),
        ("library", "export", "{}.zip"),
        ("search", "--example", "1", "2", "--evaluations", "1", "--json", "{}.jsonl"),
        ("runs", "list", "--log-file", "{}.log"),
    ],
)
def test_a_folder_that_is_not_there_is_named(store, run, tmp_path, automl, command):
    given = [each.format(tmp_path / "absent" / "x") for each in command]
    refused(automl(*given, "--library", store.url), f"{tmp_path / 'absent'}' does not exist; make it, or name another")


def test_rows_that_are_few_are_explained(store, run, tmp_path, automl):
    store.update_run("run1", config={**run.config, "terms": 12345})
    code, out, err = automl("runs", "export", "run1", "--library", store.url)
    assert code == 0 and len(out.splitlines()) == 3
    assert "3 rows" in err and "of 12,345 programs" in err and "not kept" in err
