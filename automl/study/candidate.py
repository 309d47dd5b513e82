"""A proposal on its way: asked, being evaluated, to be told. What an executor is sent for it, and the key of its result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from library.records import Evaluation
from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.term import Term, show_canonical
from primitives.values import Outcome
from search.strategy import UNTRAINED, Feedback

from ..errors import EvaluationBug
from ..evaluation.evaluate import cache_key, read_evaluations
from ..evaluation.prepared import CandidateOrder, Evaluated, StartWeights
from ..execution.executors.base import JobResult
from ..fitting.trainers import TRAINERS
from ..tasks.data import ProblemData
from .planning.schedule import EXPLORE, SETTINGS, TRAINED, Schedule

SCREENING_CASES = 1000
"""Validation cases on which a short training in planned time is scored."""


@dataclass
class Candidate:
    """A proposal that is asked and not yet told. ``text`` is the term as it is stored, with pinned subroutines."""

    ask: int
    term: Term
    text: str
    phase: str = EXPLORE
    info: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    """The digests of the modules of the words from outside that it uses."""
    key: str = ""
    hurried: bool = False
    """Whether less time was left for it than the plan gives each of its phase, so that its result is no one else's."""
    evaluation: Evaluation | None = None

    __repr__ = brief_repr

    @staticmethod
    def of(vocabulary: Vocabulary, ask: int, term: Term, phase: str, info: Mapping[str, Any]) -> Candidate:
        return Candidate(ask, term, show_canonical(vocabulary.pin(term)), phase, info, vocabulary.versions(term))

    @property
    def payload(self) -> dict[str, object]:
        """What its ``asked`` event says."""
        return {"term": self.text, "phase": self.phase, "info": plain(self.info)}


@dataclass(frozen=True)
class EvaluationPlan:
    """How a study has candidates evaluated: the same plan, term and start give the same result.

    ``data`` is the task's digest, ``trainer`` its settings, ``trained`` whether candidates are trained rather than only run. ``recipe`` are
    the settings by phase of a training in planned time, before those of the candidate and of ``trainer``; {} where the data decides.
    """

    data: str
    trainer: Mapping[str, object]
    schedule: Schedule
    seed: int
    trained: bool
    recipe: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    latency: float | None = None
    """The seconds that an inference may take; None where these are not bounded."""
    parameters: int | None = None
    """How many numbers may be trained and fitted; None where these are not bounded."""

    def job(self, candidate: Candidate, start: StartWeights | None, seconds: float) -> tuple[CandidateOrder, str]:
        """What the evaluator takes, and the key of its result in the cache.

        candidate: to be evaluated.
        start: weights to start from.
        seconds: what a training in planned time may take.
        """
        order: CandidateOrder = {"term": candidate.text}
        details: dict[str, object] = {}
        if self.trained:
            epochs = self.schedule.epochs_of(candidate.phase)
            seed = hashlib.sha256(f"{candidate.text}\n{self.seed}".encode()).hexdigest()
            order |= {"seed": int(seed[:8], 16), "epochs": epochs, "phase": candidate.phase}
            details = {"epochs": epochs, "phase": candidate.phase, "seed": self.seed, "trainer": dict(self.trainer)}
            settings = {**self.recipe.get(candidate.phase, {}), **candidate.info.get(SETTINGS, {})}
            if candidate.info.get(UNTRAINED):
                order["epochs"] = details["epochs"] = 0
            if TRAINED in candidate.info:
                order["trained"] = details["trained"] = candidate.info[TRAINED]
            if settings:
                order["settings"] = settings
                details["settings"] = settings
            if self.schedule.is_planned:
                details["seconds"] = seconds
                if candidate.phase == EXPLORE:
                    order["validation_cases"] = details["validation_cases"] = SCREENING_CASES
        plugins = {**candidate.versions, **(TRAINERS.outside() if self.trained else {})}
        if plugins:
            details["plugins"] = plugins
        measured = {"latency": self.latency, "parameters": self.parameters}
        details |= {name: most for name, most in measured.items() if most is not None}  # else shapes tell it before
        if start:
            order["start"] = start
            details["start"] = start["sites"]
            details |= {name: start[name] for name in ("transfer", "shrink") if name in start}
        return order, cache_key(self.data, candidate.text, details)


def evaluated_of(result: JobResult, run: str, candidate: Candidate) -> Evaluated:
    """What the evaluation of a run's candidate found, from what its job came to. Raises EvaluationBug where our code failed."""
    if result.outcome == Outcome.ERROR:
        raise EvaluationBug(
            f"run={run}, ask={candidate.ask}: the evaluator failed on {candidate.text}\n{result.detail}"
        )
    if result.outcome == Outcome.OK and result.value is not None:
        return read_evaluations(result.value)[0]
    return Evaluated(result.outcome, detail=result.detail, seconds=result.seconds)


def refusal(found: Evaluated, before: Mapping[str, float], data: ProblemData) -> str:
    """Why a final training does not count, "" where it does: it had too little time, or what was trained is worse on cases that it has
    seen than the training before on the same, not yet seen. (A fit is no such search: it cannot go astray.)

    found: what the final training came to.
    before: the scores of the training before.
    data: the task's.
    """
    if not found.parameters:
        return "" if found.complete else found.detail or "its time was too short"
    nan = float("nan")
    now = found.scores.get(data.metric, nan)
    if data.direction.no_worse(now, before.get(data.metric, nan)):
        return ""
    return f"{data.metric}={found.scores.get(data.metric)} on cases that it was trained on"


def feedback_of(evaluation: Evaluation) -> Feedback:
    """What the strategy is told of an evaluation."""
    cases = None if evaluation.cases is None else tuple(evaluation.cases)
    scores = {**evaluation.scores, "parameters": float(evaluation.parameters), "size": float(evaluation.size)}
    return Feedback(scores, evaluation.outcome, cases, evaluation.weights)


def plain(info: Mapping[str, Any]) -> dict[str, object]:
    """A proposal's info as JSON data."""
    found: dict[str, object] = {}
    for key, value in info.items():
        if isinstance(value, Mapping):
            found[key] = {str(k): list(v) if isinstance(v, tuple) else v for k, v in value.items()}
        else:
            found[key] = list(value) if isinstance(value, tuple) else value
    return found
