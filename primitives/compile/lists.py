"""Batched lists: all elements of all lists run as one batch; folds go over time with the lists that are still long
enough."""

from __future__ import annotations

import torch

from ..batch import Objects, Ragged
from ..values import MAX_INT, Failure
from .batches import (
    Batch,
    Constant,
    Scalars,
    has_failures,
    owners,
    pack,
    select,
    spans,
    spread,
    starts_of,
)
from .forms import form, has_nan, numbers, whole
from .forward_pass import ForwardPass


def as_ragged(run: ForwardPass, batch: Batch) -> Ragged | None:
    """A batch of lists as Ragged, or None where it holds something else (functions)."""
    if isinstance(batch, Ragged):
        return batch
    batch = spread(batch, run.size, run.device)
    if not isinstance(batch, Objects) or not all(isinstance(item, tuple) for item in batch.items):
        return None
    lengths = torch.tensor([len(item) for item in batch.items], dtype=torch.long)
    return Ragged(pack([element for item in batch.items for element in item]), lengths)


def total_of(ragged: Ragged) -> int:
    return int(ragged.lengths.sum())


def regroup(run: ForwardPass, values: Batch, lengths: torch.Tensor) -> Batch:
    """Elements back in their lists; a list with a failed element fails with the first such."""
    total = int(lengths.sum())
    if not has_failures(values):
        return Ragged(spread(values, total, run.device), lengths)
    items, start = [], 0
    for length in lengths.tolist():
        part = tuple(values.items[start : start + length])
        items.append(next((value for value in part if isinstance(value, Failure)), part))
        start += length
    return Objects(items)


def on_elements(run: ForwardPass, f: Batch, lengths: torch.Tensor, *columns: Batch) -> Batch:
    """``f`` of all elements as one batch; what f captures is repeated for the elements of each list."""
    return run.at(int(lengths.sum())).apply(select(f, owners(lengths)), *columns)


