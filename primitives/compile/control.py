"""Batched control: repetition, composition and pairs."""

from __future__ import annotations

from collections.abc import Callable

import torch

from .batches import Batch, Constant, Scalars, select, spread
from .forms import form
from .forward_pass import ForwardPass
from .numbers import condition_of


def _count(batch: Batch) -> int | None:
    """The number of turns where it is the same for all examples."""
    if isinstance(batch, Constant):
        return batch.value
    if isinstance(batch, Scalars) and batch.values.numel():
        first = int(batch.values[0])
        return first if bool((batch.values == first).all()) else None
    return None


def _turns(run: ForwardPass, count: Batch, x: Batch, turn: Callable[[int, Batch], Batch]) -> Batch:
    """``x`` after as many turns, each told its number; only where that count is the same for all examples."""
    turns = _count(count)
    if turns is None:
        return NotImplemented
    for number in range(turns):
        run.tick()
        x = turn(number, x)
    return x


@form("repeat")
def repeat(run: ForwardPass, count: Batch, f: Batch, x: Batch) -> Batch:
    return _turns(run, count, x, lambda _, state: run.apply(f, state))


@form("for")
def loop(run: ForwardPass, count: Batch, f: Batch, x: Batch) -> Batch:
    return _turns(run, count, x, lambda number, state: run.apply(f, Constant(number), state))


@form("while")
def loop_while(run: ForwardPass, condition: Batch, f: Batch, x: Batch) -> Batch:
    """Examples leave the batch as their condition becomes false."""
    alive = torch.arange(run.size)
    finished: list[tuple[torch.Tensor, Batch]] = []
    while True:
        inner = run.at(len(alive))
        inner.tick()
        truth = condition_of(inner.apply(condition, x))
        if truth is None:
            return NotImplemented
        if isinstance(truth, bool):
            truth = torch.full((len(alive),), truth)
        truth = truth.cpu()
        if not bool(truth.all()):
            stop, go = truth.logical_not().nonzero().flatten(), truth.nonzero().flatten()
            finished.append((alive[stop], select(spread(x, len(alive), run.device), stop)))
            if not len(go):
                return run.scatter(finished)
            alive, x, f, condition = alive[go], select(x, go), select(f, go), select(condition, go)
            inner = run.at(len(alive))
        x = inner.apply(f, x)


@form("compose")
def compose(run: ForwardPass, f: Batch, g: Batch, x: Batch) -> Batch:
    return run.apply(f, run.apply(g, x))


@form("id")
def identity(run: ForwardPass, x: Batch) -> Batch:
    return x


@form("const")
def constant(run: ForwardPass, x: Batch, y: Batch) -> Batch:
    return x


@form("flip")
def flip(run: ForwardPass, f: Batch, x: Batch, y: Batch) -> Batch:
    return run.apply(f, y, x)


@form("pair")
def pair(run: ForwardPass, x: Batch, y: Batch) -> Batch:
    return spread(x, run.size, run.device), spread(y, run.size, run.device)


@form("first")
def first(run: ForwardPass, both: Batch) -> Batch:
    return both[0] if isinstance(both, tuple) else NotImplemented


@form("second")
def second(run: ForwardPass, both: Batch) -> Batch:
    return both[1] if isinstance(both, tuple) else NotImplemented


@form("swap")
def swap(run: ForwardPass, both: Batch) -> Batch:
    return (both[1], both[0]) if isinstance(both, tuple) else NotImplemented
