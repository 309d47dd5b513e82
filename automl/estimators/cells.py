"""What estimators are given, as scikit-learn's conventions have it: features as the cells of a table, targets as an array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import column_or_1d, validate_data

from ..tasks.tables.raw import RawTable, raw_from_frame

if TYPE_CHECKING:
    import pandas

Features: TypeAlias = "np.ndarray | pandas.DataFrame | Sequence[Sequence[object]]"
Targets: TypeAlias = "np.ndarray | pandas.Series | pandas.DataFrame | Sequence[object]"
Weights: TypeAlias = "np.ndarray | pandas.Series | Sequence[float] | float"
LEAST = 2
"""Rows without which nothing is fitted."""


def read_features(estimator: BaseEstimator, x: Features, names: Sequence[str] | None = None) -> RawTable:
    """The cells of ``x`` [n, columns]: a frame with columns of any kinds, or what numpy makes an array of.

    names: of the columns as ``fit`` saw them; None where this is the fit, by which ``n_features_in_`` and ``feature_names_in_`` are set.

    Cells may be missing. Raises ValueError where ``x`` has other columns than the fit, no rows (of a fit fewer than LEAST), infinite or
    complex numbers, and TypeError where it is sparse.
    """
    least = LEAST if names is None else 1
    if hasattr(x, "iloc") and hasattr(x, "columns"):
        frame = cast("pandas.DataFrame", x)
        validate_data(estimator, frame, reset=names is None, skip_check_array=True)
        raw = _frame_cells(frame, least, type(estimator).__name__)
        return raw if names is None else RawTable(dict(zip(names, raw.columns.values(), strict=True)))
    array = validate_data(
        estimator, x, reset=names is None, dtype=None, ensure_all_finite="allow-nan", ensure_min_samples=least
    )
    named = names or [f"column{index + 1}" for index in range(array.shape[1])]
    return RawTable({name: array[:, index] for index, name in enumerate(named)})


def _frame_cells(frame: pandas.DataFrame, least: int, name: str) -> RawTable:
    """The cells of a frame. Raises ValueError in the words of scikit-learn, which has none for frames of mixed columns."""
    for count, needed, what in ((frame.shape[1], 1, "feature"), (len(frame), least, "sample")):
        if count < needed:
            raise ValueError(
                f"Found array with {count} {what}(s) (shape={frame.shape}) while a minimum of {needed} is required by {name}."
            )
    raw = raw_from_frame(frame)
    for key, cells in raw.columns.items():
        _check_cells(cells, key)
    return raw


def _check_cells(cells: np.ndarray, name: str) -> None:
    """Raises ValueError on numbers that no feature can be."""
    if cells.dtype.kind == "c" or (cells.dtype == object and any(isinstance(cell, complex) for cell in cells)):
        raise ValueError(f"Complex data not supported: column {name!r}")
    if cells.dtype.kind == "f":
        assert_all_finite(cells, allow_nan=True, input_name=f"X, column {name!r},")


def read_targets(y: Targets) -> np.ndarray:
    """``y`` [n] as an array of one dimension, with a warning where it was a column. Raises ValueError where it is none, or a target is
    missing or infinite."""
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    missing = _missing(y)
    if missing:
        raise ValueError(
            f"Input y contains NaN or None: {missing:,} of {len(y)} targets are missing; leave out such rows, or fill them"
        )
    # The type that numpy has for a column which might have missing cells, but has none.
    kind = getattr(getattr(y, "dtype", None), "numpy_dtype", None)
    flat = column_or_1d(y if kind is None else np.asarray(y, dtype=kind), warn=True)
    assert_all_finite(flat, input_name="y")
    if flat.dtype == object and len(flat) and not isinstance(flat[0], str):
        plain = np.array(flat.tolist())
        flat = plain if plain.dtype.kind in "biuf" and plain.ndim == 1 else flat
    return flat


def _missing(y: Targets) -> int:
    """How many targets are None or NaN, where these are objects or have marks of their own for it."""
    if hasattr(y, "isna"):
        return int(np.asarray(y.isna()).sum())
    cells = y if isinstance(y, list | tuple) or (isinstance(y, np.ndarray) and y.dtype == object) else ()
    return sum(cell is None or (isinstance(cell, float) and cell != cell) for cell in np.ravel(np.array(cells, object)))


def read_weights(weights: Weights | None, rows: int) -> np.ndarray | None:
    """float64 [rows]: how much each row counts; None where all count alike and as one. Raises ValueError where they are no such weights."""
    if weights is None:
        return None
    if isinstance(weights, int | float):
        weights = np.full(rows, float(weights))
    found: np.ndarray = check_array(weights, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if found.shape != (rows,):
        raise ValueError(f"sample_weight.shape={found.shape}: ({rows},) is required, a weight a row; give one each")
    if (found < 0).any():
        raise ValueError(f"sample_weight={found.min()}: weights of at least 0 are required; correct the negative ones")
    if not found.any():
        raise ValueError("sample_weight: at least one weight that is non-zero is required; all are zero")
    return None if (found == 1.0).all() else found


def without_weightless(
    raw: RawTable, targets: np.ndarray, weights: np.ndarray
) -> tuple[RawTable, np.ndarray, np.ndarray]:
    """The rows whose weight is above 0."""
    kept = weights > 0
    columns = {name: cells[kept] for name, cells in raw.columns.items()}
    return replace(raw, columns=columns), targets[kept], weights[kept]
