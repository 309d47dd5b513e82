"""Codes of categories of many levels: of targets with few and with many classes, never from a row's own target."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from automl.tasks.columns.cells import as_cells, cell_levels
from automl.tasks.columns.kinds.coding import MOST_CLASSES, CodedColumn, coded
from automl.tasks.columns.stored import column_from_json, column_to_json

RNG = np.random.default_rng(0)


def coded_levels(level: np.ndarray, targets: np.ndarray, classes: int) -> tuple[CodedColumn, np.ndarray, np.ndarray]:
    """The encoding, the features of the train rows, and those that the same cells have as new rows."""
    levels = cell_levels(as_cells(f"level {each}" for each in level))
    column, crossed = coded("k", levels, targets, classes)
    return column, crossed, column.encode(levels)


@pytest.mark.parametrize("classes", [26, 200])
def test_levels_tell_of_more_classes_than_ten(classes: int) -> None:
    level = RNG.integers(0, 300, 6000)
    targets = level * classes // 300  # a level has one class
    column, crossed, new = coded_levels(level, targets, classes)
    assert column.width == MOST_CLASSES + 1 == len(column.features)
    assert column_from_json(column_to_json(column)) == column
    guess = KNeighborsClassifier(1).fit(crossed, targets).score(new, targets)
    alone = KNeighborsClassifier(1).fit(crossed[:, -1:], targets).score(new[:, -1:], targets)
    assert guess > (0.8 if classes == 26 else 0.2) and guess > 3 * alone


def test_what_a_row_is_coded_by_does_not_know_its_own_target() -> None:
    """With two rows a level and nothing in the levels, codes that knew would tell each row's class."""
    level, targets = np.repeat(np.arange(400), 2), RNG.integers(0, 20, 800)
    _, crossed, new = coded_levels(level, targets, 20)
    known = KNeighborsClassifier(1).fit(new, targets).score(new, targets)
    told = KNeighborsClassifier(5).fit(crossed[:400], targets[:400]).score(crossed[400:], targets[400:])
    assert known > 0.5 and told < 0.15


def test_the_same_rows_give_the_same_codes() -> None:
    level, targets = RNG.integers(0, 40, 500), RNG.integers(0, 15, 500)
    (one, first, _), (other, second, _) = coded_levels(level, targets, 15), coded_levels(level, targets, 15)
    assert one == other and (first == second).all()


def test_of_several_classes_the_train_rows_may_have_two_or_one() -> None:
    level = RNG.integers(0, 40, 300)
    for there in (np.arange(300) % 2, np.zeros(300, dtype=np.int64)):
        column, crossed, new = coded_levels(level, there, 3)
        assert crossed.shape == new.shape == (300, column.width) and np.isfinite(new).all()
