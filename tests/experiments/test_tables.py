"""The benchmark of tables: what the tables are, that cells are counted once, and what its summary says of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from experiments.benchmarks import tables
from experiments.benchmarks.table_rivals import typed
from experiments.benchmarks.table_sets import BUNDLED, GENERATED, TABLES, TARGET
from experiments.benchmarks.tables import (
    METHODS,
    OURS,
    Cell,
    CellResult,
    cells_of,
    known_cells,
    overall,
    run_cell,
    summary,
)

SMALL = ["--tables", "few,iris", "--folds", "2", "--seeds", "1", "--budget", "2 evaluations", "--jobs", "1"]


def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    written = folder / "tables.json"
    given = [*SMALL, "--cells", str(folder / "cells.jsonl"), "--json", str(written)]
    monkeypatch.setattr(sys, "argv", ["tables", *given])
    tables.main()
    return json.loads(written.read_text(encoding="utf-8"))["figures"]


def test_a_run_is_counted_and_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = run(tmp_path, monkeypatch)
    few, iris = figures["tables"]["few"], figures["tables"]["iris"]
    assert few["failed"] == iris["failed"] == 0 and few["cells"] == iris["cells"] == 2
    assert few["metric"] == "r2" and few["constant"][0] < 0.1 < few[OURS][0]
    assert iris["constant"][0] < 0.5 < 0.9 < min(iris["forest"][0], iris[OURS][0])
    assert figures["overall"]["tables"] == 2
    lines = (tmp_path / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 * 2 * len(METHODS)
    asked: list[Cell] = []
    monkeypatch.setattr(tables, "run_cell", lambda cell: asked.append(cell) or run_cell(cell))
    (tmp_path / "cells.jsonl").write_text("\n".join([*lines[:-1], lines[-1][:30]]), encoding="utf-8")
    again = run(tmp_path, monkeypatch)
    assert len(asked) == 1 and again["tables"] == {
        name: {**row, "longest search": again["tables"][name]["longest search"]}
        for name, row in figures["tables"].items()
    }


def test_a_cell_that_fails_is_counted_and_says_why() -> None:
    result = run_cell(Cell("few", "no such model", 0, 2, 0, 0))
    assert result.score is None and "no such model" in result.failed


def test_the_cells_of_another_budget_are_others(tmp_path: Path) -> None:
    one, other = (list(cells_of(["few"], 2, 1, budget, 0)) for budget in ("5s", "9s"))
    assert {cell.method for cell in set(one) & set(other)} == {"constant", "forest", "boosting"}
    assert known_cells(tmp_path / "absent") == {}


def cells_with(table: str, scores: dict[str, list[float | None]]) -> dict[Cell, CellResult]:
    return {
        Cell(table, method, fold, 2, 0, 0, "9s" if method == OURS else ""): CellResult(
            score, 1.0, failed="" if score is not None else "no program"
        )
        for method, each in scores.items()
        for fold, score in enumerate(each)
    }


def test_the_summary_of_known_cells() -> None:
    scores = {"constant": [0.5, 0.5], "forest": [0.8, 0.9], "boosting": [0.7, 0.7], OURS: [0.9, 0.85]}
    row = summary(cells_with("iris", scores))["iris"]
    assert row["target"] == "forest" and row["wins"] == 1 and row["failed"] == 0
    assert row["gain"] == [pytest.approx(0.025), pytest.approx(0.075)]
    assert row[OURS] == [0.875, 0.025]


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [([0.8, 0.8], "equal"), ([0.8, 0.79999], "below"), ([0.8, 0.80001], "above"), ([0.95, None], "below"), ([None, None], "below")],
)  # fmt: skip
def test_a_table_counts_by_what_is_not_rounded_and_below_where_a_search_failed(
    ours: list[float | None], verdict: str
) -> None:
    rows = summary(
        cells_with("iris", {"constant": [0.5, 0.5], "forest": [0.8, 0.8], "boosting": [0.7, 0.7], OURS: ours})
    )
    assert rows["iris"]["verdict"] == verdict
    assert overall(rows)["not below"] == (verdict != "below") and overall(rows)["above"] == (verdict == "above")


@pytest.mark.parametrize("name", TABLES)
def test_each_table_is_the_same_for_its_seed(name: str) -> None:
    one, two, other = (TABLES[name].make(seed) for seed in (0, 0, 1))
    assert one.equals(two) and TARGET in one.columns
    assert one.equals(other) == (TABLES[name] in BUNDLED)
    assert all(kind.kind in "fiub" for kind in typed(one.drop(columns=TARGET)).dtypes) == (
        name not in ("levels", "mixed")
    )


def test_the_troubles_are_there() -> None:
    frames = {table.name: table.make(3) for table in GENERATED}
    assert 0.15 < frames["missing"].drop(columns=TARGET).isna().to_numpy().mean() < 0.3
    assert [frames["levels"][f"of{count}"].nunique() for count in (2, 10, 100)] == [2, 10, 100]
    assert frames["levels"]["of5000"].nunique() > 2000
    assert (frames["rare"][TARGET] == "fraud").mean() == pytest.approx(0.01, abs=0.001)
    assert len(frames["few"]) == 100 and len(frames["many"]) == 100_000 and frames["wide"].shape[1] == 301
    either = frames["either"]
    assert abs(np.corrcoef(either["x0"], either[TARGET] == "yes")[0, 1]) < 0.05
    assert set(frames["mixed"][TARGET]) == {"low", "middle", "high"} and frames["mixed"]["city"].isna().any()
