"""The reliability of confidence: what the benchmark makes of searches, and which cases it hides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.benchmarks.calibration import by_chance, figures, tasks


def rows(stated: float, right: int, wrong: int) -> list[dict]:
    return [{"confidence": stated, "right": each < right} for each in range(right + wrong)]


def test_the_error_is_the_mean_distance_of_the_bins() -> None:
    found = figures([*rows(0.8, 8, 2), *rows(0.3, 5, 5)])
    assert found["error_points"] == pytest.approx(10.0) and found["share_right"] == 0.65
    assert [(each["from"], each["programs"], each["right"]) for each in found["curve"]] == [
        (0.3, 10, 0.5),
        (0.8, 10, 0.8),
    ]
    assert figures([]) == {"programs": 0}
    assert figures(rows(1.0, 3, 0))["curve"][0]["to"] == 1.0


def test_chance_alone_makes_an_error_that_more_programs_make_smaller() -> None:
    few, many = by_chance([0.7] * 20), by_chance([0.7] * 2000)
    assert many[0] < many[1] < few[1] and many[1] < 2.5 < few[1]


def test_cases_that_are_not_shown_are_hidden_tests(tmp_path: Path) -> None:
    cases = [{"inputs": [n], "output": n + 1} for n in range(8)]
    line = {"name": "next", "type": "int -> int", "examples": cases[:6], "tests": cases[6:]}
    (tmp_path / "next.jsonl").write_text(json.dumps(line) + "\n")
    whole, few = tasks(tmp_path / "next.jsonl", 0, 1)
    assert whole[:2] == ("next:next", "as it is") and len(whole[2].data.train) == 6
    shown = {inputs for (inputs,), _ in few[2].data.examples or ()}
    assert few[2].test is not None
    hidden = {inputs for (inputs,), _ in few[2].test.cases()}
    assert 2 <= len(shown) <= 4 and not shown & hidden and len(shown | hidden) == 8
