"""What it is worth to stop a training whose curve says that it will not be among the best: searches of equal compute, with and without.

    python -m experiments.benchmarks.curve_stopping [--task digits] [--seeds 5] [--evaluations 40] [--epochs 8] [--arms none,power,…]

Every arm is the same search (``--strategy``; random is the control) from words alone with the same seeds, and each may train on as many
cases as ``--evaluations`` trainings of ``--epochs`` epochs have, so that a slow or busy machine changes nothing; what a rule saves goes
into more candidates. After each epoch but the last a rule looks at the validation errors so far, from the second epoch on and once four
trainings have ended:

- ``none``: no rule, the control.
- ``half``: no rule, and half of the epochs, the simplest way to try more candidates.
- ``median``: stop where the least error so far is above the median of the mean errors that the others had by then (Golovin et al. 2017,
  Google Vizier, 3.2.2).
- ``power``: stop where the error at the end is above the least of the search, as a power law of the epochs without a floor says that was
  fitted to the errors so far (a line of logarithms). Without a floor it hopes for more than is mostly had, so it seldom stops the best.
- ``power, kept``: the same, against the error that a fourth of the trainings that ended is below, so that parents are kept for variation.

A stopped candidate has the weights and the score of its best epoch, and the strategy is told them as any others. At the end the best
candidate of each search is trained three times from new weights for ``--alone`` epochs: the mean error is what an arm found. Each is
compared with ``none`` by pairs of a seed; the interval of 95 % is one of Student's for paired differences.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from automl.evaluation.cost import multiply_adds
from automl.evaluation.prepared import CandidateOrder, Prepared, context_of, start_weights
from automl.evaluation.training import compiled
from automl.fitting.trainer import EpochRecord, TrainingBudget
from automl.fitting.trainers import make_trainer
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.records import Direction
from library.vocabulary import Vocabulary
from library.weights.blobs import to_bytes
from primitives.inference import Inference, infer
from primitives.term import Term
from primitives.values import Outcome
from primitives.words import builtin_words
from search.bounds import Bounds
from search.problem import Problem
from search.strategies import make_strategy
from search.strategy import Feedback

from .common import first_cases, parser, report
from .inheritance import PARAMETERS, POPULATION, RANGES, SIZE, WORDS

LEAST_EPOCHS, LEAST_ENDED = 2, 4
"""Epochs of a candidate, and trainings that ended, before a rule may stop one."""
KEPT = 0.25
"""The share of the trainings that a candidate is to be among by ``power, kept``."""
ALONE = 3
"""Trainings of the best candidate from new weights, whose mean error counts."""
FLOOR = 1e-3
"""What errors count as at least where their logarithm is taken."""
Curve = Sequence[float]
Curves = dict[tuple[str, int, int], tuple[float, ...]]
Rule = Callable[[Curve, int, Sequence[Curve]], bool]
"""Whether to stop: a candidate's errors by epoch so far, the epochs that it is to have, and the curves of those before it."""


def never(curve: Curve, epochs: int, others: Sequence[Curve]) -> bool:
    """The control: stop nothing."""
    return False


def below_median(curve: Curve, epochs: int, others: Sequence[Curve]) -> bool:
    """Whether the least error so far is above the median of the others' mean errors up to the same epoch."""
    means = [statistics.mean(other[: len(curve)]) for other in others if len(other) >= len(curve)]
    return len(means) >= LEAST_ENDED and min(curve) > statistics.median(means)


def extrapolated(curve: Curve, epochs: int) -> float:
    """The error after ``epochs`` epochs by the power law b · t^-c, c ≥ 0, that is nearest to the logarithms of the errors so far.

    curve: at least two errors, from 0 to 1.
    epochs: of the whole training.
    """
    times = np.log(np.arange(1, len(curve) + 1))
    logs = np.log(np.maximum(curve, FLOOR))
    slope = min(0.0, float(np.polyfit(times, logs, 1)[0]))
    return float(np.exp(logs.mean() + slope * (math.log(epochs) - times.mean())))


def below_extrapolation(quantile: float) -> Rule:
    """The rule that stops what will end above an error that such a share of the trainings that ended are at most at (0: the least)."""

    def rule(curve: Curve, epochs: int, others: Sequence[Curve]) -> bool:
        ended = [min(other) for other in others if len(other) == epochs]
        return len(ended) >= LEAST_ENDED and extrapolated(curve, epochs) > float(np.quantile(ended, quantile))

    return rule


