"""The store: what every keeper of runs, evaluations and the library promises, whatever is behind it.

Runs keep an append-only log of numbered events and one evaluation an ask; the library keeps subroutines, who uses them
and what happened to them. A kind of store is one module in `library/stores/`, found by scanning.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

from primitives.plugins import PluginKind, classes

from .records import (
    Change,
    Evaluation,
    Event,
    GuideRecord,
    Run,
    Solution,
    StoreError,
    Subroutine,
    Use,
)

if TYPE_CHECKING:
    from types import TracebackType

    from .blobs import Blobs

MIN_PINNED = 12
"""The fewest characters of a digest that name a version."""
NO_EVIDENCE: Mapping[str, Mapping[str, Any]] = {}
Unreadable = Callable[[str, StoreError], None]
"""Told the id of a run whose record is damaged, and how."""


class AbstractStore(ABC):
    """Keeps records. Every method is one transaction and what it wrote is kept when it returns: it survives the death
    of the process at any later moment (that of the machine may take the last moments). Inside `with
    store.batch():` several calls form one transaction, kept when the block ends. Instances may be used from several
    threads.

    Raises StoreError for unknown ids and bad data, Conflict where another writer was first.
    """

    name: ClassVar[str]
    """What the kind of store is called."""
    url: str
    persistent: ClassVar[bool]
    """Whether what is written outlives the instance, and other processes can open the same URL."""

    # -- a kind of store ---------------------------------------------------------------------------------------

    @classmethod
    @abstractmethod
    def accepts(cls, url: str) -> bool:
        """Whether `url` names a store of this kind. No URL may be accepted by two kinds."""

    @classmethod
    @abstractmethod
    def open(cls, url: str, *, create: bool, blobs: str | None) -> AbstractStore:
        """The store at `url`, made if absent and `create`; see `open_store`."""

    @classmethod
    @abstractmethod
    def example(cls, folder: str) -> str:
        """A URL of this kind that needs nothing but `folder`: the conformance suite runs on it."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of connections. Closing twice is allowed; the instance is not to be used afterwards."""

    @property
    @abstractmethod
    def blobs(self) -> Blobs:
        """Where this store's weights are."""

    @abstractmethod
    def batch(self) -> AbstractContextManager[None]:
        """One transaction over the calls of this thread within the block. An exception that leaves the block undoes all
        of it; so does an error inside that the block swallows (the end of the block then raises). Nested blocks join
        the outermost. Nothing is kept before the outermost block ends: tell no strategy of an evaluation before
        that."""

    # -- runs and their log ------------------------------------------------------------------------------------

    @abstractmethod
    def create_run(self, run: Run) -> Run:
        """Keeps a new run. Conflict if the id is taken."""

    @abstractmethod
    def update_run(self, run: str, **changes: Any) -> Run:
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
    def run_list(self, unreadable: Unreadable | None = None) -> tuple[dict[str, Any], ...]:
        """A dictionary a run, oldest first: id, task, strategy, state, started, finished, evaluations, best. As for
        `runs` with damaged records."""

    # -- solutions and the library -----------------------------------------------------------------------------

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

    @abstractmethod
    def promote(
        self,
        subroutines: Iterable[Subroutine],
        uses: Iterable[Use] = (),
        evidence: Mapping[str, Mapping[str, Any]] = NO_EVIDENCE,
    ) -> tuple[Subroutine, ...]:
        """Makes `subroutines` active words, adds `uses` and writes history (with the evidence under each name), all in
        one transaction. Gives those that were not active before: new, or demoted once. Conflict if an active word has
        the name with another digest, or the digest under another name: nothing is changed then."""

    @abstractmethod
    def adopt(self, subroutines: Iterable[Subroutine], uses: Iterable[Use], evidence: Mapping[str, Any]) -> int:
        """Takes in the subroutines of another library in their own state, in one transaction; those that are known
        here, active or demoted, are left as they are, and one that is active here under another name comes in demoted,
        for terms that name it so. How many were new. Conflict if an active word has a name with another digest."""

    @abstractmethod
    def demote(self, name: str, evidence: Mapping[str, Any] = {}) -> Subroutine:
        """Hides the active word `name`: it is not offered any more, and stays for the terms that name it. The name is
        free again. StoreError if no active word has that name."""

    @abstractmethod
    def rename(self, old: str, new: str, evidence: Mapping[str, Any] = {}) -> Subroutine:
        """Gives the active word `old` the name `new`; the word as it is now. Under its old name it stays, demoted, for
        the terms that name it; `old` is free again. StoreError if no active word is called `old` or if `new` cannot
        name a word, Conflict if another active word has the name `new`."""

    @abstractmethod
    def subroutines(self, state: str | None = "active") -> tuple[Subroutine, ...]:
        """The subroutines in that state (None: in any), by name and then digest."""

    @abstractmethod
    def add_uses(self, uses: Iterable[Use], saved: Mapping[str, float] = {}) -> None:
        """Adds uses (those known already are left alone) and adds to what subroutines saved, by digest."""

    @abstractmethod
    def uses(self, subroutine: str | None = None) -> tuple[Use, ...]:
        """The uses (of the subroutine with that digest), sorted."""

    @abstractmethod
    def history(self, name: str | None = None) -> tuple[Change, ...]:
        """What happened to the library (to the words of that name), oldest first."""

    @abstractmethod
    def snapshot(self) -> str:
        """The digest of the set of active words, kept so that `snapshot_words` gives that set at any later time."""

    @abstractmethod
    def snapshot_words(self, digest: str) -> tuple[Subroutine, ...]:
        """The words that were active at that snapshot, by name. StoreError if the snapshot is unknown."""

    @abstractmethod
    def problems(self) -> tuple[tuple[str, str], ...]:
        """What is wrong with what is kept, as far as the kind of store can tell, each as (where, what): damage, rows that
        are no records, records that contradict each other. Whether words and weights hold is for `library.check`."""

    # -- made of the above -------------------------------------------------------------------------------------

    def subroutine(self, name: str, digest: str | None = None) -> Subroutine:
        """The active word `name`, or with `digest` that version of it in whatever state. `name@digest` is accepted, as
        stored terms have it: the digest may be cut to its first `MIN_PINNED` characters."""
        known = self.subroutines(state=None)
        for each in known:
            if each.name == name and (each.state == "active" if digest is None else each.digest == digest):
                return each
        if digest is None and "@" in name:
            word, _, pinned = name.rpartition("@")
            found = [each for each in known if each.name == word and each.digest.startswith(pinned or "-")]
            exact = [each for each in found if each.digest == pinned] or found
            if len(exact) == 1 and len(pinned) >= min(MIN_PINNED, len(exact[0].digest)):
                return exact[0]
            name, digest = word, pinned
        versions = ", ".join(f"{each.name}@{each.digest} ({each.state})" for each in known if each.name == name)
        asked = name if digest is None else f"{name}@{digest}"
        raise StoreError(
            f"name={asked!r} is not in the library; " + (f"known: {versions}" if versions else "it has none")
        )

    def guide(self, guide: str) -> GuideRecord:
        """What was learned under this id. StoreError if there is nothing."""
        for each in self.guides():
            if each.id == guide:
                return each
        raise StoreError(f"guide={guide!r} is unknown to this store; `automl grow` learns a new one")

    def library_list(self, state: str | None = "active") -> tuple[dict[str, Any], ...]:
        """A dictionary a subroutine: name, digest, type, kind, state, uses (how many), tasks (which), saved,
        created."""
        users: dict[str, list[Use]] = {}
        for use in self.uses():
            users.setdefault(use.subroutine, []).append(use)
        listed = []
        for each in self.subroutines(state):
            row = {key: getattr(each, key) for key in ("name", "digest", "type", "kind", "state", "saved", "created")}
            mine = users.get(each.digest, [])
            listed.append(row | {"uses": len(mine), "tasks": sorted({use.task for use in mine})})
        return tuple(listed)

    def live_weights(self, best: int = 5) -> set[str]:
        """The digests of the weights to keep: of all subroutines, solutions and guides, of the `best` evaluations of
        each finished run, and of every evaluation of the runs that may go on (they may be parents)."""
        kept = {each.weights for each in self.subroutines(state=None)}
        kept |= {each.weights for each in self.solutions()} | {each.weights for each in self.guides()}
        for run in self.runs():
            evaluations = self.best(run.id, best) if run.state == "finished" else self.evaluations(run.id)
            kept |= {each.weights for each in evaluations}
        return {digest for digest in kept if digest is not None}

    def collect_garbage(self, best: int = 5, older_than: float = 3600.0) -> int:
        """Deletes the weights that `live_weights(best)` does not name and that are older than `older_than` seconds (a
        younger one may belong to a record that is being written). How many were deleted."""
        with self.batch():  # so that no writer is at work, and nothing is deleted beside a store that cannot be written
            return self.blobs.gc(self.live_weights(best), older_than=older_than)

    def __enter__(self) -> AbstractStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


