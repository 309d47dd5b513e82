"""Batched folds: one step of the loop is one batch of the lists that have such an element."""

from __future__ import annotations

from typing import Any

import torch

from ..batch import Ragged
from .batches import Batch, Scalars, join, narrow, owners, select, spans, spread, starts_of
from .forms import form
from .lists import as_ragged, regroup, total_of
from .recurrent import fused_fold, fused_scan
from .run import Run


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

    def __init__(self, run: Run, ragged: Ragged, backwards: bool = False) -> None:
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


def _fold(run: Run, f: Batch, start: Batch, timeline: Timeline, flipped: bool, trace: list | None = None) -> Batch:
    state = start if timeline.equal else select(start, timeline.order)
    f = f if timeline.equal else select(f, timeline.order)
    size, done = run.size, []
    for element, active in zip(timeline.steps(), timeline.sizes, strict=True):
        if active < size:
            done.append((narrow(spread(state, size, run.device), active, size), size - active))
            state, f, size = narrow(spread(state, size, run.device), 0, active), narrow_function(f, active), active
        inner = run.at(size)
        inner.tick()
        state = inner.apply(f, element, state) if flipped else inner.apply(f, state, element)
        if trace is not None:
            trace.append((state, size))
    return timeline.restore(join([(state, size), *reversed(done)], run))


def narrow_function(f: Batch, size: int) -> Batch:
    return select(f, torch.arange(size))


@form("fold")
def fold(run: Run, f: Batch, start: Batch, xs: Batch) -> Any:
    ragged = as_ragged(run, xs)
    if ragged is None:
        return NotImplemented
    if not total_of(ragged):
        return start
    fused = fused_fold(run, f, start, ragged)
    return _fold(run, f, start, Timeline(run, ragged), flipped=False) if fused is None else fused


@form("foldr")
def fold_right(run: Run, f: Batch, start: Batch, xs: Batch) -> Any:
    ragged = as_ragged(run, xs)
    if ragged is None:
        return NotImplemented
    if not total_of(ragged):
        return start
    return _fold(run, f, start, Timeline(run, ragged, backwards=True), flipped=True)


@form("scan")
def scan(run: Run, f: Batch, start: Batch, xs: Batch) -> Any:
    ragged = as_ragged(run, xs)
    if ragged is None:
        return NotImplemented
    lengths = ragged.lengths.cpu() + 1
    start = spread(start, run.size, run.device)
    if not total_of(ragged):
        return Ragged(start, lengths)
    timeline = Timeline(run, ragged)
    results = fused_scan(run, f, start, timeline)
    if results is None:
        trace: list[tuple[Batch, int]] = []
        _fold(run, f, start, timeline, flipped=False, trace=trace)
        results = join(trace, run)
    joined = join([(select(start, timeline.order), run.size), (results, sum(timeline.sizes))], run)
    # From step after step to list after list: row t of the joined batch begins where the rows before it end.
    row = torch.tensor([0, run.size, *timeline.sizes]).cumsum(0)
    rank = torch.argsort(timeline.order)
    time = spans(torch.zeros_like(lengths), lengths)
    return regroup(run, select(joined, row[time] + rank[owners(lengths)]), lengths)
