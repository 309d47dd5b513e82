"""What becomes of a column: kinds, features, new cells, and the form in which encodings are stored."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.tasks.columns.base import AbstractColumn
from automl.tasks.columns.cells import MISSING_TEXTS, as_cells, cell_levels, cell_text
from automl.tasks.columns.fit import fit_column
from automl.tasks.columns.kind import TrainRows
from automl.tasks.columns.kinds.category import CategoryColumn
from automl.tasks.columns.kinds.number import NumberColumn
from automl.tasks.columns.kinds.text import TextColumn
from automl.tasks.columns.numerals import COMMA, POINT, decimal_sign, parse_numerals
from automl.tasks.columns.stored import column_from_json, column_to_json
from automl.tasks.tables.task import table_task

RNG = np.random.Generator(np.random.PCG64(0))


def fitted(cells: list, name: str = "c", decimal: str = POINT) -> AbstractColumn:
    train = TrainRows(np.arange(len(cells)) % 2, 2, 1, decimal)
    return fit_column(name, cell_levels(as_cells(cells)), train)[0]


def encoded(column: AbstractColumn, *cells: object) -> list[list[float]]:
    return column.encode(cell_levels(as_cells(cells))).round(4).tolist()


def many(*cells: object) -> list:
    return list(cells) * (60 // len(cells))


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234", POINT, 1234), ("$41,000.00", POINT, 41000), ("-$5", POINT, -5), ("$-5", POINT, -5), ("(1,200)", POINT, -1200),
        ("1 234,5", COMMA, 1234.5), ("41000,50", COMMA, 41000.5), ("1.234.567,8", COMMA, 1234567.8), ("41 000 €", POINT, 41000),
        ("12 %", POINT, 12), ("12 kg", POINT, 12), ("1'234.5", POINT, 1234.5), ("1e3", POINT, 1000), (".5", POINT, 0.5), ("−3", POINT, -3),
        ("12,34", POINT, None), ("x1", POINT, None), ("1-2", POINT, None), ("", POINT, None), ("1,2,3", POINT, None), ("--", POINT, None),
        ("1.2", COMMA, None), ("12.05.2024", POINT, None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, decimal: str, value: float | None) -> None:
    (found,) = parse_numerals(np.array([text], dtype=object), decimal)
    assert np.isnan(found) if value is None else found == pytest.approx(value)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([POINT, COMMA]))
def test_a_number_is_read_as_it_was_written(value: float, decimal: str) -> None:
    text = repr(value).replace(".", decimal)
    assert parse_numerals(np.array([text], dtype=object), decimal)[0] == value


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1,234", "5,678"], POINT), (["1,5", "2,25"], COMMA), (["1,234", "0,5"], COMMA), (["1,234,567"], POINT), (["1.234,5"], COMMA),
        (["1,234.5"], POINT), (["7"], POINT), (["41000,500"], COMMA),
    ],
)  # fmt: skip
def test_the_sign_before_fractions(texts: list[str], sign: str) -> None:
    assert decimal_sign(np.array(texts, dtype=object)) == sign


def test_commas_that_show_nothing_are_as_is_usual_in_the_file() -> None:
    assert fitted(many("1,234", "5,678"), decimal=COMMA).encode(cell_levels(as_cells(["1,234"])))[0, 0] == 1.234
    assert encoded(fitted(many("1.5", "2.25"), decimal=COMMA), "1.5") == [[1.5]]


def test_a_number_that_is_no_text_is_itself_whatever_the_file_had() -> None:
    column = fitted(many("41.000,50", "1.234", "0,5"))
    assert encoded(column, 1.234, np.float32(0.5), 3, "1,5") == [[1.234], [0.5], [3], [1.5]]
    assert encoded(column, "1.234") == [[1234]]


@given(st.lists(st.sampled_from([*MISSING_TEXTS, "NA", " n/A ", "a", " a", "1", "1.0", "", " "]), min_size=1))
def test_texts_have_the_levels_that_each_cell_says(cells: list[str]) -> None:
    levels = cell_levels(as_cells(cells))
    said = [None if code < 0 else levels.texts[code] for code in levels.codes]
    assert said == list(map(cell_text, cells))
    assert len(set(levels.texts)) == len(levels.texts) and np.isnan(levels.values).all()


def test_missing_numbers_are_filled_and_marked() -> None:
    column = fitted(many(1, 2, None, 6, "NA", "?"))
    assert encoded(column, 5, None, "nan") == [[5, 0], [2, 1], [2, 1]]
    assert str(column.summary()) == "c: number, 30 missing filled with the median 2"
    assert encoded(fitted([1.0, 2.0, 3.0]), "") == [[2]]


def test_sklearn_fills_alike() -> None:
    impute = pytest.importorskip("sklearn.impute")
    values = np.where(RNG.uniform(size=50) < 0.3, np.nan, RNG.normal(size=50))
    oracle = impute.SimpleImputer(strategy="median", add_indicator=True).fit_transform(values[:, None])
    assert np.allclose(fitted(list(values)).encode(cell_levels(values)), oracle)


def test_a_few_odd_texts_among_many_numbers_are_missing() -> None:
    column = fitted([*range(100), "unknown"])
    assert (
        isinstance(column, NumberColumn)
        and column.odd == ("unknown",)
        and "'unknown' taken as missing" in str(column.summary())
    )
    assert column.problem(cell_levels(as_cells(["unknown", 3]))) is None
    assert "c='big': a number" in str(column.problem(cell_levels(as_cells(["big"]))))
    assert fitted(many(1, 2, "low", "high")).KIND == "category"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (many("yes", "no"), "yes or no"), (many("True", "FALSE", ""), "yes or no"), (many(True, False), "yes or no"),
        (many(0, 1), "number"), (many("5 kg", "7 kg"), "number"), (many("a", "b"), "category"), (many(None, "x"), "category"),
        ([f"k{i % 20}" for i in range(100)], "category"), (many("A1", "A2", "A3"), "category"), (many([1], [2]), "category"),
        (many("12-24", "13-25"), "category"), ([f"id{i}" for i in range(60)], "text"), (many(3), "left out"),
        (many(None, "NA"), "left out"), (many("2024-01-31", "2023-02-28", "2022-12-24"), "date"), (many("1/13/2024", "12/24/2023"), "date"),
        (many("24.12.2023", "31.01.2024"), "date"), (many("2024-01-31 12:30:05", "2700-01-01"), "date"),
        (many(datetime.date(2024, 1, 31), datetime.date(2023, 1, 1)), "date"),
        ([f"the {i} good words of a text {i}" for i in range(60)], "text"),
    ],
)  # fmt: skip
def test_kinds(cells: list, kind: str) -> None:
    column = fitted(cells)
    assert column.KIND == kind
    features = column.encode(cell_levels(as_cells([*cells, None, "never seen", 7, True])))
    assert features.shape == (len(cells) + 4, column.width) and np.isfinite(features).all()
    assert column_from_json(json.loads(json.dumps(column_to_json(column)))) == column


def test_texts_are_counted_by_their_words_or_their_pieces() -> None:
    sentences = [f"the {'bad' if i % 3 else 'good'} film was not {'bad' if i % 2 else 'good'}, {i}" for i in range(60)]
    words = fitted(sentences)
    assert isinstance(words, TextColumn) and not words.pieces and {"not bad", "good film", "bad"} <= set(words.parts)
    assert "the" not in words.parts and "17" not in words.parts  # all have it, or one alone
    names = fitted([f"{'Iva' if i % 2 else 'Pet'}{chr(97 + i % 26)}{i}ov" for i in range(60)])
    assert isinstance(names, TextColumn) and names.pieces and {"iva", "pet"} <= set(names.parts)
    (row,) = encoded(names, "IVA")
    assert (
        np.linalg.norm(row[:-1]) == pytest.approx(1.0, abs=1e-3)
        and row[names.parts.index("iva")] > 0 == row[names.parts.index("pet")]
    )
    assert row[-1] == pytest.approx(np.log(4.0), abs=1e-4) and not any(encoded(names, None)[0])


def test_rare_words_stay_small_beside_others() -> None:
    column = TextColumn("c", ("a", "b"), weights=(1.0, 1.0))
    scales = column.scales(np.array([3.0, 1.0, 7.0]))
    assert scales.tolist() == [1.0, 1.0, 7.0]
    table = {
        "c": [f"{'ab'[i % 2]} good word or {'more' if i % 20 else 'less'}, {i}" for i in range(80)],
        "n": list(range(80)),
    }
    task = table_task(table, np.arange(80) % 2)
    spread = np.std(task.data.train.inputs[0], axis=0)
    text, number = task.preprocessing.columns
    assert isinstance(text, TextColumn) and spread[-1] == pytest.approx(1.0) == spread[text.width - 1]
    assert np.square(spread[: text.width - 1]).sum() == pytest.approx(10.0)
    assert spread[text.parts.index("less")] < spread[text.parts.index("a")]


def test_names_of_rows() -> None:
    ids = cell_levels(as_cells([f"id{i}" for i in range(60)]))
    assert fit_column("c", ids, TrainRows(np.arange(60) % 2, 2, columns=2)).column.KIND == "left out"
    numbers = list(range(60))
    for name in ("id", "PassengerId", "customer_id", "Unnamed: 0", "index"):
        assert fitted(numbers, name).KIND == "left out", name
    for name in ("age", "humid", "time", "x", "Covid"):
        assert fitted(numbers, name).KIND == "number", name


def test_categories() -> None:
    column = fitted(many("b", "a", None))
    assert encoded(column, "a", "b", None, "c") == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]


def test_codes_are_those_of_sklearn() -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    cells, y = [f"k{i}" for i in RNG.integers(0, 30, 600)], RNG.normal(size=600)
    column, crossed = fit_column("c", cell_levels(as_cells(cells)), TrainRows(y))
    oracle = preprocessing.TargetEncoder(target_type="continuous").fit(np.array(cells)[:, None], y)
    assert np.allclose(column.encode(cell_levels(as_cells(cells)))[:, :1], oracle.transform(np.array(cells)[:, None]))
    assert crossed is not None and crossed.shape == (600, 2)
    assert encoded(column, "never")[0] == pytest.approx([y.mean(), 0.0], abs=1e-4)


@pytest.mark.parametrize(
    ("y", "classes"), [([0, 1] * 50, 2), ([0] * 99 + [1], 2), ([0, 1, 2, 0] * 25, 3), (list(range(20)) * 5, 20)]
)
def test_codes_of_classes(y: list[int], classes: int) -> None:
    cells = cell_levels(as_cells([f"k{i}" for i in RNG.integers(0, 25, 100)]))
    column, crossed = fit_column("c", cells, TrainRows(np.array(y), classes))
    assert crossed is not None and crossed.shape == (100, column.width) and np.isfinite(column.encode(cells)).all()


def test_dates() -> None:
    column = fitted(many("2024-01-31", "2023-02-28", None))
    (first, missing) = encoded(column, "2024-01-31", None)
    assert dict(zip(column.parts, first)) == {"year": 2024, "month": 1, "day": 31, "weekday": 2, "days": 19753.0}
    assert missing[-1] == 1 and "a date as in training" in str(column.problem(cell_levels(as_cells(["soon"]))))
    american = fitted(many("1/13/2024", "12/24/2023"))
    assert (
        encoded(american, "1/13/2024")
        == encoded(american, datetime.datetime(2024, 1, 13))
        == encoded(american, "2024-01-13")
    )


def test_columns_of_models_before_there_were_kinds() -> None:
    assert column_from_json(["size", None]) == NumberColumn("size")
    assert column_from_json(["colour", ["blue", "red"]]) == CategoryColumn("colour", ("blue", "red"))
    assert "in every row" in str(NumberColumn("size").problem(cell_levels(as_cells([None]))))


@pytest.mark.parametrize("bad", [["a"], {"kind": "odd"}, 3, {"kind": "coded", "name": "k", "levels": ["a"], "codes": [], "other": [1.0],
                                                            "absent": [1.0], "distinct": 1, "missing": 0}])  # fmt: skip
def test_other_stored_columns_are_refused(bad: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        column_from_json(bad)
