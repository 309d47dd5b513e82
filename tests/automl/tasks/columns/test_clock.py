"""Times of day are their hour and minute, however they are written."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from automl.tasks.columns.base import AbstractColumn
from automl.tasks.columns.cells import as_cells, cell_levels
from automl.tasks.columns.fit import fit_column
from automl.tasks.columns.kind import TrainRows
from automl.tasks.columns.stored import column_from_json, column_to_json

MINUTES = np.random.default_rng(0).permutation(24 * 60)[:60]
TIMES = [datetime.time(*divmod(int(minute), 60)) for minute in MINUTES]


def fitted(cells: list) -> AbstractColumn:
    return fit_column("at", cell_levels(as_cells(cells)), TrainRows(np.arange(len(cells)) % 2, 2))[0]


@pytest.mark.parametrize(
    "form", ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%H:%M:%S.000", "%H:%MZ", "%H:%M:%S+02:00", None]
)
def test_times_are_hour_and_minute(form: str | None) -> None:
    cells = [time if form is None else time.strftime(form).lstrip("0").replace("PM", "p.m.") for time in TIMES]
    cells = [f"0{cell}" if str(cell).startswith(":") else cell for cell in cells]
    column = fitted(cells)
    assert column.KIND == "time of day" and column.features == ("at hour", "at minute")
    found = column.encode(cell_levels(as_cells(cells)))
    assert found[:, 0] == pytest.approx(MINUTES / 60) and found[:, 1].tolist() == (MINUTES % 60).tolist()
    again = column_from_json(column_to_json(column))
    assert again == column and str(column.summary()) == "at: time of day, into hour and minute"


def test_missing_times_are_told_apart() -> None:
    column = fitted(["7:30", "9:30", None] * 20)
    assert column.features == ("at hour", "at is missing")
    assert column.encode(cell_levels(as_cells(["12:15 am", None, "noon"]))).tolist() == [[0.25, 0], [8.5, 1], [8.5, 1]]
    assert "at='25:00'" in str(column.problem(cell_levels(as_cells(["25:00"]))))
    assert column.problem(cell_levels(as_cells(["9:05 pm", None]))) is None


@pytest.mark.parametrize(
    "cells",
    [["22", "23", "1"], ["25:61", "99:99", "30:00"], ["13:00 pm", "14:30 pm", "0:10 am"], ["1:2", "3:4", "5:6"]],
)
def test_what_is_no_time_of_day(cells: list[str]) -> None:
    assert fitted(cells * 20).KIND != "time of day"
