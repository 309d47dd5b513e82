"""A library that an earlier version kept (tests/library/examples/store_v3.sql) is of use today: its words, runs, solutions, nets and guide.

What is expected here was answered by that version.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from automl.budget import Budget
from automl.cli import app
from automl.commands.common import experiment_folders
from automl.study.guides import latest_guide, load_guide
from automl.study.opening import build_problem, open_study, resume_options, run_study, stored_model
from automl.study.words import load_vocabulary
from automl.tasks.load import load_tasks
from library.records import StoreError
from library.store import open_store
from library.weights.blobs import Blobs
from primitives.interpreter.interpret import evaluate

EXAMPLES = Path(__file__).parents[2] / "library" / "examples"
SEARCH, NET, STOPPED, GUIDE = "2a9022b9d510", "4c21ce1286fb", "f9dc2f9067fd", "25d769957c8d"
SOLVED = ["each negated", "each plus 1", "each plus 2", "each squared", "each times 2", "total of squares"]


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stored library, in the current folder beside the table that one of its tasks came from."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "library.db"
    with sqlite3.connect(file) as connection:
        connection.executescript((EXAMPLES / "store_v3.sql").read_text())
    connection.close()
    shutil.copytree(EXAMPLES / "store_v3_weights", tmp_path / "library.db.blobs")
    shutil.copy(EXAMPLES / "store_v3_points.csv", tmp_path / "points.csv")
    return file


def automl(*arguments: str) -> str:
    found = CliRunner().invoke(app, [*arguments, "--library", "library.db"], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_its_words_runs_and_solutions_are_listed(stored: Path) -> None:
    words = json.loads(automl("library", "list", "--json"))
    assert [(word["name"], word["uses"]) for word in words] == [("map_add", 2), ("points_net", 1)]
    assert "0 problems" in automl("library", "check")
    runs = {run["id"]: run for run in json.loads(automl("runs", "list", "--json"))}
    assert [runs[run]["task"] for run in (SEARCH, NET, STOPPED)] == ["total of doubles", "points", "points"]
    assert runs[SEARCH]["evaluations"] == 3_631 and runs[STOPPED]["state"] == "interrupted"
    with open_store(str(stored)) as store:
        assert {each.task for each in store.solutions()} == {*SOLVED, "points", "total of doubles"}
        vocabulary = load_vocabulary(store)
        (solution,) = store.solutions(run=SEARCH)
        assert evaluate(vocabulary.read(solution.term), ((1, 2, 3),), words=vocabulary.all_words) == 12
        assert store.live_weights() == set(store.blobs.digests())
    assert {run["task"] for run in runs.values()} == {*SOLVED, "points", "total of doubles"}, "a guide is no run"


def test_its_programs_answer_as_they_did(stored: Path) -> None:
    assert automl("predict", SEARCH, "[[[1,2,3]],[[]]]").split() == ["12", "0"]
    said = automl("predict", NET, "[[0.5,-0.3],[-1,2],[0.1,0.1]]").splitlines()
    assert [json.loads(line)["answer"] for line in said] == ["right", "left", "right"]
    assert "points_net" in automl("library", "show", "points_net")
    assert "182 parameters" in automl("runs", "show", NET)


def test_its_runs_go_on(stored: Path) -> None:
    again = json.loads(automl("runs", "resume", SEARCH, "--json", "-"))
    assert again["solved"] and again["evaluations"] == 3_631 and again["program"] == "(lambda (x) (* 2 (sum x)))"
    finished = json.loads(automl("runs", "resume", STOPPED, "--json", "-"))
    assert (finished["evaluations"], finished["structures"], finished["validation_score"]) == (3, 3, 1.0)


def test_its_guide_guides_later_searches(stored: Path) -> None:
    with open_store(str(stored)) as store:
        (kept,) = store.guides()
        assert kept.iteration["solved"] == 6 and kept.created == 1795767312.7004697
        assert latest_guide(store) == GUIDE == store.run(SEARCH).config["guidance"]
        vocabulary = load_vocabulary(store)
        guide = load_guide(store, GUIDE, vocabulary)
        assert guide is not None and guide.network is not None and "map_add" in guide.names
        tasks = {task.name: task for task in load_tasks("starter", search_path=experiment_folders())}
        options = resume_options(store.run(SEARCH))
        problem = build_problem(tasks["two largest"], vocabulary, options, guide)
        assert problem.suggested["model"] != problem.suggested["grammar"]
        study = open_study(tasks["two largest"], store, options)
        assert study.record.config["guidance"] == GUIDE and study.strategy.problem.suggested == problem.suggested


def spoil(folder: Path, how: str) -> None:
    """Delete, or damage, every file of weights."""
    for file in folder.rglob("*.safetensors"):
        data = file.read_bytes()
        file.unlink() if how == "missing" else file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_weights_that_are_not_there_stop_nothing_else(how: str, stored: Path, caplog: pytest.LogCaptureFixture) -> None:
    spoil(stored.parent / "library.db.blobs", how)
    assert "182 parameters" in automl("runs", "show", NET)
    assert "points_net" in automl("library", "show", "points_net") and automl("library", "graph", "points_net")
    assert automl("predict", SEARCH, "[[[1,2,3]],[[]]]").split() == ["12", "0"]
    with open_store(str(stored)) as store:
        options = replace(resume_options(store.run(SEARCH)), budget=Budget(evaluations=20_000))
        (task,) = [t for t in load_tasks("starter", search_path=experiment_folders()) if t.name == "total of doubles"]
        assert run_study(open_study(task, store, options)).solved
        assert caplog.text.count("guides by its grammar alone") == 1 and "points_net" not in caplog.text
        (points,) = load_tasks("points.csv:side")
        study = open_study(points, store, replace(options, strategy="random", settings={}))
        assert caplog.text.count("word='points_net' is left out") == 1
        assert "points_net" not in study.strategy.problem.words and "map_add" in study.strategy.problem.words
        assert study.context["weights"] == {}
        study.executor.close()
        with pytest.raises(StoreError, match="weights="):
            stored_model(store, store.run(NET), load_vocabulary(store))


def test_weights_are_read_where_they_are_used(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    get = Blobs.get_bytes
    monkeypatch.setattr(Blobs, "get_bytes", lambda self, digest: read.append(digest) or get(self, digest))
    with open_store(str(stored)) as store:
        vocabulary = load_vocabulary(store)
        digest = store.subroutine("points_net").weights
        assert read == [] and set(vocabulary.weights) == {digest} == set(vocabulary.weights_of(["map", "points_net"]))
        assert vocabulary.weights_of(["map_add", "map"]) == [] and vocabulary.unreadable(vocabulary.words) == {}
        assert vocabulary.words["points_net"].tensors and read == [digest], "and once"
