"""A study: one search on one task. Ask, evaluate, tell, record; resumable from its log.

Deterministic mode (a budget in evaluations): proposals go out in rounds of the strategy's batch and are told in the order asked, so the
record is the same for the same seed, whatever the executor and however often the run was killed. With a time budget evaluations are
told as they finish: nothing that was recorded is lost, nothing is recorded twice.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from library.records import Conflict, Evaluation, Event, Run
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.term import show_canonical
from primitives.values import Outcome
from search.strategy import AbstractStrategy, Asked, Told

from ..budget import Budget
from ..errors import EvaluationBug, StudyError
from ..evaluation.prepared import Evaluated, WorkerContext
from ..execution.executors.base import AbstractExecutor
from ..fitting.recipes import image_side, is_narrow, mirrored, timed, unvaried
from ..fitting.trainer import columns
from ..interruption import raise_if_asked
from ..tasks.cases.folds import FOLDS
from ..tasks.data import VALUES
from ..tasks.task import Task
from .candidate import Candidate, EvaluationPlan, feedback_of, refusal
from .ending import Ending, ending_of
from .fused import run_fused
from .journal import ASKED, CANCELLED, TOLD, Journal
from .keeping.evaluations import Evaluations
from .keeping.weights import CandidateWeights
from .planning.passes import are_few, seconds_for
from .planning.schedule import EXPLORE, FINAL, TIMELY, Schedule, closing
from .planning.ways import FOUND, found_ways
from .rounds import Rounds
from .state import Standing

__all__ = ["EvaluationBug", "Schedule", "Study", "StudyError"]
logger = logging.getLogger(__name__)
Progress = Callable[[Mapping[str, object]], None]


@dataclass
class Study:
    """One search on one task. ``run()`` goes on from wherever the store's log of ``record`` ends, and returns the best evaluation."""

    task: Task
    store: AbstractStore
    record: Run
    vocabulary: Vocabulary
    strategy: AbstractStrategy
    executor: AbstractExecutor | None
    budget: Budget
    schedule: Schedule
    context: WorkerContext
    target: float | None = None
    progress: Progress | None = None
    on_evaluation: Callable[[Evaluation], None] | None = None
    """Told of each evaluation once it is recorded. What it raises ends the search, which can be gone on with."""
    should_stop: Callable[[Mapping[str, object]], bool] | None = None
    """Asked with the state of the search, as ``progress`` is told it; once it says yes, the search ends with what it has."""
    keep_weights: int = 0
    """Of so many of the best candidates of each phase the weights stay in the store; 0: of all."""
    began: float | None = None
    """The moment of ``time.monotonic()`` from which a budget of time counts: the start of the command or call (None: of ``run``)."""

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        self.data = self.task.data
        self.standing = Standing.of(self.record, self.store)
        self.journal = Journal(self.store, self.record)
        self.weights = CandidateWeights(self.store, self.record.id, self.keep_weights)
        trainer, bounds = self.context.get("trainer", {}), self.context.get("bounds", {})
        self.evaluation_plan = EvaluationPlan(
            self.data.evaluation_digest, trainer, self.schedule, self.record.seed, self.trained,
            timed(self.data, bounds.get("parameters")) if self.schedule.is_planned else {}, bounds.get("latency"),
            bounds.get("parameters"),
        )  # fmt: skip
        self.exhausted = False
        self.stopped = False
        self.elapsed = 0.0
        self.started = time.monotonic()
        self.ahead = 0.0
        self.terms = 0

    # -- the outside -----------------------------------------------------------------------------------------

    def run(self) -> Evaluation | None:
        """Search until solved, exhausted or out of budget. KeyboardInterrupt leaves the run resumable and is raised again; a run that
        is finished stays as it is."""
        self.started = time.monotonic()
        self.ahead = 0.0 if self.began is None else max(0.0, self.started - self.began)
        try:
            events, recorded = self._restore()
            if self.record.state == "finished":
                return self.best()
            if self.schedule.is_planned:
                logger.info("run=%s plan: %s", self.record.id, self.schedule.plan(self.window))
            if self.record.state != "running":
                self.record = self.store.update_run(self.record.id, state="running")
            if self.fused:
                run_fused(self)
            else:
                rounds = Rounds(self)
                self._replay(events, recorded, rounds)
                rounds.run()
        except KeyboardInterrupt:
            self._stop("interrupted")
            raise
        except Conflict:  # another driver goes on with this run: its state is for that one to say
            self._cancel()
            raise
        except BaseException:
            self._stop("failed")
            raise
        self.record = self.store.update_run(
            self.record.id, state="finished", finished=time.time(), config=self._config()
        )
        return self.best()

    @property
    def fused(self) -> bool:
        """Whether the strategy evaluates in its own loop."""
        return self.executor is None

    @property
    def trained(self) -> bool:
        """Whether candidates are trained (rather than only run)."""
        return self.data.target != VALUES and not self.fused

    def seconds_for(self, phase: str) -> float:
        """What a training of the phase may take, with what is known by now (automl.study.planning.passes).

        phase: any.
        """
        few = self.has_pictures and are_few(
            self.schedule, self.window, len(self.data.train), self.standing.seconds_a_pass
        )
        return seconds_for(phase, self.schedule, self.window, few)

    @property
    def telling_passes(self) -> int:
        """The passes over the pictures of a planned search that its short trainings have, unless their time is over before; 0 where there
        are none."""
        return (self.schedule.epochs or 0) if self.schedule.is_planned and self.has_pictures else 0

    @property
    def has_pictures(self) -> bool:
        """Whether its cases are pictures."""
        return image_side(self.data) is not None

    @property
    def variant(self) -> Mapping[str, object]:
        """Settings with which the refinement trains its best program too; {} where it tries none."""
        if not self.schedule.is_planned or not self.has_pictures:
            return {}
        return unvaried() if self.is_small else mirrored(self.data)

    @property
    def is_small(self) -> bool:
        """Whether its programs may have so few weights that they learn too little rather than too much."""
        return is_narrow(self.data, self.context.get("bounds", {}).get("parameters"))

    @property
    def has_final(self) -> bool:
        """Whether the best program is trained once more on all cases: not where each is already, for its scores are means over folds."""
        return self.schedule.final > 0 and self.data.folds is None

    @property
    def evaluations(self) -> Evaluations:
        """What was evaluated, by ask."""
        return self.standing.evaluations

    def best(self) -> Evaluation | None:
        """The evaluation with the best metric (see ``Standing.best``)."""
        return self.standing.best()

    def score(self, evaluation: Evaluation) -> float | None:
        """The task's metric of an evaluation; None where there is none."""
        return self.standing.score(evaluation)

    @property
    def considered(self) -> int:
        """Terms considered (fused), or candidates evaluated."""
        return self.terms if self.fused else len(self.standing.evaluations)

    def ending(self) -> Ending:
        """Why the search stopped, once it has."""
        if self.standing.solved:
            return Ending.SOLVED
        if self.stopped:
            return Ending.STOPPED
        if self.record.state == "interrupted":
            return Ending.INTERRUPTED
        recorded = ending_of(self.record)
        if self.record.state == "finished" and recorded is not None:
            return recorded
        if not self.exhausted:
            return Ending.SPENT
        return Ending.EXHAUSTED if self.strategy.first_terms is None else Ending.UNSURE

    def in_budget(self) -> bool:
        """Whether enough of the budget was left for more, had there been more to try."""
        most, seconds = self.budget.evaluations, self.budget.seconds
        return (most is None or self.considered < most) and (seconds is None or self.left() > (1 - TIMELY) * seconds)

    def spent(self) -> float:
        """Seconds used so far: over all sessions of the run, or by this one where the strategy is fused and so begins again."""
        return self.elapsed + time.monotonic() - self.started

    @property
    def window(self) -> float:
        """Seconds of the budget for the search itself, between what came before it and what comes after it (``closing``); without end
        where time is not bounded. However long it took to come here, there is a second, or half of the budget."""
        seconds = self.budget.seconds
        if seconds is None:
            return math.inf
        return max(seconds - closing(seconds) - self.ahead, min(1.0, seconds / 2))

    def left(self) -> float:
        """How many of these are left."""
        return self.window - self.spent()

    # -- for the loops ---------------------------------------------------------------------------------------

    def reached(self) -> bool:
        """All examples met, or the score asked for reached. A trained task without a target uses its whole budget."""
        if self.stopped:
            return True
        if self.trained and self.target is None:
            return False
        return self.standing.solved

    def solves(self, outcome: str, scores: Mapping[str, float]) -> bool:
        """Whether an evaluation solves the task, or reaches the score asked for."""
        if outcome != Outcome.OK:
            return False
        if self.data.folds is not None and FOLDS not in scores:
            return False  # the score on a small validation part alone proves nothing
        if self.target is None:
            return self.data.has_goal and self.data.is_solved(scores)
        score = scores.get(self.data.metric, float("nan"))
        return self.data.direction.no_worse(score, self.target)

    def evaluation(self, entry: Candidate, found: Evaluated) -> Evaluation:
        """The record of what was found; its weights are stored."""
        scores = found.scores
        if entry.phase == FINAL and found.outcome == Outcome.OK:  # it was trained on the validation cases too
            scores = dict(self.evaluations[int(entry.info["of"])].scores)
            refused = refusal(found, self.standing.trained_scores(int(entry.info["of"])), self.data)
            if refused:
                found, scores = replace(found, outcome=Outcome.DIVERGED, weights=None, detail=refused), {}
        weights = None if found.weights is None else self.store.blobs.put_bytes(found.weights)
        whole = found.complete and not (
            self.schedule.is_planned and entry.hurried
        )  # a plan's training ends by its time
        key = entry.key if found.outcome == Outcome.OK and whole and entry.phase != FINAL else ""
        return Evaluation(
            run=self.record.id, ask=entry.ask, term=entry.text, outcome=found.outcome, scores=scores,
            solved=self.solves(found.outcome, scores), seconds=found.seconds, parameters=found.parameters,
            size=entry.term.size, weights=weights, key=key, detail=found.detail, cases=found.cases,
            curves=columns(found.history) if found.history else None,
        )  # fmt: skip

    def hold(self, evaluation: Evaluation) -> None:
        """Note that the weights of an evaluation that is recorded are in the store."""
        self.weights.add(evaluation, self.standing.phase(evaluation), self.standing.worth(evaluation))

    def report(self) -> None:
        """Show progress to whoever asked for it, and ask whether to stop. Raises Interrupted where a signal came and was lost."""
        raise_if_asked()
        if self.progress is None and self.should_stop is None:
            return
        best = self.best()
        score = None if best is None else self.score(best)
        state = {"evaluations": self.considered, "seconds": self.spent(), "best": score, "metric": self.data.metric}
        if self.progress is not None:
            self.progress(state)
        if self.should_stop is not None and not self.stopped:
            self.stopped = bool(self.should_stop(state))

    def recorded(self, evaluation: Evaluation) -> None:
        """Tell whoever asked for it, and the log, of an evaluation that is recorded."""
        scored = self.score(evaluation)
        shown = "" if scored is None else f", {self.data.metric} {scored:.6g}"
        logger.info(
            "run=%s ask=%d: %s%s in %.2f s",
            self.record.id,
            evaluation.ask,
            evaluation.outcome,
            shown,
            evaluation.seconds,
        )
        if self.on_evaluation is not None:
            self.on_evaluation(evaluation)

    # -- the log ---------------------------------------------------------------------------------------------

    def _restore(self) -> tuple[tuple[Event, ...], tuple[Evaluation, ...]]:
        """Bring the state to the end of the log, and give the log and the evaluations."""
        events, recorded = self.journal.read(), self.store.evaluations(self.record.id)
        self.standing.restore(events, recorded)
        for each in recorded:
            self.hold(each)
        asked = (event.payload["info"] for event in events if event.kind == ASKED)
        self.terms = max([0, *(int(info.get("terms", 0)) for info in asked)])
        over = self.record.state == "finished"
        if over or not self.fused:
            times = (float(event.payload.get("elapsed", 0.0)) for event in events)
            self.elapsed = max([float(self.record.config.get("elapsed", 0.0)), *times])
        if over:
            self.terms = int(self.record.config.get("terms", self.terms))
            self.started = time.monotonic()
            self.exhausted = self.in_budget()
        return events, recorded

    def _replay(self, events: tuple[Event, ...], recorded: tuple[Evaluation, ...], rounds: Rounds) -> None:
        """Bring the strategy to the end of the log; what was asked and not told is open again."""
        known = {each.ask: each for each in recorded}
        closed = {event.ask for event in events if event.kind in (TOLD, CANCELLED)}
        log: list[Asked | Told] = []
        for event in events:
            explored = self.standing.phase_of(event.ask) == EXPLORE
            if event.kind == TOLD and explored:
                log.append(Told(event.ask, feedback_of(known[event.ask])))
            if event.kind == ASKED and (explored or event.ask not in closed):
                term = self.vocabulary.read(event.payload["term"])
                if explored:
                    log.append(Asked(event.ask, show_canonical(term)))
                if event.ask not in closed:
                    phase, info = event.payload["phase"], event.payload["info"]
                    entry = Candidate.of(self.vocabulary, event.ask, term, phase, info)
                    entry.evaluation = known.get(event.ask)
                    rounds.take(entry)
        self.strategy.replay(log)

    def _stop(self, state: str) -> None:
        self._cancel()
        with suppress(Conflict):  # it was written, and nothing else was done before the interruption
            self.journal.write()
        self.record = self.store.update_run(self.record.id, state=state, config=self._config())

    def _cancel(self) -> None:
        if self.executor is not None:
            self.executor.cancel()

    def _config(self) -> dict[str, object]:
        config = {**self.record.config, "terms": self.terms, "elapsed": round(self.spent(), 3)}
        if self.strategy.first_terms is not None:
            config["first"] = {"evaluations": self.strategy.first_terms, "seconds": self.strategy.first_seconds}
        ways = found_ways(self.standing, self.data) if self.variant and not self.is_small else None
        if ways is not None:
            config[FOUND] = ways
        return config
