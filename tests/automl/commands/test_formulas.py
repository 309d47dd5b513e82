"""Formulas that a search finds are said, reported and shown as people write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automl.standalone.run import run_report
from automl.views.programs.program import view_program
from library.store import open_store

CELSIUS = {
    "name": "celsius",
    "type": "float -> float",
    "examples": [{"inputs": [f], "output": (f - 32) * 5 / 9} for f in (0.0, 14.0, 32.0, 50.0, 77.5, 100.0)],
}
BACKWARDS = {
    "name": "backwards",
    "type": "list(int) -> list(int)",
    "examples": [{"inputs": [[1, 2]], "output": [2, 1]}],
}
WRITTEN = "f(x) = 5·(x − 32)/9"


def test_a_formula_is_written_as_mathematics_wherever_it_is_shown(
    automl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.jsonl").write_text(json.dumps(CELSIUS) + "\n" + json.dumps(BACKWARDS) + "\n")
    given = ("--evaluations", "3000", "--words", "+,-,*,/,reverse", "--library", "x.db", "--json", "out.jsonl")
    code, out, _ = automl("search", "two.jsonl", *given)
    assert code == 0 and out.count("f(x)") == 1 and f"\n  {WRITTEN}\n" in out
    row, other = (json.loads(line) for line in Path("out.jsonl").read_text().splitlines())
    with open_store("x.db", create=False) as store:
        views = [view_program(store, store.run(each["run"]), each["ask"]) for each in (row, other)]
        assert [view is not None and view.equation for view in views] == [WRITTEN, ""]
        assert f'<p class="equation">{WRITTEN}</p>' in run_report(store, store.run(row["run"]))


def test_columns_of_a_table_give_a_formula_their_names(automl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bill.csv").write_text(
        "count,price,total\n" + "".join(f"{n},{p},{n * p}\n" for n, p in ((2, 1.5), (3, 0.25), (5, 4.5), (7, 2.5)))
    )
    code, out, _ = automl(
        "search", "bill.csv:total?as=examples", "--evaluations", "2000", "--words", "+,*,to_float", "--library", "x.db"
    )
    written = next((each for each in ("total = count·price", "total = price·count") if f"\n  {each}\n" in out), None)
    assert code == 0 and written is not None
    with open_store("x.db", create=False) as store:
        report = run_report(store, store.runs()[0])
    assert f'<p class="equation">{written}</p>' in report


def test_a_table_of_which_a_formula_gives_a_column_exactly_is_searched_for_it(
    automl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [(0.5 * n, 5.67e-8 * (0.5 * n) ** 4) for n in range(1, 13)]
    Path("heat.csv").write_text("T,power\n" + "".join(f"{t},{p}\n" for t, p in rows))
    code, out, _ = automl("search", "heat.csv:power", "--evaluations", "2000", "--library", "x.db")
    assert code == 0 and "\n  power = 5.67·10⁻⁸·T⁴\n" in out and "?as=labelled" in out
    rest = ("--evaluations", "1", "--library", "x.db", "--words", "linear")
    assert "power =" not in automl("search", "heat.csv:power?as=labelled", *rest)[1]
    Path("heat.csv").write_text("T,power\n" + "".join(f"{t},{p * (1 + 0.1 * (t % 1))}\n" for t, p in rows))
    assert "power =" not in automl("search", "heat.csv:power", "--evaluations", "1", "--library", "x.db")[1]
