"""Any way to write a table of numbers as text is read as the same numbers, where it is trained on and where it is predicted from."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas
import pytest

from automl.errors import TaskError
from automl.tasks.load import load_tasks
from automl.tasks.tables.files import read_table
from automl.tasks.tables.raw import RawTable
from automl.tasks.tables.rows import read_rows
from automl.tasks.tables.target import read_target

ROWS = 40
FEATURES = np.round(np.random.default_rng(0).normal(0, 2, (ROWS, 3)), 2)
LARGE = np.round(np.random.default_rng(1).uniform(1_000, 2_000_000, ROWS), 1)
TARGET = np.round(np.random.default_rng(2).normal(0, 9, ROWS), 2)
"""Three digits are written behind the sign, the last of them 0, so that no cell of it tells the sign from one between thousands."""
FORMS = [
    (delimiter, mark, header, quoted, columns, thousands)
    for delimiter, mark, header, quoted, columns, thousands in itertools.product(
        ";\t|,", ",.", (True, False), (True, False), (1, 3), (True, False)
    )
    if delimiter != "," or quoted or (mark == "." and not thousands)
]


def written(number: float, digits: int, mark: str, thousands: bool = False) -> str:
    text = f"{number:,.{digits}f}" if thousands else f"{number:.{digits}f}"
    return text.translate(str.maketrans(".,", ",.")) if mark == "," else text


def cells(mark: str, columns: int, thousands: bool) -> list[list[str]]:
    """Rows of features, then of large numbers where these are written with ``thousands``, then of targets."""
    return [
        [
            *(written(cell, 2, mark) for cell in FEATURES[row, :columns]),
            *([written(LARGE[row], 1, mark, True)] if thousands else []),
            written(TARGET[row], 3, mark),
        ]
        for row in range(ROWS)
    ]


def save(path: Path, rows: list[list[str]], delimiter: str, header: bool, quoted: bool) -> Path:
    sign = '"' if quoted else ""
    named = [[f"Größe {place}" for place in range(len(rows[0]))]] if header else []
    lines = [delimiter.join(f"{sign}{cell}{sign}" for cell in row) for row in (*named, *rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def numbers(table: RawTable) -> np.ndarray:
    levels = [table.levels(name) for name in table.columns]
    return np.stack([each.spread(each.numbers(each.decimal(table.decimal))) for each in levels], axis=1)


@pytest.mark.parametrize(("delimiter", "mark", "header", "quoted", "columns", "thousands"), FORMS)
def test_numbers_are_read_as_they_were_written(
    tmp_path: Path, delimiter: str, mark: str, header: bool, quoted: bool, columns: int, thousands: bool
) -> None:
    true = np.column_stack([FEATURES[:, :columns], *([LARGE] if thousands else []), TARGET])
    path = save(tmp_path / "t.csv", cells(mark, columns, thousands), delimiter, header, quoted)
    table = read_table(path)
    assert numbers(table).tolist() == true.tolist()
    assert bool(table.notes) is not header
    target = list(table.columns)[-1]
    found = read_target(target, table.columns[target], targets=None, typed=table.typed, decimal=table.decimal)
    assert found.y.tolist() == TARGET.tolist()

    (task,) = load_tasks(f"{path}:last")
    assert task.preprocessing is not None
    kinds = [column.KIND for column in task.preprocessing.columns]
    assert kinds == ["number"] * (len(true[0]) - 1)
    assert [list(row.values()) for row in read_rows(path, task.preprocessing)] == true[:, :-1].tolist()


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".TSV"])
@pytest.mark.parametrize("mark", [",", "."])
def test_tabs(tmp_path: Path, suffix: str, mark: str) -> None:
    path = save(tmp_path / f"t{suffix}", cells(mark, 3, False), "\t", True, False)
    assert numbers(read_table(path))[:, -1].tolist() == TARGET.tolist()


@pytest.mark.parametrize("text", ["x\n2,04\n-1,5\n7\n", "x\n2,04\n"])
def test_one_column_of_decimal_commas(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    table = read_table(tmp_path / "t.csv")
    assert list(table.columns) == ["x"] and numbers(table)[0, 0] == 2.04


@pytest.mark.parametrize("sign", ";|\t")
@pytest.mark.parametrize("header", [True, False])
def test_texts_beside_decimal_commas(tmp_path: Path, sign: str, header: bool) -> None:
    names = [["a", "b, in cm", "name", "k"]] if header else []
    rows = [["2,04", f"{row},25", "Muster, Hans", "yn"[row % 2]] for row in range(ROWS)]
    (tmp_path / "t.csv").write_text("\n".join(sign.join(row) for row in (*names, *rows)))
    table = read_table(tmp_path / "t.csv")
    assert len(table.columns) == 4 and len(table) == ROWS
    assert list(table.columns.values())[2][0] == "Muster, Hans"


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("place", [0, 1])
def test_one_column_of_decimal_commas_beside_classes(tmp_path: Path, header: bool, place: int) -> None:
    rows = [[f"{row},04", "yn"[row % 2]][:: 1 - 2 * place] for row in range(ROWS)]
    (tmp_path / "t.csv").write_text("\n".join(";".join(row) for row in ([["p", "q"]] if header else []) + rows))
    table = read_table(tmp_path / "t.csv")
    assert numbers(table)[:, place].tolist() == [row + 0.04 for row in range(ROWS)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("x,l,y\n" + "1,3; 4,0\n2,5; 6,1\n" * 9, [1, "3; 4", 0]),
        ("x,l,y\n" + "1,3|4,0\n2,5|6,1\n" * 9, [1, "3|4", 0]),
        ("x,l,y\n" + "1,a|b,0\n2,b|c,1\n" * 9, [1, "a|b", 0]),
        ("1.5,a|b,0\n" + "2.5,b|c,1\n" * 9, [1.5, "a|b", 0]),
    ],
)
def test_lists_within_cells_divide_no_row(tmp_path: Path, text: str, first: list[object]) -> None:
    (tmp_path / "t.csv").write_text(text)
    table = read_table(tmp_path / "t.csv")
    assert [str(cells[0]) for cells in table.columns.values()] == list(map(str, first))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (
            "a;b\n1.234;2,5\n12.500;3,25\n950;1,5\n",
            1234,
        ),  # with a decimal comma beside it, a point stands between thousands
        ("a;b\n1.234.567;2\n2.500.000;3\n950;1\n", 1234567),
        ("a;b\n1.234;2\n2.500;3\n9.125;1\n", 1.234),
        ("a;b\n1.234;2,5\n12.50;3,25\n950;1,5\n", 1.234),
        ("a;b\n1,234;2.5\n12,500;3.25\n950;1.5\n", 1234),  # with a decimal point beside it, a comma does
        ("a;b\n1,234;2\n12,500;3\n950;1\n", 1.234),
        ("a\tb\n1,234\t2\n12,500\t3\n950\t1\n", 1234),
    ],
)
def test_the_sign_before_fractions_is_that_of_the_whole_table(tmp_path: Path, text: str, number: float) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert numbers(read_table(tmp_path / "t.csv"))[0, 0] == number


@pytest.mark.parametrize(
    ("lines", "skipped"),
    [
        (["# exported by X", "# 2024", "a,b,y"], 2),
        (["# one, two", "a,b,y"], 1),
        (["# exported", "#a,b,y"], 1),
        (["#a,b,y"], 0),
        (["# by X"], 1),
    ],
)
def test_comments_before_the_table(tmp_path: Path, lines: list[str], skipped: int) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{row},{row % 3}.5,{'uv'[row % 2]}" for row in range(ROWS)]
    path.write_text("\n".join([*lines, *rows]) + "\n")
    table = read_table(path)
    assert len(table) == ROWS and len(table.columns) == 3
    assert any("comments before the table are left out" in note for note in table.notes) == bool(skipped)
    path.write_text("\n".join([*lines, *rows, "1,2"]) + "\n")
    with pytest.raises(TaskError, match=f"line {len(lines) + ROWS + 1}: 2 cells"):
        read_table(path)
    path.write_text("\n".join([*lines, *rows, '1,2,"u', "1,2,u"]) + "\n")
    with pytest.raises(TaskError, match=f"line {len(lines) + ROWS + 1}: a quote"):
        read_table(path)


def test_what_is_said_where_no_column_is_the_target(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("".join(f"{row},{row % 3}.5\n" for row in range(ROWS)))
    with pytest.raises(TaskError, match=r"t\.csv:last, or t\.csv:2 for column 2; the file has no line of names"):
        load_tasks(str(path))
    book = tmp_path / "t.xlsx"
    with pandas.ExcelWriter(book) as writer:
        for sheet, name in (("About", "words"), ("Data", "price")):
            pandas.DataFrame({name: range(ROWS), "b": range(ROWS)}).to_excel(writer, sheet_name=sheet, index=False)
    with pytest.raises(TaskError, match=r"'About' of 2 sheets is read \(\?sheet=NAME reads another: Data\)"):
        load_tasks(f"{book}:price")
    assert load_tasks(f"{book}?target=price&sheet=Data")
