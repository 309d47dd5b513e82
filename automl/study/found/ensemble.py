"""An ensemble of what a search found: its best programs of different structure, blended where that scores better on the validation part
than the best alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from library.records import Evaluation
from library.weights.blobs import to_bytes
from primitives.inference import infer
from primitives.types import TensorType, arguments_of
from primitives.values import Outcome

from ...errors import StudyError
from ...evaluation.model import Model
from ...evaluation.prepared import Evaluated
from ...tasks.data import ProblemData
from ...tasks.distance import LEAST_PROBABILITY, as_array
from ...tasks.metrics import CLASSES, NUMBERS
from ..candidate import Candidate
from ..keeping.origins import MEMBERS
from ..planning.schedule import ENSEMBLE, EXPLORE, REFINE, Schedule
from ..state import LOG_LOSS, Standing
from ..stored import load_model
from .blend import BlendPart, blend
from .programs import FoundPrograms, structure_of
from .selection import Worth, select

if TYPE_CHECKING:
    from ..study import Study

MOST = 50
"""Members that may be asked for."""
POOL = 2
"""Programs that are looked at for each member asked for."""


@dataclass(frozen=True)
class EnsembleMember:
    """The program of the proposal ``ask``, which has the ``share`` of the answer, and its ``score`` on the validation part alone."""

    ask: int
    share: float
    score: float | None


def check_ensemble(count: int, data: ProblemData) -> None:
    """Raises StudyError where no ensemble of ``count`` programs (0: none is asked for) can be made of a search on the data."""
    if count == 0 and type(count) is int:
        return
    if type(count) is not int or not 2 <= count <= MOST:
        raise StudyError(
            f"ensemble={count!r}: needed a whole number from 2 to {MOST}, the most programs that it may have"
        )
    if data.target not in (CLASSES, NUMBERS) or not isinstance(arguments_of(data.type)[1], TensorType):
        raise StudyError(
            f"ensemble={count}: task={data.name!r} of type {data.type} is not answered with scores or amounts, whose mean could be taken; "
            "leave it out"
        )
    if data.folds is not None:
        raise StudyError(
            f"ensemble={count}: the scores on task={data.name!r} are means over folds and its programs are fitted to all cases, so that "
            "none are left to choose members by; give ?folds=0"
        )


def ensemble_schedule(schedule: Schedule, count: int, seconds: float | None) -> Schedule:
    """A schedule for a search whose result is an ensemble of ``count`` programs at most: there is no final training, so that the
    validation part has been seen by none, and in planned time what comes after the short trainings is divided equally among one more than
    the members."""
    if schedule.refine_seconds is None or seconds is None:
        return replace(schedule, final=0.0)
    each = max(schedule.refine_seconds, schedule.refine * seconds / (count + 1))
    return replace(schedule, final=0.0, refine_seconds=each)


def members_of(standing: Standing, ask: int) -> tuple[EnsembleMember, ...]:
    """The members of an ensemble, the largest share first; () for another program."""
    found = standing.infos.get(ask, {}).get(MEMBERS, ())
    return tuple(
        EnsembleMember(int(member), float(share), standing.score(standing.evaluations[int(member)]))
        for member, share in found
    )


def add_ensemble(study: Study, count: int) -> Evaluation | None:
    """The blend of the best programs of a search that has ended, recorded as an evaluation of it; None where none scores better on the
    validation part than the best program alone, or the search has one already.

    study: that has ended, on a task for which ``check_ensemble`` raises nothing.
    count: how many programs it may have.
    """
    started, standing = time.monotonic(), study.standing
    if ENSEMBLE in standing.phases.values():
        return None
    pool = [(each, *_answers(study, each)) for each in _pool(study, count)]
    usable = [(each, model, answers, scores) for each, model, answers, scores in pool if answers is not None]
    if len(usable) < 2:
        return None
    worth = _worth(study.data)
    taken = select([answers for _, _, answers, _ in usable], worth, count)
    if sum(times > 0 for times in taken) < 2:
        return None
    chosen = sorted(zip(taken, usable, strict=True), key=lambda entry: (-entry[0], entry[1][0].ask))
    parts = [(entry[0], BlendPart(entry[1], times / sum(taken), entry[3])) for times, entry in chosen if times]
    model = blend([part for _, part in parts])
    outputs = model.outputs(study.data.validation)
    alone = max(worth(answers)[0] for _, _, answers, _ in usable)
    if not worth(as_array(outputs).astype(np.float64))[0] >= alone:  # rounded otherwise than in the choice
        return None
    members = [[evaluation.ask, part.share] for evaluation, part in parts]
    return _record(study, model, dict(study.data.score(outputs, study.data.validation)), members, started)


def _pool(study: Study, count: int) -> list[Evaluation]:
    """The best program of each structure whose weights, of the train part alone, are kept; the best of the search among them."""
    standing, blobs = study.standing, study.store.blobs

    def usable(each: Evaluation) -> bool:
        kept = each.weights is None and not each.parameters or each.weights is not None and blobs.has(each.weights)
        return kept and standing.phase(each) in (EXPLORE, REFINE)

    known: dict[str, str] = {}

    def structure(each: Evaluation) -> str:
        if standing.is_view(each):  # it has the weights of another, which it would be blended with
            each = standing.evaluations[int(standing.infos[each.ask]["of"])]
        if each.term not in known:
            known[each.term] = structure_of(study.vocabulary.read(each.term))
        return known[each.term]

    found = FoundPrograms(standing, study.vocabulary, study.task.type)
    pool = found.best_of_each(structure, usable)[: POOL * count]
    best = max((each for each in standing.evaluations.every() if usable(each)), key=standing.trust, default=None)
    return pool if best is None or best in pool else [best, *pool[:-1]]


def _answers(study: Study, evaluation: Evaluation) -> tuple[Model, np.ndarray | None, bool]:
    """The program with its weights, what it answers on the validation part (of classes their probabilities; None where it has no answer
    for some case), and whether these are softmaxes of its outputs."""
    from ...fitting.losses import are_probabilities

    model = load_model(study.store, evaluation, study.vocabulary, study.task)
    outputs = model.outputs(study.data.validation)
    if isinstance(outputs, list | tuple) or not hasattr(outputs, "softmax"):
        return model, None, False
    scores = study.data.target == CLASSES and not are_probabilities(outputs)
    answers = as_array(outputs.softmax(1) if scores else outputs).astype(np.float64)
    return model, answers if np.isfinite(answers).all() else None, scores


def _worth(data: ProblemData) -> Worth:
    """The metric on the validation part, signed so that more is better, and for equal ones the log loss of classes."""

    def worth(answers: np.ndarray) -> tuple[float, ...]:
        told = np.log(np.maximum(answers, LEAST_PROBABILITY)) if data.target == CLASSES else answers
        scores = data.score(told, data.validation)
        value = data.direction.sign * scores.get(data.metric, float("nan"))
        return (value if value == value else -np.inf, -scores.get(LOG_LOSS, 0.0))

    return worth


def _record(
    study: Study, model: Model, scores: dict[str, float], members: Sequence[Sequence[float]], started: float
) -> Evaluation:
    """The ensemble as an evaluation of the run, asked, evaluated and told in one."""
    info: dict[str, object] = {MEMBERS: [list(each) for each in members]}
    candidate = Candidate.of(study.vocabulary, study.standing.asked, model.term, ENSEMBLE, info)
    parameters = infer(model.term, model.vocabulary.all_words, model.type).parameters
    weights = to_bytes(model.weights) if model.weights else None
    seconds = time.monotonic() - started
    found = Evaluated(Outcome.OK, {k: float(v) for k, v in scores.items()}, None, parameters, weights, seconds)
    candidate.evaluation = study.evaluation(candidate, found)
    study.standing.ask(candidate.ask, ENSEMBLE, info)
    study.standing.note(candidate.evaluation)
    study.journal.hit(candidate)
    study.recorded(candidate.evaluation)
    return candidate.evaluation
