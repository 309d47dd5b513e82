"""Ask, evaluate, tell: the loop of a study whose candidates are evaluated by an executor.

Rounds in deterministic mode; with a time budget candidates are told as they come. What is told is on disk before, but where candidates
are only run, which takes little: then what is asked and told within SAVE_SECONDS is written together, in its order.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from library.records import Evaluation
from primitives.definitions import expand
from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.term import Term, canonical, sites_of
from primitives.values import Outcome
from search.strategy import START, UNTRAINED, Proposal

from ..evaluation.prepared import StartWeights, start_weights
from ..execution.threads import training_threads
from .candidate import Candidate, evaluated_of, feedback_of
from .planning.phases import Phases
from .planning.schedule import EXPLORE, FINAL, LEAST_SECONDS, REFINE, TIMELY
from .planning.views import both_ways, may_look_twice
from .planning.ways import RECIPE
from .refinement import next_refinement

if TYPE_CHECKING:
    from .study import Study

SAVE_SECONDS = 0.2
"""Evaluations that come within this time are written together."""
WAIT_SECONDS = 0.2
FIRST_SECONDS = 3.0
"""What the first proposal may take, however little time is left: of the processor, so that it is there on a busy machine too."""
NEEDED_STEPS = 50
"""Steps without which a short training in planned time says nothing of a net, once there is a better one; set by hand."""


class Rounds:
    """The candidates of a study that are asked and not yet told, and what happens to them."""

    def __init__(self, study: Study) -> None:
        assert study.executor is not None, "a study without a fused strategy has an executor"
        self.study = study
        self.executor = study.executor
        self.budget = study.budget
        self.phases = Phases(study)
        self.open: dict[int, Candidate] = {}
        self.done: list[Candidate] = []
        """Those of the open ones that are evaluated."""
        self.told: list[Candidate] = []
        """Those that were told and that the log on disk does not have yet."""
        self.saved = time.monotonic()

    def run(self) -> None:
        """Until the goal is reached, the strategy exhausted or the budget used."""
        self._submit(self.open.values())
        while True:
            self._submit(self._fill())
            if not self.open:
                self._save()
                return
            self._collect()
            self._tell()
            if self.study.stopped or (self.study.reached() and not self.budget.deterministic):
                self.executor.cancel()
                self.study.journal.cancelled(self.open.values())
                self.open.clear()
                self.done.clear()

    def take(self, entry: Candidate) -> None:
        """One more that is asked, and perhaps evaluated already."""
        self.open[entry.ask] = entry
        if entry.evaluation is not None:
            self.done.append(entry)

    # -- ask ---------------------------------------------------------------------------------------------------

    def _fill(self) -> list[Candidate]:
        """Ask for as many proposals as may be outstanding."""
        if self.budget.deterministic and self.open:
            return []
        study = self.study
        room = study.strategy.batch if self.budget.deterministic else max(1, self.executor.capacity)
        if not study.trained:
            room = max(room, study.strategy.batch)
        asked: list[Candidate] = []
        while len(self.open) < room and not self._stop_asking():
            entry = self._next()
            if entry is None:
                break
            self.take(entry)
            study.standing.ask(entry.ask, entry.phase, entry.info)
            asked.append(entry)
        study.journal.asked(asked)
        self._save_in_time()
        return asked

    def _stop_asking(self) -> bool:
        if self.study.reached():
            return True
        if not self.study.standing.asked:
            return False  # however short the time, there is an answer
        most = self.budget.evaluations
        if most is not None and self.study.standing.asked >= most:
            return True
        if self.phases.useful_start():
            return False
        return self.phases.past(TIMELY if self.study.trained else 1.0)

    def _next(self) -> Candidate | None:
        """The next proposal of the strategy, or of the refinement at the end of a trained search."""
        study = self.study
        useful = self.phases.useful_start()
        if self.phases.finishing() and not useful:
            return self._view() or self._final()
        if self.phases.refining() and not useful:
            if self.budget.deterministic and any(entry.phase == EXPLORE for entry in self.open.values()):
                return None  # the refinement begins with a round of its own
            entry = self._refinement()
            if entry is not None or study.standing.refined:
                return entry or self._final_at_once()
        assert study.strategy.asked == study.standing.asked, "the strategy's asks come before the refinement's"
        proposal = self._proposal()
        if proposal is not None:
            return self._candidate(proposal.term, EXPLORE, proposal.info)
        return self._refinement() if study.trained and not self.open else None

    def _proposal(self) -> Proposal | None:
        """The strategy's next proposal; None where it is exhausted, or has none by the end of the time."""
        study, began = self.study, time.process_time()
        while True:
            try:
                proposal = study.strategy.ask(self._end_of_asking())
            except OutOfTime:
                if study.standing.asked or time.process_time() - began >= FIRST_SECONDS:
                    return None
                continue  # what it has found so far is kept
            study.exhausted = proposal is None
            return proposal

    def _end_of_asking(self) -> Deadline:
        if self.budget.seconds is None:
            return NEVER
        least = 0.0 if self.study.standing.asked else FIRST_SECONDS
        return Deadline(time.monotonic() + max(least, self.study.left()))

    def _candidate(self, term: Term, phase: str, info: Mapping[str, object]) -> Candidate:
        return Candidate.of(self.study.vocabulary, self.study.standing.asked, term, phase, info)

    def _final_at_once(self) -> Candidate | None:
        """The final training where the refinement has nothing left before its share of the budget is used."""
        total = self.budget.evaluations
        wanted = self.study.has_final if total is None else self.phases.finals(total) > 0
        return (self._view() or self._final()) if wanted and not self.open else None

    def _final(self) -> Candidate | None:
        """The best settled program, once, when no view of it is on its way."""
        study = self.study
        waits = self.budget.deterministic or any(UNTRAINED in entry.info for entry in self.open.values())
        if study.standing.final or (waits and self.open):
            return None
        best = study.standing.best()
        if best is None or not study.standing.is_settled(best) or best.weights is None:
            return None
        term = study.vocabulary.read(best.term)
        return self._candidate(term, FINAL, study.standing.trained_as(best) | self._going_on(term, best.ask))

    def _view(self) -> Candidate | None:
        """The best program of the refinement looking at its pictures both ways, once, where a plan has time for it and mirrored pictures
        are not known to be worse in training."""
        study = self.study
        best = study.standing.best()
        if best is None or not study.schedule.is_planned or study.standing.final or not study.standing.wants_view(best):
            return None
        if not may_look_twice(study.strategy.problem):
            return None
        term = both_ways(study.vocabulary.read(best.term), study.data.type, study.strategy.problem.words)
        if term is None:
            return None
        sites = sites_of(expand(term, study.vocabulary.all_words))
        return self._candidate(term, REFINE, study.standing.view_of(best, sites))

    def _refinement(self) -> Candidate | None:
        """The program that is to be trained for longer next, if any."""
        study, vocabulary = self.study, self.study.vocabulary
        wanted = next_refinement(
            study.standing, [entry.payload for entry in self.open.values() if entry.phase == REFINE], study.variant,
            lambda text: canonical(vocabulary.read(text)), bool(study.record.config.get(RECIPE)),
            study.telling_passes if study.schedule.is_planned else None,
        )  # fmt: skip
        if wanted is None:
            return None
        term, info = vocabulary.read(wanted[0]), dict(wanted[1])
        return self._candidate(term, REFINE, info | self._going_on(term, info["of"]))

    def _going_on(self, term: Term, ask: int) -> dict[str, object]:
        """The part of the info of a longer training that says that it begins with the weights of an earlier one of the program: not in
        planned time, where it is long enough from new ones, and not where scores are means over folds, which those have seen."""
        study, known = self.study, self.study.evaluations[ask]
        if study.schedule.is_planned or study.data.folds is not None:
            return {}
        if not known.parameters or known.weights is None or not study.weights.keeps(ask):
            return {}
        return {"inherit": {site: [ask, site] for site in sites_of(expand(term, study.vocabulary.all_words))}}

    # -- evaluate ----------------------------------------------------------------------------------------------

    def _submit(self, entries: Iterable[Candidate]) -> None:
        """Take results from the cache, or send candidates to the executor."""
        for entry in entries:
            order, entry.key = self.study.evaluation_plan.job(
                entry, self._start(entry), self.study.seconds_for(entry.phase)
            )
            if entry.evaluation is not None:
                continue
            cached = self._cached(entry)
            if cached is not None:
                self._keep(entry, cached)
                continue
            order["seconds"], deadline = self._deadline(entry)
            entry.hurried = deadline < self.study.seconds_for(entry.phase)
            if self.study.schedule.is_planned and self.executor.is_here:
                order["threads"] = training_threads(1 if entry.phase == FINAL else self.executor.capacity)
            if entry.phase == EXPLORE and self.study.schedule.is_planned and self.study.standing.best() is not None:
                order["settings"] = {"needed_steps": NEEDED_STEPS, **order.get("settings", {})}
            late = 0.0 if self.budget.seconds is None else 1.0
            self.executor.submit(entry.ask, {"candidates": [order]}, deadline + late)

    def _cached(self, entry: Candidate) -> Evaluation | None:
        """The evaluation of the same term under the same plan, as this candidate's own."""
        study = self.study
        found = study.evaluations.by_key(entry.key)
        if found is None and study.trained:
            found = study.store.cached(entry.key)
        if found is None or found.outcome != Outcome.OK:
            return None
        if found.weights is not None and not study.store.blobs.has(found.weights):
            return None
        solved = study.solves(found.outcome, found.scores)
        return replace(found, run=study.record.id, ask=entry.ask, term=entry.text, seconds=0.0, solved=solved)

    def _deadline(self, entry: Candidate) -> tuple[float | None, float]:
        """The seconds in which a training should end by itself (None: no such limit), and those after which it is ended."""
        deadline = self.study.seconds_for(entry.phase)
        if self.budget.seconds is None:
            return None, deadline
        reserved = self.phases.reserved() if entry.phase != FINAL else 0.0
        deadline = min(deadline, max(LEAST_SECONDS, self.study.left() - reserved))
        if entry.info.get("operator") == START:
            deadline = min(deadline, max(LEAST_SECONDS, self.study.window * self.study.schedule.start))
        return (max(0.2, deadline - 0.1) if self.study.trained else None), deadline

    def _start(self, entry: Candidate) -> StartWeights | None:
        """Weights to start from: the parents' blobs and which site takes which."""
        study = self.study
        if not study.trained:
            return None

        def weights(ask: int) -> str | None:
            parent = study.evaluations.get(ask)
            return None if parent is None else parent.weights

        return start_weights(entry.info, weights, study.store.blobs.get_bytes)

    def _collect(self) -> None:
        """Wait for results, a whole round or the next ones, and keep each as it comes."""
        while True:
            if len(self.done) == len(self.open) or (self.done and not self.budget.deterministic):
                return
            for ask, result in self.executor.wait(SAVE_SECONDS if self.study.journal.pending else WAIT_SECONDS):
                if ask in self.open:
                    entry = self.open[ask]
                    self._keep(entry, self.study.evaluation(entry, evaluated_of(result, self.study.record.id, entry)))
            if self.done and not self.budget.deterministic:
                return  # they are written when they are told, at once
            if self.study.trained or time.monotonic() - self.saved > SAVE_SECONDS:
                self._save()
            self.study.report()
            if self.study.stopped:
                return

    def _keep(self, entry: Candidate, evaluation: Evaluation) -> None:
        entry.evaluation = evaluation
        self.done.append(entry)
        self.study.standing.note(evaluation)
        self.study.journal.evaluated(entry)

    # -- write -------------------------------------------------------------------------------------------------

    def _save_in_time(self) -> None:
        """Write what was asked, evaluated and told, but where more of it that took little is about to come."""
        grouped = not self.budget.deterministic and not self.study.trained
        if not grouped or time.monotonic() - self.saved > SAVE_SECONDS:
            self._save()

    def _save(self) -> None:
        self.study.journal.write()
        self.saved = time.monotonic()
        self._announce()

    def _announce(self) -> None:
        """Say of what was told that it is recorded, once it is."""
        if self.study.journal.pending:
            return
        told, self.told = self.told, []
        for entry in told:
            assert entry.evaluation is not None
            self.study.recorded(entry.evaluation)
            self.study.hold(entry.evaluation)

    # -- tell --------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Tell a whole round in ask order, or whatever has finished."""
        done, self.done = sorted(self.done, key=lambda entry: entry.ask), []
        self.study.journal.told(done, None if self.budget.deterministic else self.study.spent())
        self._save_in_time()
        for entry in done:
            assert entry.evaluation is not None
            if entry.phase == EXPLORE:
                self.study.strategy.tell(entry.ask, feedback_of(entry.evaluation))
            del self.open[entry.ask]
        self.told += done
        self._announce()
        self._free_weights()
        self.study.report()

    def _free_weights(self) -> None:
        """Let go of the weights of candidates that are not among the best, and that nothing which is asked or may be begins from."""
        study = self.study
        parents = study.strategy.parents() if study.trained and study.weights.due else None
        if parents is None:
            return
        best = study.best()
        needed = {*parents, *study.standing.shown_by_views()} | (set() if best is None else {best.ask})
        for entry in self.open.values():
            needed |= {int(ask) for ask, _ in dict(entry.info.get("inherit") or {}).values()}
        study.weights.free(needed)
