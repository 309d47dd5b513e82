"""Examples on the command line and in tables: what is filled in, named, tolerated, asked."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from automl.commands.group import gathered

WORDS = ("--words", "sort,last,upper,split_words,reverse", "--library", "memory:")
SHORT = ("--evaluations", "3000", *WORDS)
ROWS = 'name,last\nada king,"king"\njoe fox,fox\nann lee,\nx,\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_values_of_an_example_end_at_the_next_option() -> None:
    given = ["--example", "a b", "-3", "--seed", "1", "--example", "c"]
    assert gathered(given) == ["--example", '["a b", "-3"]', "--seed", "1", "--example", '["c"]']
    assert gathered(["t.csv", "--seed", "1"]) == ["t.csv", "--seed", "1"]


def test_examples_are_a_task(automl) -> None:
    code, out, _ = automl("search", "--example", "[3, 1, 2]", "[1, 2, 3]", "--example", "[5, 4]", "[4, 5]", *SHORT)
    assert code == 0 and "examples: solved" in out and "sort" in out and "list(int) -> list(int)" in out
    code, _, err = automl("search", *SHORT)
    assert code == 2 and "a task or examples are required" in err


def test_a_table_is_filled_and_never_overwritten(automl) -> None:
    Path("n.csv").write_text(ROWS)
    code, out, _ = automl("search", "n.csv:last", "--fill", "o.csv", *SHORT)
    assert code == 0 and "2 of 2 rows" in out and "sure" in out
    rows = list(csv.reader(Path("o.csv").open(encoding="utf-8")))
    assert rows[0] == ["name", "last", "last filled"] and rows[1] == ["ada king", "king", ""]
    assert rows[3][:2] == ["ann lee", "lee"] and rows[3][2] and rows[4][:2] == ["x", "x"]
    assert Path("n.csv").read_text() == ROWS
    code, _, err = automl("search", "n.csv:last", "--fill", "./n.csv", *SHORT)
    assert code == 2 and "never overwritten" in err and Path("n.csv").read_text() == ROWS
    assert automl("search", "--example", "1", "2", "--fill", "o.csv", *SHORT)[0] == 2


def test_rows_that_contradict_each_other_are_named_with_what_the_others_say(automl) -> None:
    Path("n.csv").write_text(ROWS + "tim fox,fox\ntim fox,tim\n")
    code, out, _ = automl("search", "n.csv:last?as=examples", *SHORT, "--json", "o.jsonl")
    assert code == 1 and "row 6 (contrary): 'tim fox' has 'fox', the program gives 'fox'" in out
    assert "row 7 (contrary): 'tim fox' has 'tim', the program gives 'fox'" in out
    assert [row["row"] for row in json.loads(Path("o.jsonl").read_text())["rows"]] == [6, 7]


LINES = [f"{name} {name[::-1]},{name[::-1]}" for name in ("ada", "joe", "tim", "kim")]


@pytest.mark.parametrize(("more", "why"), [((), "suspect"), (("--tolerate", "1"), "outvoted")])
def test_a_wrong_row_is_named_and_outvoted_where_that_is_wanted(automl, more: tuple[str, ...], why: str) -> None:
    Path("n.csv").write_text("\n".join(["name,last", *LINES, "sue fox,foz"]))
    given = ("n.csv:last?as=examples", "--evaluations", "20000", *WORDS, *more)
    code, out, _ = automl("search", *given)
    assert code == 0 and f"row 6 ({why}): 'sue fox' has 'foz', the program gives 'fox'" in out
    assert ("n: solved" in out) == bool(more) and ("this program meets all" in out) != bool(more)


def test_it_is_asked_for_the_output_that_decides(automl, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ("--example", "[4]", "4", "--example", "[7]", "7", "--ask", "--evaluations", "3000", "--library", "memory:")
    given += ("--words", "head,last")
    code, out, _ = automl("search", *given, "--json", "o.jsonl")
    question = json.loads(Path("o.jsonl").read_text())["question"]
    assert code == 0 and "What is the output for" in out and len(question["answers"]) > 1
    asked: list[str] = []

    def answer(text: str) -> str:
        asked.append(text)
        return str(question["inputs"][0][0]) if len(asked) == 1 else ""

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("automl.commands.specified.at_terminal", lambda: True)
    code, out, _ = automl("search", *given)
    assert (
        code == 0 and len(asked) >= 1 and out.count("examples: solved") == 2 and "(head" in out.rpartition("solved")[2]
    )
