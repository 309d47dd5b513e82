"""Each benchmark runs with small settings and writes its figures with their circumstances. Times are not judged."""

from __future__ import annotations

import importlib
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.benchmarks import __main__ as all_benchmarks
from experiments.benchmarks import blend, columns, inheritance, synthesis
from experiments.benchmarks.banks import FIRST_ORDER, INPUTS, LITERALS, census, rows
from experiments.benchmarks.strategies import margin
from experiments.benchmarks.typed_gp import TYPES, TypedGP
from experiments.benchmarks.zero_cost import kept
from primitives.interpreter.interpret import evaluate
from primitives.term import Literal, Term, Variable, apply, lambdas
from primitives.values import Failed, Failure
from primitives.words import builtin_words

CIRCUMSTANCES = {"benchmark", "figures", "seed", "hardware", "versions", "command", "seconds"}
FEW = f"{synthesis.STARTER}?limit=4"


def run(name: str, arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The figures that a benchmark writes."""
    path = folder / f"{name}.json"
    monkeypatch.setattr(sys, "argv", [name, *arguments, "--json", str(path)])
    importlib.import_module(f"experiments.benchmarks.{name}").main()
    written = json.loads(path.read_text(encoding="utf-8"))
    assert set(written) >= CIRCUMSTANCES
    assert written["benchmark"] == name
    return written["figures"]


@pytest.mark.slow
def test_synthesis_counts_what_its_rows_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = run("synthesis", [FEW, "--budget", "30000 evaluations"], tmp_path, monkeypatch)
    assert figures["file"] == "starter.jsonl"
    assert [row["task"] for row in figures["rows"]][:2] == ["each plus 1", "each plus 2"]
    assert figures["summary"]["tasks"] == 4
    assert figures["summary"]["solved"] == sum(row["solved"] for row in figures["rows"]) >= 3
    assert figures["summary"]["right"] == sum(row["right"] for row in figures["rows"]) >= 3


def test_synthesis_is_the_same_for_a_budget_in_terms() -> None:
    tasks = synthesis.load_tasks(FEW)[:2]
    first, second = (synthesis.run_tasks(tasks, "10000 evaluations") for _ in range(2))
    assert [(row["terms"], row["program"]) for row in first] == [(row["terms"], row["program"]) for row in second]


@pytest.mark.slow
def test_columns_counts_and_plots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = tmp_path / "solved.png"
    small = ["--terms", "20000", "--programs", "100", "--rounds", "1", "--budget", "2000 evaluations", "--limit", "4"]
    figures = run("columns", [*small, "--plot", str(picture)], tmp_path, monkeypatch)
    against = figures["against DEAP"]
    assert against["columns"]["programs"] >= 20000
    assert 0 < against["columns"]["failing"] < 1
    assert 0 < against["columns"]["distinct"] < 1
    assert against["columns"]["kept_checked_by_interpreter"] == 200
    for name in ("deap, size as in columns", "deap, about 18 nodes"):
        assert against[name]["programs"] == 100
        assert against[f"columns / {name}"]["ratio"] > 0
    assert figures["lambda bodies"]["terms"]["bodies"] > 0
    assert figures["lambda bodies"]["terms"]["higher order"] > 0
    assert figures["solved against terms"]["starter.jsonl"]["solved"] >= 1
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_memory_counts_tasks_and_weighs_streamed_terms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = ["--memory", "24", "--budget", "20000 evaluations", "--every", "2", "--streamed", "500000"]
    figures = run("memory", [FEW, *small], tmp_path, monkeypatch)
    found = figures["limits"]["24 MiB"]
    assert found["tasks"] == 2 and found["solved"] == sum(row["solved"] for row in found["rows"])
    assert 0 <= found["grown_mib_most"] < 100
    streamed = figures["streamed"]
    assert 0 < streamed["terms"] < 500_000, "the terms before the bank was frozen are not counted"
    assert streamed["bytes_per_term"] == pytest.approx(streamed["grown_mib"] * 2**20 / streamed["terms"], abs=0.3)
    assert streamed["bytes_per_term"] < 50, "a kept term takes some hundred bytes: these were only looked at"


def test_the_census_sees_what_the_timed_run_counts() -> None:
    inputs = rows(0)
    seen = census(inputs, 20_000, checks=20, seed=1)
    timed = columns.enumerate_terms(FIRST_ORDER, inputs, 0, 20_000).terms
    assert 0.9 * timed <= seen.terms <= timed  # all but the last batch
    assert sum(seen.shares.values()) == pytest.approx(1)


def test_lists_are_at_least_half_of_the_programs() -> None:
    seen = census(rows(0), 200_000, checks=0, seed=0)
    assert seen.shares[TYPES[2]] >= 0.5


def deap() -> TypedGP:
    words = {name: builtin_words()[name] for name in FIRST_ORDER}
    return TypedGP(words, INPUTS, LITERALS)


def term_of(nodes: Iterator[Any]) -> Term:
    """The term that a DEAP tree, in prefix order, stands for."""
    node = next(nodes)
    kind, _, rest = node.name.partition("_")
    if kind == "constant":
        return Literal(*LITERALS[int(rest)])
    if kind.startswith("ARG"):
        return Variable(len(INPUTS) - 1 - int(kind[3:]))
    word = builtin_words()[FIRST_ORDER[int(rest.partition("_")[0])]]
    return apply(word.word(), *(term_of(nodes) for _ in range(node.arity)))


def test_deap_computes_the_values_of_the_interpreter() -> None:
    gp = deap()
    tally = gp.run(200, (1, 3), dict.fromkeys(TYPES, 1 / 3), rows(0), seed=3)
    by_class = {marker: type for type, marker in gp.classes.items()}
    failed = 0
    for tree in tally.kept.values():
        program = gp.gp.compile(tree, gp.sets[by_class[tree.root.ret]])
        term = lambdas(len(INPUTS), term_of(iter(tree)))
        for given in rows(0):
            wanted = evaluate(term, given, words=builtin_words())
            if isinstance(wanted, Failure):
                failed += 1
                with pytest.raises(Failed):
                    program(*given)
            else:
                assert program(*given) == wanted
    assert failed


def test_deap_runs_are_counted_and_repeatable() -> None:
    gp, even = deap(), dict.fromkeys(TYPES, 1 / 3)
    tally = gp.run(300, (1, 3), even, rows(0), seed=3)
    assert 0 < tally.failing < 300
    assert 60 < tally.lists < 140
    assert len(tally.kept) <= 300 < tally.nodes
    assert gp.run(300, (1, 3), even, rows(0), seed=3).kept.keys() == tally.kept.keys()
    small, large = (gp.height(size, random.Random(0)) for size in (3.0, 18.0))
    assert small < large


def test_predicted_error_of_sums_is_that_of_independent_digits() -> None:
    rng = np.random.default_rng(0)
    errors = np.zeros(100, np.int64)
    assert blend.predicted(errors, 10, rng)["mae"]["value"] == 0
    errors[:2] = 3  # of 20 draws 0.4 are wrong in the mean, each by 3 and never cancelling
    found = blend.predicted(errors, 200, rng)
    assert found["mae"]["value"] == pytest.approx(1.2, rel=0.02)
    assert found["exact_p_to_the_20"] == pytest.approx(0.98**20, abs=1e-4)
    assert found["exact_with_cancelling"]["value"] == pytest.approx(0.98**20, rel=0.02)


def test_measured_error_counts_failures_as_wrong() -> None:
    found = blend.measured(np.array([0, 0, -2]), 1, np.random.default_rng(0))
    assert found["exact"]["value"] == 0.5
    assert found["mae"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    low, high = found["exact"]["interval_95"]
    assert 0 <= low < 0.5 < high <= 1


def test_every_benchmark_is_run_and_has_small_settings() -> None:
    names = all_benchmarks.benchmarks()
    assert {"blend", "columns", "digits", "library_gain", "synthesis"} <= set(names)
    assert "common" not in names
    assert set(all_benchmarks.QUICK) <= set(names)


@pytest.mark.parametrize("name", all_benchmarks.benchmarks())
def test_the_command_line_of_every_benchmark_is_sound(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"experiments.benchmarks.{name}").main()
    assert ended.value.code == 0 and "--json" in capsys.readouterr().out


@pytest.mark.slow
def test_the_runner_writes_results_and_reports_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["benchmarks", "--only", "synthesis", "--quick", "--results", str(tmp_path / "results")]
    monkeypatch.setattr(sys, "argv", arguments)
    assert all_benchmarks.main() == 0
    assert set(json.loads((tmp_path / "results" / "synthesis.json").read_text(encoding="utf-8"))) >= CIRCUMSTANCES
    monkeypatch.setitem(all_benchmarks.QUICK, "synthesis", ("absent.jsonl",))
    assert all_benchmarks.main() == 1
    assert "synthesis: failed" in capsys.readouterr().out


@pytest.mark.slow
def test_digits_and_blend_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = run("digits", ["--budget", "6 evaluations", "--seeds", "11", "--workers", "1"], tmp_path, monkeypatch)
    for strategy in ("genetic", "random"):
        (row,) = figures[strategy]["rows"]
        assert figures[strategy]["median_test"] == row["test"]
        assert row["structures"] <= row["evaluations"]
    small = ["--digits-budget", "20s", "--budget", "20s", "--lists", "20"]
    figures = run("blend", small, tmp_path, monkeypatch)
    assert 0 < figures["predicted"]["digit_accuracy"] <= 1
    assert set(figures) >= {"digits", "promoted", "sum"}


def test_margins_are_those_of_the_pairs() -> None:
    control = [{"test": 90.0}, {"test": 80.0}, {"test": None}]
    found = margin([{"test": 91.0}, {"test": 83.0}, {"test": 2.0}], control, "test")
    assert found["margin"] == 2.0 and (found["better"], found["worse"]) == (3, 0)
    # Student's t at 97.5 % with two degrees of freedom is 4.303; the standard deviation of 1, 3, 2 is 1.
    assert found["interval"] == pytest.approx([2.0 - 4.303 / 3**0.5, 2.0 + 4.303 / 3**0.5], abs=1e-3)


@pytest.mark.slow
def test_strategies_are_compared_with_the_control(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = run(
        "strategies", ["--evaluations", "3", "--seeds", "2", "--strategies", "reinforce"], tmp_path, monkeypatch
    )
    assert [row["seed"] for row in figures["random"]["rows"]] == [row["seed"] for row in figures["reinforce"]["rows"]]
    assert len(figures["reinforce"]["test"]["interval"]) == 2


def test_passes_are_measured_in_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, labels = np.random.default_rng(0), np.arange(80) % 4
    pictures = drawn.integers(0, 256, size=(80, 16, 16, 3), dtype=np.uint8)
    np.savez(tmp_path / "pictures.npz", x_train=pictures, y_train=labels)
    given = ["--data", str(tmp_path / "pictures.npz"), "--nets", "two_convolutions", "--epochs", "1,2"]
    rows = run("passes", given, tmp_path, monkeypatch)["rows"]
    assert [(row["epochs"], row["changes"]) for row in rows] == [
        (epochs, changes) for epochs in (1, 2) for changes in ("usual", "mirrored", "mirrored+slow", "mirrored+far+cut")
    ]
    assert all(0 <= row["accuracy"] <= 100 for row in rows)


@pytest.mark.slow
def test_untrained_scores_are_compared_with_the_number_of_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = run("zero_cost", ["--nets", "6"], tmp_path, monkeypatch)
    assert figures["nets"] == 6 and figures["scores"]["parameters"]["above"] == 0.0
    assert all(-1 <= each["tau"] <= 1 for each in figures["scores"].values() if each["tau"] == each["tau"])
    assert any(row["codes"] > -1e29 for row in figures["rows"])


def test_a_filter_keeps_the_best_that_are_in_its_upper_half() -> None:
    rows = [{"accuracy": i / 20, "up": float(i), "down": float(-i), "none": 0.0} for i in range(20)]
    assert (kept(rows, "up"), kept(rows, "down")) == (1.0, 0.0)


@pytest.mark.slow
def test_inheritance_pairs_its_arms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = [
        "--seeds",
        "1",
        "--evaluations",
        "11",
        "--epochs",
        "1",
        "--alone",
        "1",
        "--programs",
        "3",
        "--error",
        "30",
        "--train-cases",
        "300",
    ]
    figures = run("inheritance", small, tmp_path, monkeypatch)
    assert set(figures["arms"]) == set(figures["rows"]) == set(inheritance.ARMS)
    assert all(
        arm["median_best_error_after"][-1] <= arm["median_best_error_after"][0] for arm in figures["arms"].values()
    )
    assert figures["arms"]["scratch"]["ratio"] == 1.0
    first = [row["best_after"][0] for arm, (row,) in figures["rows"].items() if arm not in inheritance.LONGER]
    assert len(set(first)) == 1, "until the first child all arms are the same search"


def test_compute_to_an_error_is_compared_in_pairs() -> None:
    assert [inheritance.reached((9.0, 5.0, 3.0), error, 100) for error in (10.0, 5.0, 1.0)] == [100, 200, None]
    rows = {"scratch": [{"cases": None, "best_after": [3.0]}, {"cases": 200, "best_after": [3.0]}]}
    rows["inherited"] = [{"cases": 100, "best_after": [2.0]}, {"cases": 100, "best_after": [1.0]}]
    table = inheritance.compared(rows, 400)
    assert table["inherited"]["ratio"] == pytest.approx((0.25 * 0.5) ** 0.5, abs=1e-3)
    assert table["inherited"]["ratio_95"] == [0.25, 0.5] and table["scratch"]["reached"] == 1


def test_compute_is_compared_at_several_errors_where_a_training_costs_more_in_one_arm() -> None:
    rows = {"scratch": [{"errors": [9.0, 5.0, 3.0, 3.0]}], "scratch, longer": [{"errors": [5.0, 2.0]}]}
    table = inheritance.by_error(rows, (5.0, 2.5), {"scratch": 100, "scratch, longer": 200}, 400)
    assert [table["5"][arm]["median_cases"] for arm in rows] == [200, 200]
    assert table["2.5"]["scratch"]["reached"] == 0 and table["2.5"]["scratch, longer"]["median_cases"] == 400
