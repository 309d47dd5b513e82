"""Where a search stands: its evaluations, what was asked, what is best."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from statistics import median
from typing import Any

from library.records import Direction, Evaluation, Event, Run
from library.run_store import AbstractRunStore
from primitives.brief import brief_repr
from search.strategy import UNTRAINED

from ..tasks.cases.folds import DOUBT, FOLDS
from .journal import ASKED
from .keeping.evaluations import Evaluations
from .keeping.origins import Origins
from .keeping.tally import Tallies
from .planning.passes import passes_of, seconds_a_pass
from .planning.schedule import EXPLORE, FINAL, PHASES, REFINE, SETTINGS, TRAINED

Worth = tuple[bool, float]
"""Whether it solves the task, and by what it is chosen, more being better."""
Rank = tuple[Any, ...]
REFINABLE = 10_000
"""Explored evaluations of which one may be refined, at least: the best ones. No search refines so many."""
LOG_LOSS = "cross_entropy"
"""The score that decides between programs with the same value of the metric."""


def folds_of(evaluation: Evaluation) -> int:
    """Over how many folds its scores are means; 0 where they are not."""
    return int(evaluation.scores.get(FOLDS, 0))


@dataclass
class Standing:
    """The evaluations of a run by ask, the phase of every ask, and the best evaluation so far."""

    metric: str
    direction: Direction
    evaluations: Evaluations = field(default_factory=Evaluations)
    origins: Origins = field(default_factory=Origins)
    tallies: Tallies = field(default_factory=Tallies)
    """What came of the programs that it began with."""
    asked: int = 0
    """Asks, of any phase."""
    phases: dict[int, str] = field(default_factory=dict)
    """The phases of the asks that explore no more."""
    infos: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """What is known of the asks of the refinement and of the final training: of which ask, with which settings of their own."""
    solved: bool = False
    refined: int = 0
    """Asks of the refinement."""
    final: bool = False
    """Whether the final training was asked for."""
    seconds_a_pass: float | None = None
    """What one pass over the train part takes the fastest net so far (automl.study.planning.passes)."""
    refinements: list[int] = field(default_factory=list)
    """The asks of the refinement that were evaluated."""
    _best: dict[bool, tuple[Rank, Worth, Evaluation]] = field(default_factory=dict)
    """Of the trained ones (True) and of those without anything to train, each by its rule."""
    _refinable: list[tuple[float, int]] = field(default_factory=list)
    """A heap of the explored evaluations that a longer training may better: what the metric says, less is better, and the ask."""
    _structures: set[str] = field(default_factory=set)
    """Those of the first ``_structured`` refinements."""
    _structured: int = 0

    __repr__ = brief_repr

    @staticmethod
    def of(run: Run, store: AbstractRunStore | None = None) -> Standing:
        """That of a run without evaluations. With a ``store``, which is to have every evaluation before it is told, only the latest stay
        in memory."""
        return Standing(run.metric, Direction(run.direction), Evaluations(store, run.id))

    def restore(self, events: Iterable[Event], evaluations: Iterable[Evaluation]) -> None:
        """Take in a run's log and its evaluations."""
        for event in events:
            if event.kind == ASKED:
                self.ask(event.ask, event.payload["phase"], event.payload["info"])
        for evaluation in evaluations:
            self.note(evaluation)

    def ask(self, number: int, phase: str, info: Mapping[str, Any] | None = None) -> None:
        """Note that a proposal was asked for, with its info (default: none), which of a later phase is kept."""
        self.origins.note(number, phase, info or {})
        if info and phase != EXPLORE:
            self.infos[number] = info
        if number >= self.asked:
            self.asked = number + 1
            self.refined += phase == REFINE
            self.final = self.final or phase == FINAL
        if phase != EXPLORE:
            self.phases[number] = phase

    def note(self, evaluation: Evaluation) -> None:
        """Take in a finished evaluation."""
        self.evaluations.add(evaluation)
        self.solved = self.solved or evaluation.solved
        score, named, took = self.score(evaluation), self.phase(evaluation), seconds_a_pass(evaluation)
        if score is not None and (begun := self.origins.of(evaluation.ask)):
            self.tallies.note(evaluation.ask, score, self._signed(score), begun)
        if took is not None:
            self.seconds_a_pass = min(took, self.seconds_a_pass or took)
        if named == REFINE:
            self.refinements.append(evaluation.ask)
        elif named == EXPLORE and score is not None and (evaluation.parameters or not evaluation.key):
            heapq.heappush(self._refinable, (-self._signed(score), evaluation.ask))
            if len(self._refinable) > 2 * REFINABLE:
                self._refinable = heapq.nsmallest(REFINABLE, self._refinable)  # which, being sorted, is a heap
        if score is None and LOG_LOSS not in evaluation.scores:
            return
        phase = PHASES.index(named)
        worth, last = (evaluation.solved, self.choice(evaluation)), self._last(evaluation)
        trained = bool(evaluation.parameters)
        rank: Rank = (evaluation.solved, phase, worth, last) if trained else (worth, phase, last)
        known = self._best.get(trained)
        if known is None or rank > known[0]:
            self._best[trained] = rank, worth, evaluation

    def score(self, evaluation: Evaluation) -> float | None:
        """The task's metric of an evaluation; None where there is none."""
        value = evaluation.scores.get(self.metric)
        return value if value is not None and value == value else None

    def best(self) -> Evaluation | None:
        """The evaluation with the best metric, or the least doubt where that is known (few pictures), solved first; of equal ones that with
        the lower log loss, where they have one, then the smaller, then the earlier. A mean over folds goes before a score on the
        validation part alone. Where no program has a value of the metric, since the validation part holds one class only, the log loss
        alone decides.

        Of trained programs, later phases come before earlier ones, whose scores are those of a short training. What has nothing to train
        is compared with the best of these by its score alone, so that the result is never worse on validation than a fitted word.
        """
        found = [(folds_of(each) > 0, worth, self._last(each), each) for _, worth, each in self._best.values()]
        return max(found, key=lambda entry: entry[:3])[3] if found else None

    def _last(self, evaluation: Evaluation) -> tuple[float, int, int]:
        """What decides between equal scores; more is better."""
        return -evaluation.scores.get(LOG_LOSS, float("inf")), -evaluation.size, -evaluation.ask

    def phase(self, evaluation: Evaluation) -> str:
        """The phase in which it was asked for."""
        return self.phase_of(evaluation.ask)

    def phase_of(self, ask: int) -> str:
        """The phase of an ask."""
        return self.phases.get(ask, EXPLORE)

    def is_settled(self, evaluation: Evaluation) -> bool:
        """Whether its score would not be another for a longer training: it had one, or nothing of it is trained."""
        return self.phase(evaluation) != EXPLORE or not evaluation.parameters

    def is_whole(self, evaluation: Evaluation) -> bool:
        """Whether its weights are already those of a training on train and validation cases together: of a final one, or of one whose
        scores are means over folds."""
        return self.phase(evaluation) == FINAL or folds_of(evaluation) > 0

    def trained_on(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The parts of the data that its weights were trained on; () where nothing was trained."""
        if evaluation.weights is None:
            return ()
        return ("train", "validation") if self.is_whole(evaluation) else ("train",)

    def to_refine(self, taken: Iterable[str], structure: Callable[[str], str]) -> Evaluation | None:
        """The best explored evaluation that a longer training may better, whose ``structure`` (of a term's text) was not refined yet and is
        not that of one among ``taken`` (texts): it has trained weights, or was fitted to less than all (it has no key)."""
        self._structures |= {structure(self.evaluations[ask].term) for ask in self.refinements[self._structured :]}
        self._structured = len(self.refinements)
        pending = {structure(text) for text in taken}
        passed: list[tuple[float, int]] = []
        found = None
        while self._refinable and found is None:
            best = self.evaluations[self._refinable[0][1]]
            its = structure(best.term)
            if its not in self._structures and its not in pending:
                found = best
                break
            entry = heapq.heappop(self._refinable)
            if its not in self._structures:  # what is pending may be given up yet
                passed.append(entry)
        for entry in passed:
            heapq.heappush(self._refinable, entry)
        return found

    def other_line(self, taken: Iterable[int], passes: int = 0) -> Evaluation | None:
        """The best explored evaluation of a net among the programs to begin with and what descends from them, of those of which nothing was
        refined yet; None where none is among the better half of what may be refined, or was cut short.

        taken: the explored asks that are being refined.
        passes: over the train part, fewer than which of a program to begin with say little of it (default: any number says enough).

        What takes longer to learn is behind after a short training, and the descendants of what is ahead then are many: without this, the
        longer trainings would all be of one kind.
        """
        short, long = self._untried(taken, passes)
        if short:
            return max(short, key=self._order)
        best = max(long, key=self._order, default=None)
        if best is None or not self._refinable or -self.worth(best) > median(worth for worth, _ in self._refinable):
            return None
        return best

    def cut_short(self, passes: int) -> int:
        """How many of the programs to begin with, of which nothing was refined yet, made fewer passes than that.

        passes: over the train part.
        """
        return len(self._untried((), passes)[0])

    def _order(self, evaluation: Evaluation) -> tuple[float, int]:
        return self.worth(evaluation), -evaluation.ask

    def _untried(self, taken: Iterable[int], passes: int) -> tuple[list[Evaluation], list[Evaluation]]:
        """Of each program to begin with of which nothing was refined yet, the best net of its line: of those that were cut short, and of
        the others."""
        refined = {int(self.infos.get(ask, {}).get("of", ask)) for ask in self.refinements} | set(taken)
        tried = {start for ask in refined for start in self.origins.of(ask)}
        short: list[Evaluation] = []
        long: list[Evaluation] = []
        for start in self.origins.starts():
            if start in tried:
                continue
            known = [self.evaluations.get(ask) for ask in (start, self.tallies.of(start).best_ask) if ask is not None]
            nets = [each for each in known if each is not None and self.phase(each) == EXPLORE and each.parameters]
            nets = [each for each in nets if self.score(each) is not None]
            if nets:
                was_cut = nets[0].ask == start and 0 < passes_of(nets[0]) < passes
                (short if was_cut else long).append(max(nets, key=self._order))
        return short, long

    def wants_view(self, evaluation: Evaluation) -> bool:
        """Whether a refined program may be better where it looks at its pictures both ways: nobody asked yet, and it was trained with
        settings of its own, or none were tried."""
        if self.phase(evaluation) != REFINE or not evaluation.parameters or self.is_view(evaluation):
            return False
        asked = any(UNTRAINED in info and info["of"] == evaluation.ask for info in self.infos.values())
        varied = any(SETTINGS in info for info in self.infos.values())
        return not asked and (not varied or bool(self.settings_of(evaluation.ask)))

    def view_of(self, evaluation: Evaluation, sites: Iterable[str]) -> dict[str, Any]:
        """The info of a program with the sites of another's: it has its weights, and is not trained."""
        inherit = {site: [evaluation.ask, site] for site in sites}
        return {"of": evaluation.ask, UNTRAINED: True, "inherit": inherit, **self.settings_of(evaluation.ask)}

    def is_view(self, evaluation: Evaluation) -> bool:
        """Whether it has the weights of another program."""
        return UNTRAINED in self.infos.get(evaluation.ask, {})

    def shown_by_views(self) -> set[int]:
        """The asks of the programs whose weights views have."""
        return {int(info["of"]) for info in self.infos.values() if UNTRAINED in info}

    def trained_scores(self, ask: int) -> Mapping[str, float]:
        """The scores of what an ask trained: its own, or those of the program that a view shows."""
        return self.evaluations[self.infos[ask]["of"] if UNTRAINED in self.infos.get(ask, {}) else ask].scores

    def trained_as(self, evaluation: Evaluation) -> dict[str, Any]:
        """The info of another training of its program: of which ask, in which way, and in place of a view the program that it shows."""
        found: dict[str, Any] = {"of": evaluation.ask, **self.settings_of(evaluation.ask)}
        if TRAINED in self.infos.get(evaluation.ask, {}):
            found[TRAINED] = self.infos[evaluation.ask][TRAINED]
        elif self.is_view(evaluation):
            found[TRAINED] = self.evaluations[self.infos[evaluation.ask]["of"]].term
        return found

    def settings_of(self, ask: int) -> dict[str, Any]:
        """The part of an ask's info that has settings of the trainer that are its own; {} where it has none."""
        return {key: value for key, value in self.infos.get(ask, {}).items() if key == SETTINGS}

    def worth(self, evaluation: Evaluation) -> float:
        """The task's metric, signed so that more is better; minus infinity where there is none."""
        score = self.score(evaluation)
        return -inf if score is None else self._signed(score)

    def choice(self, evaluation: Evaluation) -> float:
        """By what a program is chosen; more is better: its ``worth``, or where pictures are few minus its doubt about held-out ones."""
        doubt = evaluation.scores.get(DOUBT)
        return self.worth(evaluation) if doubt is None else -doubt

    def trust(self, evaluation: Evaluation) -> tuple[bool, int, float, int]:
        """By which one evaluation goes before another of the same program: a mean over folds, then the longer training, then the better
        score, then the earlier."""
        return folds_of(evaluation) > 0, PHASES.index(self.phase(evaluation)), self.worth(evaluation), -evaluation.ask

    def _signed(self, score: float) -> float:
        return self.direction.sign * score
