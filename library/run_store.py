"""What every store promises of runs: their log, their evaluations, what they solved and what growths learned from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, TypedDict, Unpack

from .records import Evaluation, Event, GuideRecord, Payload, Run, Solution, StoreError

Unreadable = Callable[[str, StoreError], None]
"""Told the id of a run whose record is damaged, and how."""


class RunChanges(TypedDict, total=False):
    """The fields of a run that may change: the others decide what its record means."""

    state: str
    finished: float | None
    budget: Any
    config: Payload


class RunRow(TypedDict):
    """A run in a few words: `evaluations` says how many there are, `best` is the best primary score (None: there is none),
    the rest as in `Run`."""

    id: str
    task: str
    strategy: str
    state: str
    started: float
    finished: float | None
    evaluations: int
    best: float | None


def run_row(run: Run, evaluations: int, best: float | None) -> RunRow:
    """A run in a few words.

    run: the record.
    evaluations: how many it has.
    best: its best primary score; None where there is none.
    """
    return RunRow(
        id=run.id, task=run.task, strategy=run.strategy, state=run.state, started=run.started, finished=run.finished,
        evaluations=evaluations, best=best,
    )  # fmt: skip


class AbstractRunStore(ABC):
    """Keeps runs with an append-only log of numbered events and one evaluation an ask, solutions and guides. The methods of
    a store as a whole are in `AbstractStore`.

    Raises StoreError for unknown ids and bad data, Conflict where another writer was first.
    """

    @abstractmethod
    def create_run(self, run: Run) -> Run:
        """Keeps a new run. Conflict if the id is taken."""

    @abstractmethod
    def update_run(self, run: str, **changes: Unpack[RunChanges]) -> Run:
        """Changes fields among `rules.CHANGEABLE`; gives the run as it is now."""

    @abstractmethod
    def runs(
        self, task: str | None = None, state: str | None = None, unreadable: Unreadable | None = None
    ) -> tuple[Run, ...]:
        """The runs (of that task, in that state), oldest first. `unreadable` is told of each whose record is damaged,
        and it is left out; without it that is a StoreError."""

    @abstractmethod
    def run(self, run: str) -> Run:
        """The run with this id. StoreError if there is none."""

    @abstractmethod
    def append(self, *events: Event) -> None:
        """Adds to logs. A run's events must continue its log: Conflict if a number is not the next one, so two drivers
        of one run cannot both go on. All are added or none."""

    @abstractmethod
    def events(self, run: str, start: int = 0) -> tuple[Event, ...]:
        """The log of `run` from number `start`, in order."""

    @abstractmethod
    def next_number(self, run: str) -> int:
        """The number that the next event of `run` must have; 0 for an empty log."""

    @abstractmethod
    def record(self, *evaluations: Evaluation, events: Iterable[Event] = ()) -> int:
        """Keeps evaluations, and in the same transaction adds `events` as `append` does. How many were new: one that is
        there already and says the same (`seconds` apart) is left alone, one that says otherwise is a Conflict."""

    @abstractmethod
    def evaluations(self, run: str) -> tuple[Evaluation, ...]:
        """All evaluations of `run`, by ask."""

    @abstractmethod
    def evaluation(self, run: str, ask: int) -> Evaluation | None:
        """The evaluation of that ask; None where there is none yet."""

    @abstractmethod
    def best(self, run: str, count: int = 1) -> tuple[Evaluation, ...]:
        """Up to `count` evaluations of `run` with the best finite primary score, best first, ties by ask."""

    @abstractmethod
    def cached(self, key: str) -> Evaluation | None:
        """The first evaluation recorded under this cache key, by any run; None where there is none or `key` is ""."""

    @abstractmethod
    def run_list(self, unreadable: Unreadable | None = None) -> tuple[RunRow, ...]:
        """A dictionary a run, oldest first: id, task, strategy, state, started, finished, evaluations, best. As for
        `runs` with damaged records."""

    @abstractmethod
    def add_solution(self, solution: Solution) -> bool:
        """Keeps a solution; False if the same run's same term for the task is there already (the first one stays)."""

    @abstractmethod
    def solutions(self, task: str | None = None, run: str | None = None) -> tuple[Solution, ...]:
        """The solutions (of that task, by that run), in the order in which they were added."""

    @abstractmethod
    def add_guide(self, guide: GuideRecord) -> None:
        """Keeps what an iteration of a growth learned. Conflict if the id is taken."""

    @abstractmethod
    def guides(self) -> tuple[GuideRecord, ...]:
        """What growths learned, in the order in which it was added."""

    def guide(self, guide: str) -> GuideRecord:
        """What was learned under this id. StoreError if there is nothing."""
        for each in self.guides():
            if each.id == guide:
                return each
        raise StoreError(f"guide={guide!r} is unknown to this store; `automl grow` learns a new one")