@dataclass(frozen=True)
class CurveArm:
    """How an arm trains: its rule, and the share of the epochs that a training has."""

    rule: Rule = never
    share: float = 1.0


ARMS = {
    "none": CurveArm(),
    "half": CurveArm(share=0.5),
    "median": CurveArm(below_median),
    "power": CurveArm(below_extrapolation(0.0)),
    "power, kept": CurveArm(below_extrapolation(KEPT)),
}


@dataclass(frozen=True)
class Tried:
    """A candidate of a search: its text, its errors by epoch (() where it has none), its weights, and the multiply-adds of a case."""

    text: str
    curve: tuple[float, ...]
    weights: bytes | None
    operations: int


@dataclass
class CurveTrainings:
    """Trains candidates of a task for so many epochs under a rule, and counts what that took."""

    task: Task
    rule: Rule
    epochs: int
    known: Curves | None = None
    """The curves of whole trainings from new weights, by text, seed and epochs, where these are looked up rather than trained again: what
    nothing is inherited from needs no weights."""
    tried: list[Tried] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.prepared = Prepared(context_of(self.task.data, Vocabulary()))

    def curves(self) -> list[Curve]:
        """Those of all that were trained."""
        return [each.curve for each in self.tried if each.curve]

    def train(self, text: str, info: Mapping[str, Any], seed: int) -> Feedback:
        """Train a program, from what the info of its proposal says; what the strategy is told."""
        order: CandidateOrder = {"term": text, "seed": seed}
        start = start_weights(
            info,
            lambda ask: None if self.tried[ask].weights is None else str(ask),
            lambda name: self.tried[int(name)].weights or b"",
        )
        if start is not None:
            order["start"] = start
        term = self.prepared.vocabulary.read(text)
        inference = infer(term, self.prepared.words, self.task.data.type)
        operations = multiply_adds(inference, self.prepared.words)
        if not inference.parameters:
            self.tried.append(Tried(text, (), None, operations))
            return Feedback({}, Outcome.UNSUITABLE)
        others, curve = self.curves(), list[float]()

        def stop(error: float) -> bool:
            curve.append(error)
            due = LEAST_EPOCHS <= len(curve) < self.epochs
            return due and self.rule(curve, self.epochs, others)

        key = (text, seed, self.epochs)
        if self.known is not None and start is None and key not in self.known:
            whole: list[float] = []

            def note(error: float) -> bool:
                whole.append(error)
                return False

            self._fit(term, inference, order, note)
            self.known[key] = tuple(whole)
        if self.known is not None and start is None:
            any(stop(error) for error in self.known[key])  # one that is stopped has the first errors of one that is not
            self.tried.append(Tried(text, tuple(curve), b"" if curve else None, operations))
            return Feedback({self.task.metric: 1.0 - min(curve)}) if curve else Feedback({}, Outcome.DIVERGED)
        outcome, scores, weights = self._fit(term, inference, order, stop)
        self.tried.append(Tried(text, tuple(curve) if weights else (), weights, operations))
        return Feedback(scores, outcome)

    def _fit(
        self, term: Term, inference: Inference, order: CandidateOrder, stop: Callable[[float], bool]
    ) -> tuple[str, dict[str, float], bytes | None]:
        """Train a program until ``stop``, which is told the error after each epoch, says so; its outcome, scores and weights."""
        program = compiled(self.prepared, term, inference, order)

        def told(record: EpochRecord) -> bool:
            return stop(1.0 if record.validation_score is None else 1.0 - record.validation_score)

        trainer = make_trainer("gradient", {"train_cases": 0, "validations": self.epochs})
        result = trainer.fit(
            program, self.task.data, TrainingBudget(epochs=self.epochs), seed=order["seed"], report=told
        )
        outcome = Outcome.OK if result.outcome == Outcome.STOPPED else Outcome(result.outcome)
        if outcome != Outcome.OK or result.weights is None:
            return outcome, {}, None
        return outcome, dict(result.scores), to_bytes(program.weights())


