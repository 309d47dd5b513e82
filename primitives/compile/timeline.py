"""Packed lists cut into the steps of a loop."""

from __future__ import annotations

import torch

from ..ragged import Ragged
from .batches import Batch, Scalars, narrow, select, spans, spread, starts_of
from .forward_pass import ForwardPass
from .lists import total_of


def pieces(batch: Batch, sizes: list[int]) -> list[Batch]:
    """The batch cut into consecutive parts; one operation for tensors, so that its gradient is one too."""
    if isinstance(batch, torch.Tensor):
        return list(batch.split(sizes))
    if isinstance(batch, Scalars):
        return [Scalars(part) for part in batch.values.split(sizes)]
    if isinstance(batch, tuple):
        return list(zip(*(pieces(part, sizes) for part in batch), strict=True))
    parts, start = [], 0
    for size in sizes:
        parts.append(narrow(batch, start, start + size))
        start += size
    return parts


class Timeline:
    """Packed lists seen step by step: at step t the first ``sizes[t]`` lists, in ``order`` from the longest on,
    have an element."""

    def __init__(self, run: ForwardPass, ragged: Ragged, backwards: bool = False) -> None:
        lengths = ragged.lengths.cpu()
        self.lengths = lengths
        longest = int(lengths.max()) if len(lengths) else 0
        self.equal = bool((lengths == longest).all())
        self.order = torch.arange(len(lengths)) if self.equal else torch.argsort(lengths, descending=True, stable=True)
        ordered = lengths[self.order]
        steps = torch.arange(longest)
        active = (ordered.unsqueeze(1) > steps).sum(0) if longest else torch.zeros(0, dtype=torch.long)
        self.sizes: list[int] = active.tolist()
        starts = starts_of(lengths)[self.order]
        time = torch.repeat_interleave(steps, active)
        rank = spans(torch.zeros_like(active), active)
        place = ordered[rank] - 1 - time if backwards else time
        self.packed = starts[rank] + place
        """Indices of the elements, step after step."""
        values = spread(ragged.values, total_of(ragged), run.device)
        self.values = values

    def steps(self) -> list[Batch]:
        return pieces(select(self.values, self.packed), self.sizes) if self.sizes else []

    def restore(self, batch: Batch) -> Batch:
        """Results in ``order`` put back in the order of the lists."""
        return batch if self.equal else select(batch, torch.argsort(self.order))
