"""The command's contract: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from automl.growth.outcome import Iteration
from automl.testing.commands import REVERSED, lines_of, refused, task
from library.store import open_store

SEARCH_KEYS = {
    "name", "solved", "right", "program", "seconds", "evaluations", "outcome", "validation_score", "test_score", "parameters",
    "subroutines",
}  # fmt: skip


def test_search_writes_one_object_a_task(folder, automl):
    code, out, err = automl("search", "three.jsonl", "--budget", "10s", "--json", "out.jsonl")
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [row["name"] for row in rows] == ["reversed", "sorted", "total"]
    assert [row["right"] for row in rows] == [True, None, True]
    for row in rows:
        assert row.keys() >= SEARCH_KEYS
        assert row["solved"] and row["outcome"] == "solved" and row["program"]
        assert row["evaluations"] > 0 and row["seconds"] > 0 and row["validation_score"] == 1.0
        assert row["parameters"] == 0 and row["subroutines"] == []
    assert "reversed: solved, right on the tests" in out


def test_how_many_are_right_is_not_said_where_no_task_has_tests(folder, automl):
    examples = [{"inputs": [[3, 1]], "output": [1, 3]}, {"inputs": [[5, 9, 2]], "output": [9, 5]}]
    rows = [{"name": f"t{n}", "type": "list(int) -> list(int)", "examples": examples} for n in range(2)]
    Path("untested.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, out, _ = automl("search", "untested.jsonl", "--evaluations", "20", "--library", "memory:")
    (summary,) = [line for line in out.splitlines() if line.split()[:1] == ["2"]]
    assert code == 0 and summary.split("│")[2].strip() == "–" and summary.split("│")[3].strip() == "0"
    options = ("--evaluations", "20", "--guidance", "off", "--iterations", "2", "--library", "memory:")
    code, out, _ = automl("grow", "untested.jsonl", *options, "--growth-log", "log.jsonl")
    iterations = [line for line in out.splitlines() if "of 2" in line]
    assert code == 0 and [line.split("│")[2].strip() for line in iterations] == ["–", "–"]
    kept = json.loads(Path("log.jsonl").read_text().splitlines()[-1])
    assert kept["right"] is None and Iteration.from_dict(kept).right is None
    assert Iteration.from_dict({**kept, "right": 2}).right == 2, "growths that were stored before are read"


def test_json_on_standard_output_is_nothing_else(folder, automl):
    code, out, err = automl("search", "three.jsonl", "--evaluations", "5000", "--json", "-", "--library", "memory:")
    assert (code, err) == (0, "")
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["reversed", "sorted", "total"]


@pytest.mark.slow
def test_several_tasks_at_a_time_come_in_their_order(folder, automl):
    code, out, err = automl("search", "three.jsonl", "--budget", "20s", "--workers", "2", "--json", "-")
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["name"], row["solved"]) for row in rows] == [("reversed", True), ("sorted", True), ("total", True)]
    runs = json.loads(automl("runs", "list", "--json")[1])
    assert sorted(run["id"] for run in runs) == sorted(row["run"] for row in rows)
    assert {run["state"] for run in runs} == {"finished"}


def test_alternatives_are_shown_with_an_input_that_tells_them_apart(folder, automl):
    ambiguous = task("two", lambda xs: xs[0], [[9, 3], [7, 1, 2]], type="list(int) -> int")
    Path("two.jsonl").write_text(lines_of([ambiguous]))
    words = ("--words", "head,last,maximum,tail,sum,-", "--evaluations", "60000")
    code, out, _ = automl("search", "two.jsonl", *words, "--ambiguous", "--json", "found.json")
    assert code == 0 and "alternative" in out and "maximum" in out
    found = json.loads(Path("found.json").read_text())
    assert (
        found["solved"] and found["program"] == "(lambda (x) (head x))" and found["first_seconds"] <= found["seconds"]
    )
    other = next(each for each in found["alternatives"] if "maximum" in each["program"])
    assert other["output"] == max(other["inputs"][0]) != other["chosen_output"] == other["inputs"][0][0]
    assert 0 < other["probability"] < 1
    assert "alternative" not in automl("search", "two.jsonl", *words)[1]


def test_runs(folder, automl):
    refused(automl("runs", "list", "--json"), "automl.db does not exist")
    assert not Path("automl.db").exists()
    searched = json.loads(automl("search", "one.jsonl", "--evaluations", "5000", "--json", "-")[1])
    code, out, _ = automl("runs", "list", "--json")
    (run,) = json.loads(out)
    assert code == 0
    assert run.keys() >= {"id", "task", "state", "started", "evaluations", "best"}
    assert (run["task"], run["state"], run["best"]) == ("reversed", "finished", 1.0)
    assert run["evaluations"] == searched["evaluations"]
    assert run["id"] in automl("runs", "list")[1]
    code, out, _ = automl("runs", "show", run["id"])
    assert code == 0 and "(reverse x)" in out
    shown = json.loads(automl("runs", "show", run["id"], "--json")[1])
    assert shown["id"] == run["id"] and shown["outcomes"] == {"ok": 1} and shown["events"] == 4
    code, out, err = automl("runs", "resume", run["id"], "--json", "-")
    assert (code, err) == (0, "") and json.loads(out)["solved"] is True


def test_predict_and_export_a_program_on_values(folder, automl):
    row = json.loads(automl("search", "one.jsonl", "--evaluations", "5000", "--json", "-")[1])
    Path("one.jsonl").unlink()
    code, out, _ = automl("predict", row["run"], "[[[1, 2, 3]], [[]]]")
    assert code == 0 and [json.loads(line) for line in out.splitlines()] == [[3, 2, 1], []]
    Path("in.jsonl").write_text('{"inputs": [[5, 6]]}\n[[7]]\n')
    code, out, _ = automl("predict", row["run"], "in.jsonl")
    assert code == 0 and [json.loads(line) for line in out.splitlines()] == [[6, 5], [7]]
    assert automl("export", row["run"], "--to", "source", "program.py")[0] == 0
    found = subprocess.run(
        [sys.executable, "-I", "-c", "import runpy; print(runpy.run_path('program.py')['program']((1, 2, 3)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() in ("(3, 2, 1)", "[3, 2, 1]")
    for to in ("weights", "onnx"):
        code, _, err = automl("export", row["run"], "--to", to, "x.out")
        assert code == 2 and "export" in err and not Path("x.out").exists()


def test_a_run_is_named_by_the_beginning_of_its_id(folder, automl):
    library = ("--library", "lib.db")
    Path("f.jsonl").write_text(lines_of([REVERSED]))
    run = json.loads(automl("search", "f.jsonl", "--budget", "20s", *library, "--json", "-")[1])["run"]
    for command in (
        ["runs", "show", run[:5]],
        ["runs", "resume", run[:5]],
        ["runs", "config", run[:5]],
        ["predict", run[:5], "[[[1, 2]]]"],
    ):
        assert automl(*command, *library)[0] == 0, command
    shown = automl("runs", "show", run[:5], *library)[1]
    assert f"id         {run}\n" in shown and "budget     20s\n" in shown
    with open_store("lib.db") as store:
        store.create_run(replace(store.run(run), id=run[:4] + "zz"))
    refused(automl("runs", "show", run[:4], *library), f"run={run[:4]!r} is the beginning of 2 ids")
    refused(automl("runs", "show", "nosuch", *library), "run='nosuch' is unknown")
    assert automl("runs", "show", run, *library)[0] == 0


def test_a_growth_shows_its_budget_and_says_nothing_that_it_has_not(folder, automl):
    Path("f.jsonl").write_text(lines_of([REVERSED]))
    library = ("--library", "lib.db")
    assert automl("grow", "f.jsonl", "--budget", "20s", "--iterations", "1", "--guidance", "off", *library)[0] == 0
    with open_store("lib.db") as store:
        (growth,) = [run.id for run in store.runs() if run.strategy == "growth" or "growth" in run.task]
    shown = automl("runs", "show", growth, *library)[1]
    assert "outcomes" not in shown and "ended " not in shown and "{" not in shown.split("started")[0], shown
    assert "iteration 1 of 1: 1 of its 1 task searched" in automl("runs", "resume", growth, *library)[1]
