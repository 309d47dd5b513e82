"""A model of a table looked at on other rows: evaluate, diagnose and inspect take them as its training had them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from automl.cli import main
from automl.evaluation.scoring import evaluate
from automl.tasks.load import load_tasks
from automl.tasks.task import TaskError

RNG = np.random.default_rng(0)
CITIES = ["Oslo", "Rome", "Bonn"]


def write(path: str, rows: int, seed: int, cities: list[str] = CITIES, comma: bool = False) -> None:
    """A table of which the label is told by the city and the size; sizes lie otherwise in each, and one is missing."""
    rng = np.random.default_rng(seed)
    lines = ["size;city;more;bought"]
    for index in range(rows):
        city, size = str(rng.choice(cities)), rng.normal(seed, 2.0)
        told = "yes" if (city == "Rome") ^ (size > 0) else "no"
        shown = "" if index == 3 else f"{size:.3f}".replace(".", "," if comma else ".")
        lines.append(f"{shown};{city};{rng.integers(9)};{told}")
    Path(path).write_text("\n".join(lines) + "\n")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    write("own.csv", 150, 0)

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--library", "x.db"])
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return command


def test_commands_on_other_rows(run) -> None:
    code, out, error = run("search", "own.csv:bought", "--evaluations", "4", "--json", "-")
    assert code == 0, error
    name = json.loads(out)["run"]
    write("other.csv", 80, 1, ["Rome", "Oslo", "Paris"], comma=True)
    code, out, error = run("evaluate", name, "other.csv:bought", "--json")
    assert code == 0, error
    scored = json.loads(out)
    assert scored["seen"] == 0 and scored["scores"]["accuracy"] > 0.6
    code, out, error = run("diagnose", name, "--data", "other.csv:bought", "--json")
    assert code == 0, error
    facts = json.loads(out)
    assert {each["column"] for each in facts["importances"]["columns"]} == {"size", "city", "more"}
    assert facts["importances"]["part"] == "test" and facts["importances"]["metric"] == "accuracy"
    code, out, error = run(
        "inspect", name, "--data", "other.csv:bought", "--page", "importances", "--page", "misclassified"
    )
    assert code == 0 and "importances: what accuracy loses on 20 test cases where a column is permuted" in out, error
    assert " ± " in out and "misclassified: " in out
    code, out, error = run("diagnose", name)
    assert code == 0 and "importances: what accuracy loses on" in out and ", validation accuracy 0." in out, error
    assert "Gradient norms" not in out, "nothing of a fitted program is trained"


def test_few_rows_alike_and_what_is_not_known(run) -> None:
    run("search", "own.csv:bought", "--evaluations", "2", "--json", "-")
    from automl.study.stored import stored_model
    from automl.study.words import load_vocabulary
    from library.store import open_store

    store = open_store("sqlite:///x.db")
    (record,) = store.runs()
    model = stored_model(store, record, load_vocabulary(store))
    Path("few.csv").write_text("bought,city,size\nyes,Rome,-1\nyes,Rome,-2\n,Oslo,1\n")
    with pytest.raises(TaskError, match="column='more': absent"):
        load_tasks("few.csv:bought", prepared=model.preprocessing)
    Path("few.csv").write_text("bought,city,size,more\nyes,Rome,-1,2\nyes,Rome,-2,3\n,Oslo,1,1\n")
    (task,) = load_tasks("few.csv:bought", prepared=model.preprocessing)
    assert task.preprocessing == model.preprocessing
    assert "bought: target, 1 row without one left out" in task.notes
    assert evaluate(model, task)["accuracy"] in (0.0, 0.5, 1.0)
    Path("few.csv").write_text("bought,city,size,more\nmaybe,Rome,-1,2\nyes,Rome,-2,3\n")
    with pytest.raises(TaskError, match="has the label 'maybe': one of no, yes is required, as in training"):
        load_tasks("few.csv:bought", prepared=model.preprocessing)
    (same,) = load_tasks("own.csv:bought", prepared=model.preprocessing)
    assert same.digest == load_tasks("own.csv:bought")[0].digest, "its own rows are known by their split"
