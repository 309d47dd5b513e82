"""The tasks of a JSON-lines file one after another through the public API, each with its own budget: solved, right,
seconds and terms.

    python -m experiments.benchmarks.synthesis [FILE] [--budget 10s] [--library URL] [--json FILE]

*Solved*: a program meets all examples; *right*: it also meets all tests, which no search sees. Without a file: the 20
tasks of ``list_bootstrap.jsonl``, the bootstrap list tasks of DreamCoder.
One process, one worker; no library unless one is named.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automl import search
from automl.study.result import count_right
from automl.tasks.load import load_tasks
from automl.tasks.task import Task

from .common import parser, report

PROJECT = Path(__file__).resolve().parents[2]
BOOTSTRAP = PROJECT / "experiments" / "curricula" / "list_bootstrap.jsonl"
SYNTHESIS = PROJECT.parent / "shared" / "data" / "synthesis"
"""Beside the project: files of tasks that are too large to come with it."""
STARTER = PROJECT / "experiments" / "curricula" / "starter.jsonl"


def named(path: Path | str) -> str:
    """A file as the report calls it: without the folders of this machine."""
    return Path(str(path).partition("?")[0]).name


def run_tasks(
    tasks: Sequence[Task], budget: str, *, library: str = "memory:", strategy: str | None = None, seed: int = 0
) -> list[dict[str, Any]]:
    """One row a task: task, solved, right, seconds, terms, program, subroutines."""
    rows = []
    for task in tasks:
        found = search(task, budget, library=library, strategy=strategy, seed=seed)
        rows.append(
            {"task": task.name, "solved": found.solved, "right": found.right, "seconds": round(found.seconds, 3),
             "terms": found.evaluations, "program": found.program, "subroutines": list(found.subroutines)}
        )  # fmt: skip
    return rows


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts, and medians over the solved tasks; ``right`` is None where no solved task has tests to tell."""
    solved = [row for row in rows if row["solved"]]
    return {
        "tasks": len(rows),
        "solved": len(solved),
        "right": count_right(row["right"] for row in rows),
        "with_tests": sum(row["right"] is not None for row in rows),
        "seconds": round(sum(row["seconds"] for row in rows), 2),
        "terms": sum(row["terms"] for row in rows),
        "median_seconds_of_solved": round(statistics.median([row["seconds"] for row in solved] or [0.0]), 3),
        "slowest_solved": max([row["seconds"] for row in solved], default=0.0),
        "median_terms_of_solved": statistics.median([row["terms"] for row in solved] or [0]),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("file", nargs="?", default=None, help="JSON lines; ?limit=N takes the first N tasks")
    options.add_argument("--budget", default="10s", help="for each task")
    options.add_argument("--library", default="memory:")
    options.add_argument("--strategy", default=None)
    given = options.parse_args()
    started = time.perf_counter()
    file = given.file or str(BOOTSTRAP)
    tasks = load_tasks(file, seed=given.seed)
    if given.library == "memory:":
        # What is imported once a process is not the first task's cost.
        search(tasks[0], evaluations=1, strategy=given.strategy, seed=given.seed)
    rows = run_tasks(tasks, given.budget, library=given.library, strategy=given.strategy, seed=given.seed)
    figures = {"file": named(file), "budget": given.budget, "summary": summary(rows), "rows": rows}
    report("synthesis", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
