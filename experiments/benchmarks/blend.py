"""From lists of one to three digit images to their sum, tested on lists of 20: as good as the digit errors allow?

    python -m experiments.benchmarks.blend [--digits-budget 120s] [--budget 60s] [--lists 1000] [--json FILE]

The digits are grown into a library, then the sum is searched from 600 lists of one to three images with that library.
Test lists are drawn from the test part of the digits, with replacement: images that neither search has seen.

What the digit errors alone predict: the promoted net is run on each image of that test part; if it is wrong by e on an
image (its answer less the label), a sum of 20 independent draws is wrong by the sum of 20 such e. The expected mean
absolute error comes from a seeded Monte Carlo of these draws; the expected share of exact sums if errors never cancel is
p^20, with p the digit accuracy, and ``exact_with_cancelling`` is the Monte Carlo's share. ``interval_95`` of the prediction
is where the mean of as many lists falls in 95 % of the draws; that of the measurement is a bootstrap over the lists.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from automl import Library, grow, search
from automl.study.opening import Result
from automl.tasks.load import load_tasks
from automl.tasks.task import Task

from .common import parser, report

LENGTH, DRAWS = 20, 2000
"""Images in a test list; resamplings."""
SUMS = "digits?seed={split}&sequences=sum&lengths=1-3&test_lengths=20&count=600&validation_count=300&test_count={lists}&name=digit+sums"


def digit_errors(digits: Task, found: Result) -> np.ndarray:
    """The net's answer less the label on each image of the test part, int64 [images]."""
    part = digits.test
    assert found.model is not None and part is not None
    outputs = np.asarray(found.model.outputs(part))
    return outputs.argmax(axis=1) - np.asarray(part.targets)


def predicted(errors: np.ndarray, lists: int, rng: np.random.Generator) -> dict[str, Any]:
    """Error and exactness of sums of LENGTH independent digits whose errors are drawn from ``errors``."""
    sums = np.stack([rng.choice(errors, (lists, LENGTH)).sum(axis=1) for _ in range(DRAWS)])
    absolute, exact = np.abs(sums).mean(axis=1), (sums == 0).mean(axis=1)
    accuracy = float((errors == 0).mean())
    return {
        "digit_accuracy": round(accuracy, 5),
        "mae": _interval(absolute),
        "exact_p_to_the_20": round(accuracy**LENGTH, 4),
        "exact_with_cancelling": _interval(exact),
    }


def measured(errors: np.ndarray, failed: int, rng: np.random.Generator) -> dict[str, Any]:
    """Error and exactness on the test lists; ``errors`` [lists] of those whose program gave a number."""
    wrong = np.concatenate([(errors != 0).astype(float), np.ones(failed)])
    return {
        "lists": len(wrong),
        "failures": failed,
        "mae": _bootstrap(np.abs(errors).astype(float), rng),
        "exact": _bootstrap(1 - wrong, rng),
    }


def _bootstrap(values: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    if not len(values):
        return {"value": None, "interval_95": None}
    means = np.array([values[rng.integers(len(values), size=len(values))].mean() for _ in range(DRAWS)])
    return {**_interval(means), "value": round(float(values.mean()), 4)}


def _interval(means: np.ndarray) -> dict[str, Any]:
    low, high = np.quantile(means, [0.025, 0.975])
    return {"value": round(float(means.mean()), 4), "interval_95": [round(float(low), 4), round(float(high), 4)]}


def sum_errors(sums: Task, found: Result) -> tuple[np.ndarray, int]:
    """The program's answer less the sum on each test list that has one, and on how many it failed."""
    part = sums.test
    assert found.model is not None and part is not None
    outputs = found.model.outputs(part)
    answers = outputs.tolist() if hasattr(outputs, "tolist") else list(outputs)
    pairs = list(zip(answers, np.asarray(part.targets).tolist(), strict=True))
    numbers = [answer - wanted for answer, wanted in pairs if isinstance(answer, (int, float))]
    return np.array(numbers, np.int64), len(pairs) - len(numbers)


def described(found: Result) -> dict[str, Any]:
    return {key: value for key, value in found.to_dict().items() if key not in ("name", "run")}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--digits-budget", default="120s")
    options.add_argument("--budget", default="60s", help="for the sum")
    options.add_argument("--split", type=int, default=11, help="seed of the stratified third held out")
    options.add_argument("--lists", type=int, default=1000, help="test lists of 20 images")
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    started = time.perf_counter()
    digits = load_tasks(f"digits?seed={given.split}&solved_at=0.98")[0]
    sums = load_tasks(SUMS.format(split=given.split, lists=given.lists))[0]
    with Library("memory:") as library:
        net = grow([digits], given.digits_budget, library=library, workers=given.workers, seed=given.seed).results[0]
        promoted = [row["name"] for row in library.list()]
        found = search(sums, given.budget, library=library, seed=given.seed, workers=given.workers)
    figures: dict[str, Any] = {"digits": described(net), "promoted": promoted, "sum": described(found)}
    rng = np.random.default_rng(given.seed)
    if net.model is not None:
        figures["predicted"] = predicted(digit_errors(digits, net), given.lists, rng)
    if found.model is not None:
        figures["measured"] = measured(*sum_errors(sums, found), rng)
    if net.model is not None and found.model is not None:
        value, (low, high) = figures["measured"]["mae"]["value"], figures["predicted"]["mae"]["interval_95"]
        figures["mae_within_prediction"] = None if value is None else low <= value <= high
        figures["sum_calls_promoted_net"] = bool(set(found.subroutines) & set(promoted))
    report("blend", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
