"""A study: one search on one task. Ask, evaluate, tell, record; resumable from its log.

Deterministic mode (a budget in evaluations): proposals go out in rounds of the strategy's batch and are told in the order asked, so the
record is the same for the same seed, whatever the executor and however often the run was killed. With a time budget evaluations are
told as they finish: nothing that finished is lost, nothing is recorded twice.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from library.records import Evaluation, Event, Run
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.infer import infer
from primitives.primitive import expand
from primitives.syntax import show_canonical
from primitives.term import Term, words_in
from primitives.types import has_tensor
from search.problem import Problem
from search.strategy import AbstractStrategy, Asked, Feedback, Hit, Told

from .budget import Budget
from .data import MAXIMIZE, VALUES
from .evaluate import VERSION, Evaluated, Prepared, cache_key, context_of, evaluate_candidate
from .executors.base import ERROR, OK, AbstractExecutor, Result
from .task import AbstractTask

logger = logging.getLogger(__name__)
EXPLORE, REFINE = "explore", "refine"


class StudyError(ValueError):
    """A study cannot start or go on as it is asked to."""


class EvaluationBug(RuntimeError):
    """The evaluator itself failed on a candidate; the run stops loudly and can be resumed."""


@dataclass(frozen=True)
class Schedule:
    """How evaluations are spread over a budget.

    ``epochs`` and ``refine_epochs`` are what a candidate is trained for while exploring and in the final refinement of the best;
    ``refine`` is the share of the budget for that refinement; ``deadline`` bounds one evaluation in seconds.
    """

    epochs: int = 8
    refine_epochs: int = 40
    refine: float = 0.45
    deadline: float = 60.0


@dataclass
class Open:
    """A proposal that is asked and not yet told."""

    ask: int
    term: Term
    phase: str
    info: Mapping[str, Any]
    key: str = ""
    evaluation: Evaluation | None = None


@dataclass
class Study:
    """One search on one task. ``run()`` goes on from wherever the store's log of ``record`` ends, and returns the best evaluation."""

    task: AbstractTask
    store: AbstractStore
    record: Run
    vocabulary: Vocabulary
    strategy: AbstractStrategy
    executor: AbstractExecutor | None
    budget: Budget
    schedule: Schedule
    context: dict[str, Any]
    target: float | None = None
    progress: Callable[[Mapping[str, Any]], None] | None = None

    def __post_init__(self) -> None:
        self.data = self.task.search_view()
        self.evaluations: dict[int, Evaluation] = {}
        self.number = 0
        self.terms = 0
        self.elapsed = 0.0
        self.started = 0.0
        self.open: dict[int, Open] = {}
        self.phases: dict[int, str] = {}
        self.known: dict[str, Evaluation] = {}
        self.solved = False
        self._best: tuple[tuple, Evaluation] | None = None
        self._prepared: Prepared | None = None

    # -- the outside -----------------------------------------------------------------------------------------

    def run(self) -> Evaluation | None:
        """Search until solved, exhausted or out of budget. KeyboardInterrupt leaves the run resumable and is raised again."""
        self.started = time.monotonic()
        try:
            self._restore()
            if not self.finished():
                (self._run_fused if self.fused else self._run_rounds)()
        except KeyboardInterrupt:
            self._cancel()
            self.store.update_run(self.record.id, state="interrupted", config=self._config())
            raise
        except BaseException:
            self._cancel()
            self.store.update_run(self.record.id, state="failed", config=self._config())
            raise
        self.record = self.store.update_run(
            self.record.id, state="finished", finished=time.time(), config=self._config()
        )
        return self.best()

    @property
    def fused(self) -> bool:
        return self.strategy.fused and self.data.target == VALUES

    @property
    def trained(self) -> bool:
        """Whether candidates are trained (rather than only run)."""
        return self.data.target != VALUES

    def best(self) -> Evaluation | None:
        """The evaluation with the best metric: solved first, refined before explored, then smaller, then earlier."""
        return None if self._best is None else self._best[1]

    def _note(self, evaluation: Evaluation) -> None:
        """Take a finished evaluation into the state."""
        self.evaluations[evaluation.ask] = evaluation
        if evaluation.key:
            self.known.setdefault(evaluation.key, evaluation)
        self.solved = self.solved or evaluation.solved
        score = self.score(evaluation)
        if score is None:
            return
        signed = score if self.data.direction == MAXIMIZE else -score
        refined = self.phases.get(evaluation.ask) == REFINE
        rank = (evaluation.solved, refined, signed, -evaluation.size, -evaluation.ask)
        if self._best is None or rank > self._best[0]:
            self._best = rank, evaluation

    def score(self, evaluation: Evaluation) -> float | None:
        value = evaluation.scores.get(self.data.metric)
        return value if value is not None and value == value else None

    @property
    def considered(self) -> int:
        """Terms considered (fused), or candidates evaluated."""
        return self.terms if self.fused else len(self.evaluations)

    def finished(self) -> bool:
        """Whether the goal is reached or the budget is used."""
        if self._reached():
            return True
        if self.budget.evaluations is not None:
            return self.considered >= self.budget.evaluations
        return self.spent() >= (self.budget.seconds or 0.0)

    def spent(self) -> float:
        """Seconds used so far, over all sessions of the run."""
        return self.elapsed + time.monotonic() - self.started

    def _reached(self) -> bool:
        """All examples met, or the score asked for reached. A trained task without a target uses its whole budget."""
        if self.trained and self.target is None:
            return False
        return self.solved

    # -- the log ---------------------------------------------------------------------------------------------

    def _events(self, *entries: tuple[str, int, dict[str, Any]]) -> list[Event]:
        events = []
        for kind, ask, payload in entries:
            events.append(Event(self.record.id, self.number, kind, ask, payload))
            self.number += 1
        return events

    def _config(self) -> dict[str, Any]:
        return {**self.record.config, "terms": self.terms, "elapsed": round(self.spent(), 3)}

    def _restore(self) -> None:
        """Bring strategy and state to the end of the log; what was asked and not finished is open again."""
        self.elapsed = float(self.record.config.get("elapsed", 0.0))
        events = self.store.events(self.record.id)
        self.number = len(events)
        self.phases = {e.ask: e.payload["phase"] for e in events if e.kind == "asked"}
        for evaluation in self.store.evaluations(self.record.id):
            self._note(evaluation)
        if self.budget.seconds is not None and events:
            self.elapsed = max([self.elapsed, *(float(e.payload.get("elapsed", 0.0)) for e in events)])
        if self.fused:
            self.number = self.store.next_number(self.record.id)
            return
        told = {e.ask for e in events if e.kind == "told"}
        log: list[Asked | Told] = []
        for event in events:
            if event.kind == "asked":
                if event.payload["phase"] == EXPLORE:
                    log.append(Asked(event.ask, event.payload["term"]))
                if event.ask not in told:
                    self._reopen(event)
            elif event.kind == "told" and self.phases[event.ask] == EXPLORE:
                log.append(Told(event.ask, self._feedback(self.evaluations[event.ask])))
        self.strategy.replay(log)

    def _reopen(self, event: Event) -> None:
        term = self.vocabulary.read(event.payload["term"])
        entry = Open(event.ask, term, event.payload["phase"], event.payload.get("info", {}))
        entry.evaluation = self.evaluations.get(event.ask)
        self.open[event.ask] = entry

    def _feedback(self, evaluation: Evaluation) -> Feedback:
        cases = None if evaluation.cases is None else tuple(evaluation.cases)
        scores = {**evaluation.scores, "parameters": float(evaluation.parameters), "size": float(evaluation.size)}
        return Feedback(scores, evaluation.outcome, cases, evaluation.weights)

    # -- ask, evaluate, tell ---------------------------------------------------------------------------------

    def _run_rounds(self) -> None:
        """Rounds in deterministic mode; as they come otherwise."""
        submitted: set[int] = set()
        while True:
            self._fill()
            if not self.open:
                return
            for entry in self.open.values():
                if entry.ask not in submitted:
                    submitted.add(entry.ask)
                    self._submit(entry)
            self._collect()
            self._tell()

    def _fill(self) -> None:
        """Ask for as many proposals as may be outstanding."""
        if self.budget.deterministic and self.open:
            return
        assert self.executor is not None
        room = self.strategy.batch if self.budget.deterministic else max(1, self.executor.capacity)
        entries: list[tuple[str, int, dict[str, Any]]] = []
        while len(self.open) < room and not self._stop_asking():
            entry = self._next()
            if entry is None:
                break
            self.open[entry.ask] = entry
            self.phases[entry.ask] = entry.phase
            payload = {
                "term": show_canonical(self.vocabulary.pin(entry.term)),
                "phase": entry.phase,
                "info": _plain(entry.info),
            }
            entries += [("asked", entry.ask, payload), ("started", entry.ask, {})]
        if entries:
            order = [*entries[0::2], *entries[1::2]]
            self.store.append(*self._events(*order))

    def _stop_asking(self) -> bool:
        if self._reached():
            return True
        if self.budget.evaluations is not None:
            return len(self.phases) >= self.budget.evaluations
        return self.spent() >= (self.budget.seconds or 0.0) * (0.98 if self.trained else 1.0)

    def _next(self) -> Open | None:
        """The next proposal of the strategy, or of the refinement at the end of a trained search."""
        if self._refining():
            return self._refinement()
        if self.budget.deterministic and any(e.phase == REFINE for e in self.open.values()):
            return None
        number = self.strategy.asked
        proposal = self.strategy.ask()
        if proposal is None:
            return self._refinement() if self.trained else None
        ask = len(self.phases)
        assert ask == number, "asks of the strategy come before those of the refinement"
        return Open(ask, proposal.term, EXPLORE, proposal.info)

    def _refining(self) -> bool:
        if not self.trained:
            return False
        if REFINE in self.phases.values():
            return True
        if self.budget.evaluations is not None:
            count = (
                max(1, round(self.budget.evaluations * self.schedule.refine / 3)) if self.budget.evaluations > 1 else 0
            )
            return len(self.phases) >= self.budget.evaluations - count
        return self.spent() >= (self.budget.seconds or 0.0) * (1.0 - self.schedule.refine)

    def _refinement(self) -> Open | None:
        """The best program so far that was not refined yet, to be trained for longer."""
        if self.budget.deterministic and any(e.phase == EXPLORE for e in self.open.values()):
            return None
        done = {self._structure(e.term) for e in self.evaluations.values() if self.phases.get(e.ask) == REFINE}
        done |= {
            self._structure(show_canonical(self.vocabulary.pin(e.term)))
            for e in self.open.values()
            if e.phase == REFINE
        }
        sign = 1.0 if self.data.direction == MAXIMIZE else -1.0
        ranked = sorted(
            (
                e
                for e in self.evaluations.values()
                if self.score(e) is not None and e.parameters and e.ask in self.phases
            ),
            key=lambda e: (-sign * (self.score(e) or 0.0), e.ask),
        )
        for evaluation in ranked:
            if self._structure(evaluation.term) not in done:
                return Open(len(self.phases), self.vocabulary.read(evaluation.term), REFINE, {"of": evaluation.ask})
        return None

    def _structure(self, text: str) -> str:
        from primitives.term import canonical

        return canonical(self.vocabulary.read(text))

    def _candidate(self, entry: Open) -> dict[str, Any]:
        seed = int(cache_key("", entry.term, "", [self.record.seed])[:8], 16)
        candidate: dict[str, Any] = {"term": show_canonical(self.vocabulary.pin(entry.term)), "seed": seed}
        if self.trained:
            candidate["epochs"] = self.schedule.refine_epochs if entry.phase == REFINE else self.schedule.epochs
            candidate["phase"] = entry.phase
        return candidate

    def _submit(self, entry: Open) -> None:
        """Take the result from the cache, or send the candidate to the executor."""
        if entry.evaluation is not None:
            return
        assert self.executor is not None
        candidate = self._candidate(entry)
        effective = self.data.digest, entry.term, candidate["term"]
        entry.key = cache_key(
            *effective, [self.context["trainer"], {k: v for k, v in candidate.items() if k != "term"}]
        )
        cached = self.known.get(entry.key) or (self.store.cached(entry.key) if self.trained else None)
        if cached is not None and cached.outcome == OK:
            entry.evaluation = replace(cached, run=self.record.id, ask=entry.ask, term=candidate["term"], seconds=0.0)
            self._keep(entry)
            return
        deadline = self.schedule.deadline
        if self.budget.seconds is not None:
            remaining = max(0.5, self.budget.seconds - self.spent())
            candidate["seconds"] = max(0.2, min(deadline, remaining) - 0.1)
            deadline = min(deadline, remaining) + 1.0
        else:
            candidate["seconds"] = None
        if not self.trained:
            candidate["seconds"] = None
        start = self._start(entry)
        if start:
            candidate["start"] = start
        self.executor.submit(entry.ask, {"candidates": [candidate]}, deadline)

    def _start(self, entry: Open) -> dict[str, Any] | None:
        """Weights to start from: the parents' blobs and which site takes which."""
        inherit = entry.info.get("inherit") if self.trained else None
        if not inherit:
            return None
        blobs: dict[str, bytes] = {}
        sites: dict[str, list[str]] = {}
        for site, (ask, there) in dict(inherit).items():
            parent = self.evaluations.get(int(ask))
            if parent is None or parent.weights is None:
                continue
            blobs.setdefault(parent.weights, self.store.blobs.get_bytes(parent.weights))
            sites[str(site)] = [parent.weights, str(there)]
        return {"blobs": blobs, "sites": sites} if sites else None

    def _collect(self) -> None:
        """Wait for results and keep each as it comes."""
        if all(entry.evaluation is not None for entry in self.open.values()):
            return
        assert self.executor is not None
        while True:
            results = self.executor.wait(0.2)
            fresh = []
            for ask, result in results:
                if ask in self.open:
                    self._take(self.open[ask], result)
                    fresh.append(self.open[ask])
            if fresh:
                self._keep(*fresh)
            self._report()
            done = [entry.evaluation is not None for entry in self.open.values()]
            if all(done) or (any(done) and not self.budget.deterministic):
                return

    def _take(self, entry: Open, result: Result) -> None:
        if result.outcome == ERROR:
            raise EvaluationBug(f"run={self.record.id}, ask={entry.ask}: the evaluator failed\n{result.detail}")
        if result.outcome == OK and result.value is not None:
            found = Evaluated(**result.value["evaluations"][0])
        else:
            found = Evaluated(result.outcome, detail=result.detail, seconds=result.seconds)
        entry.evaluation = self._evaluation(entry, found)

    def _evaluation(self, entry: Open, found: Evaluated) -> Evaluation:
        weights = None if found.weights is None else self.store.blobs.put_bytes(found.weights)
        return Evaluation(
            run=self.record.id, ask=entry.ask, term=show_canonical(self.vocabulary.pin(entry.term)), outcome=found.outcome,
            scores=found.scores, solved=self._solves(found), seconds=found.seconds, parameters=found.parameters,
            size=entry.term.size, weights=weights, key=entry.key if found.outcome == OK else "", detail=found.detail, cases=found.cases,
        )  # fmt: skip

    def _solves(self, found: Evaluated) -> bool:
        if found.outcome != OK:
            return False
        if self.target is None:
            return self.data.is_solved(found.scores)
        score = found.scores.get(self.data.metric, float("nan"))
        return score >= self.target if self.data.direction == MAXIMIZE else score <= self.target

    def _keep(self, *entries: Open) -> None:
        """Evaluations on disk, before anything is told."""
        for entry in entries:
            assert entry.evaluation is not None
            self._note(entry.evaluation)
        self.store.record(*(entry.evaluation for entry in entries if entry.evaluation is not None))

    def _tell(self) -> None:
        """Tell what may be told: a whole round in ask order, or whatever has finished."""
        done = [entry for _, entry in sorted(self.open.items()) if entry.evaluation is not None]
        if self.budget.deterministic and len(done) < len(self.open):
            return
        extra = {} if self.budget.deterministic else {"elapsed": round(self.spent(), 3)}
        entries: list[tuple[str, int, dict[str, Any]]] = []
        for entry in done:
            assert entry.evaluation is not None
            entries += [
                ("finished", entry.ask, {"outcome": entry.evaluation.outcome, **extra}),
                ("told", entry.ask, {}),
            ]
        self.store.append(*self._events(*entries))
        for entry in done:
            assert entry.evaluation is not None
            if entry.phase == EXPLORE:
                self.strategy.tell(entry.ask, self._feedback(entry.evaluation))
            del self.open[entry.ask]
        self._report()

    def _cancel(self) -> None:
        if self.executor is not None:
            self.executor.cancel()

    def _report(self) -> None:
        if self.progress is not None:
            best = self.best()
            score = None if best is None else self.score(best)
            self.progress({"evaluations": self.considered, "seconds": self.spent(), "best": score})

    # -- the fused loop --------------------------------------------------------------------------------------

    def _run_fused(self) -> None:
        """A strategy that evaluates in its own loop: hits are checked by the interpreter and recorded, progress is shown."""
        deadline = None if self.budget.seconds is None else time.monotonic() + self.budget.seconds - self.spent()
        hits = 0
        for found in self.strategy.run(deadline, self.budget.evaluations):
            self.terms = found.terms
            if isinstance(found, Hit):
                self._hit(hits, found)
                hits += 1
                if self._reached():
                    return
            self._report()

    def _hit(self, ask: int, hit: Hit) -> None:
        if self._prepared is None:
            self._prepared = Prepared(self.context)
        entry = Open(ask, hit.term, EXPLORE, hit.info)
        text = show_canonical(self.vocabulary.pin(hit.term))
        found = evaluate_candidate(self._prepared, {"term": text})
        entry.evaluation = self._evaluation(entry, found)
        self.phases[ask] = EXPLORE
        self._note(entry.evaluation)
        recorded = self.store.evaluation(self.record.id, ask)
        if recorded is not None and recorded.term == text:
            return
        payload = {"term": text, "phase": EXPLORE, "info": {"terms": hit.terms}}
        finished = {"outcome": found.outcome}
        events = self._events(
            ("asked", ask, payload), ("started", ask, {}), ("finished", ask, finished), ("told", ask, {})
        )
        self.store.record(entry.evaluation, events=events)


def _plain(info: Mapping[str, Any]) -> dict[str, Any]:
    """A proposal's info as JSON data."""
    plain: dict[str, Any] = {}
    for key, value in info.items():
        if isinstance(value, Mapping):
            plain[key] = {str(k): list(v) if isinstance(v, tuple) else v for k, v in value.items()}
        else:
            plain[key] = list(value) if isinstance(value, tuple) else value
    return plain


def new_run(
    task: AbstractTask,
    strategy: str,
    seed: int,
    budget: Budget,
    library: str,
    config: Mapping[str, Any],
    run_id: str | None = None,
) -> Run:
    """The record of a run that starts now."""
    direction = "maximise" if task.direction == MAXIMIZE else "minimise"
    return Run(
        id=run_id or uuid.uuid4().hex[:12], task=task.name, strategy=strategy, seed=seed, budget=budget.to_json(), state="running",
        config=dict(config), library=library, started=time.time(), metric=task.metric, direction=direction,
    )  # fmt: skip