STORES: PluginKind[type[AbstractStore]] = PluginKind(
    "store", f"{__package__}.stores", classes(AbstractStore), "automl.stores"
)


def store_kinds() -> Iterator[type[AbstractStore]]:
    """Every kind of store in `library/stores/`, by module name, imported as the iteration comes to it. Raises
    PluginError where two have one name."""
    return (kind for _, kind in STORES.each())


def open_store(url: str, *, create: bool = True, blobs: str | None = None) -> AbstractStore:
    """The store at `url`: "memory:", a path, "sqlite:///file.db" or another SQLAlchemy URL.

    With `create` an absent one is made, else that is a StoreError. `blobs` is where its weights are, a folder or an
    fsspec URL; by default beside an SQLite file, and required (here or as `?blobs=` in the URL) for a database server
    when weights are kept. A store of an older schema is migrated; a newer one, or a file that is no store, is refused
    and left untouched. A file that cannot be written (a read-only file, folder or mount) is read as it is; writing to
    it is a StoreError then.
    """
    if not isinstance(url, str) or not url.strip() or not url.isprintable():
        raise StoreError(f"url={url!r}: required is memory:, a path, or a database URL such as sqlite:///library.db")
    for kind in store_kinds():
        if kind.accepts(url):
            return kind.open(url, create=create, blobs=blobs)
    raise StoreError(
        f"url={url!r} names no kind of store; required is memory:, a path, or a database URL such as "
        "sqlite:///library.db or postgresql://host/name"
    )
