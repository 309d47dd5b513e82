"""A train part in random order, batch by batch, its images changed on the fly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from primitives.batch import Ragged

from . import batches
from .augmentation import Augmentation
from .batches import Batch, Inputs
from .precision import Precision

BLOCK_BYTES = 16 * 2**20
"""Inputs that are shuffled and augmented at a time: many small tensor operations cost more than a few large ones."""


class Shuffler:
    """Batches of ``inputs`` and ``targets``, which lie on the device of ``precision``, of ``batch_size`` cases each or
    nearly so, that no case is left out and none is alone. ``seed`` decides order and changes. ``weights`` [cases], where there are any,
    are the probabilities, but for a factor, by which cases are drawn instead, with replacement: the mean gradient is then that of the
    weighted loss."""

    def __init__(
        self,
        inputs: tuple,
        targets: Batch,
        augmentation: Augmentation,
        precision: Precision,
        batch_size: int,
        seed: int,
        weights: np.ndarray | None = None,
    ) -> None:
        self.inputs, self.targets, self.precision = inputs, targets, precision
        self.cases = batches.count(targets)
        self.per_epoch = max(1, round(self.cases / batch_size))
        self._changes = [_fitted(augmentation, x) for x in inputs]
        self.rows = torch.zeros(0, dtype=torch.int64)
        """The cases of the batch that was given last."""
        self._order = torch.Generator().manual_seed(seed)
        self._weights = None if weights is None else torch.from_numpy(np.array(weights, dtype=np.float64))
        self._draws = torch.Generator(precision.device).manual_seed(seed + 1)

    def epoch(self) -> Iterator[tuple[Inputs, Batch]]:
        """``(inputs, targets)`` of each batch, all cases once in a new order; of weighted ones as many, drawn by their weights."""
        order = self._drawn()
        bounds = [self.cases * i // self.per_epoch for i in range(self.per_epoch + 1)]
        size = max(1, int(BLOCK_BYTES / max(1.0, batches.example_bytes(self.inputs)) * self.per_epoch / self.cases))
        for first in range(0, self.per_epoch, size):
            cuts = bounds[first : first + size + 1]
            rows = order[cuts[0] : cuts[-1]].to(self.precision.device)
            targets = batches.take(self.targets, rows)
            inputs = tuple(self._changed(x, a, rows) for x, a in zip(self.inputs, self._changes, strict=True))
            for start, stop in zip(cuts[:-1], cuts[1:], strict=True):
                low, high = start - cuts[0], stop - cuts[0]
                self.rows = rows[low:high]
                yield tuple(batches.window(x, low, high) for x in inputs), batches.window(targets, low, high)

    def _drawn(self) -> torch.Tensor:
        if self._weights is None:
            return torch.randperm(self.cases, generator=self._order)
        return torch.multinomial(self._weights, self.cases, replacement=True, generator=self._order)

    def first(self, cases: int) -> tuple[Inputs, Batch]:
        """Up to so many cases in the order of the data, unchanged."""
        stop = min(cases, self.cases)
        return tuple(batches.window(x, 0, stop) for x in self.inputs), batches.window(self.targets, 0, stop)

    def _changed(self, batch: Batch, augmentation: Augmentation | None, rows: torch.Tensor) -> Batch:
        taken = batches.take(batch, rows)
        if augmentation is not None:
            if isinstance(taken, Ragged):
                taken = Ragged(augmentation(taken.values, self._draws), taken.lengths)
            else:
                taken = augmentation(taken, self._draws)
        return self.precision.order(taken)


def _fitted(augmentation: Augmentation, batch: Batch) -> Augmentation | None:
    """The changes for these images, None where there is nothing to change."""
    values = batch.values if isinstance(batch, Ragged) else batch
    if not augmentation.active or not isinstance(values, torch.Tensor) or values.ndim != 4:
        return None
    return augmentation.fitted(values)
