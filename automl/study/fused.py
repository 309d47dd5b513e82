"""The loop of a strategy that evaluates on its own: hits are checked by the interpreter and recorded, progress is shown."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from search.reports import Hit

from ..evaluation.evaluate import evaluate_candidate
from ..evaluation.prepared import Prepared
from .candidate import Candidate
from .planning.schedule import EXPLORE

if TYPE_CHECKING:
    from .study import Study

CONFIDENCE = "confidence"
"""Among the scores of a hit: how likely it is right, where the strategy says so."""


def run_fused(study: Study) -> None:
    """Run the strategy's own loop until a hit solves the task, the space is exhausted or the budget used. It tells hits only, so a
    resumed run begins again, with its whole budget, and records what its log does not have yet."""
    known = {evaluation.term: evaluation.solved for evaluation in study.evaluations.every()}
    prepared = Prepared(study.context)
    deadline = None if study.budget.seconds is None else time.monotonic() + study.left()
    for found in study.strategy.run(deadline, study.budget.evaluations):
        study.terms = found.terms
        if isinstance(found, Hit):
            entry = Candidate.of(study.vocabulary, len(study.evaluations), found.term, EXPLORE, {"terms": found.terms})
            if entry.text not in known:
                known[entry.text] = _record(study, prepared, entry, found.info.get(CONFIDENCE))
            if known[entry.text]:
                return
        study.report()
        if study.stopped:
            return
    study.exhausted = study.in_budget()


def _record(study: Study, prepared: Prepared, entry: Candidate, confidence: float | None) -> bool:
    """Keep a hit; whether it solves the task."""
    order, entry.key = study.evaluation_plan.job(entry, None, study.seconds_for(entry.phase))
    found = evaluate_candidate(prepared, order)
    if confidence is not None and found.scores:
        found = replace(found, scores={**found.scores, CONFIDENCE: round(confidence, 4)})
    entry.evaluation = study.evaluation(entry, found)
    study.journal.hit(entry)
    study.standing.ask(entry.ask, entry.phase)
    study.standing.note(entry.evaluation)
    study.recorded(entry.evaluation)
    return entry.evaluation.solved