@form("map")
def map_list(run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    ragged = as_ragged(run, xs)
    if ragged is None:
        return NotImplemented
    if not total_of(ragged):
        return Ragged(Objects([]), ragged.lengths)
    return regroup(run, on_elements(run, f, ragged.lengths, ragged.values), ragged.lengths)


@form("mapi")
def map_indexed(run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    ragged = as_ragged(run, xs)
    if ragged is None or not total_of(ragged):
        return NotImplemented
    return regroup(run, on_elements(run, f, ragged.lengths, positions(ragged.lengths), ragged.values), ragged.lengths)


def positions(lengths: torch.Tensor) -> Scalars:
    """For every element its position in its list."""
    return Scalars(spans(torch.zeros_like(lengths), lengths))


def _held(run: ForwardPass, f: Batch, xs: Batch) -> tuple[Ragged, torch.Tensor] | None:
    """The lists and for every element whether ``f`` holds, where no element fails."""
    ragged = as_ragged(run, xs)
    if ragged is None or not total_of(ragged):
        return None
    truth = spread(on_elements(run, f, ragged.lengths, ragged.values), total_of(ragged), run.device)
    return (ragged, truth.values) if isinstance(truth, Scalars) else None


@form("filter")
def filter_list(run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    held = _held(run, f, xs)
    if held is None:
        return NotImplemented
    ragged, truth = held
    kept = truth.nonzero().flatten()
    return Ragged(select(ragged.values, kept), _segment_sum(truth.long(), ragged.lengths))


def _segment_sum(values: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    out = values.new_zeros(len(lengths)).to(lengths.device if not values.is_floating_point() else values.device)
    return out.index_add(0, owners(lengths).to(out.device), values.to(out.device))


@form("count")
def count(run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    held = _held(run, f, xs)
    return NotImplemented if held is None else Scalars(_segment_sum(held[1].long(), held[0].lengths))


@form("any")
def any_holds(run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    held = _held(run, f, xs)
    return NotImplemented if held is None else Scalars(_segment_sum(held[1].long(), held[0].lengths) > 0)


@form("all")
def all_hold(run: ForwardPass, f: Batch, xs: Batch) -> Batch:
    held = _held(run, f, xs)
    if held is None:
        return NotImplemented
    return Scalars(_segment_sum(held[1].long(), held[0].lengths) == held[0].lengths)


def _numbers_of(run: ForwardPass, xs: Batch) -> tuple[Ragged, torch.Tensor] | None:
    ragged = as_ragged(run, xs)
    if ragged is None or not total_of(ragged):
        return None
    values = spread(ragged.values, total_of(ragged), run.device)
    return (ragged, values.values) if isinstance(values, Scalars) and values.values.dtype != torch.bool else None


@form("sum")
def total(run: ForwardPass, xs: Batch) -> Batch:
    found = _numbers_of(run, xs)
    if found is None:
        return NotImplemented
    ragged, values = found
    if whole(values) and float(values.abs().max()) * int(ragged.lengths.max()) > MAX_INT:
        return NotImplemented
    return Scalars(_segment_sum(values, ragged.lengths))


def _extreme(run: ForwardPass, xs: Batch, reduction: str) -> Batch:
    found = _numbers_of(run, xs)
    if found is None:
        return NotImplemented
    ragged, values = found
    if not bool((ragged.lengths > 0).all()) or has_nan(values):
        return NotImplemented
    out = values.new_zeros(len(ragged.lengths))
    index = owners(ragged.lengths).to(values.device)
    return Scalars(out.scatter_reduce(0, index, values, reduction, include_self=False))


@form("maximum")
def maximum(run: ForwardPass, xs: Batch) -> Batch:
    return _extreme(run, xs, "amax")


@form("minimum")
def minimum(run: ForwardPass, xs: Batch) -> Batch:
    return _extreme(run, xs, "amin")


@form("length")
def length(run: ForwardPass, xs: Batch) -> Batch:
    return Scalars(xs.lengths) if isinstance(xs, Ragged) else NotImplemented


@form("is_empty")
def is_empty(run: ForwardPass, xs: Batch) -> Batch:
    return Scalars(xs.lengths == 0) if isinstance(xs, Ragged) else NotImplemented


def _element(xs: Batch, at: torch.Tensor) -> Batch:
    """The elements at these positions, one a list, where all exist."""
    if not bool(((at >= 0) & (at < xs.lengths)).all()):
        return NotImplemented
    return select(xs.values, starts_of(xs.lengths) + at)


@form("head")
def head(run: ForwardPass, xs: Batch) -> Batch:
    return _element(xs, torch.zeros_like(xs.lengths)) if isinstance(xs, Ragged) else NotImplemented


@form("last")
def last(run: ForwardPass, xs: Batch) -> Batch:
    return _element(xs, xs.lengths - 1) if isinstance(xs, Ragged) else NotImplemented


@form("index")
def index(run: ForwardPass, i: Batch, xs: Batch) -> Batch:
    raw = numbers(i)
    if raw is None or not isinstance(xs, Ragged):
        return NotImplemented
    return _element(xs, torch.zeros_like(xs.lengths) + raw[0])


def _cut(xs: Ragged, start: torch.Tensor, stop: torch.Tensor) -> Ragged:
    """The elements at positions start to stop − 1 of every list, those that there are."""
    start, stop = torch.minimum(start.clamp(min=0), xs.lengths), torch.minimum(stop.clamp(min=0), xs.lengths)
    lengths = (stop - start).clamp(min=0)
    return Ragged(select(xs.values, spans(starts_of(xs.lengths) + start, lengths)), lengths)


@form("take")
def take(run: ForwardPass, count: Batch, xs: Batch) -> Batch:
    raw = numbers(count)
    if raw is None or not isinstance(xs, Ragged):
        return NotImplemented
    return _cut(xs, torch.zeros_like(xs.lengths), torch.zeros_like(xs.lengths) + raw[0])


@form("drop")
def drop(run: ForwardPass, count: Batch, xs: Batch) -> Batch:
    raw = numbers(count)
    if raw is None or not isinstance(xs, Ragged):
        return NotImplemented
    return _cut(xs, torch.zeros_like(xs.lengths) + raw[0], xs.lengths)


@form("slice")
def slice_list(run: ForwardPass, start: Batch, stop: Batch, xs: Batch) -> Batch:
    raw = numbers(start, stop)
    if raw is None or not isinstance(xs, Ragged):
        return NotImplemented
    zero = torch.zeros_like(xs.lengths)
    return _cut(xs, zero + raw[0], zero + raw[1])


@form("tail")
def tail(run: ForwardPass, xs: Batch) -> Batch:
    if not isinstance(xs, Ragged) or not bool((xs.lengths > 0).all()):
        return NotImplemented
    return _cut(xs, torch.ones_like(xs.lengths), xs.lengths)


@form("init")
def init(run: ForwardPass, xs: Batch) -> Batch:
    if not isinstance(xs, Ragged) or not bool((xs.lengths > 0).all()):
        return NotImplemented
    return _cut(xs, torch.zeros_like(xs.lengths), xs.lengths - 1)


@form("reverse")
def reverse(run: ForwardPass, xs: Batch) -> Batch:
    if not isinstance(xs, Ragged):
        return NotImplemented
    last = starts_of(xs.lengths) + xs.lengths - 1
    mirrored = torch.repeat_interleave(last, xs.lengths) - positions(xs.lengths).values
    return Ragged(select(xs.values, mirrored), xs.lengths)


@form("singleton")
def singleton(run: ForwardPass, x: Batch) -> Batch:
    if isinstance(x, Constant):
        return NotImplemented
    return Ragged(x, torch.ones(run.size, dtype=torch.long))


def _together(run: ForwardPass, xs: Batch, ys: Batch) -> tuple[Batch, Batch, torch.Tensor] | None:
    one, other = as_ragged(run, xs), as_ragged(run, ys)
    if one is None or other is None:
        return None
    lengths = torch.minimum(one.lengths, other.lengths.to(one.lengths.device))
    if not int(lengths.sum()):
        return None
    columns = []
    for ragged in (one, other):
        values = spread(ragged.values, total_of(ragged), run.device)
        same = torch.equal(lengths, ragged.lengths.to(lengths.device))
        columns.append(values if same else select(values, spans(starts_of(ragged.lengths), lengths)))
    return columns[0], columns[1], lengths


@form("zip")
def zip_lists(run: ForwardPass, xs: Batch, ys: Batch) -> Batch:
    found = _together(run, xs, ys)
    return NotImplemented if found is None else Ragged((found[0], found[1]), found[2])


@form("zipwith")
def zip_with(run: ForwardPass, f: Batch, xs: Batch, ys: Batch) -> Batch:
    found = _together(run, xs, ys)
    if found is None:
        return NotImplemented
    return regroup(run, on_elements(run, f, found[2], found[0], found[1]), found[2])
