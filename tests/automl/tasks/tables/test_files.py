"""Tables from files as people have them: encodings, delimiters, headers, ragged lines, Excel, Parquet."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.tasks.inputs import read_inputs
from automl.tasks.load import load_tasks
from automl.tasks.tables.delimited import ReadingOptions, has_header
from automl.tasks.tables.dialect import delimiter_of
from automl.tasks.tables.files import read_table
from automl.tasks.task import TaskError

ROWS = [f"{i},{'red' if i % 2 else 'blue'},{i * 2.5},{'yes' if i % 3 else 'no'}" for i in range(30)]


def write(
    folder: Path,
    *lines: str,
    header: str | None = "size,colour,price,sold",
    name: str = "data.csv",
    encoding: str = "utf-8",
) -> str:
    (folder / name).write_text("\n".join([*([] if header is None else [header]), *lines]) + "\n", encoding=encoding)
    return str(folder / name)


def names(path: str, **options: object) -> list[str]:
    return list(read_table(Path(path), ReadingOptions(**options)).columns)  # type: ignore[arg-type]


def test_classes_and_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS)
    (classes,), (numbers,) = load_tasks(f"{path}:sold"), load_tasks(path, target="price")
    assert str(classes.type) == "Tensor[4] -> Tensor[2]" and classes.preprocessing.label_names == ("no", "yes")
    assert str(numbers.type) == "Tensor[4] -> Tensor[1]" and numbers.name == "data"
    assert load_tasks(f"{path}?target=sold")[0].digest == classes.digest
    for drop in ("drop=size,price", "drop=size&drop=price"):
        assert str(load_tasks(f"{path}?target=sold&{drop}")[0].type) == "Tensor[2] -> Tensor[2]"


def test_an_option_given_twice_is_no_silent_choice(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="test='0.1' and test='0.2'"):
        load_tasks(f"{write(tmp_path, *ROWS)}?target=sold&test=0.1&test=0.2")


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_what_stands_between_cells_is_found(tmp_path: Path, sign: str) -> None:
    lines = [row.replace(",", sign) for row in ROWS]
    path = write(tmp_path, *lines, header="\ufeffsize,colour,price,sold".replace(",", sign))
    assert names(path) == ["size", "colour", "price", "sold"]
    assert str(load_tasks(f"{path}:sold")[0].type) == "Tensor[4] -> Tensor[2]"


def test_commas_in_numbers_and_quotes_are_not_between_cells() -> None:
    assert delimiter_of("a;b;c\n1,5;2,25;x\n1,0;3,5;y\n") == ";"
    assert delimiter_of('a,b\n"x; y; z",1\n"p; q",2\n') == ","
    assert delimiter_of("a\n1\n2\n") == ","


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "Gänse,1", "Höfe,2", header="straße,größe", encoding=encoding)
    table = read_table(Path(path))
    assert list(table.columns) == ["straße", "größe"] and list(table.columns["straße"]) == ["Gänse", "Höfe"]
    assert bool(table.notes) == (encoding != "utf-8-sig")
    assert not read_table(Path(path), ReadingOptions(encoding=encoding)).notes


def test_an_encoding_that_is_not(tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS, header="größe,colour,price,sold")
    for encoding, message in (("martian", "martian"), ("ascii", "encoding='ascii' of data.csv")):
        with pytest.raises(TaskError, match=message):
            load_tasks(f"{path}?target=sold&encoding={encoding}")


def test_a_file_without_a_header(tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS, header=None)
    (task,) = load_tasks(f"{path}:column4")
    assert len(task.data.train) + len(task.data.validation) + len(task.test) == 30
    assert any("no line of names" in note for note in task.notes)
    assert load_tasks(f"{path}:4")[0].digest == load_tasks(f"{path}:last")[0].digest == task.digest
    assert names(path, header="yes")[0] == "0" and names(path, header="no")[0] == "column1"


@pytest.mark.parametrize(
    ("rows", "target", "header"),
    [
        (["1,2", "3,4", "5,6"], None, False),
        (["a,b", "1,x", "2,y"], None, True),
        (["x,b", "p,q", "r,s"], None, True),
        (["country,2019,2020,2021", "A,1,2,3", "B,4,4,4"], None, True),
        (["1,2", "3,4", "5,6"], "2", True),
        (["1,1", "3,4", "5,6"], None, False),
        (["a,a", "1,2", "3,4"], None, True),
        (["5.1,x", "4.9,y", "4.7,x"], None, False),
    ],
)
def test_whether_the_first_line_has_names(rows: list[str], target: str | None, header: bool) -> None:
    assert has_header([row.split(",") for row in rows], target) is header


def test_names_that_are_empty_or_there_twice(tmp_path: Path) -> None:
    path = write(tmp_path, "1,2,3,4", "5,6,7,8", header="a,,a,")
    table = read_table(Path(path))
    assert list(table.columns) == ["a", "column2", "a.2", "column4"] and len(table.notes) == 3


def test_any_name(tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS, header='"size, in m",a:b,Цена,"is ""it"" sold?"')
    assert names(path) == ["size, in m", "a:b", "Цена", 'is "it" sold?']
    assert str(load_tasks(f"{path}:a:b")[0].type) == "Tensor[3] -> Tensor[2]"
    assert str(load_tasks(path, target='is "it" sold?')[0].type) == "Tensor[4] -> Tensor[2]"
    assert str(load_tasks(f"{path}?target=a:b&drop=size, in m,Цена")[0].type) == "Tensor[1] -> Tensor[2]"


def test_every_line_that_does_not_fit_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS, "1,2", "1,2,3,4,5")
    with pytest.raises(TaskError, match=r"line 32: 2 cells; line 33: 5 cells, but the header has 4.*skip_bad=yes"):
        load_tasks(f"{path}:sold")
    (task,) = load_tasks(f"{path}?target=sold&skip_bad=yes")
    assert any(note.startswith("2 lines") for note in task.notes)


def test_a_sign_too_many_at_the_end_of_every_line(tmp_path: Path) -> None:
    both = write(tmp_path, *(f"{row}," for row in ROWS), header="size,colour,price,sold,", name="both.csv")
    body = write(tmp_path, *(f"{row}," for row in ROWS), name="body.csv")
    assert names(both) == names(body) == ["size", "colour", "price", "sold"]


@pytest.mark.parametrize(
    ("lines", "header", "target", "message"),
    [
        (["1,2", "3,4,5"], "a,b", "a", "line 3: 3 cells"),
        ([], "a,b", "a", "rows=0"),
        (["1,2", "3,4"], "a,b", "c", "one of a, b; write data.csv:COLUMN"),
        (["1,2", "3,4"], "a,b", None, "target=None"),
        (["1", "2"] * 5, "a", "a", "no column beside"),
        (["1,2", "1,4"] * 5, "a,b", "a", "at least two classes"),
        (["1," + "y" * 2_000_000], "a,b", "a", "cannot be read as CSV"),
        (["1,2", "2,4"], "a,b", "a", "rows=2 with a target: at least 5"),
        ([f"{i},n{i}" for i in range(40)], "a,b", "b", "an identifier"),
        (["1,2", "2,2"] * 5, "a,b", "a", r"no column beside target='a' says anything \(b: it is '2' in every row"),
        ([",1", "NA,2"] * 5, "a,b", "a", "every cell of it is missing"),
        (["1,1", "x,2"] * 5, "a,b", "a&targets=numbers", "has texts .'x'.: numbers are required"),
        (["1,1"], "a,b", "a&header=maybe", "header='maybe'"),
        (["1,1"], "a,b", "a&decimal=x", "decimal='x'"),
        (["1,1"], "a,b", "a&delimiter=ab", "delimiter='ab'"),
        (["1,1"] * 6, "a,b", "a&drop=z", "drop=z"),
    ],
)  # fmt: skip
def test_refuses(tmp_path: Path, lines: list, header: str, target: str | None, message: str) -> None:
    path = write(tmp_path, *lines, header=header)
    with pytest.raises(TaskError, match=message):
        load_tasks(path if target is None else f"{path}?target={target}")


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gives_a_task_or_a_task_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert load_tasks(str(tmp_path / "data.csv"), target="a")
    except TaskError as error:
        assert "data.csv" in str(error)


@given(
    st.lists(
        st.lists(
            st.sampled_from(["", "1", "-2.5", "1,5", "x", "y", "2024-01-31", "yes", "no", "inf", "é", "1e400"]),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=30,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_give_a_task_or_a_task_error(tmp_path: Path, rows: list[list[str]]) -> None:
    path = write(tmp_path, *(";".join(row) for row in rows), header="p;q;a")
    try:
        (task,) = load_tasks(f"{path}?as=labelled", target="a")
    except TaskError as error:
        assert "data.csv" in str(error)
        return
    assert np.isfinite(task.data.train.inputs[0]).all()


def test_excel(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    import pandas

    frame = pandas.DataFrame({"when": pandas.date_range("2020-01-01", periods=30), "n": range(30), "s": ["a", None, "b"] * 10,
                              "y": ["p", "q"] * 15})  # fmt: skip
    with pandas.ExcelWriter(tmp_path / "book.xlsx") as book:
        frame.to_excel(book, sheet_name="first", index=False)
        frame.iloc[:9].to_excel(book, sheet_name="second", index=False)
    (task,) = load_tasks(f"{tmp_path}/book.xlsx:y")
    kinds = [summary.kind for summary in task.preprocessing.describe()]
    assert kinds == ["date", "number", "category"] and len(task.test) == 8
    assert any("sheet 'first' of 2" in note for note in task.notes)
    assert len(load_tasks(f"{tmp_path}/book.xlsx?target=y&sheet=second")[0].test) == 2
    with pytest.raises(TaskError, match="one of first, second"):
        load_tasks(f"{tmp_path}/book.xlsx?target=y&sheet=third")
    (tmp_path / "bad.xlsx").write_bytes(b"PK no book")
    with pytest.raises(TaskError, match="cannot be read as Excel"):
        load_tasks(f"{tmp_path}/bad.xlsx:y")


def test_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pandas

    frame = pandas.DataFrame(
        {"n": [1.5, None, 3.0] * 10, "b": pandas.array([True, False, None] * 10, dtype="boolean"), "y": ["1", "2"] * 15}
    )
    frame.to_parquet(tmp_path / "t.parquet")
    (task,) = load_tasks(f"{tmp_path}/t.parquet:y")
    assert [summary.kind for summary in task.preprocessing.describe()] == ["number", "yes or no"]
    assert task.preprocessing.decode(np.array([0, 1])) == ["1", "2"]
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(TaskError, match="cannot be read as Parquet"):
        load_tasks(f"{tmp_path}/bad.parquet:y")


# -- JSON, and compressed files --------------------------------------------------------------------------------------

SOLD = [{"size": i, "colour": "red" if i % 2 else "blue", "sold": "yes" if i % 3 else "no"} for i in range(30)]


def json_files() -> dict[str, bytes]:
    lines = "\n".join(map(json.dumps, SOLD)).encode()
    cells = "\n".join(["size\tcolour\tsold", *("\t".join(map(str, row.values())) for row in SOLD)]).encode()
    by_column = json.dumps({name: [row[name] for row in SOLD] for name in SOLD[0]}).encode()
    return {
        "rows.json": json.dumps(SOLD).encode(), "columns.json": by_column, "rows.jsonl": lines, "rows.jsonl.gz": gzip.compress(lines),
        "rows.tsv.xz": lzma.compress(cells), "rows.tsv.bz2": bz2.compress(cells),
    }  # fmt: skip


@pytest.mark.parametrize("name", json_files())
def test_rows_in_json_and_compressed_files_are_a_table_and_inputs(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(json_files()[name])
    (task,) = load_tasks(f"{path}:sold")
    assert str(task.type) == "Tensor[3] -> Tensor[2]" and task.name == name.split(".")[0]
    rows = read_inputs(str(path), task.preprocessing)
    assert len(rows) == 30 and [row["colour"] for row in rows[:2]] == ["blue", "red"]


def test_a_cell_that_a_json_row_has_not_is_missing(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[{"a": 1, "b": null}, {"b": "x"}]')
    columns = read_table(tmp_path / "t.json").columns
    assert list(columns["a"]) == [1, None] and list(columns["b"]) == [None, "x"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.json", b'[{"a": [1], "y": 1}]', "row 1: column 'a' holds"),
        ("t.json", b'{"a": [1, 2], "y": [1]}', "1 to 2 cells"),
        ("t.json", b"[1, 2]", "a list of rows"),
        ("t.jsonl", b'{"a": 1}\n{"a"', "row 2: no JSON"),
        ("t.csv.gz", gzip.compress(b"a,y\n1,2\n" * 50, mtime=0)[:30], "no whole .gz"),
    ],
)
def test_damaged_json_and_compressed_files_are_refused(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TaskError, match=re.escape(said)):
        load_tasks(f"{tmp_path / name}:y")


def test_rows_without_a_target_are_told_from_tasks(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps(SOLD[0]))
    with pytest.raises(TaskError, match=r"rows\.jsonl:COLUMN"):
        load_tasks(str(tmp_path / "rows.jsonl"))
