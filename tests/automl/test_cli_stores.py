"""What the command says of libraries that are not there or are damaged: one message, exit code 2, nothing made."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from automl.cli import main
from automl.errors import TaskError
from automl.tasks.load import load_tasks
from library.records import Run
from library.store import open_store

READING = [
    ["library", "list"],
    ["library", "show", "f"],
    ["library", "history"],
    ["library", "graph", "f"],
    ["library", "check"],
    ["library", "gc"],
    ["library", "export", "out.zip"],
    ["runs", "list"],
    ["runs", "show", "r1"],
    ["runs", "resume", "r1"],
    ["export", "r1", "out.py", "--to", "source"],
    ["predict", "r1", "[[1]]"],
    ["evaluate", "r1", "digits"],
    ["diagnose", "r1"],
    ["inspect", "r1"],
]


def automl(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("place", [["--library", "no/where/x.db"], []], ids=["mistyped", "default"])
def test_a_command_that_reads_makes_nothing(
    command: list[str],
    place: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert automl(*command, *place) == 2
    said = capsys.readouterr()
    assert "there is no library at that path" in said.err and said.out == ""
    assert not list(tmp_path.iterdir())


def test_runs_are_listed_beside_a_damaged_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "x.db")
    with open_store(file) as store:
        for name in ("r1", "r2", "r3"):
            store.create_run(Run(name, "sort", "random"))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE runs SET config = '{' WHERE id = 'r2'")
    connection.close()
    assert automl("runs", "list", "--json", "--library", file) == 0
    said = capsys.readouterr()
    assert [row["id"] for row in json.loads(said.out)] == ["r1", "r3"]
    assert said.err.count("'r2'") == 1 and "damaged: Run.config" in said.err


@pytest.mark.parametrize("name", ["lists.jsonl", "data.npz", "table.csv:y", "train-images-idx3-ubyte", "stages.toml"])
def test_a_pipe_is_no_task(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name.partition(":")[0])
    with pytest.raises(TaskError, match="is a pipe, not a file or a folder"):
        load_tasks(str(tmp_path / name))


def test_a_pipe_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "pictures" / "a").mkdir(parents=True)
    os.mkfifo(tmp_path / "pictures" / "a" / "1.png")
    with pytest.raises(TaskError, match="it is a pipe, not a file"):
        load_tasks(str(tmp_path / "pictures"))


def test_a_pipe_is_no_input(tmp_path: Path) -> None:
    from automl.tasks.inputs import read_inputs

    os.mkfifo(tmp_path / "x.npy")
    with pytest.raises(TaskError, match="is a pipe, not a file"):
        read_inputs(str(tmp_path / "x.npy"), None)
