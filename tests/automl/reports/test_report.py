"""Reports as JSON that every reader takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automl.commands.common import json_line, json_lines
from automl.reports.report import ModelReport, strict_json

ODD = {"a": [1.5, float("nan"), {"b": float("inf")}], "c": (float("-inf"), "NaN")}
PLAIN = {"a": [1.5, None, {"b": None}], "c": [None, "NaN"]}


def strict(text: str) -> object:
    """The plain data of a text, in which NaN and the infinities are an error."""

    def refuse(name: str) -> object:
        raise ValueError(name)

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("write", [strict_json, json_line])
def test_what_json_has_not_is_null(write) -> None:
    assert strict(write(ODD)) == PLAIN


def test_in_files_too(tmp_path: Path) -> None:
    (written,) = ModelReport("found", ODD).save(tmp_path)
    assert strict(written.read_text()) == PLAIN
    with json_lines(str(tmp_path / "rows.jsonl")) as write:
        write(ODD)
    assert strict((tmp_path / "rows.jsonl").read_text()) == PLAIN
