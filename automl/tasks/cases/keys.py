"""The groups or the times of cases: what may be fitted to the ones without knowing the others goes by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr

from ..split import GROUPS, TIME, Split

ORDERED = ("last", TIME)
"""Policies of a split by which the later cases are those to be answered."""


@dataclass(frozen=True, eq=False)
class CaseKeys:
    """``values`` [n]: the group of each case, or where they are ``ordered`` its time."""

    values: np.ndarray
    ordered: bool = False

    __repr__ = brief_repr

    def take(self, rows: np.ndarray) -> CaseKeys:
        """Those of the cases at ``rows``."""
        return CaseKeys(self.values[rows], self.ordered)

    def joined(self, other: CaseKeys) -> CaseKeys:
        """Those of these cases and the other ones, end to end."""
        return CaseKeys(np.concatenate([self.values, other.values]), self.ordered)


def case_keys(split: Split, values: np.ndarray | None, count: int) -> CaseKeys | None:
    """The keys of ``count`` cases that the split goes by, given its groups or times [count], if any; None where it goes by none. Cases that
    are divided in their order have their places as times."""
    if split.policy in ORDERED:
        return CaseKeys(np.arange(count) if values is None else values, ordered=True)
    return CaseKeys(values) if split.policy == GROUPS and values is not None else None
