"""What every browser of a store answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Generic, NamedTuple, TypeVar

from ..records import Evaluation, Event, Run, Subroutine
from .by_type import TypedWord

T = TypeVar("T")


class Listing(NamedTuple, Generic[T]):
    """Some rows out of a list: `rows` those that were asked for, `total` how many the whole list has."""

    rows: tuple[T, ...]
    total: int


class CountedRun(NamedTuple):
    """A run, how many evaluations it has, and its best primary score (None: there is none)."""

    run: Run
    evaluations: int
    best: float | None


class EvaluationRow(NamedTuple):
    """An evaluation without its text: `score` is the finite primary score, or None; the rest as in `Evaluation`."""

    ask: int
    outcome: str
    score: float | None
    seconds: float
    parameters: int
    size: int


class OutcomeCount(NamedTuple):
    """How many evaluations had an outcome, the seconds that they took, and the most parameters of one with a score (0: none of them has
    both)."""

    outcome: str
    evaluations: int
    seconds: float
    parameters: int


class EventChoice(NamedTuple):
    """Entries of a log of one ``kind``: only those about the ``asks`` (None: about any), and none whose payload, as `json_text` writes it,
    holds ``without`` ("": all)."""

    kind: str
    asks: Collection[int] | None = None
    without: str = ""


class CountedWord(NamedTuple):
    """A subroutine, how many uses it has, and how many tasks these serve."""

    word: Subroutine
    uses: int
    tasks: int


class CountedTask(NamedTuple):
    """A task by its name, how many runs were on it and when the latest began, how many solutions it has and when the first was found (None:
    it has none)."""

    task: str
    runs: int
    latest: float
    solutions: int
    first: float | None


class AbstractBrowser(ABC):
    """Reads a store. What it gives is one state of the store a call; another process may write meanwhile.

    Raises StoreError for an unknown run.
    """

    @abstractmethod
    def runs(self, start: int, count: int, text: str = "", task: str = "") -> Listing[CountedRun]:
        """Runs, the newest first. Damaged records are left out of the rows, with a warning.

        start: how many to pass over.
        count: how many at most.
        text: only those whose id, task or strategy holds it, in whatever case; default: all.
        task: only those on the task of this very name; default: on any.
        """

    @abstractmethod
    def tasks(
        self, start: int, count: int, text: str = "", unsolved: bool = False, without: str = ""
    ) -> Listing[CountedTask]:
        """Tasks that runs were on, those of the latest run first.

        start: how many to pass over.
        count: how many at most.
        text: only those whose name holds it, in whatever case; default: all.
        unsolved: whether only those without a solution are given; default: all.
        without: runs of this strategy do not count; default: all do.
        """

    @abstractmethod
    def evaluation_rows(self, run: str, asks: Collection[int] | None = None) -> tuple[EvaluationRow, ...]:
        """A row an evaluation of the run, by ask.

        run: its id.
        asks: only those of these, as far as there are any; default: all, which takes long of many.
        """

    @abstractmethod
    def asks(self, run: str) -> Sequence[int]:
        """The asks of the run's evaluations, in order.

        run: its id.
        """

    @abstractmethod
    def ranked(self, run: str) -> tuple[int, ...]:
        """The asks of the run's evaluations that have a score, the best first by the run's direction, of equal ones the earlier.

        run: its id.
        """

    @abstractmethod
    def outcomes(self, run: str) -> tuple[OutcomeCount, ...]:
        """How the run's evaluations ended, by outcome.

        run: its id.
        """

    @abstractmethod
    def longest(self, run: str, count: int) -> tuple[EvaluationRow, ...]:
        """The run's evaluations that took most seconds, the longest first, of equal ones the earlier.

        run: its id.
        count: how many at most.
        """

    @abstractmethod
    def undominated(self, run: str, cost: str) -> tuple[int, ...]:
        """The asks of the run's evaluations than which none scores as well at less cost, the cheapest first; of equal ones the earlier.

        run: its id.
        cost: ``parameters`` or ``size``.
        """

    @abstractmethod
    def scored_by(self, run: str, name: str) -> frozenset[int]:
        """The asks of the run's evaluations among whose scores is one of this name.

        run: its id.
        name: of the score.
        """

    @abstractmethod
    def chosen(self, run: str, asks: Collection[int]) -> tuple[Evaluation, ...]:
        """The evaluations of these asks, as far as there are any, by ask.

        run: the id of their run.
        asks: their numbers.
        """

    @abstractmethod
    def events(self, run: str, *choices: EventChoice) -> tuple[Event, ...]:
        """Entries of a run's log, in order; a database goes through the log once for all choices.

        run: its id.
        choices: an entry is given where one of them chooses it.
        """

    @abstractmethod
    def latest(self, run: str, kind: str, ask: int, before: int | None = None) -> Event | None:
        """The last entry of a run's log of a kind about an ask; None where there is none. It is looked for backwards, so that one that is
        near costs little.

        run: its id.
        kind: of the entry.
        ask: what it is about.
        before: only among entries with lower numbers; default: among all.
        """

    @abstractmethod
    def named(self, names: Collection[str]) -> tuple[Subroutine, ...]:
        """Every version of the subroutines with these names, active or not, by name and digest.

        names: plain ones, without a digest.
        """

    @abstractmethod
    def words(
        self, start: int, count: int, text: str = "", inside: str = "", task: str = "", demoted: bool = False
    ) -> Listing[CountedWord]:
        """Active subroutines, by name; where a text is looked for, first those that have it in their name.

        start: how many to pass over.
        count: how many at most.
        text: only those whose name, description or body holds it, or the name of a task that they serve, in whatever case; default: all.
        inside: only those whose body, as it is stored, holds it; default: all.
        task: only those that serve the task of this very name; default: all.
        demoted: whether those are wanted instead whose name has no active version any more, in each of its versions; default: the active.
        """

    @abstractmethod
    def libraries_with(self, digest: str) -> frozenset[str]:
        """The snapshots, by their digests, that runs began with and in which the subroutine was active.

        digest: of the subroutine.
        """

    @abstractmethod
    def counted(self, digests: Collection[str]) -> tuple[CountedWord, ...]:
        """The active subroutines with these digests, by name.

        digests: whole ones.
        """

    @abstractmethod
    def types(self) -> tuple[TypedWord, ...]:
        """Every active subroutine with the text of its type, by name."""
