"""Run a baseline, a seed after the other: train its nets, or let trained nets vote."""

from __future__ import annotations

from typing import Any

from .bench import Bench, Order, Progress
from .results import Places
from .voting import run_vote


def run(order: Order, places: Places, progress: Progress | None = None) -> dict[str, Any]:
    """Train every seed that is not in the results yet; the results of all. Raises TaskError where the results that are
    there were made with another program, other settings or other data."""
    tell = progress or (lambda row: None)
    if order.baseline.vote is not None:
        return run_vote(order, places, tell)
    bench = Bench(order, places, tell)
    for seed in order.seeds:
        bench.ensure(seed)
    return bench.results()
