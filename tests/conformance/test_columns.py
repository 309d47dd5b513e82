"""Every kind of column that is found meets the suite; one from outside is one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from automl.plugins import use_plugins
from automl.tasks.columns.fit import fit_column
from automl.tasks.columns.kind import COLUMNS, TrainRows
from automl.tasks.columns.stored import column_from_json, column_to_json
from automl.testing import ColumnSuite
from automl.testing.columns import levels_of
from primitives.plugins.outside import forget, registered

POSTCODES = """
import re
from dataclasses import dataclass

import numpy as np
from automl.plugins import AbstractColumn, ColumnKind, ColumnSummary, FittedColumn


@dataclass(frozen=True)
class PostcodeColumn(AbstractColumn):
    "The first two digits of a postcode."

    KIND = "postcode"
    name: str

    @property
    def width(self):
        return 1

    @property
    def features(self):
        return (f"{self.name} area",)

    def encode(self, levels):
        return np.nan_to_num(levels.spread(np.array([area(text) for text in levels.texts])), nan=-1.0)[:, None]

    def summary(self):
        return ColumnSummary(self.name, self.KIND, "its first two digits")

    def to_json(self):
        return {"name": self.name}


def area(text):
    return float(text[:2]) if re.fullmatch(r"[0-9]{5}", str(text)) else float("nan")


def fit(name, levels, train):
    return FittedColumn(PostcodeColumn(name)) if all(area(text) == area(text) for text in levels.texts) and len(levels.texts) else None


POSTCODE = ColumnKind("postcode", PostcodeColumn, lambda data: PostcodeColumn(data["name"]), {5: fit})
"""


def test_the_first_kinds_are_found() -> None:
    assert {"number", "category", "coded", "yes or no", "date", "text", "left out"} <= set(COLUMNS.found())


class TestColumns(ColumnSuite):
    @pytest.fixture(params=sorted(COLUMNS.found()))
    def kind(self, request):
        return COLUMNS.found()[request.param]


def test_a_kind_from_outside_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "postcodes.py").write_text(POSTCODES)
    levels, rows = levels_of([f"{10_000 + 700 * row}" for row in range(40)]), TrainRows(np.arange(40) % 2, 2, 1)
    usual = fit_column("home", levels, rows).column
    (outside,) = use_plugins([tmp_path / "postcodes.py"])
    try:
        column = fit_column("home", levels, rows).column
        assert (usual.KIND, column.KIND) == ("number", "postcode") and column.encode(levels)[:2].tolist() == [
            [10.0],
            [10.0],
        ]
        stored = column_to_json(column)
        assert stored == {"kind": "postcode", "name": "home"} and column_from_json(stored) == column
    finally:
        forget(outside)
    assert outside not in registered()
    with pytest.raises(ValueError, match=r"kind='postcode' .*--plugins"):
        column_from_json(stored)
