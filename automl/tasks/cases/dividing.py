"""Cases of arrays divided by groups that stay together, or by a time that the parts follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from primitives.brief import brief_repr, plural

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
    groups: [count] names or numbers; the cases of one are kept in one part; a case without one (None, "", NaN) is a group of its own
        (default: none).
    time: [count] numbers, dates (datetime64) or texts of them in ISO form; the latest cases are held out (default: none).

    Raises TaskError where both are given, there are not as many as cases, there is one group or one time only, or a time is none.
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
        moments = _moments(array)
        if len(moments) and (moments == moments[0]).all():
            raise TaskError(f"{TIME}: 1 in {plural(count, 'case')}: at least two are required; leave the times out")
        return Division(replace(split, policy=TIME), moments, f"{TIME}: the latest cases are held out")
    codes, found, alone = _group_codes(array)
    if found < 2:
        raise TaskError(
            f"{GROUPS}: {plural(found, 'group')} in {plural(count, 'case')}: at least two are required; leave the groups out"
        )
    lone = f"; {plural(alone, 'case has none, and is', 'cases have none, each is')} a group of its own" if alone else ""
    return Division(replace(split, policy=GROUPS), codes, f"{GROUPS}: {found:,}, of which none is in two parts{lone}")


def _group_codes(array: np.ndarray) -> tuple[np.ndarray, int, int]:
    """int64 [n]: the group of each case; how many there are, and how many cases have none: what is not known to belong together must not
    be held together."""
    missing = np.array([each is None or each != each or each in ("", b"") for each in array.tolist()], dtype=bool)
    if array.dtype.kind not in "iufbUSMm":
        array = np.array([str(each) for each in array])
    known, codes = np.unique(array[~missing], return_inverse=True)
    keys = np.empty(len(array), dtype=np.int64)
    keys[~missing], keys[missing] = codes.reshape(-1), len(known) + np.arange(missing.sum())
    return keys, len(known), int(missing.sum())


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
        raise TaskError(
            f"{TIME}: {int(missing.sum()):,} of {plural(len(array), 'case has', 'cases have')} none: one each is required"
        )
    return array
