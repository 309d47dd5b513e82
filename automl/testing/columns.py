"""What every kind of column must do: know its own, give finite features of the width that it says, and come back from JSON the same."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from ..tasks.columns.cells import CellLevels, as_cells, cell_levels
from ..tasks.columns.fit import fit_column, refit_column
from ..tasks.columns.kind import ColumnKind, FittedColumn, TrainRows
from ..tasks.columns.stored import column_from_json, column_to_json

ROWS = 60
COLUMNS_OF_CELLS: tuple[Sequence[object], ...] = (
    [None] * ROWS,
    ["yes", "no", None] * 20,
    [0.5 * row for row in range(ROWS)],
    ["1,5", "2,25", "", "1000"] * 15,
    [f"2024-03-{1 + row % 28:02}" for row in range(ROWS)],
    [f"{row % 24}:{7 * row % 60:02}" for row in range(ROWS)],
    [f"the {row}th sentence of quite a few words" for row in range(ROWS)],
    [f"name{row}" for row in range(ROWS)],
    ["red", "green", "blue", None] * 15,
    [f"level {row % 20}" for row in range(ROWS)],
)
"""Columns of all the kinds that come with the project."""
ODD = (None, "", "never seen", 7, -1.5, True, "2024-01-02", "22:35", "nan", "x" * 200)


def levels_of(cells: Sequence[object]) -> CellLevels:
    return cell_levels(as_cells(cells))


class ColumnSuite:
    """A subclass says by the fixture ``kind`` which ``ColumnKind`` is tested; it must be known (``use_plugins`` for one of your own). Where
    none of COLUMNS_OF_CELLS is of that kind, ``cells`` gives columns of which one is."""

    @pytest.fixture
    def cells(self) -> Sequence[Sequence[object]]:
        return COLUMNS_OF_CELLS

    @pytest.fixture
    def found(self, kind: ColumnKind, cells: Sequence[Sequence[object]]) -> list[tuple[CellLevels, FittedColumn]]:
        """The columns that are of the kind, with their encodings."""
        pairs = []
        for each in cells:
            levels = levels_of(each)
            fitted = fit_column("c", levels, TrainRows(np.arange(len(each)) % 2, 2, 3))
            if type(fitted.column) is kind.column:
                pairs.append((levels, fitted))
        assert pairs, f"kind={kind.name!r}: no column of `cells` is of the kind; give one that is"
        return pairs

    def test_its_features_are_finite_and_as_many_as_it_says(self, found):
        for levels, (column, crossed) in found:
            encoded = column.encode(levels)
            assert encoded.shape == (len(levels.codes), column.width) and np.isfinite(encoded).all()
            assert len(column.features) == column.width
            assert crossed is None or (crossed.shape == encoded.shape and np.isfinite(crossed).all())

    def test_cells_that_it_has_not_seen_have_features_too(self, found):
        for _, (column, _) in found:
            encoded = column.encode(levels_of(ODD))
            assert encoded.shape == (len(ODD), column.width) and np.isfinite(encoded).all()
            assert isinstance(column.problem(levels_of(ODD)), str | None)

    def test_it_says_what_became_of_the_column(self, found):
        for _, (column, _) in found:
            assert column.summary().column == "c" and column.summary().kind == column.KIND

    def test_it_comes_back_from_json_the_same(self, kind: ColumnKind, found):
        for levels, (column, _) in found:
            stored = json.loads(json.dumps(column_to_json(column)))
            again = column_from_json(stored)
            assert stored["kind"] == kind.name and again == column
            assert np.array_equal(again.encode(levels), column.encode(levels))

    def test_what_is_no_encoding_of_it_is_refused(self, kind: ColumnKind):
        for wrong in ({}, {"name": "c"}):
            with pytest.raises((KeyError, TypeError, ValueError)):
                kind.read(wrong)

    def test_the_same_cells_give_the_same_encoding(self, found):
        for levels, (column, crossed) in found:
            again = fit_column("c", levels, TrainRows(np.arange(len(levels.codes)) % 2, 2, 3))
            assert again.column == column and np.array_equal(again.crossed, crossed)

    def test_what_looks_at_targets_is_fitted_anew_to_other_rows(self, kind: ColumnKind, found):
        """Two sets of targets that differ in rows which it is not fitted to give the same features; what does not look at them needs no
        ``refit``."""
        for levels, (column, crossed) in found:
            rows = np.arange(len(levels.codes))
            if kind.refit is None:
                other = fit_column("c", levels, TrainRows(rows // 2 % 2, 2, 3))
                assert crossed is None and other.column == column, (
                    f"kind={kind.name!r} looks at targets: give its refit"
                )
                continue
            known, others = rows[rows % 5 != 0], rows[rows % 5 == 0]
            told = TrainRows((rows % 2)[known], 2, 3)
            features = refit_column(column, levels, known, others, told)
            assert [each.shape for each in features] == [(len(known), column.width), (len(others), column.width)]
            assert all(np.isfinite(each).all() for each in features)
