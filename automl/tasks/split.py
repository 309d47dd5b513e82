"""How the cases of a task are divided into train, validation and test: seeded, stratified, stated in the task's
digest."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ..errors import TaskError

GROUPS, TIME = "groups", "time"
POLICIES = ("stratified", "random", "last", GROUPS, TIME)


@dataclass(frozen=True)
class Split:
    """``test`` is a fraction of all cases (0 when the source brings its own test part), ``validation`` one of what
    is left.

    ``policy``: ``stratified`` keeps the proportions of the classes, ``random`` ignores them, ``last`` takes the last
    cases in the source's order (Nielsen's validation part of MNIST), ``groups`` keeps the cases of a group together, and ``time`` takes the
    latest cases; by which group or time is given to ``divide``.
    """

    test: float = 0.25
    validation: float = 0.2
    seed: int = 0
    policy: str = "stratified"

    def __post_init__(self) -> None:
        for name in ("test", "validation"):
            value = getattr(self, name)
            if not 0.0 <= value < 1.0:
                raise TaskError(f"{name}={value}: a fraction of at least 0 and below 1 is required; 0.2 is usual")
        if self.seed < 0:
            raise TaskError(f"seed={self.seed}: a whole number of at least 0 is required; choose one")
        if self.policy not in POLICIES:
            raise TaskError(f"policy={self.policy!r}: one of {', '.join(POLICIES)} is required; choose one of these")

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    def divide(
        self, labels: np.ndarray | None, count: int, keys: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Indices (train, validation, test), disjoint and together all of ``range(count)``; each sorted.

        ``labels`` [count] are the classes to stratify by, or None; ``keys`` [count] the groups or the times. The same
        arguments give the same parts on every machine. Raises TaskError.
        """
        if self.policy in (GROUPS, TIME):
            return self._by_keys(count, keys)
        everything = np.arange(count)
        rest, test = self._cut(everything, labels, self.test, stream=0)
        train, validation = self._cut(rest, None if labels is None else labels[rest], self.validation, stream=1)
        self._check(train, count)
        return train, validation, test

    def _by_keys(self, count: int, keys: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if keys is None:
            raise TaskError(
                f"policy={self.policy!r}: {self.policy}=NAME is required, a column of a table or an array of an .npz; name it"
            )
        cut = self._latest if self.policy == TIME else self._whole_groups
        rest, test = cut(np.arange(count), keys, self.test, stream=0)
        train, validation = cut(rest, keys, self.validation, stream=1)
        self._check(train, count)
        return train, validation, test

    def _latest(
        self, indices: np.ndarray, keys: np.ndarray, fraction: float, stream: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The cut lies between two times, the nearest to the fraction; where validation comes after it, two times at least are left."""
        order = indices[np.argsort(keys[indices], kind="stable")]
        kept = len(indices) - round(len(indices) * fraction)
        if kept < len(indices):
            kept = nearest_boundary(keys[order], kept, self._left(stream))
        return np.sort(order[:kept]), np.sort(order[kept:])

    def _left(self, stream: int) -> int:
        """How many groups or times a cut must leave at least."""
        return 2 if stream == 0 and self.validation else 1

    def _whole_groups(
        self, indices: np.ndarray, keys: np.ndarray, fraction: float, stream: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The groups in a drawn order, as long as they come nearer to the fraction, or the smallest where none does; one at least is left,
        and two where validation comes after it."""
        groups, members = np.unique(keys[indices], return_inverse=True)
        order = np.random.Generator(np.random.PCG64([self.seed, stream])).permutation(len(groups))
        sizes = np.bincount(members, minlength=len(groups))[order]
        after = np.cumsum(sizes)
        nearer = np.abs(after - fraction * len(indices)) < np.abs(after - sizes - fraction * len(indices))
        free = len(groups) - self._left(stream)
        picked = order[:free][nearer[:free]] if free > 0 else order[:0]
        if free > 0 and not len(picked) and round(len(indices) * fraction):
            picked = order[[sizes.argmin()]]
        chosen = np.isin(members, picked)
        return indices[~chosen], indices[chosen]

    def _check(self, train: np.ndarray, count: int) -> None:
        if not len(train):
            raise TaskError(
                f"cases={count} with test={self.test} and validation={self.validation}: at least one case must be "
                "left to train on; give more cases or smaller fractions"
            )

    def _cut(
        self, indices: np.ndarray, labels: np.ndarray | None, fraction: float, stream: int
    ) -> tuple[np.ndarray, np.ndarray]:
        taken = round(len(indices) * fraction)
        if self.policy == "last":
            return indices[: len(indices) - taken], indices[len(indices) - taken :]
        rng = np.random.Generator(np.random.PCG64([self.seed, stream]))
        groups = [np.arange(len(indices))]
        if self.policy == "stratified" and labels is not None:
            groups = [np.flatnonzero(labels == c) for c in np.unique(labels)]
        quotas = _not_alone([len(group) for group in groups], _apportion([len(group) for group in groups], taken))
        chosen = np.zeros(len(indices), dtype=bool)
        for group, quota in zip(groups, quotas, strict=True):
            chosen[rng.permutation(group)[:quota]] = True
        return indices[~chosen], indices[chosen]


def nearest_boundary(times: np.ndarray, cut: int, left: int = 1) -> int:
    """The place next to ``cut`` where one time ends and another begins, the earlier of two; ``len(times)`` where there is none.

    times: [n], sorted.
    cut: a place from 0 to n.
    left: different times before it, at least.
    """
    places = np.flatnonzero(times[1:] != times[:-1])[left - 1 :] + 1
    return int(places[np.abs(places - cut).argmin()]) if len(places) else len(times)


def _apportion(sizes: list[int], total: int) -> list[int]:
    """``total`` shared in proportion to ``sizes`` by largest remainders; a group keeps at least one member while
    that is possible."""
    exact = [size * total / max(1, sum(sizes)) for size in sizes]
    quotas = [min(int(share), size) for share, size in zip(exact, sizes, strict=True)]
    order = sorted(range(len(sizes)), key=lambda i: (sizes[i] - quotas[i] <= 1, quotas[i] - exact[i], i))
    while (missing := total - sum(quotas)) > 0:
        for index in [i for i in order if quotas[i] < sizes[i]][:missing]:
            quotas[index] += 1
    return quotas


def _not_alone(sizes: list[int], quotas: list[int]) -> list[int]:
    """The quotas; where all are of one group, though they are several, one of them is given to the largest other group that keeps a member,
    since some scores need two classes."""
    others = [index for index, quota in enumerate(quotas) if not quota and sizes[index] > 1]
    if sum(quotas) < 2 or sum(quota > 0 for quota in quotas) > 1 or not others:
        return quotas
    taken = list(quotas)
    taken[next(index for index, quota in enumerate(quotas) if quota)] -= 1
    taken[max(others, key=lambda index: sizes[index])] += 1
    return taken


NIELSEN = Split(test=0.0, validation=1 / 6, policy="last")
"""Of MNIST's 60,000 train images the first 50,000 are for training and the last 10,000 for validation (Nielsen)."""
