"""Bad tasks among good ones in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automl.errors import TaskError
from automl.tasks.load import load_tasks

GOOD = [
    {
        "name": name,
        "type": "list(int) -> list(int)",
        "examples": [{"inputs": [xs], "output": f(xs)} for xs in ([3, 1, 2], [5, 4])],
    }
    for name, f in (("reversed", lambda xs: xs[::-1]), ("sorted", sorted))
]
LINES = [
    json.dumps(GOOD[0]),
    "{",
    json.dumps({**GOOD[1], "type": "list(int) ->"}),
    json.dumps(GOOD[0]),
    json.dumps(GOOD[1]),
    json.dumps({"name": "contrary", "type": "int -> int", "examples": [{"inputs": [1], "output": n} for n in (2, 3)]}),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_they_do_not_stop_the_others_and_are_named(automl, workers: str) -> None:
    Path("mixed.jsonl").write_text("\n".join(LINES))
    given = ("--evaluations", "2000", "--words", "reverse,sort", "--library", "x.db", "--workers", workers)
    code, out, err = automl("search", "mixed.jsonl", *given, "--json", "out.jsonl")
    assert code == 1 and "Traceback" not in err
    refusals = [line for line in err.splitlines() if "refused" in line]
    assert [line.split(": ")[1][:8] for line in refusals] == ["line 2, ", "line 3", "line 4", "contrary"]
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert rows[3]["name"] == "contrary" and "line 6" in rows[3]["detail"] and "another output" in rows[3]["detail"]
    assert [row["outcome"] for row in rows] == ["refused"] * 4 + ["solved"] * 2 and "also that of line 1" in rows[2][
        "detail"
    ]
    assert "; line 3; line 4; contrary" in out and "reversed: solved" in out and "sorted: solved" in out
    code, out, _ = automl("evaluate", rows[-1]["run"], "--library", "x.db", "--json")
    assert code == 0 and json.loads(out)["scores"], "the run's task is found again beside the bad ones"


def test_a_file_of_bad_ones_alone_is_refused(automl) -> None:
    Path("bad.jsonl").write_text("{\n[]\n")
    code, out, err = automl("search", "bad.jsonl", "--evaluations", "20")
    assert code == 2 and out == "" and err.count("\n") == 1 and "line 1" in err and not Path("automl.db").exists()


def test_where_nobody_asks_for_the_reasons_the_first_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mixed.jsonl").write_text("\n".join(LINES))
    with pytest.raises(TaskError, match="line 2"):
        load_tasks(str(tmp_path / "mixed.jsonl"))
    reasons: list[str] = []
    assert len(load_tasks(str(tmp_path / "mixed.jsonl"), refused=reasons)) == 2 and len(reasons) == 4
