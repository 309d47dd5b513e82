"""Strategies against the random control, or one with and without what is to make it cheaper: equal evaluations, paired seeds.

    python -m experiments.benchmarks.strategies [--task digits] [--evaluations 40] [--seeds 10] [--strategies genetic,bayesian,reinforce]
        [--epochs 4] [--max-parameters 8000] [--control random] [--seed 20] [--json FILE]
    python -m experiments.benchmarks.strategies --control genetic --strategies new-weights,morphisms,shrunk

Task, trainer, schedule and cache are the same. Seed s decides the split of the data and the search of every strategy, so that the
strategies of one seed are compared on the same cases. No search begins with declared nets, and nets are small, so that a result is not at
the limit of the task after a few draws. With ``--json`` the file is written after each seed, with those that are done. A margin is the
mean over the seeds of a strategy's test accuracy less that of the control, in points, with the 95 % interval of Student's t;
``validation`` is the same of the scores by which the searches chose. With an interval on both sides of 0 nothing is shown.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import time
from collections.abc import Sequence
from typing import Any

import torch

from automl.budget import Budget
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import Schedule
from automl.tasks.load import load_tasks
from library.store import open_store
from search.bounds import Bounds

from .common import parser, report

CONTROL = "random"
EVOLUTION: dict[str, object] = {"population": 12}
"""A population that is full after a third of so few evaluations."""
ARMS: dict[str, tuple[str, dict[str, object]]] = {
    "random": ("random", {}),
    "genetic": ("genetic", EVOLUTION),
    "bayesian": ("bayesian", {}),
    "reinforce": ("reinforce", {}),
    "new-weights": ("genetic", {**EVOLUTION, "inherit": "none"}),
    "morphisms": ("genetic", {**EVOLUTION, "morphisms": 0.7}),
    "shrunk": ("genetic", {**EVOLUTION, "shrink": 0.6}),
}
"""By its name the strategy of an arm, with its options."""


def one(arm: str, seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """One search; accuracies in per cent."""
    spec = f"{given.task}{'&' if '?' in given.task else '?'}seed={seed}"
    (task,) = load_tasks(spec, refused=[])
    strategy, settings = ARMS[arm]
    options = Options(
        Budget(evaluations=given.evaluations), strategy, seed=seed, starts="none", settings=settings,
        schedule=Schedule(epochs=given.epochs, refine_epochs=2 * given.epochs, refine=0.15),
        bounds=Bounds(parameters=given.max_parameters),
    )  # fmt: skip
    with open_store("memory:") as store:
        found = run_study(open_study(task, store, options))
    return {
        "seed": seed,
        "validation": None if found.score is None else round(100 * found.score, 3),
        "test": None if found.test_score is None else round(100 * found.test_score, 3),
        "parameters": found.parameters,
        "seconds": round(found.seconds, 1),
        "program": found.program,
    }


def margin(rows: Sequence[dict[str, Any]], control: Sequence[dict[str, Any]], key: str) -> dict[str, Any]:
    """The mean difference of the pairs in points, and its interval. A search that found nothing has 0."""
    from scipy.stats import t

    differences = [(row[key] or 0.0) - (other[key] or 0.0) for row, other in zip(rows, control, strict=True)]
    mean = statistics.fmean(differences)
    spread = statistics.stdev(differences) / len(differences) ** 0.5 if len(differences) > 1 else float("nan")
    half = float(t.ppf(0.975, len(differences) - 1)) * spread if len(differences) > 1 else float("nan")
    return {
        "margin": round(mean, 3),
        "interval": [round(mean - half, 3), round(mean + half, 3)],
        "better": sum(each > 0 for each in differences),
        "worse": sum(each < 0 for each in differences),
    }


def summary(rows: dict[str, list[dict[str, Any]]], control: str = CONTROL) -> dict[str, Any]:
    """Of each arm its median scores, and its margins over the control."""
    found: dict[str, Any] = {}
    for name, each in rows.items():
        found[name] = {
            "median_test": statistics.median(row["test"] or 0.0 for row in each),
            "median_validation": statistics.median(row["validation"] or 0.0 for row in each),
            "seconds": round(sum(row["seconds"] for row in each), 1),
        }
        if name != control:
            found[name] |= {key: margin(each, rows[control], key) for key in ("test", "validation")}
        found[name]["rows"] = each
    return found


def main() -> None:
    options = parser(__doc__)
    options.set_defaults(seed=20)
    options.add_argument("--task", default="digits")
    options.add_argument("--evaluations", type=int, default=40)
    options.add_argument("--seeds", type=int, default=10, help="how many, from --seed on")
    options.add_argument("--control", default=CONTROL, choices=list(ARMS))
    options.add_argument(
        "--strategies", default="genetic,bayesian,reinforce", help=f"what is compared with it, of {', '.join(ARMS)}"
    )
    options.add_argument("--epochs", type=int, default=4, help="of one training in a search")
    options.add_argument("--max-parameters", type=int, default=8000, help="of a net")
    given = options.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    seeds = range(given.seed, given.seed + given.seeds)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (given.control, *given.strategies.split(","))}
    for seed in seeds:
        for name, each in rows.items():
            each.append(one(name, seed, given))
        if given.json is not None and seed != seeds[-1]:
            with contextlib.redirect_stdout(io.StringIO()):
                _report(rows, given, started)
    _report(rows, given, started)


def _report(rows: dict[str, list[dict[str, Any]]], given: argparse.Namespace, started: float) -> None:
    conditions = {name: value for name, value in vars(given).items() if name not in ("json", "seed")}
    seeds = [row["seed"] for row in rows[given.control]]
    figures = summary(rows, given.control) | {
        "conditions": conditions | {"seeds": seeds, "arms": {name: ARMS[name] for name in rows}}
    }
    report("strategies", figures, seed=seeds[0], started=started, path=given.json)


if __name__ == "__main__":
    main()
