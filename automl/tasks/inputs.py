"""New inputs from files or from JSON text, as the training data has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from library.files import irregular

from ..errors import TaskError
from .preprocessing import Preprocessing
from .tables.files import SUFFIXES as TABLES
from .tables.rows import read_rows

INPUT_ARRAYS = ("x", "X", "x_test", "X_test", "inputs")
"""Names under which a file of several arrays may hold the inputs to answer for; else the first array counts."""


def read_inputs(text: str, preprocessing: Preprocessing | None) -> Any:
    """Raw inputs: an array file, a table with the training columns, or JSON (a list of cases). Raises TaskError."""
    path = Path(text)
    kind = irregular(path)
    if kind:
        raise TaskError(f"inputs={text[:80]!r} is {kind}, not a file; give a file, or JSON text")
    try:
        if text.lstrip()[:1] in "[{" or not path.suffix:
            return _cases(json.loads(text))
        if path.suffix == ".npy":
            return np.load(path, allow_pickle=False)
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return archive[next((name for name in INPUT_ARRAYS if name in archive), archive.files[0])]
        if path.suffix.lower() in TABLES:
            return read_rows(path, preprocessing)
        lines = path.read_text(encoding="utf-8")
        return _cases(
            [json.loads(line) for line in lines.splitlines() if line.strip()]
            if path.suffix == ".jsonl"
            else json.loads(lines)
        )
    except (OSError, ValueError, IndexError) as error:
        if isinstance(error, TaskError):
            raise
        raise TaskError(
            f"inputs={text[:80]!r}: a readable .npy, .npz, .csv, .xlsx, .parquet, .json or .jsonl file, or JSON text, is required ({error})"
        ) from None


def _cases(data: Any) -> list[Any]:
    if isinstance(data, dict) and "inputs" not in data:
        return [data]  # one row of a table
    if not isinstance(data, list):
        raise TaskError(f"inputs={str(data)[:60]}: a list of cases is required, each a list of the program's arguments")
    return [case["inputs"] if isinstance(case, dict) and "inputs" in case else case for case in data]
