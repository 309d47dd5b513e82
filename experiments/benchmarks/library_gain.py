"""What the growing library saves on list tasks: the same tasks, enumerator and budget, with the library and with none.

    python -m experiments.benchmarks.library_gain [FILE] [--budget 1000000] [--json FILE]

Budgets are counted in terms, so the programs found and the terms they cost are the same on every machine; an unsolved
task counts at its budget or at what was spent on it, whichever is more. Two measures:

- *same tasks*: all of them grown from an empty library, which must pay for its own learning, against an empty library
  that stays empty (what ``automl demo`` shows);
- *other tasks*: a library grown on every second task, used as it is on the rest, against none: what the learning alone
  is worth on tasks that it has not seen. Both halves come from the same families.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from automl import Library, grow
from automl.load import load_tasks
from automl.session import Result
from automl.task import AbstractTask

from .common import parser, report
from .synthesis import STARTER, named


def cost(results: Sequence[Result], budget: int) -> dict[str, Any]:
    """What the tasks cost in all, and each."""
    rows: list[dict[str, Any]] = [
        {
            "task": result.name,
            "solved": result.solved,
            "right": result.right,
            "terms": result.evaluations if result.solved else max(budget, result.evaluations),
            "seconds": round(result.seconds, 3),
            "subroutines": list(result.subroutines),
        }
        for result in results
    ]
    return {
        "tasks": len(rows),
        "solved": sum(row["solved"] for row in rows),
        "right": sum(row["right"] is True for row in rows),
        "terms": sum(row["terms"] for row in rows),
        "seconds": round(sum(row["seconds"] for row in rows), 2),
        "tasks_using_promoted_words": sum(bool(row["subroutines"]) for row in rows),
        "rows": rows,
    }


def compare(with_library: dict[str, Any], without: dict[str, Any]) -> dict[str, Any]:
    """Both costs and what without / with comes to; above 1 the library saves."""
    both = {row["task"] for row in with_library["rows"] if row["solved"]}
    both &= {row["task"] for row in without["rows"] if row["solved"]}
    terms = [sum(row["terms"] for row in part["rows"] if row["task"] in both) for part in (with_library, without)]
    return {
        "terms_without_over_with": round(without["terms"] / max(1, with_library["terms"]), 3),
        "seconds_without_over_with": round(without["seconds"] / max(1e-9, with_library["seconds"]), 3),
        "solved_by_both": {"tasks": len(both), "terms_with": terms[0], "terms_without": terms[1]},
        "with": with_library,
        "without": without,
    }


def promoted(library: Library) -> list[dict[str, Any]]:
    """The words that the library holds, with the tasks that use them."""
    keys = ("name", "type", "uses", "saved", "description")
    return [{**{key: row[key] for key in keys}, "tasks": len(row["tasks"])} for row in library.list()]


def same_tasks(tasks: Sequence[AbstractTask], budget: int, seed: int) -> dict[str, Any]:
    with Library("memory:") as grown, Library("memory:") as empty:
        found = grow(tasks, budget, library=grown, strategy="enumerative", seed=seed)
        control = grow(tasks, budget, library=empty, strategy="enumerative", seed=seed, frozen=True)
        rows = compare(cost(found.results, budget), cost(control.results, budget))
        return {**rows, "seconds_of_growing_in_all": round(found.seconds, 2), "promoted": promoted(grown)}


def other_tasks(tasks: Sequence[AbstractTask], budget: int, seed: int) -> dict[str, Any]:
    learned_on, others = tasks[::2], tasks[1::2]
    with Library("memory:") as grown, Library("memory:") as empty:
        grow(learned_on, budget, library=grown, strategy="enumerative", seed=seed)
        words = promoted(grown)
        found = grow(others, budget, library=grown, strategy="enumerative", seed=seed, frozen=True)
        control = grow(others, budget, library=empty, strategy="enumerative", seed=seed, frozen=True)
        return {**compare(cost(found.results, budget), cost(control.results, budget)), "promoted_before": len(words)}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("file", nargs="?", default=str(STARTER), help="JSON lines; ?limit=N takes the first N tasks")
    options.add_argument("--budget", type=int, default=1_000_000, help="terms for each task")
    given = options.parse_args()
    started = time.perf_counter()
    tasks = load_tasks(given.file, seed=given.seed)
    figures = {
        "file": named(given.file),
        "budget": given.budget,
        "same tasks": same_tasks(tasks, given.budget, given.seed),
        "other tasks": other_tasks(tasks, given.budget, given.seed),
    }
    report("library_gain", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
