"""Nets that `automl search` finds for pictures, by the command that a user types, beside the hand-made baselines.

    python -m experiments.benchmarks.images [--tasks digits,mnist,…] [--budget 10m] [--seeds 0] [--compare] [--starts none] [--library FILE]

One line a search as it ends. The runs stay in the library: those that it holds with the same task, budget and seed are read and not run
again, so that a long list can be broken off and gone on with; ``--read`` only reads. ``--compare`` puts beside each net the random
control with the same budget, the declared baselines trained for as long, and three more trainings of the winner (hours for long budgets).
The test part is scored once a search, on the program that it ends with. All accuracies in per cent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from automl.budget import Budget, parse_budget
from automl.comparison.rivals import BASELINE
from automl.study.planning.starts import BEGUN_WITH
from automl.study.stored import COMPARISON, find_result
from library import open_store
from library.records import Run
from library.store import AbstractStore

from .common import parser, report

AUTO = "auto"
TASKS = "digits,mnist,cifar10_subset,addnist,multnist"


def searches(library: str, task: str, budget: Budget, seed: int, starts: str = AUTO) -> list[Run]:
    """The ended searches of a library for the same task (wherever its files lay), budget and seed, only those that began with no program
    where ``starts`` says so; none where there is no such file."""
    if not Path(library).exists():
        return []
    with open_store(library, create=False) as store:
        return [
            run
            for run in store.runs()
            if run.state == "finished"
            and _placeless((run.config.get("task") or {}).get("spec") or run.task) == _placeless(task)
            and (run.budget, run.seed) == (budget.to_json(), seed)
            and (starts == AUTO or not run.config.get(BEGUN_WITH))
        ]


def _placeless(spec: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A task's name and options but for the folder of its files, which is another on another machine."""
    name, _, options = spec.partition("?")
    return name, tuple(sorted(each for each in parse_qsl(options) if each[0] != "path"))


def search(library: str, task: str, budget: str, seed: int, compare: bool, starts: str) -> None:
    """Run `automl search` once; its words go to standard error. Raises RuntimeError where it fails."""
    given = [task, "--budget", budget, "--seed", str(seed), "--library", library, *(["--compare"] if compare else [])]
    given += [] if starts == AUTO else ["--starts", starts]
    command = [sys.executable, "-m", "automl", "search", *given]
    code = subprocess.run(command, stdout=sys.stderr, check=False, env={**os.environ, "COLUMNS": "140"}).returncode
    if code:
        raise RuntimeError(f"task={task!r}: `automl search {' '.join(given)}` ended with {code}; see above")


def row(store: AbstractStore, run: Run) -> dict[str, Any]:
    """What a search found, and what stands beside it: ``compared`` has the arms of ``--compare``, none without."""
    found = find_result(store, run)
    beside = run.config.get(COMPARISON) or []
    return {
        "task": run.task,
        "budget": str(Budget.from_json(run.budget)),
        "seed": run.seed,
        "validation": None if found is None else _per_cent(found.score),
        "test": None if found is None else _per_cent(found.test_score),
        "parameters": None if found is None else found.evaluation.parameters,
        "evaluations": len(store.evaluations(run.id)),
        "seconds": round((run.finished or run.started) - run.started, 1),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run.started)),
        "starts": run.config.get(BEGUN_WITH),
        "program": None if found is None else found.evaluation.term,
        "compared": [
            {
                "arm": each["arm"],
                "name": each["name"],
                "test": _per_cent(each["test"]),
                "spread": [_per_cent(score) for score in each["test_spread"] or ()],
                "parameters": each["parameters"],
                "seconds": round(each["seconds"], 1),
            }
            for each in beside
        ],
    }


def line(found: dict[str, Any]) -> str:
    """A row for people: the net's test accuracy, and the best baseline's where there are any."""
    best = max(
        (each for each in found["compared"] if each["test"] is not None and each["arm"] == BASELINE),
        key=lambda each: each["test"],
        default=None,
    )
    beside = "" if best is None else f"; best baseline {best['name']} {best['test']}"
    size = f"{found['parameters']} parameters"
    return (
        f"{found['task']} {found['budget']}, seed {found['seed']}: {found['test']} % of the test part, {size}{beside}"
    )


def _per_cent(score: float | None) -> float | None:
    return None if score is None else round(100 * score, 2)


def measured(
    library: str, task: str, budget: str, seed: int, compare: bool, read: bool, starts: str = AUTO
) -> list[dict[str, Any]]:
    """The rows of a task, budget and seed: those that the library holds, or else of a search that is run now."""
    limit = parse_budget(budget)
    known = searches(library, task, limit, seed, starts)
    if not read and not any(not compare or COMPARISON in run.config for run in known):
        search(library, task, budget, seed, compare, starts)
        known = searches(library, task, limit, seed, starts)
    if not known:
        return []
    with open_store(library, create=False) as store:
        return [row(store, run) for run in known]


def run(
    given: Sequence[tuple[str, str, int]], library: str, compare: bool, read: bool, starts: str = AUTO
) -> list[dict[str, Any]]:
    """The rows of all tasks, budgets and seeds, each told on standard error as soon as it is there."""
    rows: list[dict[str, Any]] = []
    for task, budget, seed in given:
        for each in measured(library, task, budget, seed, compare, read, starts):
            print(line(each), file=sys.stderr, flush=True)
            rows.append(each)
    return rows


def main() -> None:
    options = parser(__doc__)
    options.add_argument(
        "--tasks", default=TASKS, help="as `automl search` takes them (NAME?path=FOLDER too), with commas between"
    )
    options.add_argument("--budget", default="10m", metavar="TIME,…", help="one or several, with commas between")
    options.add_argument("--seeds", default="0", metavar="N,…")
    options.add_argument("--compare", action="store_true")
    options.add_argument(
        "--starts",
        default=AUTO,
        choices=(AUTO, "none"),
        help="whether it begins with declared nets; another --library for none",
    )
    options.add_argument("--library", default=None, metavar="FILE", help="where the runs are kept; default: nowhere")
    options.add_argument("--read", action="store_true", help="only read what --library holds")
    given = options.parse_args()
    started = time.perf_counter()
    wanted = [
        (task, budget, int(seed))
        for seed in given.seeds.split(",")
        for budget in given.budget.split(",")
        for task in given.tasks.split(",")
    ]
    with tempfile.TemporaryDirectory() as folder:
        library = given.library or str(Path(folder) / "images.db")
        rows = run(wanted, library, given.compare, given.read, given.starts)
    report("images", {"rows": rows}, seed=wanted[0][2], started=started, path=given.json)


if __name__ == "__main__":
    main()
