"""Folds of the cases that a search sees: where these are few, each is held out once, and a score is the mean over the folds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr

from ...errors import TaskError
from ..split import Split, nearest_boundary
from .keys import CaseKeys, case_keys

FOLDS = "folds"
"""Among the scores of an evaluation: over how many folds they are means, where they are."""
DOUBT = "doubt"
"""Among the scores of a program for few pictures of classes: how badly it knows held-out pictures and their distorted copies, by which
programs are chosen (automl.evaluation.copies)."""
USUAL_FOLDS = 5
FEW_ROWS = 1_000
"""Rows of train and validation part together below which a table has folds: the usual fifth would leave fewer than 200 to choose by."""


@dataclass(frozen=True, eq=False)
class FoldCodes:
    """Features that are made of targets, as each fold has them: ``values`` float32 [folds, n, m] at the ``places`` [m] of a case's vector.
    Those of what a fold is fitted to, and of what it holds out, are made without the targets that it holds out."""

    places: np.ndarray
    values: np.ndarray

    __repr__ = brief_repr

    def put(self, x: np.ndarray, fold: int, rows: np.ndarray) -> np.ndarray:
        """The vectors ``x`` [m, width] of the cases ``rows`` [m] as the fold has them."""
        seen = np.array(x)
        seen[:, self.places] = self.values[fold][rows]
        return seen


@dataclass(frozen=True, eq=False)
class Folds:
    """``held_out`` [n]: the number of the fold in which each case of train and validation part, end to end, is held out; -1: in none.
    Where they are ``ordered``, a fold is fitted to the cases of the folds before it alone, and to those of none. ``codes``: features that
    are others in each fold; None where all are the same."""

    held_out: np.ndarray
    ordered: bool = False
    codes: FoldCodes | None = None

    __repr__ = brief_repr

    @property
    def count(self) -> int:
        """How many folds there are."""
        return int(self.held_out.max()) + 1

    def divided(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """For each fold the indices of the cases that are fitted to, and of those that are held out."""
        for number in range(self.count):
            known = self.held_out < number if self.ordered else self.held_out != number
            yield np.flatnonzero(known), np.flatnonzero(self.held_out == number)

    def rounds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Indices as ``divided`` gives them, by which each case is held out once: those that no fold holds out in up to five rounds more,
        each part of them beside the others of these alone, so that nothing later is told. One alone has none beside it but itself."""
        never = np.flatnonzero(self.held_out < 0)
        if len(never) < 2:
            return [*self.divided(), *[(never, never)] * len(never)]
        parts = np.array_split(never, min(USUAL_FOLDS, len(never)))
        return [*self.divided(), *((np.setdiff1d(never, part), part) for part in parts)]


def make_folds(
    split: Split, count: int, labels: np.ndarray | None, keys: np.ndarray | None, wanted: int | None = None
) -> Folds | None:
    """The folds of ``count`` cases as the split's policy and seed have it; None where there are to be none.

    ``labels`` [count] are the classes to keep the proportions of, or None; ``keys`` [count] the groups or the times, or None. ``wanted`` is
    how many folds (0: none; None: USUAL_FOLDS where there are fewer cases than FEW_ROWS). Raises TaskError.
    """
    if wanted is not None and (wanted == 1 or not 0 <= wanted <= max(2, count)):
        raise TaskError(f"folds={wanted}: 0 for none, or a number from 2 to that of the cases, is required; 5 is usual")
    number = min(USUAL_FOLDS if wanted is None else wanted, count)
    if number < 2 or (wanted is None and count >= FEW_ROWS):
        return None
    rng = np.random.Generator(np.random.PCG64([split.seed, 2]))
    by = case_keys(split, keys, count)
    if by is not None:
        return folds_by(by, number, rng)
    order = rng.permutation(count)
    if split.policy == "stratified" and labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    held_out = np.empty(count, dtype=np.int64)
    held_out[order] = np.arange(count) % number
    return Folds(held_out)


def folds_by(keys: CaseKeys, number: int, rng: np.random.Generator) -> Folds | None:
    """At most ``number`` folds (at least 2) by which no group is in two, or which follow the times; None where there is one group, or
    one time, alone."""
    if keys.ordered:
        return _in_order(keys.values, min(number, len(keys.values) - 1))
    return _of_groups(keys.values, number, rng)


def _in_order(times: np.ndarray, number: int) -> Folds | None:
    """The earliest of ``number + 1`` parts is held out in none. They are as equal as they can be where no time is in two of them, and fewer
    where there are not so many times."""
    order, count = np.argsort(times, kind="stable"), len(times)
    wanted = (-(-part * count // (number + 1)) for part in range(1, number + 1))
    cuts = sorted({nearest_boundary(times[order], cut) for cut in wanted} - {count})
    if len(cuts) < 2:
        return None
    held_out = np.empty(count, dtype=np.int64)
    held_out[order] = np.searchsorted(cuts, np.arange(count), side="right") - 1
    return Folds(held_out, ordered=True)


def _of_groups(keys: np.ndarray, number: int, rng: np.random.Generator) -> Folds | None:
    """Whole groups, the largest first, each into the fold that is the smallest so far; of equal ones in a drawn order."""
    _, members = np.unique(keys, return_inverse=True)
    sizes = np.bincount(members)
    number = min(number, len(sizes))
    if number < 2:
        return None
    drawn = rng.permutation(len(sizes))
    fold, filled = np.empty(len(sizes), dtype=np.int64), np.zeros(number, dtype=np.int64)
    for group in drawn[np.argsort(-sizes[drawn], kind="stable")]:
        fold[group] = int(filled.argmin())
        filled[fold[group]] += sizes[group]
    return Folds(fold[members])
