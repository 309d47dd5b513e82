"""Tables whose rows are examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.errors import TaskError
from automl.tasks.load import load_tasks, resolve
from automl.tasks.specifications.filling import FilledCell, write_filled

NAMES = 'name,short\nJohn Smith,"Smith, J."\n\nMary Jones,"Jones, M."\nAda King,\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_rows_without_an_output_wait_for_it_and_have_the_numbers_of_the_file() -> None:
    Path("n.csv").write_text(NAMES)
    (task,) = load_tasks("n.csv:short")
    found = task.specification
    assert task.kind == "examples" and str(task.type) == "str -> str" and found is not None
    assert [row.number for row in found.rows] == [2, 4] and [row.number for row in found.waiting] == [5]
    assert task.data.unlabelled == (("Ada King",),) and len(task.data.train) == 2


def test_an_answer_that_comes_later_belongs_to_its_row() -> None:
    Path("n.csv").write_text(NAMES)
    (task,) = load_tasks('n.csv:short?more=[["Ada King", "King, A."], ["X Y", "Y, X."]]')
    assert task.specification is not None and not task.specification.waiting
    assert [row.number for row in task.specification.rows] == [2, 4, 5, 6]
    with pytest.raises(TaskError, match="rows of 2 cells"):
        load_tasks('n.csv:short?more=[["Ada King"]]')


@pytest.mark.parametrize(
    "lines",
    [
        ["name,kind", *(f"word {n},{'ab'[n % 2]}" for n in range(10))],
        ["size,price", *(f"{n},{n * 3}" for n in range(10))],
        ["town,code", *(f"town {n},zzq{n}x" for n in range(10))],
    ],
)
def test_labels_and_numbers_stay_what_they_are(lines: list[str]) -> None:
    Path("t.csv").write_text("\n".join(lines))
    assert load_tasks(f"t.csv:{lines[0].split(',')[1]}")[0].kind == "labelled"
    assert load_tasks(f"t.csv:{lines[0].split(',')[1]}?as=examples")[0].kind == "examples"


def test_what_is_contrary_is_set_aside_and_where_it_is_tolerated_an_example() -> None:
    Path("n.csv").write_text("x,y\n" + "".join(f"{n},{n + 1}\n" for n in range(4)) + "3,9\n")
    (task,) = load_tasks("n.csv:y?as=examples")
    assert task.specification is not None and [row.number for row in task.specification.contrary] == [5, 6]
    assert len(task.data.train) == 3
    (task,) = load_tasks("n.csv:y?tolerate=1")
    assert len(task.data.train) == 5 and task.solved_at == 0.8 and not task.is_right({"accuracy": 0.9})
    with pytest.raises(TaskError, match="tolerate=2 of 5 examples: at least 6"):
        load_tasks("n.csv:y?tolerate=2")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("n.csv:y?type=str", "takes 0 inputs"),
        ("n.csv:y?type=list(int) -> int", "row 2, x"),
        ("n.csv:y?as=rows", "examples or labelled"),
        ("n.csv:y?as=labelled&tolerate=1", "leave one out"),
        ("--example?rows=[]", "INPUT"),
        ('--example?rows=[["a", "b"], ["c"]]', "2: 1 values"),
        ('--example?rows=[["a", "b"], ["c", "d", "e"]]', "2: 3 values, but the first has 2"),
    ],
)
def test_refuses(spec: str, message: str) -> None:
    Path("n.csv").write_text("x,y\n1,2\n2,3\n")
    with pytest.raises(TaskError, match=message):
        load_tasks(spec)


def test_excel_has_values_of_their_own() -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl")
    frame = pandas.DataFrame({"day": pandas.to_datetime(["2024-05-01", "2023-12-24"]), "year": ["2024", "2023"]})
    frame.to_excel("d.xlsx", index=False)
    (task,) = load_tasks("d.xlsx:year?as=examples")
    assert task.data.examples == ((("2024-05-01",), "2024"), (("2023-12-24",), "2023"))


def test_what_was_answered_is_written_where_the_table_has_nothing() -> None:
    Path("n.csv").write_text(NAMES)
    cells = {4: FilledCell(None, "as given")}
    write_filled("o.tsv", resolve("n.csv:short"), cells, {2: "other", 5: "King, A.", 9: "beyond"})
    lines = [line.split("\t") for line in Path("o.tsv").read_text().splitlines()]
    assert lines[0][2] == "short filled" and lines[1] == ["John Smith", "Smith, J.", ""]
    assert [line[1:] for line in lines[3:]] == [["Jones, M.", "as given"], ["King, A.", "answered"]]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("x;y\n1,5;3,0\n2,5;\n", "x;y;y filled\n1,5;3,0;\n2,5;5,0;filled\n"),
        ('"x","y"\r\n"1.5","3.0"\r\n"2.5",""\r\n', '"x","y","y filled"\r\n"1.5","3.0",""\r\n"2.5","5.0","filled"\r\n'),
        ('"name","y"\n"a b",3.0\n"c",\n', '"name","y","y filled"\n"a b",3.0,""\n"c",5.0,"filled"\n'),
        ("# made by hand\nx,y\n1.5,3.0\n2.5,\n", "x,y,y filled\n1.5,3.0,\n2.5,5.0,filled\n"),
    ],
    ids=["semicolons", "all quoted", "texts quoted", "comment"],
)
def test_a_filled_table_is_written_as_the_given_one(text: str, filled: str) -> None:
    Path("t.csv").write_text(text, newline="")
    write_filled("o.csv", resolve("t.csv:y"), {3: FilledCell(5.0, "filled")}, {})
    assert Path("o.csv").read_bytes().decode() == filled
