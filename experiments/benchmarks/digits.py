"""Scikit-learn's digits from words: five stratified thirds held out, genetic search and beside it the random control.

    python -m experiments.benchmarks.digits [--budget 120s] [--seeds 11,12,13,14,15] [--strategies genetic,random]

The thirds are those of split seeds 11 to 15 (``digits?seed=11`` …): the training recipes were tuned on splits 0 to 4,
so these are left out. A search sees the other two thirds only (a fifth of them for validation); the test accuracy is
measured once, on the program that it ends with. The same seed is the search's own. Both strategies have the same
budget, workers, trainer and schedule.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from automl import search
from primitives.values import Outcome

from .common import parser, report

SEEDS = (11, 12, 13, 14, 15)


def third(strategy: str, seed: int, budget: str, workers: int) -> dict[str, Any]:
    """One search with one third held out. Accuracies in per cent."""
    started = time.perf_counter()
    found = search(f"digits?seed={seed}", budget, strategy=strategy, workers=workers, seed=seed)
    return {
        "seed": seed,
        "validation": _per_cent(found.score),
        "test": _per_cent(found.test_score),
        "structures": found.structures,
        "evaluations": found.evaluations,
        "parameters": found.parameters,
        "seconds": round(found.seconds, 1),
        "seconds_with_start": round(time.perf_counter() - started, 1),
        "failed_evaluations": sum(each.outcome != Outcome.OK for each in found.history),
        "program": found.program,
    }


def _per_cent(score: float | None) -> float | None:
    return None if score is None else round(100 * score, 2)


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Medians over the thirds, with the lowest and highest test accuracy; a search that found nothing scores 0."""
    tests = [row["test"] or 0.0 for row in rows]
    return {
        "median_test": statistics.median(tests),
        "lowest_test": min(tests),
        "highest_test": max(tests),
        **{
            f"median_{key}": round(statistics.median(row[key] or 0.0 for row in rows), 2)
            for key in ("validation", "structures", "evaluations", "seconds")
        },
        "rows": list(rows),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--budget", default="120s")
    options.add_argument("--seeds", default=",".join(map(str, SEEDS)), help="of the splits and the searches")
    options.add_argument("--strategies", default="genetic,random")
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    started = time.perf_counter()
    strategies, seeds = given.strategies.split(","), [int(seed) for seed in given.seeds.split(",")]
    rows: dict[str, list[dict[str, Any]]] = {strategy: [] for strategy in strategies}
    for seed in seeds:  # alternating, so that a busy machine slows both alike
        for strategy in strategies:
            rows[strategy].append(third(strategy, seed, given.budget, given.workers))
    figures: dict[str, Any] = {strategy: summary(found) for strategy, found in rows.items()}
    figures["conditions"] = {"budget": given.budget, "workers": given.workers, "seeds": seeds, "held_out": "1/3"}
    report("digits", figures, seed=seeds[0], started=started, path=given.json)


if __name__ == "__main__":
    main()
