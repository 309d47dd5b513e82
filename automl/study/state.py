"""Where a search stands: its evaluations, what was asked, what is best."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from library.records import Direction, Evaluation, Event, Run
from primitives.brief import brief_repr

from .candidate import EXPLORE, FINAL, PHASES, REFINE
from .journal import ASKED


@dataclass
class Standing:
    """The evaluations of a run by ask, the phase of every ask, and the best evaluation so far."""

    metric: str
    direction: Direction
    evaluations: dict[int, Evaluation] = field(default_factory=dict)
    phases: dict[int, str] = field(default_factory=dict)
    known: dict[str, Evaluation] = field(default_factory=dict)
    solved: bool = False
    refined: int = 0
    """Asks of the refinement."""
    final: bool = False
    """Whether the final training was asked for."""
    _best: tuple[tuple, Evaluation] | None = None

    __repr__ = brief_repr

    @staticmethod
    def of(run: Run) -> Standing:
        """That of a run without evaluations."""
        return Standing(run.metric, Direction(run.direction))

    def restore(self, events: Iterable[Event], evaluations: Iterable[Evaluation]) -> None:
        """Take in a run's log and its evaluations."""
        for event in events:
            if event.kind == ASKED:
                self.ask(event.ask, event.payload["phase"])
        for evaluation in evaluations:
            self.note(evaluation)

    def ask(self, number: int, phase: str) -> None:
        """Note that a proposal was asked for."""
        if number not in self.phases:
            self.refined += phase == REFINE
            self.final = self.final or phase == FINAL
        self.phases[number] = phase

    def note(self, evaluation: Evaluation) -> None:
        """Take in a finished evaluation."""
        self.evaluations[evaluation.ask] = evaluation
        if evaluation.key:
            self.known.setdefault(evaluation.key, evaluation)
        self.solved = self.solved or evaluation.solved
        score = self.score(evaluation)
        if score is None:
            return
        phase = PHASES.index(self.phase(evaluation))
        rank = (evaluation.solved, phase, self._signed(score), -evaluation.size, -evaluation.ask)
        if self._best is None or rank > self._best[0]:
            self._best = rank, evaluation

    def score(self, evaluation: Evaluation) -> float | None:
        """The task's metric of an evaluation; None where there is none."""
        value = evaluation.scores.get(self.metric)
        return value if value is not None and value == value else None

    def best(self) -> Evaluation | None:
        """The evaluation with the best metric: solved first, later phases before earlier ones, then smaller, then earlier."""
        return None if self._best is None else self._best[1]

    def phase(self, evaluation: Evaluation) -> str:
        """The phase in which it was asked for."""
        return self.phases.get(evaluation.ask, EXPLORE)

    def trained_on(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The parts of the data that its weights were trained on; () where nothing was trained."""
        if evaluation.weights is None:
            return ()
        return ("train", "validation") if self.phase(evaluation) == FINAL else ("train",)

    def to_refine(self, taken: Iterable[str], structure: Callable[[str], str]) -> Evaluation | None:
        """The best explored evaluation with weights whose ``structure`` (of a term's text) was not refined yet and is not that of one
        among ``taken`` (texts)."""
        refined = [e.term for ask, e in self.evaluations.items() if self.phases.get(ask) == REFINE]
        done = {structure(text) for text in {*refined, *taken}}
        explored: list[tuple[float, int, Evaluation]] = []
        for ask, evaluation in self.evaluations.items():
            score = self.score(evaluation)
            if score is not None and evaluation.parameters and self.phases.get(ask) == EXPLORE:
                explored.append((-self._signed(score), ask, evaluation))
        explored.sort(key=lambda entry: entry[:2])
        return next((each for _, _, each in explored if structure(each.term) not in done), None)

    def _signed(self, score: float) -> float:
        return self.direction.sign * score
