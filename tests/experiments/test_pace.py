"""The benchmark of times: what it runs, and what it reads from it. No time is judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from automl.tasks.load import load_tasks
from experiments.benchmarks import pace


def test_what_is_searched(tmp_path: Path) -> None:
    pace.write_table(tmp_path / "t.csv", 60, 0)
    (table,) = load_tasks(f"{tmp_path / 't.csv'}:target")
    assert table.preprocessing is not None and len(table.preprocessing.describe()) == pace.COLUMNS
    pytest.importorskip("PIL")
    pace.write_pictures(tmp_path / "pictures", 20, 0)
    (pictures,) = load_tasks(str(tmp_path / "pictures"))
    assert pictures.preprocessing is not None and pictures.preprocessing.label_names == ("left", "right")


@pytest.mark.slow
def test_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = tmp_path / "pace.json"
    small = ["--rows", "40", "--budgets", "1s", "--pictures", "0"]
    monkeypatch.setattr(sys, "argv", ["pace", *small, "--json", str(written)])
    pace.main()
    figures = json.loads(written.read_text(encoding="utf-8"))["figures"]
    command, call = figures["40 rows, 1s"], figures["40 rows, 1s, call"]
    assert command["exit"] == call["exit"] == 0, (command, call)
    assert command["evaluations"] >= 1 and 0 < command["first"] <= command["seconds"]
    assert (
        command["over"] == pytest.approx(command["seconds"] - 1.0, abs=0.02)
        and ", validation accuracy" in command["result"]
    )
    assert call["score"] is not None and call["seconds"] > 0
