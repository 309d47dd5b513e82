"""What inherited weights are worth: cases trained on until a search of nets reaches a validation error, with and without.

    python -m experiments.benchmarks.inheritance [--task digits] [--seeds 5] [--evaluations 60] [--epochs 2] [--error 4]

Every arm is the same genetic search from words alone with the same seeds; only what a child's weights start from differs, and in
``scratch, longer`` how long each training is: nets from new weights that are trained as briefly as heirs need be may never come to the
error, so an heir's worth is to be told beside the better of the two. A search is counted in the cases that its trainings have gone through,
so that a slow or busy machine changes nothing, and the parents' trainings count; all arms have as many. With ``--json`` the file is
written after each seed, with those that are done.
Of each arm some programs, evenly spaced over its ranking, are then trained from new weights for longer: Kendall's tau between their
errors in the search and those, and how much the least error of the search differs from the one that its program has then.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import CandidateOrder, Prepared, context_of, start_weights
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.records import Direction
from library.vocabulary import Vocabulary
from primitives.primitive import Setting
from primitives.words import builtin_words
from search.bounds import Bounds
from search.problem import Problem
from search.strategies import make_strategy
from search.strategy import Feedback

from .common import parser, report

ARMS: dict[str, dict[str, object]] = {
    "scratch": {"inherit": "none"},
    "scratch, longer": {"inherit": "none"},
    "inherited": {"inherit": "weights"},
    "preserving": {"inherit": "weights", "morphisms": 0.7},
    "preserving, shrunk": {"inherit": "weights", "morphisms": 0.7, "shrink": 0.6},
}
WORDS = (
    "conv", "max_pool", "average_pool", "global_pool", "flatten", "dense", "relu", "batch_norm", "dropout", "add", "concat_maps",
)  # fmt: skip
POPULATION = 8
LONGER = {"scratch, longer": 4}
"""Of an arm, how many times as many epochs a training has as in the others; it has so many times fewer of them."""


RANGES = {
    "conv.maps": Setting("maps", 8, 4, 24, log=True), "conv.kernel": Setting("kernel", 3, choices=(1, 3, 5)),
    "dense.units": Setting("units", 24, 8, 64, log=True),
}  # fmt: skip
"""Small nets, so that many are trained in little time; they are the same for every arm."""
SIZE, PARAMETERS = 20, 40_000


@dataclass(frozen=True)
class TrainedNet:
    """A program of a search with its validation error in per cent (100 where it has none)."""

    text: str
    error: float
    parameters: int
    weights: bytes | None


def searched(task: Task, arm: str, seed: int, given: argparse.Namespace) -> list[TrainedNet]:
    """One search of nets for the task: its programs in the order of asking."""
    words = {name: word for name, word in builtin_words().items() if name in WORDS}
    problem = Problem(
        task.data.type, words, seed=seed, objectives=((task.metric, Direction.MAXIMIZE),), ranges=RANGES, max_size=SIZE,
        bounds=Bounds(parameters=PARAMETERS),
    )  # fmt: skip
    strategy = make_strategy("genetic", problem, {"population": POPULATION, **ARMS[arm]})
    prepared = Prepared(context_of(task.data, Vocabulary()))
    found: list[TrainedNet] = []
    longer = LONGER.get(arm, 1)
    for number in range(given.evaluations // longer):
        proposal = strategy.ask()
        assert proposal is not None, "the space of nets has no end"
        order: CandidateOrder = {"term": proposal.text, "seed": seed, "epochs": longer * given.epochs}
        start = start_weights(
            proposal.info,
            lambda ask: None if found[ask].weights is None else str(ask),
            lambda name: found[int(name)].weights or b"",
        )
        if start is not None:
            order["start"] = start
        got = evaluate_candidate(prepared, order)
        strategy.tell(number, Feedback(got.scores, got.outcome))
        error = 100 * (1 - got.scores.get(task.metric, 0.0))
        found.append(TrainedNet(proposal.text, error, got.parameters, got.weights))
    return found


def standing(task: Task, found: Sequence[TrainedNet], seed: int, given: argparse.Namespace) -> dict[str, float]:
    """How far the scores in a search are those of trainings of ``given.alone`` epochs from new weights."""
    from scipy.stats import kendalltau

    ranked = sorted((each for each in found if each.weights is not None), key=lambda each: each.error)
    places = np.unique(np.linspace(0, len(ranked) - 1, min(given.programs, len(ranked))).round().astype(int))
    chosen = [ranked[place] for place in places]
    prepared = Prepared(context_of(task.data, Vocabulary()))
    alone: list[float] = []
    for each in chosen:
        order: CandidateOrder = {"term": each.text, "seed": seed + 1000, "epochs": given.alone}
        alone.append(100 * (1 - evaluate_candidate(prepared, order).scores.get(task.metric, 0.0)))
    tau = kendalltau([each.error for each in chosen], alone).statistic
    sizes = kendalltau([-each.parameters for each in chosen], alone).statistic
    gap = round(alone[0] - chosen[0].error, 2)
    return {"tau": round(float(tau), 3), "tau_of_parameters": round(float(sizes), 3), "alone_less_inherited": gap}


def reached(errors: Sequence[float], error: float, cases: int) -> int | None:
    """Cases trained on until the first training with an error of at most ``error``, at ``cases`` each; None where there is none."""
    first = next((number for number, each in enumerate(errors, 1) if each <= error), None)
    return None if first is None else first * cases


def compared(rows: Mapping[str, Sequence[Mapping[str, Any]]], most: int) -> dict[str, dict[str, Any]]:
    """Each arm beside the first: the cases to the error, as a ratio, geometric mean over the seeds with a 95 % interval (bootstrap over
    pairs). A search that does not reach it counts as having done so with its last case, which favours it."""
    first = next(iter(rows))
    table: dict[str, dict[str, Any]] = {}
    for arm, found in rows.items():
        logs = [math.log((a["cases"] or most) / (b["cases"] or most)) for a, b in zip(found, rows[first], strict=True)]
        draws = np.random.Generator(np.random.PCG64(0)).choice(logs, (2000, len(logs))).mean(1)
        table[arm] = {
            "reached": sum(row["cases"] is not None for row in found),
            "median_cases": statistics.median(row["cases"] or most for row in found),
            "ratio": round(math.exp(statistics.mean(logs)), 3),
            "ratio_95": [round(float(math.exp(x)), 3) for x in np.quantile(draws, (0.025, 0.975))],
            "median_best_error_after": [
                statistics.median(row["best_after"][place] for row in found)
                for place in range(len(found[0]["best_after"]))
            ],
            **{
                f"median_{key}": statistics.median(values)
                for key in ("tau", "tau_of_parameters", "alone_less_inherited")
                if (values := [row[key] for row in found if key in row and row[key] == row[key]])
            },
        }
    return table


def by_error(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], levels: Sequence[float], costs: Mapping[str, int], most: int
) -> Any:
    """For each error the comparison of the arms, without what does not depend on it.

    rows: of each arm a row a seed, with the ``errors`` of its trainings in their order.
    levels: errors in per cent.
    costs: of each arm the cases of one training.
    most: the cases of a whole search.
    """
    table: dict[str, Any] = {}
    for level in levels:
        at = {
            arm: [{"cases": reached(row["errors"], level, costs[arm]), "best_after": ()} for row in found]
            for arm, found in rows.items()
        }
        wanted = ("reached", "median_cases", "ratio", "ratio_95")
        table[f"{level:g}"] = {arm: {key: row[key] for key in wanted} for arm, row in compared(at, most).items()}
    return table


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--task", default="digits")
    options.add_argument("--seeds", type=int, default=5, help="searches of each arm")
    options.add_argument("--evaluations", type=int, default=60, help="of one search")
    options.add_argument("--epochs", type=int, default=2, help="of one training in a search")
    options.add_argument(
        "--error",
        type=float,
        nargs="+",
        default=[4.0],
        help="validation errors to reach, in per cent, the one meant first",
    )
    options.add_argument("--alone", type=int, default=12, help="epochs of a training from new weights afterwards")
    options.add_argument("--programs", type=int, default=10, help="of each search that are trained so; 0: none")
    options.add_argument("--train-cases", type=int, default=None, help="of the task, the first so many (default: all)")
    options.add_argument("--arms", default=",".join(name.replace(", ", "+") for name in ARMS))
    given = options.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    (task,) = load_tasks(given.task, seed=given.seed, refused=[])
    if given.train_cases is not None:
        part = task.data.train.take(np.arange(min(given.train_cases, len(task.data.train))))
        task = replace(task, data=task.data.with_data(part, task.data.validation))
    each_costs = given.epochs * len(task.data.train)
    arms = [name.replace("+", ", ") for name in given.arms.split(",")]
    costs = {arm: LONGER.get(arm, 1) * each_costs for arm in arms}
    rows: dict[str, list[dict[str, Any]]] = {arm: [] for arm in arms}
    conditions = {name: value for name, value in vars(given).items() if name != "json"}
    conditions |= {"train": len(task.data.train), "strategies": ARMS, "longer": LONGER, "population": POPULATION}

    def tell() -> None:
        most = given.evaluations * each_costs
        figures = {
            "arms": compared(rows, most), "by_error": by_error(rows, given.error, costs, most), "rows": rows,
            "conditions": conditions,
        }  # fmt: skip
        report("inheritance", figures, seed=given.seed, started=started, path=given.json)

    last = given.seed + given.seeds - 1
    for seed in range(given.seed, last + 1):
        for arm in arms:
            found = searched(task, arm, seed, given)
            errors = [each.error for each in found]
            after = [round(min(errors[: max(1, round(len(errors) * share))]), 2) for share in (0.25, 0.5, 0.75, 1.0)]
            row = {
                "seed": seed,
                "cases": reached(errors, given.error[0], costs[arm]),
                "best_after": after,
            }
            row["errors"] = [round(error, 2) for error in errors]
            rows[arm].append(row | (standing(task, found, seed, given) if given.programs else {}))
        if given.json is not None and seed < last:
            with contextlib.redirect_stdout(io.StringIO()):
                tell()
    tell()


if __name__ == "__main__":
    main()
