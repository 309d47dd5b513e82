"""The store: what each kind of store of runs, evaluations and the library promises.

Runs keep an append-only log of numbered events and one evaluation an ask; the library keeps subroutines, who uses them
and what happened to them. A kind of store is one module in `library/stores/`, found by scanning.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, ClassVar

from primitives.plugins import PluginKind, classes

from .browsing.browser import AbstractBrowser
from .browsing.of_records import RecordBrowser
from .records import StoreError
from .run_store import AbstractRunStore
from .run_store import Unreadable as Unreadable
from .word_store import NO_EVIDENCE as NO_EVIDENCE
from .word_store import AbstractWordStore

if TYPE_CHECKING:
    from types import TracebackType

    from .weights.blobs import Blobs


class AbstractStore(AbstractRunStore, AbstractWordStore):
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
        """Whether `url` names a store of this kind. No URL may be accepted by two kinds.

        url: as a user writes it.
        """

    @classmethod
    @abstractmethod
    def open(cls, url: str, *, create: bool, blobs: str | None) -> AbstractStore:
        """The store at a URL of this kind; see `open_store`.

        url: one that this kind accepts.
        create: whether an absent one is made.
        blobs: where its weights are; None for its usual place.
        """

    @classmethod
    @abstractmethod
    def example(cls, folder: str) -> str:
        """A URL of this kind that needs nothing but `folder`: the conformance suite runs on it.

        folder: an empty one.
        """

    @abstractmethod
    def close(self) -> None:
        """Lets go of connections. Closing twice is allowed; the instance is not to be used afterwards."""

    @property
    @abstractmethod
    def blobs(self) -> Blobs:
        """Where this store's weights are."""

    def browser(self) -> AbstractBrowser:
        """What answers questions about parts of the store; a kind of store that can do so without reading whole records gives its own."""
        return RecordBrowser(self)

    @abstractmethod
    def batch(self) -> AbstractContextManager[None]:
        """One transaction over the calls of this thread within the block. An exception that leaves the block undoes all
        of it; so does an error inside that the block swallows (the end of the block then raises). Nested blocks join
        the outermost. Nothing is kept before the outermost block ends: tell no strategy of an evaluation before
        that."""

    @abstractmethod
    def problems(self) -> tuple[tuple[str, str], ...]:
        """What is wrong with what is kept, as far as the kind of store can tell, each as (where, what): damage, rows that
        are no records, records that contradict each other. Whether words and weights hold is for `library.check`."""

    @abstractmethod
    def live_weights(self, best: int = 5) -> set[str]:
        """The digests of the weights to keep: of all subroutines, solutions and guides, and of evaluations. A damaged row is named in
        a warning and proves nothing dead: what it may need stays, all weights where it does not say which.

        best: how many of the best evaluations of a finished run count; of runs that may go on all do, as they may be parents. Default: 5.
        """

    @abstractmethod
    def named_beside(self, run: str, digests: Collection[str]) -> set[str]:
        """Those of some weights that anything but evaluations of one run names: evaluations of others, subroutines, solutions, guides.

        run: the id of that run.
        digests: of the weights.
        """

    def free_weights(self, run: str, digests: Collection[str], older_than: float = 60.0) -> set[str]:
        """Deletes weights that evaluations of one run alone name. The digests of those that are gone, or that others name.

        run: the id of that run.
        digests: of the weights.
        older_than: only weights of at least this age are deleted, in seconds; a younger one may belong to a record that another process
            is writing. Default: a minute.
        """
        with self.batch():
            named = self.named_beside(run, digests)
            return named | self.blobs.delete(set(digests) - named, older_than)

    def collect_garbage(self, best: int = 5, older_than: float = 3600.0) -> int:
        """How many weights were deleted: those that `live_weights` does not name.

        best: as for `live_weights`.
        older_than: only weights of at least this age are deleted, in seconds; a younger one may belong to a record that is being
            written. Default: an hour.
        """
        with (
            self.batch()
        ):  # so that no other process writes, and nothing is deleted beside a store that cannot be written
            return self.blobs.gc(self.live_weights(best), older_than=older_than)

    def __enter__(self) -> AbstractStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


STORES: PluginKind[type[AbstractStore]] = PluginKind("store", f"{__package__}.stores", classes(AbstractStore), "stores")


def store_kinds() -> Iterator[type[AbstractStore]]:
    """Every kind of store in `library/stores/`, by module name, imported as the iteration comes to it. Raises
    PluginError where two have one name."""
    return (kind for _, kind in STORES.each())


def open_store(url: str, *, create: bool = True, blobs: str | None = None) -> AbstractStore:
    """The store at a URL. One of an older schema is migrated; a newer one, or a file that is no store, is refused and left untouched.
    A file that cannot be written (a read-only file, folder or mount) is read as it is; writing to it is a StoreError then.

    url: "memory:", a path, "sqlite:///file.db" or another SQLAlchemy URL.
    create: whether an absent one is made; else that is a StoreError. Default: it is.
    blobs: where its weights are, a folder or an fsspec URL; default: beside an SQLite file. For a database server it is required,
        here or as ``?blobs=`` in the URL, once weights are kept.

    Raises StoreError.
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
