"""Introductory programming problems (experiments/problems/introductory.py), one after another, each with its own budget.

    python -m experiments.benchmarks.introductory [--half tuned] [--budget 20s] [--examples 50] [--write FILE] [--json FILE]

*Solved*: a program meets all examples; *right*: it also meets all tests, which no search sees. Of the half ``held_out`` and of
the ten ``fresh`` ones only counts are printed and written, for searches are not to be fitted to them. ``--write`` makes a
JSON-lines file of the tasks instead of searching.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from automl import search
from automl.tasks.kinds.examples import examples_from_json
from experiments.problems.introductory import HALVES, problems

from .common import parser, report
from .synthesis import run_tasks, summary


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--half", choices=(*HALVES, "all"), default=HALVES[0])
    options.add_argument("--budget", default="20s", help="for each task")
    options.add_argument("--examples", type=int, default=50, help="that a search sees")
    options.add_argument("--tests", type=int, default=100, help="that it does not see")
    options.add_argument("--only", default=None, metavar="NAMES", help="problems, with commas between them")
    options.add_argument("--strategy", default=None)
    options.add_argument("--write", default=None, metavar="FILE")
    given = options.parse_args()
    started = time.perf_counter()
    chosen = [each for each in problems(given.half) if given.only is None or each.name in given.only.split(",")]
    rows = [each.task(given.examples, given.tests, given.seed) for each in chosen]
    if given.write is not None:
        Path(given.write).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return
    tasks = [examples_from_json(json.loads(json.dumps(row))) for row in rows]
    # What is imported once a process is not the first task's cost.
    search(tasks[0], evaluations=1, strategy=given.strategy, seed=given.seed)
    found = run_tasks(tasks, given.budget, strategy=given.strategy, seed=given.seed)
    shown = found if given.half == HALVES[0] else []
    figures = {"half": given.half, "budget": given.budget, "summary": summary(found), "rows": shown}
    report("introductory", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
