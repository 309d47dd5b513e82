"""What the driver of a search costs a candidate, and how its memory grows, with many simulated workers.

    python -m experiments.benchmarks.driver [--candidates 100000] [--workers 1000] [--strategies random,genetic] [--json FILE]

Jobs take times that are drawn (log-normal) on a clock that nobody waits for, so that results come one by one, out of order, and the
driver is all that runs: the strategy, the roster of the workers, the log and the evaluations in an SQLite store. Given are, for the
candidates since the figure before, processor milliseconds each: ``propose_ms`` of making proposals (the strategy's ask and tell: another
strategy takes another time), ``driver_ms`` of all that the driver does with them, whatever the strategy (jobs, results, keys, log, store,
progress), and ``ms`` of both; what pretending cost is left out. ``rss_mib`` is the resident memory at that candidate.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from automl.budget import Budget
from automl.study.opening import Options, open_study
from automl.study.planning.schedule import Schedule
from automl.study.study import Study
from automl.tasks.load import load_tasks
from library.store import open_store

from .common import parser, report, resident
from .memory import apart
from .simulated import SimulatedExecutor, SimulatedWorkers, hashed

TASK = "starter.jsonl?task=each%20plus%201"
MARKS = (1_000, 10_000, 100_000)
SECONDS, SPREAD = 60.0, 0.5
"""The median of the times that jobs take, and the deviation of their logarithm."""
LONG = 1e8
"""Seconds of the budget: it ends by its candidates, and its clock makes that each is told as it comes."""
PATIENT = 1e6
"""The deadline of a job in seconds of this machine's clock, on which it waits for the results of all others."""
T = TypeVar("T")


class Stopwatch:
    """Processor seconds within the functions that it times."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, function: Callable[..., T]) -> Callable[..., T]:
        """The function, timed."""

        def call(*arguments: object) -> T:
            began = time.process_time()
            try:
                return function(*arguments)
            finally:
                self.seconds += time.process_time() - began

        return call


def measure(strategy: str, candidates: int, workers: int, seed: int) -> dict[str, Any]:
    """The rows at each of MARKS up to ``candidates``, and how many jobs were outstanding at most."""
    task = load_tasks(TASK, search_path=[Path(__file__).resolve().parents[1] / "curricula"])[0]
    draws = random.Random(seed)
    simulated = SimulatedWorkers(hashed, lambda: SECONDS * draws.lognormvariate(0.0, SPREAD))
    executor = SimulatedExecutor(workers, simulated)
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/library.db") as store:
        options = Options(Budget(LONG, candidates), strategy, seed=seed, schedule=Schedule(deadline=PATIENT))
        study = open_study(task, store, options)
        study.executor = executor
        rows = _run(study, simulated, [mark for mark in MARKS if mark < candidates] + [candidates])
        executor.close()
    return {"rows": rows, "most_outstanding": executor.most, "simulated_hours": round(simulated.now / 3600, 1)}


def _run(study: Study, simulated: SimulatedWorkers, marks: list[int]) -> list[dict[str, float]]:
    proposing = Stopwatch()
    for name in ("ask", "tell"):
        setattr(study.strategy, name, proposing.timed(getattr(study.strategy, name)))
    rows: list[dict[str, float]] = []
    before = (0, time.process_time(), 0.0, 0.0)

    def progress(state: Mapping[str, Any]) -> None:
        nonlocal before
        count = state["evaluations"]
        if len(rows) == len(marks) or count < marks[len(rows)]:
            return
        now = (count, time.process_time(), proposing.seconds, simulated.own)
        new, spent, proposed, pretended = (one - other for one, other in zip(now, before, strict=True))
        ms = 1000 / new
        rows.append({
            "candidates": count, "ms": round((spent - pretended) * ms, 4), "propose_ms": round(proposed * ms, 4),
            "driver_ms": round((spent - pretended - proposed) * ms, 4), "rss_mib": round(resident() / 2**20, 1),
        })  # fmt: skip
        before = (count, time.process_time(), proposing.seconds, simulated.own)

    study.progress = progress
    study.run()
    return rows


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--candidates", type=int, default=MARKS[-1])
    arguments.add_argument("--workers", type=int, default=1000)
    arguments.add_argument("--strategies", default="random,genetic")
    given = arguments.parse_args()
    started = time.perf_counter()
    figures = {
        name: apart(measure, name, given.candidates, given.workers, given.seed) for name in given.strategies.split(",")
    }
    report("driver", {"workers": given.workers, **figures}, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
