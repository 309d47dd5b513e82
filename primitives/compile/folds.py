"""Batched folds: one step of the loop is one batch of the lists that have such an element."""

from __future__ import annotations

import torch

from ..batch import Ragged
from .batches import Batch, join, narrow, owners, select, spans, spread
from .forms import form
from .forward_pass import ForwardPass
from .lists import as_ragged, regroup, total_of
from .recurrent import fused_fold, fused_scan
from .timeline import Timeline


def _fold(
    run: ForwardPass, f: Batch, start: Batch, timeline: Timeline, flipped: bool, trace: list | None = None
) -> Batch:
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


def _folded(run: ForwardPass, f: Batch, start: Batch, xs: Batch, *, backwards: bool) -> Batch:
    ragged = as_ragged(run, xs)
    if ragged is None:
        return NotImplemented
    if not total_of(ragged):
        return start
    fused = None if backwards else fused_fold(run, f, start, ragged)
    if fused is not None:
        return fused
    return _fold(run, f, start, Timeline(run, ragged, backwards=backwards), flipped=backwards)


@form("fold")
def fold(run: ForwardPass, f: Batch, start: Batch, xs: Batch) -> Batch:
    return _folded(run, f, start, xs, backwards=False)


@form("foldr")
def fold_right(run: ForwardPass, f: Batch, start: Batch, xs: Batch) -> Batch:
    return _folded(run, f, start, xs, backwards=True)


@form("scan")
def scan(run: ForwardPass, f: Batch, start: Batch, xs: Batch) -> Batch:
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