def searched(task: Task, arm: CurveArm, seed: int, given: argparse.Namespace, known: Curves) -> CurveTrainings:
    """One search until its cases are used; the training that uses the last of them is ended."""
    words = {name: word for name, word in builtin_words().items() if name in WORDS}
    problem = Problem(
        task.data.type, words, seed=seed, objectives=((task.metric, Direction.MAXIMIZE),), ranges=RANGES, max_size=SIZE,
        bounds=Bounds(parameters=PARAMETERS),
    )  # fmt: skip
    options: dict[str, Any] = {"population": POPULATION} if given.strategy == "genetic" else {}
    strategy = make_strategy(given.strategy, problem, options)
    trainings = CurveTrainings(
        task, arm.rule, max(1, round(given.epochs * arm.share)), known if given.strategy == "random" else None
    )
    left = given.evaluations * given.epochs
    while left > 0:
        proposal = strategy.ask()
        assert proposal is not None, "the space of nets has no end"
        strategy.tell(proposal.number, trainings.train(proposal.text, proposal.info, seed))
        left -= max(1, len(trainings.tried[-1].curve))
    return trainings


def found_by(
    task: Task, trainings: CurveTrainings, seed: int, given: argparse.Namespace, known: Curves
) -> dict[str, Any]:
    """What a search came to; errors in per cent."""
    best = min((each for each in trainings.tried if each.weights is not None), key=lambda each: min(each.curve))
    alone = CurveTrainings(task, never, given.alone, known)
    for again in range(ALONE):
        alone.train(best.text, {}, seed + 1000 * (1 + again))
    lengths = [len(each.curve) for each in trainings.tried if each.curve]
    return {
        "seed": seed,
        "candidates": len(trainings.tried),
        "stopped": sum(length < trainings.epochs for length in lengths),
        "multiply_adds_a_case": round(statistics.mean(each.operations for each in trainings.tried)),
        "best_error": round(100 * min(best.curve), 2),
        "alone_error": round(statistics.mean(100 * min(each.curve, default=1.0) for each in alone.tried), 2),
    }


def compared(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Each arm beside the first one, by pairs."""
    from scipy.stats import t

    first, table = next(iter(rows)), {}
    for arm, found in rows.items():
        figures: dict[str, Any] = {
            f"mean_{key}": round(statistics.mean(row[key] for row in found), 2)
            for key in ("candidates", "stopped", "best_error", "alone_error")
        }
        for key in ("best_error", "alone_error") if arm != first and len(found) > 1 else ():
            less = [row[key] - other[key] for row, other in zip(found, rows[first], strict=True)]
            middle, width = (
                statistics.mean(less),
                statistics.stdev(less) / len(less) ** 0.5 * float(t.ppf(0.975, len(less) - 1)),
            )
            figures[f"{key}_less_{first}"] = [round(x, 2) for x in (middle, middle - width, middle + width)]
        table[arm] = figures
    return table


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--task", default="digits")
    options.add_argument("--strategy", default="genetic", choices=("genetic", "random"))
    options.add_argument("--seeds", type=int, default=5, help="searches of each arm")
    options.add_argument("--evaluations", type=int, default=40, help="whole trainings of which a search has the cases")
    options.add_argument("--epochs", type=int, default=8, help="of one training that is not stopped")
    options.add_argument("--alone", type=int, default=16, help="epochs of the training from new weights afterwards")
    options.add_argument("--train-cases", type=int, default=None, help="of the task, the first so many (default: all)")
    options.add_argument("--validation-cases", type=int, default=None, help="the same of the validation part")
    options.add_argument("--arms", default=",".join(name.replace(", ", "+") for name in ARMS))
    given = options.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    (task,) = load_tasks(given.task, seed=given.seed, refused=[])
    task = first_cases(task, given.train_cases, given.validation_cases)
    arms = [name.replace("+", ", ") for name in given.arms.split(",")]
    rows: dict[str, list[dict[str, Any]]] = {arm: [] for arm in arms}
    known: Curves = {}
    for seed in range(given.seed, given.seed + given.seeds):
        for arm in arms:
            rows[arm].append(found_by(task, searched(task, ARMS[arm], seed, given, known), seed, given, known))
            print(f"seed {seed}, {arm}: {rows[arm][-1]}", flush=True)
    conditions = {name: value for name, value in vars(given).items() if name != "json"}
    conditions |= {"train": len(task.data.train), "validation": len(task.data.validation)}
    report(
        "curve_stopping", {"arms": compared(rows), "rows": rows, "conditions": conditions}, seed=given.seed, started=started,
        path=given.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()
