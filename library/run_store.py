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
        """The run as it is kept.

        run: the new run.

        Raises Conflict where its id is taken.
        """

    @abstractmethod
    def update_run(self, run: str, **changes: Unpack[RunChanges]) -> Run:
        """The run as it is now.

        run: its id.
        changes: new values of fields that may change.

        Raises StoreError for another field.
        """

    @abstractmethod
    def runs(
        self, task: str | None = None, state: str | None = None, unreadable: Unreadable | None = None
    ) -> tuple[Run, ...]:
        """The runs, oldest first.

        task: only those on this task; default: on any.
        state: only those in this state; default: in any.
        unreadable: told of each whose record is damaged, which is left out; default: such a record is a StoreError.
        """

    @abstractmethod
    def run(self, run: str) -> Run:
        """The run with this id.

        run: its id.

        Raises StoreError where there is none.
        """

    @abstractmethod
    def append(self, *events: Event) -> None:
        """Adds events to the logs of their runs: all of them or none.

        events: those of one run are numbered from `next_number` on.

        Raises Conflict where a number is not the next one, so that two drivers of one run cannot both go on.
        """

    @abstractmethod
    def events(self, run: str, start: int = 0) -> tuple[Event, ...]:
        """The log of a run, in order.

        run: its id.
        start: the number of the first event that is given; default: all are.
        """

    @abstractmethod
    def next_number(self, run: str) -> int:
        """The number that the next event of `run` must have; 0 for an empty log.

        run: its id.
        """

    @abstractmethod
    def record(self, *evaluations: Evaluation, events: Iterable[Event] = ()) -> int:
        """How many evaluations were new; all are kept, and the events added, in one transaction.

        evaluations: one that is there already and says the same (`seconds` apart) is left alone.
        events: added as by `append`; default: none.

        Raises Conflict where an evaluation is there and says otherwise, and as `append`.
        """

    @abstractmethod
    def evaluations(self, run: str) -> tuple[Evaluation, ...]:
        """All evaluations of `run`, by ask.

        run: its id.
        """

    @abstractmethod
    def evaluation(self, run: str, ask: int) -> Evaluation | None:
        """The evaluation of that ask; None where there is none yet.

        run: the id of its run.
        ask: its number, from 0.
        """

    @abstractmethod
    def best(self, run: str, count: int = 1) -> tuple[Evaluation, ...]:
        """The evaluations of a run with the best finite primary score, best first, ties by ask.

        run: its id.
        count: how many at most; default: 1.
        """

    @abstractmethod
    def cached(self, key: str) -> Evaluation | None:
        """The first evaluation that any run recorded under a cache key; None where there is none.

        key: that of `Evaluation`; nothing is found under "".
        """

    @abstractmethod
    def run_list(self, unreadable: Unreadable | None = None) -> tuple[RunRow, ...]:
        """A row a run, oldest first.

        unreadable: as for `runs`.
        """

    @abstractmethod
    def add_solution(self, solution: Solution) -> bool:
        """Whether the solution is new; the same program of the same run for the task is kept once, as it was first given.

        solution: of a task by a run of this store.
        """

    @abstractmethod
    def solutions(
        self, task: str | None = None, run: str | None = None, last: int | None = None
    ) -> tuple[Solution, ...]:
        """The solutions, in the order in which they were added.

        task: only those of this task; default: of any.
        run: only those by this run; default: by any.
        last: of these only so many that were added last; default: all.
        """

    @abstractmethod
    def add_guide(self, guide: GuideRecord) -> None:
        """Keeps what an iteration of a growth learned.

        guide: with a new id.

        Raises Conflict if the id is taken.
        """

    @abstractmethod
    def guides(self, last: int | None = None) -> tuple[GuideRecord, ...]:
        """What growths learned, in the order in which it was added.

        last: only so many that were added last; default: all.
        """

    def guide(self, guide: str) -> GuideRecord:
        """What was learned under this id.

        guide: its id.

        Raises StoreError if there is nothing.
        """
        for last in (1, None):  # mostly the latest is wanted, and there may be many
            for each in self.guides(last):
                if each.id == guide:
                    return each
        raise StoreError(f"guide={guide!r} is unknown to this store; `automl grow` learns a new one")
