"""Equality and distance of values of the language. NaN is never equal to anything, so that it never counts as met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from primitives.values import NEAR, Failure, Graph, Some, Table, Value

if TYPE_CHECKING:
    import torch

TENSOR_TOLERANCE = 1e-4
"""Elements of tensors, which are float32, agree when ``|a - b| <= 1e-4 * max(1, |b|)``."""


def equal(actual: Value, expected: Value) -> bool:
    """Whether two values of the language are equal: types must agree (``true`` is not 1, 1 is not 1.0), floats
    within tolerance."""
    return distance(actual, expected) == 0.0


def distance(actual: Value, expected: Value, least: float = NEAR) -> float:
    """How far ``actual`` is from ``expected``, in [0, 1]: 0 when equal, 1 for a Failure or another type.

    Numbers: d / (1 + d) with d their difference; lists and strings: mean over positions, where an absent one counts 1.

    least: the absolute difference up to which two Floats, which are float64, are equal (default: as the relative one, NEAR), such as
        ``primitives.values.least_difference`` of all outputs that are expected.
    """
    if isinstance(actual, Failure) or isinstance(expected, Failure):
        return 1.0
    if isinstance(expected, bool | np.bool_):
        return float(not (isinstance(actual, bool | np.bool_) and bool(actual) == bool(expected)))
    if isinstance(expected, int | float | np.number):
        return _number_distance(actual, expected, least)
    if isinstance(expected, str):
        return _string_distance(actual, expected)
    if isinstance(expected, tuple | list):
        return _sequence_distance(actual, expected, least)
    if expected is None or isinstance(expected, Some):
        if isinstance(actual, Some) and isinstance(expected, Some):
            return distance(actual.value, expected.value, least)
        return float(actual is not None or expected is not None)
    if isinstance(expected, Table):
        return _table_distance(actual, expected, least)
    if isinstance(expected, Graph):
        return float(not (isinstance(actual, Graph) and actual == expected))
    if is_array(expected):
        return _array_distance(actual, expected)
    return 1.0


def _number_distance(actual: Value, expected: Value, least: float) -> float:
    whole = isinstance(expected, int | np.integer)
    if isinstance(actual, bool | np.bool_) or not isinstance(
        actual, int | np.integer if whole else float | np.floating
    ):
        return 1.0
    if whole:
        difference = float(abs(int(actual) - int(expected)))
        return difference / (1.0 + difference)
    if math.isclose(actual, expected, rel_tol=NEAR, abs_tol=least):
        return 0.0
    difference = abs(float(actual) - float(expected)) * (NEAR / least)
    return difference / (1.0 + difference) if math.isfinite(difference) else 1.0


def _string_distance(actual: Value, expected: str) -> float:
    if not isinstance(actual, str):
        return 1.0
    if actual == expected:
        return 0.0
    longest = max(len(actual), len(expected))
    return 1.0 - sum(a == b for a, b in zip(actual, expected, strict=False)) / longest


def _sequence_distance(actual: Value, expected: Sequence[Value], least: float) -> float:
    if not isinstance(actual, tuple | list):
        return 1.0
    longest = max(len(actual), len(expected))
    if not longest:
        return 0.0
    absent = abs(len(actual) - len(expected))
    return (absent + sum(distance(a, b, least) for a, b in zip(actual, expected, strict=False))) / longest


def _table_distance(actual: Value, expected: Table, least: float) -> float:
    if not isinstance(actual, Table):
        return 1.0
    keys = expected.entries.keys() | actual.entries.keys()
    shared = expected.entries.keys() & actual.entries.keys()
    apart = len(keys) - len(shared) + sum(distance(actual.entries[key], expected.entries[key], least) for key in shared)
    return apart / len(keys) if keys else 0.0


def is_array(value: object) -> bool:
    """Whether a value is a numpy array or a torch tensor."""
    return isinstance(value, np.ndarray) or hasattr(value, "detach")


ADDS_UP = 1e-3
"""How far from 1 the sum of probabilities may lie: those of a net in half precision are as far."""
LEAST_PROBABILITY = 1e-7
"""What a probability counts as where it is less, so that its logarithm is finite: about the least step of float32 at 1."""


def are_distributions(rows: np.ndarray | torch.Tensor) -> bool:
    """Whether rows [n, classes ≥ 2] are probabilities, as those of a program that ends in softmax; scores never add up to 1 by chance."""
    if rows.ndim != 2 or rows.shape[1] < 2:
        return False
    return bool((rows >= 0).all()) and bool((abs(rows.sum(1) - 1.0) < ADDS_UP).all())


def _array_distance(actual: Value, expected: Value) -> float:
    if not is_array(actual):
        return 1.0
    got, wanted = as_array(actual), as_array(expected)
    if got.shape != wanted.shape or got.dtype.kind != wanted.dtype.kind:
        return 1.0
    if got.dtype.kind != "f":
        return float(np.mean(got != wanted)) if got.size else 0.0
    with np.errstate(all="ignore"):
        difference = np.abs(got.astype(np.float64) - wanted)
        close = difference <= TENSOR_TOLERANCE * np.maximum(1.0, np.abs(wanted))
        graded = np.where(np.isfinite(difference), difference / (1.0 + difference), 1.0)
    return float(np.mean(np.where(close, 0.0, graded))) if got.size else 0.0


def as_array(value: Value) -> np.ndarray:
    """A numpy array of an array or of a torch tensor on any device; bfloat16 becomes float32."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        return (value.float() if value.is_floating_point() else value).numpy()
    return np.asarray(value)
