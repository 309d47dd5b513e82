"""A table without quotes is read at once: the same table, and the same task, as line by line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.errors import TaskError
from automl.tasks.columns.cells import CellLevels, cell_levels, number_levels
from automl.tasks.columns.fit import fit_column
from automl.tasks.columns.kind import TrainRows
from automl.tasks.tables import delimited
from automl.tasks.tables.files import read_table
from automl.tasks.tables.plain import plain_text
from automl.tasks.tables.raw import RawTable
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task

ROWS = 260
NUMERALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e6, 1e6).map(lambda value: f"{value:.3f}"),
    st.integers(-(2**70), 2**70).map(str),
    st.integers(-5, 5).map(str),
    st.sampled_from(["0", "-0", "-0.0", "007", ".5", "5.", "1e5", "1E-3", "1e400", "-1e-400", "12345678901234567890.5", "inf"]),
)  # fmt: skip
ODD = st.sampled_from(
    ["", "NA", "a", "é", "1,5", "1 ", " 1", "+1", "1+", "1_0", "0x1", "true", "12 kg", "5%", "nan", "2024-01-31"]
)
NAMES = st.sampled_from(["a", "b c", "id", "no", "ж", "3", "", "n"])


@st.composite
def columns(draw: st.DrawFn) -> list[str]:
    """The cells of one column: many times the same few, with one that is drawn from anything now and then."""
    few = draw(st.lists(NUMERALS, min_size=1, max_size=6))
    cells = [few[index % len(few)] for index in range(ROWS)]
    if draw(st.booleans()):
        cells = [f"{cell}{index}" if cell[-1:].isdigit() else cell for index, cell in enumerate(cells)]
    for place in draw(st.lists(st.integers(0, ROWS - 1), max_size=3)):
        cells[place] = draw(st.one_of(NUMERALS, ODD))
    return cells


def line_by_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> RawTable | str:
    with monkeypatch.context() as patched:
        patched.setattr(delimited, "plain_text", lambda *given: None)
        return table_in(path)


def table_in(path: Path) -> RawTable | str:
    try:
        return read_table(path)
    except TaskError as error:
        return str(error)


def task_of(table: RawTable) -> Task | str:
    try:
        return table_task(table, "target")
    except TaskError as error:
        return str(error)


def same_task(one: Task | str, other: Task | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return (one.digest, one.preprocessing, one.notes) == (other.digest, other.preprocessing, other.notes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(columns(), min_size=1, max_size=3), names=st.lists(NAMES, min_size=3, max_size=3), delimiter=st.sampled_from(",;\t|"),
    newline=st.sampled_from(["\n", "\r\n"]), header=st.booleans(),
)  # fmt: skip
def test_it_is_the_table_that_its_lines_are(cells, names, delimiter, newline, header, tmp_path, monkeypatch) -> None:
    path = tmp_path / "some.csv"
    target = [("yes", "no")[index % 2] for index in range(ROWS)]
    rows = [*([[*names[: len(cells)], "target"]] if header else []), *zip(*cells, target)]
    path.write_text("".join(delimiter.join(row) + newline for row in rows), encoding="utf-8", newline="")
    table, oracle = table_in(path), line_by_line(path, monkeypatch)
    if isinstance(table, str) or isinstance(oracle, str):
        assert table == oracle
        return
    assert (list(table.columns), table.notes, table.unnamed, table.repeated, table.decimal, len(table)) == (
        list(oracle.columns), oracle.notes, oracle.unnamed, oracle.repeated, oracle.decimal, len(oracle),
    )  # fmt: skip
    for name in oracle.columns:
        written = [cell.rstrip(" ") for cell in oracle.columns[name]]
        assert [cell.rstrip(" ") for cell in table.columns[name]] == written
        levels, known = table.levels(name), oracle.levels(name)
        assert levels.cell_numbers().tobytes() == known.cell_numbers().tobytes() or name not in table.numbers
    if header:
        assert same_task(task_of(table), task_of(oracle))


def test_columns_of_numbers_are_known_and_their_texts_are_there(tmp_path, monkeypatch) -> None:
    path = tmp_path / "some.csv"
    rows = [
        f"{index / 7:.4f},{index},{index % 3}.50,{'ab'[index % 2]},{index if index % 9 else ''}"
        for index in range(ROWS)
    ]
    path.write_text("\n".join(["x,id,half,kind,gap", *rows]))
    table = read_table(path)
    assert sorted(table.numbers) == ["half", "id", "x"]
    assert list(table.columns["half"][:3]) == ["0.50", "1.50", "2.50"] and table.columns["gap"][0] == ""
    assert table.without(["x"]).numbers.keys() == {"half", "id"} and len(table.without(["x"])) == ROWS
    monkeypatch.setattr(CellLevels, "texts", property(lambda self: pytest.fail("texts of numbers are not needed")))
    column, _ = fit_column("x", table.levels("x"), TrainRows(np.zeros(ROWS)))
    assert column.encode(table.levels("x"))[:3, 0].tolist() == [0.0, 0.1429, 0.2857]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a,b\n" + "1,2\n" * 300, True), ("a,b\r\n" + "1,2\r\n" * 300, True), ("a,b\n" + "1,2\n" * 299 + "1,2", True),
        ("a,b\n" + "1,2\n" * 20, False), ("a,b\n" + "1,2\n" * 300 + "1\n", False), ("a,b\n" + "1,2\n" * 300 + "\n1,2\n", False),
        ("a,b\n" + "1,2\n" * 300 + "1,2,\n", False), ('a,b\n"1",2\n' + "1,2\n" * 300, False), ("a,b\n" + "1, 2\n" * 300, False),
        ("a,b\n" + "1,+2\n" * 300, False), ("a,b\n" + "1,2\r3,4\n" * 300, False), ("a\n" + "1\n" * 300, False),
        ("a,b\n" + "1,2\n" * 300 + "1" * 200_000 + ",2\n", False),
    ],
)  # fmt: skip
def test_what_can_be_read_at_once(text: str, plain: bool) -> None:
    assert (plain_text(text, ",", 200) is not None) is plain


@given(
    st.sampled_from(["float64", "float32", "int64", "uint8", "float16"]),
    st.lists(st.one_of(st.integers(0, 3), st.floats(-100, 100)), min_size=1, max_size=30),
    st.booleans(),
    st.sampled_from(["x", "id"]),
)
def test_numbers_of_a_frame_are_encoded_as_their_levels_are(kind, values, gap, name) -> None:
    cells = (
        np.array(values).astype("float64").clip(0, 200).astype(kind)
        if kind == "uint8"
        else np.array(values).astype(kind)
    )
    if gap and cells.dtype.kind == "f":
        cells[0] = np.nan
    train = TrainRows(np.zeros(len(cells)))
    found, oracle = number_levels(cells), cell_levels(cells)
    half = np.arange(0, len(cells), 2)
    column, known = fit_column(name, found.take(half), train).column, fit_column(name, oracle.take(half), train).column
    assert column == known
    assert column.encode(found).tobytes() == known.encode(oracle).tobytes()
    assert list(found.take(half).texts) == list(oracle.take(half).texts) and len(found) == len(cells)
    assert found.missing == oracle.missing and list(found.counts) == list(oracle.counts)


def test_a_frame_of_numbers_makes_the_task_of_its_levels(monkeypatch) -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    frame = pandas.DataFrame({"a": rng.normal(size=80), "b": rng.integers(0, 3, 80), "c": rng.integers(0, 2, 80)})
    frame["a"] = frame["a"].round(1)
    task = table_task(frame, "c")
    monkeypatch.setattr("automl.tasks.tables.raw.number_levels", cell_levels)
    assert task.digest == table_task(frame, "c").digest
