"""What a bound on memory costs: tasks solved, and how much the process really grows, for several values of ``memory``.

    python -m experiments.benchmarks.memory [FILE] [--memory 32 --memory 128 …] [--budget '2000000 evaluations'] [--every 5] [--json FILE]

Each task is searched in a process of its own, which tells how much its resident memory grew at most beyond what it took when the
search began. The budget is in terms by default, so that what else the machine does changes nothing. Without a file: the list tasks
beside the project (LambdaBeam's), or, where they are absent, the starter curriculum's.

*A streamed term*: words and examples as in ``columns``, with so small a memory that the bank is soon frozen; how much the process grew
after that, over the terms that it considered since.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Sequence
from typing import Any

from automl import search
from automl.study.result import count_right
from automl.tasks.load import load_tasks
from search.enumeration.enumerator import LevelReport

from .banks import FIRST_ORDER, enumerator, rows
from .common import parser, peak, report
from .synthesis import STARTER, SYNTHESIS, named

LAMBDABEAM = SYNTHESIS / "lambdabeam_synthetic.jsonl"
LIMITS = (32, 128, 512, 1024)
STREAMED_WITH = 32
"""MiB of the bank whose streamed terms are weighed."""


def one_task(file: str, number: int, budget: str, memory: int, seed: int) -> dict[str, Any]:
    """A row for a task of the file: how it ended, and MiB that the process grew by."""
    task = load_tasks(file, seed=seed)[number]
    search(task, evaluations=1, strategy="enumerative", seed=seed)  # what is imported once a process does not count
    before = peak()
    found = search(task, budget, strategy="enumerative", settings={"memory": memory}, seed=seed)
    return {
        "task": task.name, "solved": found.solved, "right": found.right, "terms": found.evaluations,
        "seconds": round(found.seconds, 2), "grown_mib": round((peak() - before) / 2**20),
    }  # fmt: skip


def streamed(terms: int, seed: int) -> dict[str, Any]:
    """Bytes that the process grew by for each term that was considered after the bank was frozen."""
    engine = enumerator(FIRST_ORDER, rows(seed), 0, memory=STREAMED_WITH << 20)
    frozen, last = None, None
    for found in engine.run(max_terms=terms):
        assert isinstance(found, LevelReport)
        if not found.complete:
            if frozen is None:
                frozen, start = found, peak()
            last = found
    if frozen is None or last is None or last.terms == frozen.terms:
        raise ValueError(f"terms={terms}: too few to freeze a bank of {STREAMED_WITH} MiB and go on; give more")
    count = last.terms - frozen.terms
    return {
        "terms": count,
        "grown_mib": round((peak() - start) / 2**20, 1),
        "bytes_per_term": round((peak() - start) / count, 2),
    }


def apart(function: Any, *arguments: Any) -> Any:
    """The result of a call in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def summary(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    grown = [row["grown_mib"] for row in found]
    return {
        "tasks": len(found), "solved": sum(row["solved"] for row in found), "right": count_right(row["right"] for row in found),
        "terms": sum(row["terms"] for row in found), "grown_mib_most": max(grown), "grown_mib_median": statistics.median(grown),
    }  # fmt: skip


def main() -> None:
    options = parser(__doc__)
    options.add_argument("file", nargs="?", default=None, help="JSON lines; ?limit=N takes the first N tasks")
    options.add_argument("--memory", type=int, action="append", help="MiB; may be given several times")
    options.add_argument("--budget", default="2000000 evaluations", help="for each task")
    options.add_argument("--every", type=int, default=5, help="takes each N-th task")
    options.add_argument("--streamed", type=int, default=6_000_000, help="terms of the run that streams")
    given = options.parse_args()
    started = time.perf_counter()
    file = given.file or str(LAMBDABEAM if LAMBDABEAM.is_file() else STARTER)
    tasks = range(0, len(load_tasks(file, seed=given.seed)), given.every)
    limits = {}
    for memory in given.memory or LIMITS:
        found = [apart(one_task, file, task, given.budget, memory, given.seed) for task in tasks]
        limits[f"{memory} MiB"] = {**summary(found), "rows": found}
    figures = {
        "file": named(file), "budget": given.budget, "limits": limits,
        "streamed": apart(streamed, given.streamed, given.seed) if given.streamed else None,
    }  # fmt: skip
    report("memory", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
