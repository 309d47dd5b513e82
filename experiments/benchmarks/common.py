"""What every benchmark shares: a result with its circumstances, timing side by side, and the command line."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from automl.circumstances import circumstances
from automl.tasks.task import Task

PACKAGES = ("torch", "numpy", "scikit-learn", "optuna", "deap", "ray", "sqlalchemy", "stitch_core")


def alternate(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each candidate in each round, alternating so that a busy machine slows all alike; one unmeasured
    round first."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(-1, rounds):
        for name, run in candidates.items():
            started = time.perf_counter()
            run()
            if number >= 0:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def ratio(seconds: Mapping[str, Sequence[float]], first: str, second: str) -> dict[str, float]:
    """``ratio``: the median over the rounds of first / second; and under each name its median seconds."""
    ratios = [a / b for a, b in zip(seconds[first], seconds[second], strict=True)]
    medians = {name: float(f"{statistics.median(seconds[name]):.4g}") for name in (first, second)}
    return {"ratio": round(statistics.median(ratios), 4), **medians}


def peak() -> int:
    """Bytes of resident memory that the process has had at most (Linux; RuntimeError elsewhere)."""
    return _status("VmHWM")


def resident() -> int:
    """Bytes of resident memory that the process has now (Linux; RuntimeError elsewhere)."""
    return _status("VmRSS")


def _status(name: str) -> int:
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.is_file() else []
    for line in lines:
        if line.startswith(name):
            return int(line.split()[1]) << 10
    raise RuntimeError(f"{name} is absent from /proc/self/status; run this on Linux")


def report(
    name: str,
    figures: Mapping[str, object],
    *,
    seed: int | None,
    started: float,
    path: str | None = None,
    program: str | None = None,
) -> dict[str, object]:
    """The result with seed, hardware, versions, command, time, seconds since ``started`` (``time.perf_counter()``) and the most
    MiB that the process held (None but on Linux); printed, and written to ``path`` if given. ``program`` is the module that was run
    (default: the benchmark of the ``name``)."""
    try:
        held = round(peak() / 2**20)
    except RuntimeError:
        held = None
    result = {
        "benchmark": name,
        "figures": dict(figures),
        "seed": seed,
        **circumstances(f"python -m {program or f'{__package__}.{name}'}", PACKAGES),
        "seconds": round(time.perf_counter() - started, 1),
        "peak_mib": held,
    }
    text = json.dumps(result, indent=1)
    print(text)
    if path is not None:
        Path(path).write_text(text + "\n", encoding="utf-8")
    return result


def parser(description: str | None) -> argparse.ArgumentParser:
    """Options that all have: ``--seed`` and ``--json FILE``."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--json", metavar="FILE", default=None)
    return options


def first_cases(task: Task, train: int | None, validation: int | None) -> Task:
    """The task with the first so many cases of its train and validation part, None for all, and without folds."""
    parts = (task.data.train, train), (task.data.validation, validation)
    fewer = [part if most is None else part.take(np.arange(min(most, len(part)))) for part, most in parts]
    return replace(task, data=replace(task.data.with_data(*fewer), folds=None))
