"""Cases of arrays divided by groups that stay together, or by a time that the parts follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from primitives.brief import brief_repr

from ...errors import TaskError
from ..split import GROUPS, TIME, Split
from .arrays import plain_array

Keys = Sequence[object] | np.ndarray
"""One group, or one time, a case."""


@dataclass(frozen=True, eq=False)
class Division:
    """The ``split`` of cases, the ``keys`` [n] by which it goes (None: by none), and a ``note`` for people."""

    split: Split
    keys: np.ndarray | None = None
    note: str = ""

    __repr__ = brief_repr


def division(split: Split, count: int, groups: Keys | None, time: Keys | None) -> Division:
    """The division of ``count`` cases, by groups or by time where these are given.

    split: its policy is replaced where they are.
    groups: [count] names or numbers; the cases of one are kept in one part (default: none).
    time: [count] numbers, dates (datetime64) or texts of them in ISO form; the latest cases are held out (default: none).

    Raises TaskError where both are given, there are not as many as cases, there is one group only, or a time is none.
    """
    if groups is not None and time is not None:
        raise TaskError("groups and time: one of the two is required; leave the other out")
    if groups is None and time is None:
        return Division(split)
    name, given = (GROUPS, groups) if groups is not None else (TIME, time)
    array = plain_array(given, name)
    if array.shape != (count,):
        raise TaskError(f"{name}.shape={array.shape}: [{count}] is required, one a case; give one each")
    if name == TIME:
        return Division(replace(split, policy=TIME), _moments(array), f"{TIME}: the latest cases are held out")
    texts = array if array.dtype.kind in "iufbUS" else np.array([str(each) for each in array])
    codes = np.unique(texts, return_inverse=True)[1].reshape(-1).astype(np.int64)
    found = int(codes.max()) + 1
    if found < 2:
        raise TaskError(f"{GROUPS}: {found} group in {count:,} cases: at least two are required; leave the groups out")
    return Division(replace(split, policy=GROUPS), codes, f"{GROUPS}: {found:,}, of which none is in two parts")


def _moments(array: np.ndarray) -> np.ndarray:
    """float64 or int64 [n] in the order of the times. Raises TaskError."""
    try:
        if array.dtype.kind not in "iuf":
            moments = array.astype("datetime64[us]")
            missing = np.isnat(moments)
            array = moments.astype(np.int64)
        else:
            missing = ~np.isfinite(array)
    except (TypeError, ValueError) as error:
        raise TaskError(
            f"{TIME}.dtype={array.dtype}: numbers, dates (datetime64) or texts such as 2024-03-01 are required ({error}); convert them"
        ) from None
    if missing.any():
        raise TaskError(f"{TIME}: {int(missing.sum()):,} of {len(array):,} cases have none: one each is required")
    return array
