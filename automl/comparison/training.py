"""Programs trained as a search trains its best, from scratch: once to be scored on the validation part, once more on all but the test
part."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from library.weights.blobs import from_bytes
from primitives.term import Term
from primitives.values import Outcome

from ..evaluation.model import Model
from ..evaluation.prepared import Evaluated
from ..execution.threads import training_threads
from ..study.candidate import Candidate, evaluated_of, refusal
from ..study.opening import evaluator
from ..study.planning.schedule import FINAL, REFINE, TRAINED
from ..study.result import tested
from ..study.stored import model_with
from ..study.study import Study

WAIT_SECONDS = 0.2


@dataclass(frozen=True)
class Training:
    """What a program came to: its scores on the validation and the test part (None: it has none), its trained weights, the seconds of its
    trainings and of their measurements, and why it has no score ("" where it has)."""

    validation: float | None
    test: float | None
    parameters: int
    seconds: float
    detail: str


class Trainings:
    """Trains programs as the study trained its result; a context manager.

    study: a search that has ended.
    workers: as the search had them, so that a training has as many threads.
    """

    def __init__(self, study: Study, workers: int | str) -> None:
        self.study = study
        self.executor = evaluator(workers, study.context)
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.executor.close()

    def train(self, term: Term, info: Mapping[str, Any], seed: int) -> Training:
        """The program trained by the recipe of the refinement, and then, where the search has one, by that of the final training; the
        test part is read once, with what is left then.

        term: the program.
        info: what a proposal says of its training: settings of its own, or of which program it shows the weights (Standing.trained_as); {}
            for the recipe's.
        seed: of its weights and of the order of cases.
        """
        study, started = self.study, time.monotonic()
        found = self._evaluated(term, REFINE, info, seed)
        score = self._validation_score(term, found, info) if found.outcome == Outcome.OK else None
        if found.outcome == Outcome.OK and found.weights is not None and study.has_final:
            last = self._evaluated(term, FINAL, info, seed)
            if last.outcome == Outcome.OK and not refusal(last, found.scores, study.data):
                found = last
        test = None if found.outcome != Outcome.OK else tested(study.task, self._model(term, found)).score
        detail = "" if score is not None else found.detail or str(found.outcome)
        return Training(score, test, found.parameters, time.monotonic() - started, detail)

    def seconds(self, phase: str) -> float:
        """What a training of the phase may take: as long as that of the search, where its time was planned."""
        study, schedule = self.study, self.study.schedule
        most = study.seconds_for(phase)
        if phase == FINAL and schedule.is_planned:
            finals = [each.seconds for each in study.evaluations.every() if study.standing.phase(each) == FINAL]
            most = min(most, max(finals, default=schedule.final * study.window))
        return most if study.budget.seconds is None else min(most, study.budget.seconds)

    def _evaluated(self, term: Term, phase: str, info: Mapping[str, Any], seed: int) -> Evaluated:
        study, self.count = self.study, self.count + 1
        candidate = Candidate.of(study.vocabulary, self.count, term, phase, info)
        most = self.seconds(phase)
        order, _ = replace(study.evaluation_plan, seed=seed).job(candidate, None, most)
        order["seconds"] = None if study.budget.seconds is None else max(0.2, most - 0.1)
        if study.schedule.is_planned and self.executor.is_here:
            order["threads"] = training_threads(1 if phase == FINAL else self.executor.capacity)
        self.executor.submit(self.count, {"candidates": [order]}, most + 1.0)
        while True:
            for number, result in self.executor.wait(WAIT_SECONDS):
                if number == self.count:
                    return evaluated_of(result, study.record.id, candidate)

    def _validation_score(self, term: Term, found: Evaluated, info: Mapping[str, Any]) -> float | None:
        """The metric on the validation part, of the program itself where another was trained in its place."""
        data = self.study.data
        if TRAINED not in info:
            return found.scores.get(data.metric)
        return data.score(self._model(term, found).outputs(data.validation), data.validation).get(data.metric)

    def _model(self, term: Term, found: Evaluated) -> Model:
        study = self.study
        weights = None if found.weights is None else from_bytes(found.weights)
        return model_with(term, weights, study.vocabulary, study.task.type, study.task.preprocessing)
