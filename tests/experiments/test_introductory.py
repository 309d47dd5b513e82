"""Introductory problems as tasks: what they ask for, inputs that differ, and two halves that never change."""

from __future__ import annotations

import json
import sys

import pytest

from automl.tasks.kinds.examples import examples_from_json
from experiments.benchmarks import introductory
from experiments.problems.introductory import FRESH, PROBLEMS, problems
from experiments.problems.introductory_answers import ANSWERS
from experiments.problems.introductory_fresh import FRESH_ANSWERS

KNOWN = [
    ("bowling", ("X" * 12,), 300), ("bowling", ("9-" * 10,), 90), ("bowling", ("5/" * 10 + "5",), 150),
    ("bouncing balls", (1.0, 0.5, 2), 2.25), ("snow day", (2, 1.0, 1.0, 0.5), 1.0), ("coin sums", (41,), [1, 1, 1, 1]),
    ("cut vector", ([1, 2, 3, 6],), ([1, 2, 3], [6])), ("dice game", (2, 1), 0.5), ("find pair", ([5, 7, 1], 8), (7, 1)),
    ("mastermind", ("RRGB", "GRRB"), (2, 2)), ("luhn", ([0, 9] * 8,), 72), ("leaders", ([3, 1, 2, 2],), [3, 2, 2]),
    ("indices of substring", ("aaaa", "aa"), [0, 1, 2]), ("camel case", ("two-word-s or-so",), "twoWordS orSo"),
    ("solve boolean", ("T|F&F",), False), ("spin words", ("hello you",), "olleh you"), ("square digits", (12,), "14"),
    ("isogram", ("Lumber-jack -s",), True), ("isogram", ("Aba",), False), ("warmer days", ([5, 3, 4, 9, 2],), [3, 1, 1, 0, 0]),
    ("income tax", (50_000,), 10_000.0), ("title case", ("of mice and me",), "Of Mice And me"), ("clock angle", (9, 30), 105.0),
    ("water tank", (5, [3, 4, -9, 7]), 4), ("robot walk", ("UURDL",), (0, 1)), ("pascal row", (4,), [1, 4, 6, 4, 1]),
    ("isbn check", ("0306406152",), True), ("isbn check", ("0306406153",), False), ("most frequent", ([3, 1, 3, 1, 2],), 1),
    ("paired digits", ("11223",), 3), ("middle character", ("abcd",), "bc"), ("basement", ([1, -2],), 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "output"), KNOWN)
def test_answers_are_those_of_the_descriptions(name: str, given: tuple, output: object) -> None:
    answers = {**ANSWERS, **FRESH_ANSWERS}
    assert answers[name](*given) == output


def test_every_problem_makes_a_task_of_different_inputs() -> None:
    assert len(PROBLEMS) == len({each.name for each in PROBLEMS}) == len(ANSWERS) == 25
    for each in (*PROBLEMS, *(one for one in FRESH if one.name != "pascal row")):
        row = each.task(20, 30, seed=1)
        task = examples_from_json(json.loads(json.dumps(row)))
        assert len(task.data.train) == 20 and task.test is not None and len(task.test) == 30
        assert row == each.task(20, 30, seed=1) != each.task(20, 30, seed=2)


def test_halves_are_apart() -> None:
    tuned, held_out = ({each.name for each in problems(half)} for half in ("tuned", "held_out"))
    assert len(tuned) == 13 and len(held_out) == 12 and not tuned & held_out
    assert {each.name for each in problems("fresh")} == set(FRESH_ANSWERS) and len(problems("all")) == 35
    assert "basement" in tuned and "leaders" in held_out


def test_only_counts_of_what_is_held_out_are_shown(tmp_path, monkeypatch) -> None:
    path = tmp_path / "found.json"
    chosen = ["--half", "held_out", "--only", "fuel cost", "--budget", "2000 evaluations", "--examples", "10"]
    monkeypatch.setattr(sys, "argv", ["introductory", *chosen, "--json", str(path)])
    introductory.main()
    figures = json.loads(path.read_text())["figures"]
    assert figures["summary"]["tasks"] == 1 and figures["rows"] == []
