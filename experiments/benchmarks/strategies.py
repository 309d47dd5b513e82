"""Strategies against the random control: the same task, trainer, schedule, cache and starts, an equal number of evaluations, paired seeds.

    python -m experiments.benchmarks.strategies [--task digits] [--evaluations 40] [--seeds 10] [--strategies genetic,bayesian,reinforce]

Seed s decides the split of the data and the search of every strategy, so that the strategies of one seed are compared on the same
cases. No search begins with declared nets. A margin is the mean over the seeds of a strategy's test accuracy less that of the random
control, in points, with the 95 % interval of Student's t; ``validation`` is the same of the scores by which the searches chose. With an
interval on both sides of 0 nothing is shown.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

import automl

from .common import parser, report

CONTROL = "random"


def one(task: str, strategy: str, seed: int, evaluations: int) -> dict[str, Any]:
    """One search; accuracies in per cent."""
    spec = f"{task}{'&' if '?' in task else '?'}seed={seed}"
    found = automl.search(spec, evaluations=evaluations, strategy=strategy, seed=seed, starts="none", quiet=True)
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


def summary(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Of each strategy its median scores, and its margins over the control."""
    found: dict[str, Any] = {}
    for name, each in rows.items():
        found[name] = {
            "median_test": statistics.median(row["test"] or 0.0 for row in each),
            "median_validation": statistics.median(row["validation"] or 0.0 for row in each),
            "seconds": round(sum(row["seconds"] for row in each), 1),
        }
        if name != CONTROL:
            found[name] |= {key: margin(each, rows[CONTROL], key) for key in ("test", "validation")}
        found[name]["rows"] = each
    return found


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--task", default="digits")
    options.add_argument("--evaluations", type=int, default=40)
    options.add_argument("--seeds", type=int, default=10, help="how many, from 20 on")
    options.add_argument("--strategies", default="genetic,bayesian,reinforce")
    given = options.parse_args()
    started = time.perf_counter()
    seeds = range(20, 20 + given.seeds)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (CONTROL, *given.strategies.split(","))}
    for seed in seeds:
        for name, each in rows.items():
            each.append(one(given.task, name, seed, given.evaluations))
    figures = summary(rows)
    figures["conditions"] = {
        "task": given.task,
        "evaluations": given.evaluations,
        "seeds": list(seeds),
        "starts": "none",
    }
    report("strategies", figures, seed=seeds[0], started=started, path=given.json)


if __name__ == "__main__":
    main()
