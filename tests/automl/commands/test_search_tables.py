"""``automl search`` and ``automl predict`` on a table as people have it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from automl.cli import app


def test_from_a_file_to_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"{i % 7 + 0.5:.1f};{'Höfe' if i % 2 else 'Gänse'};{'' if i % 9 == 0 else i % 2 + 1}" for i in range(60)]
    text = "größe;straße;y\n" + "\n".join(rows).replace(".", ",") + "\n"
    Path("t.csv").write_text(text, encoding="cp1252")
    run = CliRunner()
    told = run.invoke(app, ["search", "t.csv:y", "--evaluations", "2", "--encoding", "cp1252"])
    assert told.exit_code == 0, told.output
    for said in (
        "y: target, 7 rows without one left out",
        "größe: number, a comma before fractions",
        "straße: category",
        "validation accuracy 1.0000",
    ):
        assert said in told.output, told.output
    assert "read as cp1252" not in told.output
    name = told.output.rsplit("run ", 1)[1].split()[0]
    asked = json.dumps([{"straße": "Höfe", "größe": 1.5}, {"größe": None, "straße": "Gänse", "more": 1}])
    answers = run.invoke(app, ["predict", name, asked])
    assert [json.loads(line)["answer"] for line in answers.stdout.splitlines()] == [2, 1], answers.output
    refused = run.invoke(app, ["search", "t.csv:y", "--evaluations", "2", "--encoding", "martian"])
    assert refused.exit_code != 0


def test_the_metric_is_an_option_as_it_is_a_part_of_the_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("x,y\n" + "".join(f"{i / 7:.3f},{i * 1.37:.3f}\n" for i in range(60)))
    Path("search.toml").write_text('metric = "mae"\nevaluations = 1\n')
    run = CliRunner()
    for given in (["t.csv:y", "--metric", "mae"], ["t.csv:y?metric=mae", "--metric", "mae"], ["t.csv:y"]):
        told = run.invoke(app, ["search", *given, "--config", "search.toml", "--json", "-"])
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout)["metric"] == "mae"
    refused = run.invoke(app, ["search", "t.csv:y?metric=rmse", "--metric", "mae"])
    assert refused.exit_code != 0 and "metric='rmse' and metric='mae'" in str(refused.exception)


def test_words_of_which_nothing_can_be_made_are_said(automl, tmp_path):
    code, out, _ = automl("search", "iris", "--words", "relu", "--evaluations", "2", "--library", tmp_path / "x.db")
    assert code == 0 and "space exhausted, 0 evaluations" in out and "allow others (--words)" in out
