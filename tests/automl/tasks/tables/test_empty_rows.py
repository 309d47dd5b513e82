"""Empty rows of a table: each has its answer, and a search says how many it leaves out."""

from __future__ import annotations

from pathlib import Path

import pandas
import pytest
import torch

from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.evaluation.predictions import tolerant_predictions
from automl.tasks.inputs import read_inputs
from automl.tasks.load import load_tasks
from automl.tasks.tables.delimited import ReadingOptions
from automl.tasks.tables.files import read_table
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task
from library.vocabulary import Vocabulary

ONE = pandas.DataFrame({"a": range(40), "y": ["u", "v"] * 20})
TWO = ONE.assign(b=range(0, 80, 2))
KEPT = ReadingOptions(keep_empty=True)
Cells = list[list[object]]


def text_file(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_bytes(text.encode())
    return path


def sheet_file(folder: Path, *rows: list[object]) -> Path:
    """A workbook with these rows, [] for an empty one."""
    workbook = pytest.importorskip("openpyxl").Workbook()
    for place, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 1):
            workbook.active.cell(place, column, cell)
    workbook.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def cells(path: Path, options: ReadingOptions | None = None) -> Cells:
    """The rows of the table as texts, None for a missing cell."""
    columns = read_table(path, options).columns.values()
    return [[None if cell in ("", None) else str(cell) for cell in row] for row in zip(*columns, strict=True)]


def trained_on(task: Task) -> Model:
    """A program that answers "u" where the first column is below its mean, else "v"."""
    weight = torch.zeros(2, *task.preprocessing.shape)
    weight[0, 0], weight[1, 0] = -1.0, 1.0
    program = Vocabulary().read("(lambda (x) (dense :units 2 @1 x))")
    weights = {"1.weight": weight, "1.bias": torch.zeros(2)}
    return Model(program, task.type, Vocabulary(), weights, task.preprocessing)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n\n3\n",
        "a\r\n1\r\n\r\n3\r\n",
        "a\r1\r\r3",
        "\n\na\n1\n  \n3\n\n \n\t\n",
        'a\n"1"\n""\n3\n\n',
    ],
)
@pytest.mark.parametrize("options", [ReadingOptions(), KEPT])
def test_a_blank_line_of_one_column_is_a_missing_cell(tmp_path: Path, text: str, options: ReadingOptions) -> None:
    path = text_file(tmp_path, text)
    assert cells(path, options) == [["1"], [None], ["3"]] and not read_table(path, options).notes


def test_so_it_is_at_any_place_but_the_end(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a\n\n1\n\n\n\n2\n\n\n")
    assert cells(path) == [[None], ["1"], [None], [None], [None], ["2"]]
    assert cells(text_file(tmp_path, 'a\n1\n""\n\n')) == [["1"], [None]], "quotes are a cell, at the end too"
    assert cells(text_file(tmp_path, "\n1\n\n2\n"), ReadingOptions(header="no")) == [[None], ["1"], [None], ["2"]]
    path = text_file(tmp_path, "a\n" + "".join("\n" if number % 10 == 0 else f"{number}\n" for number in range(500)))
    assert [row[0] is None for row in cells(path)] == [number % 10 == 0 for number in range(500)]


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n\n3,4\n", "\n \na,b\r\n1,2\r\n  \r\n3,4\r\n\r\n \r\n", 'a,b\n"1",2\n\n3,4', "a;b;\n1;2;\n\n3;4;\n", "a,b\n1,2,\n\n3,4,\n"],
)  # fmt: skip
def test_an_empty_row_of_several_columns(tmp_path: Path, text: str) -> None:
    path = text_file(tmp_path, text)
    assert cells(path, KEPT) == [["1", "2"], [None, None], ["3", "4"]] and not read_table(path, KEPT).notes
    assert cells(path) == [["1", "2"], ["3", "4"]] and read_table(path).notes == ("empty rows left out: 1",)


def test_empty_rows_at_the_ends_are_none(tmp_path: Path) -> None:
    path, alone = text_file(tmp_path, "\n\na,b\n1,2\n3,4\n\n\n\n"), tmp_path / "alone.csv"
    alone.write_text("a,b\n\n\n")
    for options in (ReadingOptions(), KEPT):
        assert cells(path, options) == [["1", "2"], ["3", "4"]] and not read_table(path, options).notes
        with pytest.raises(TaskError, match="rows=0"):
            read_table(alone, options)
    assert cells(text_file(tmp_path, "a,b\n1,2\n,\n\n"), KEPT)[1:] == [[None, None]], "a delimiter alone is a row"


def test_an_empty_row_is_not_a_bad_one(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a,b\n1,2\n\n3\n4,5\n")
    with pytest.raises(TaskError, match="line 4: 1 cell, but"):
        read_table(path, KEPT)
    assert cells(path, ReadingOptions(keep_empty=True, skip_bad=True)) == [["1", "2"], [None, None], ["4", "5"]]


def test_of_a_workbook(tmp_path: Path) -> None:
    path = sheet_file(tmp_path, [], ["a", "b"], [1, "x"], [], [3, "z"], [])
    assert cells(path, KEPT) == [["1", "x"], [None, None], ["3", "z"]] and not read_table(path, KEPT).notes
    assert cells(path) == [["1", "x"], ["3", "z"]] and read_table(path).notes == ("empty rows left out: 1",)
    for options in (ReadingOptions(), KEPT):
        path = sheet_file(tmp_path, ["a"], [1], [], [3])
        assert cells(path, options) == [["1"], [None], ["3"]] and not read_table(path, options).notes


def test_a_search_says_how_many_it_leaves_out(tmp_path: Path) -> None:
    rows = TWO.to_csv(index=False).splitlines()
    path = text_file(tmp_path, "\n".join([*rows[:9], "", *rows[9:20], "", "", *rows[20:]]) + "\n\n")
    (task,) = load_tasks(f"{path}:y")
    assert "empty rows left out: 3" in task.notes
    assert task.digest == load_tasks(f"{text_file(tmp_path, chr(10).join(rows))}:y")[0].digest


@pytest.mark.parametrize("name", ["one.csv", "two.csv", "two.xlsx", "rows.jsonl"])
def test_every_row_has_its_answer_in_its_place(tmp_path: Path, name: str) -> None:
    task = table_task(ONE if name == "one.csv" else TWO, "y")
    model = trained_on(task)
    if name == "one.csv":
        path = text_file(tmp_path, "a\n1\n\n30\n\n")
    elif name == "two.csv":
        path = text_file(tmp_path, "a,b\n1,2\n\n30,60\n\n")
    elif name == "two.xlsx":
        path = sheet_file(tmp_path, ["a", "b"], [1, 2], [], [30, 60])
    else:
        path = tmp_path / name
        path.write_text('{"a": 1, "b": 2}\n\n{"a": 30, "b": 60}\n\n \n')
    found = [each.answer for each in tolerant_predictions(model, read_inputs(str(path), task.preprocessing))]
    assert len(found) == 3 and [found[0], found[2]] == ["u", "v"]
    assert found[1] == (None if name == "rows.jsonl" else model.predict([{"a": None, "b": None}])[0])
