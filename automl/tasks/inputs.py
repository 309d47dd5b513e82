"""New inputs from files or from JSON text, as the training data has them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from library.files import irregular
from primitives.types import Type

from ..errors import TaskError
from .cases.written import written_cases
from .preprocessing import Preprocessing
from .tables.decoding import ending, unpacked
from .tables.files import ROW_LINES, ROWS, is_by_column, is_table, rows_by_column
from .tables.plain import is_number
from .tables.rows import read_rows, read_series

INPUT_ARRAYS = ("x", "X", "x_test", "X_test", "inputs")
"""Names under which a file of several arrays may hold the inputs to answer for; else the first array counts."""


def read_inputs(text: str, preprocessing: Preprocessing | None, types: Sequence[Type] | None = None) -> Any:
    """Raw inputs: an array file, a table with the training columns, or JSON (a list of cases).

    text: the name of a file, or JSON.
    preprocessing: what the training did to its inputs.
    types: of the arguments of a program on values, whose cases may be written as ``written_cases`` reads them (default: none).

    Raises TaskError.
    """
    path = Path(text)
    kind = irregular(path)
    if kind:
        raise TaskError(f"inputs={text[:80]!r} is {kind}, not a file; give a file, or JSON text")
    try:
        if text.lstrip()[:1] in ("[", "{", '"') or not path.suffix or (types is not None and is_number(text)):
            return _cases(json.loads(text), types)
        if path.suffix == ".npy":
            return np.load(path, allow_pickle=False)
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return archive[next((name for name in INPUT_ARRAYS if name in archive), archive.files[0])]
        if is_table(path) and ending(path) not in (*ROWS, *ROW_LINES):
            if preprocessing is not None and preprocessing.is_series and preprocessing.raw_shape[0] == 1:
                return read_series(path, preprocessing.shape[1], preprocessing.ends)
            return read_rows(path, preprocessing)
        content = unpacked(path).decode("utf-8")
        if ending(path) in ROW_LINES:
            return _cases(_json_lines(content), types, one=False)
        return _cases(json.loads(content), types)
    except (OSError, ValueError, IndexError) as error:
        if isinstance(error, TaskError):
            raise
        raise TaskError(
            f"inputs={text[:80]!r}: a readable .npy, .npz, .csv, .xlsx, .parquet, .json or .jsonl file, or JSON text, is required ({error})"
        ) from None


def _json_lines(content: str) -> list[Any]:
    """The value of each line, None for a blank one, so that answers stand in the places of their inputs; none for
    blank ones at the end."""
    return (
        [json.loads(line) if line.strip() else None for line in content.rstrip().split("\n")] if content.strip() else []
    )


def _cases(data: Any, types: Sequence[Type] | None, one: bool = True) -> list[Any]:
    told = isinstance(data, list) and any(isinstance(case, dict) and "inputs" in case for case in data)
    if types is not None and not told:
        return written_cases(data, types, one=one)
    if is_by_column(data) and "inputs" not in data:
        return rows_by_column(data)
    if isinstance(data, dict) and "inputs" not in data:
        return [data]  # one row of a table
    if not isinstance(data, list):
        raise TaskError(f"inputs={str(data)[:60]}: a list of cases is required, each a list of the program's arguments")
    return [case["inputs"] if isinstance(case, dict) and "inputs" in case else case for case in data]
