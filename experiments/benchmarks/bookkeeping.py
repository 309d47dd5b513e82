"""What a candidate costs beside its evaluation: ask, tell and record with the SQLite store, at 10,000 candidates.

    python -m experiments.benchmarks.bookkeeping --candidates 10000

The evaluator is replaced by one that scores by a hash, so that only the study, the strategy and the store are timed.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automl.budget import Budget
from automl.execution.executors.base import JobResult
from automl.study.opening import Options, open_study
from automl.tasks.load import load_tasks
from library.store import open_store
from primitives.values import Outcome

from .common import parser, report
from .simulated import hashed

TASK = "starter.jsonl?task=each%20plus%201"


class HashExecutor:
    """Scores every candidate at once by a hash of its text."""

    capacity = 1
    outstanding = 0

    def __init__(self) -> None:
        self.results: list[tuple[int, JobResult]] = []

    def submit(self, job_id: int, job: Mapping[str, Any], deadline: float) -> None:
        self.results.append((job_id, JobResult(Outcome.OK, hashed(job))))

    def wait(self, timeout: float | None = None) -> list[tuple[int, JobResult]]:
        found, self.results = self.results, []
        return found

    def cancel(self) -> None:
        self.results.clear()

    def close(self) -> None:
        self.cancel()


def measure(strategy: str, candidates: int, seed: int) -> dict[str, float]:
    """Milliseconds a candidate: all, the first and the last thousand (by the clock at every progress report), and the
    processor's, which other processes on the machine do not change much."""
    folder = Path(__file__).resolve().parents[1] / "curricula"
    task = load_tasks(TASK, search_path=[folder])[0]
    with tempfile.TemporaryDirectory() as name:
        store = open_store(f"sqlite:///{Path(name) / 'library.db'}")
        marks: list[tuple[int, float]] = [(0, time.perf_counter())]

        def progress(state: Mapping[str, Any]) -> None:
            marks.append((state["evaluations"], time.perf_counter()))

        study = open_study(task, store, Options(Budget(evaluations=candidates), strategy, seed=seed), progress=progress)
        study.executor = HashExecutor()  # type: ignore[assignment]
        before = time.process_time()
        study.run()
        processor = (time.process_time() - before) * 1000 / max(1, candidates)
        store.close()
    first = _rate(marks, 0, 1000)
    last = _rate(marks, candidates - 1000, candidates)
    return {
        "ms": _rate(marks, 0, candidates),
        "processor_ms": processor,
        "first_1000_ms": first,
        "last_1000_ms": last,
        "growth": last / first,
    }


def _rate(marks: list[tuple[int, float]], low: int, high: int) -> float:
    before = next(mark for mark in reversed(marks) if mark[0] <= low)
    after = next(mark for mark in marks if mark[0] >= high)
    return (after[1] - before[1]) * 1000 / max(1, after[0] - before[0])


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--candidates", type=int, default=10_000)
    arguments.add_argument("--strategies", default="random,genetic,bayesian")
    arguments.add_argument("--repeats", type=int, default=1)
    options = arguments.parse_args()
    started = time.perf_counter()
    figures: dict[str, Any] = {}
    for strategy in options.strategies.split(","):
        rows = [measure(strategy, options.candidates, options.seed + repeat) for repeat in range(options.repeats)]
        figures[strategy] = {key: round(statistics.median(row[key] for row in rows), 3) for key in rows[0]}
    report("bookkeeping", figures, seed=options.seed, started=started, path=options.json)


if __name__ == "__main__":
    main()
