"""The table of program synthesis and the pictures, from results as the benchmarks write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.benchmarks import compression, gain_plots, library_gain, synthesis, synthesis_table
from experiments.benchmarks.__main__ import benchmarks


def arm(*terms: int, solved: int) -> list[dict[str, Any]]:
    return [
        {"task": f"t{n}", "solved": n < solved, "right": n < solved, "terms": t, "seconds": t / 100, "subroutines": [], "whole": False}
        for n, t in enumerate(terms)
    ]  # fmt: skip


@pytest.fixture
def gained(tmp_path: Path) -> Path:
    """A folder with the result of a library gain of four times fewer terms."""
    given, without = arm(10, 10, 10, solved=3), arm(10, 10, 100, solved=2)
    iterations = [{"number": 1, "solved": 2, "in_library": 1}, {"number": 2, "solved": 3, "in_library": 4}]
    learning = {"terms": 1000, "seconds": 5.0, "iterations": iterations, "promoted": [{"name": "w", "calls": []}]}
    figures = {
        "tasks": "list", "vocabulary": "base_list", "budget": "60s", "held_out": 3, "with": given, "without": without,
        "learning": learning, "gain": library_gain.compare(given, without),
        "reuse": library_gain.reuse(learning["promoted"], given, ["t0", "t1", "t2"]),
    }  # fmt: skip
    (tmp_path / "library_gain_list_base.json").write_text(json.dumps({"figures": figures}))
    return tmp_path


def test_every_line_says_what_was_measured_or_how_to(gained: Path) -> None:
    lines = synthesis_table.lines(gained, Path("data"))
    assert "| list, base words, 60s a task: fewer terms | ≥ 6 × | 4.00 × [1.00, 10.00] | no |" in lines
    assert "| list, base words, 60s a task: points right | ≥ +20 | +33.3 (2 → 3 of 3) | yes |" in lines
    assert any("fewer on the 2 tasks that both solve |  | 1.00 × terms, 1.00 × seconds" in line for line in lines)
    assert any("within less |  | 1 s: +33.3 (2 → 3); 3 s: +33.3" in line for line in lines)
    assert any("used again | ≥ 60 % | 0 % of 1" in line and line.endswith("| no |") for line in lines)
    absent = next(line for line in lines if line.startswith("| library_gain_text_base"))
    assert "python -m experiments.benchmarks.library_gain --tasks text --base" in absent


def test_every_source_is_a_benchmark() -> None:
    assert {source.module for source in synthesis_table.SOURCES.values()} <= set(benchmarks())
    assert not {"synthesis_table", "gain_plots", "gain_table"} & set(benchmarks())  # they measure nothing


def test_shares_are_of_the_tasks_with_tests() -> None:
    rows = [
        {"solved": True, "right": True},
        {"solved": True, "right": None},
        {"solved": True, "right": False},
        {"solved": False, "right": None},
    ]
    found = {"budget": "60s", "summary": {"tasks": 4, "solved": 3, "right": 1}, "rows": rows, "peak_mib": 2049}
    first, second, third, fourth = synthesis_table.solved("tasks", 70, None, 0.9)(found)
    assert first.measured == "75.0 % (3 of 4)" and first.met
    assert second.measured == "25.0 % (1 of 4)" and second.met is None
    assert third.measured == "50.0 % of 2" and not third.met
    assert fourth.measured == "2,049 MiB" and not fourth.met
    untested = {**found, "rows": [{"solved": True, "right": None}] * 4, "peak_mib": None}
    assert [row.what for row in synthesis_table.solved("tasks", 70, None, 0.9)(untested)] == [
        "tasks, 60s a task: solved"
    ]


def test_summaries_of_the_results_are_those_of_their_rows() -> None:
    files = sorted((synthesis.PROJECT / synthesis_table.RESULTS).glob("synthesis*.json"))
    assert files
    for path in files:
        figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
        assert figures["summary"] == synthesis.summary(figures["rows"]), path.name


def test_shares_stand_apart_for_what_the_ranking_was_fitted_on() -> None:
    rows = [{"task": name, "solved": True, "right": name != "c"} for name in "abcd"]
    found = {"budget": "60s", "summary": {"tasks": 4, "solved": 4, "right": 3}, "rows": rows, "fitted_on": {"a", "b"}}
    inside, outside = synthesis_table.solved("tasks", None, None, 0.9)(found)[3:]
    assert inside.what.endswith("fitted on") and inside.measured == "100.0 % of 2"
    assert outside.what.endswith("held out from that fit") and outside.measured == "50.0 % of 2"


@pytest.mark.shared_data
def test_half_of_the_families_of_a_fitted_file_are_told_apart() -> None:
    names = synthesis_table.fitted_on("list_train.jsonl", synthesis_table.DATA)
    assert names is not None and 30 < len(names) < 80
    assert synthesis_table.fitted_on("lambdabeam_synthetic.jsonl", synthesis_table.DATA) is None


def test_a_guide_must_save_terms_and_lose_no_tasks() -> None:
    part = {"terms_off_over_on": [1.5, 0.9, 1.2], "median": 1.2, "solved_more": [0, -1, -1]}
    grammar, model = synthesis_table.recognition({"summary": {"held out": {"grammar": part, "model": part}}})
    assert grammar.met is None and model.met is False
    assert model.measured == "1.5, 0.9, 1.2 × (median 1.2); solved +0, -1, -1"


def test_memory_by_limit_and_for_a_streamed_term() -> None:
    limits = {"32 MiB": {"solved": 3, "tasks": 4, "grown_mib_most": 60}}
    bank, streamed = synthesis_table.memory({"budget": "1000", "limits": limits, "streamed": {"bytes_per_term": 3.5}})
    assert bank.measured == "3 of 4 solved; grown by at most 60 MiB" and bank.met is None
    assert streamed.met


def test_pictures_are_drawn(gained: Path) -> None:
    made = gain_plots.draw(gained / "library_gain_list_base.json", gained)
    assert [path.name for path in made] == ["library_gain_list_base_solved.png", "library_gain_list_base_growth.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in made)
    assert gain_plots.curve(arm(30, 10, 99, solved=2), "terms") == ([10, 30], [1, 2])


def test_compression_of_solved_programs_is_typed(tmp_path: Path) -> None:
    programs = [f"(lambda (xs) (map (lambda (x) (* {n} (+ x {n}))) (reverse (tail xs))))" for n in range(4)]
    rows = [{"task": f"t{n}", "solved": True, "program": text, "subroutines": []} for n, text in enumerate(programs)]
    rows.append({"task": "open", "solved": False, "program": "", "subroutines": []})
    path = tmp_path / "synthesis.json"
    path.write_text(json.dumps({"figures": {"rows": rows}}))
    found = compression.solved([path], rounds=1)
    assert found["programs"] == 4 and found["typed"] == 1.0 and found["ours"] > 1.2
    assert found["timing"]["ours"] > 0
    assert synthesis.named(path) == "synthesis.json"
