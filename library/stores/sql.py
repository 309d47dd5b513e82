"""A store in a database: an SQLite file by default, any SQLAlchemy URL else. Many processes may write at once."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Unpack

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from ..browsing.browser import AbstractBrowser
from ..records import (
    Change,
    Conflict,
    Evaluation,
    Event,
    GuideRecord,
    Run,
    Solution,
    StoreError,
    Subroutine,
    Use,
)
from ..rules import changeable
from ..run_store import RunChanges, RunRow
from ..sql import log, words
from ..sql.browser import SqlBrowser
from ..sql.engine import Database
from ..sql.integrity import faults
from ..sql.live import live_weights, named_beside
from ..store import NO_EVIDENCE, AbstractStore, Unreadable
from ..weights.blobs import Blobs

_SCHEME = re.compile(r"[a-z][a-z0-9]+(\+[a-z0-9]+)?://")
_DATABASES = ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql")


class SqlStore(AbstractStore):
    """Tables behind a `Database`. What a run is judged by never changes, so runs that were seen are remembered here and
    recording costs no look-up."""

    name: ClassVar[str] = "sql"
    persistent: ClassVar[bool] = True

    def __init__(self, url: URL, create: bool = True, blobs: str | None = None) -> None:
        in_url = url.query.get("blobs")
        location = blobs or (in_url if isinstance(in_url, str) else None)
        url = url.difference_update_query(["blobs"])
        if url.get_backend_name() == "sqlite" and url.database:
            given = url.database
            file = os.path.realpath(given) if os.path.islink(given) else given
            url = url.set(database=file)
            location = location or _weights_beside(file, given)
            _check_not_cut(Path(file), location)
        self.url = url.render_as_string(hide_password=True)
        self._database = Database(url, create)
        self._blobs = Blobs(location) if location else None
        self._judged: dict[str, Run] = {}
        self._lengths: dict[str, int] = {}

    @classmethod
    def accepts(cls, url: str) -> bool:
        if _SCHEME.match(url):
            return re.split(r"[+:]", url)[0] in _DATABASES
        return not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", url)  # a path; one letter before a colon is a drive

    @classmethod
    def open(cls, url: str, *, create: bool, blobs: str | None) -> SqlStore:
        if not _SCHEME.match(url):
            return cls(URL.create("sqlite", database=str(Path(url).expanduser())), create, blobs)
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError) as error:
            raise StoreError(f"url={url!r} is not a database URL: {error}") from error
        return cls(parsed, create, blobs)

    @classmethod
    def example(cls, folder: str) -> str:
        return f"sqlite:///{folder}/example.db"

    def close(self) -> None:
        self._database.close()

    @property
    def blobs(self) -> Blobs:
        if self._blobs is None:
            raise StoreError(
                f"store={self.url} has no place for weights; give one: add ?blobs=FOLDER or an fsspec URL to it"
            )
        return self._blobs

    def browser(self) -> AbstractBrowser:
        return SqlBrowser(self._database)

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self._forgetting(), self._database.batch(), self._forgetting():
            yield

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Around a transaction, as it may fail when it ends; and within it, so that no thread that waits for its end
        goes on with what is gone."""
        try:
            yield
        except BaseException:
            self._judged.clear()
            self._lengths.clear()
            raise

    def live_weights(self, best: int = 5) -> set[str]:
        with self._database.read() as connection:
            needed = live_weights(connection, best)
        return set(self.blobs.digests()) if needed is None else needed

    def named_beside(self, run: str, digests: Collection[str]) -> set[str]:
        with self._database.read() as connection:
            return named_beside(connection, run, digests)

    # -- runs and their log ------------------------------------------------------------------------------------

    def create_run(self, run: Run) -> Run:
        with self._database.write() as connection:
            log.create_run(connection, run)
            return log.find_run(connection, run.id)

    def update_run(self, run: str, **changes: Unpack[RunChanges]) -> Run:
        changeable(changes)
        with self._database.write() as connection:
            log.replace_run(connection, replace(log.find_run(connection, run), **changes))
            return log.find_run(connection, run)

    def runs(
        self, task: str | None = None, state: str | None = None, unreadable: Unreadable | None = None
    ) -> tuple[Run, ...]:
        with self._database.read() as connection:
            return log.find_runs(connection, task, state, unreadable)

    def run(self, run: str) -> Run:
        with self._database.read() as connection:
            return log.find_run(connection, run)

    def _judge(self, connection: Connection, runs: Iterable[str]) -> None:
        for run in runs:
            if run not in self._judged:
                self._judged[run] = log.find_run(connection, run)

    def append(self, *events: Event) -> None:
        with self._forgetting(), self._database.write() as connection, self._forgetting():
            self._judge(connection, (event.run for event in events))
            log.append(connection, events, self._lengths)

    def events(self, run: str, start: int = 0) -> tuple[Event, ...]:
        with self._database.read() as connection:
            self._judge(connection, (run,))
            return log.find_events(connection, run, start)

    def next_number(self, run: str) -> int:
        with self._database.read() as connection:
            self._judge(connection, (run,))
            return log.next_number(connection, run)

    def record(self, *evaluations: Evaluation, events: Iterable[Event] = ()) -> int:
        events = tuple(events)
        if not self._database.in_batch:
            try:
                return self._record(evaluations, events, look=False)
            except Conflict:
                pass  # an ask that was evaluated before, perhaps with the same result: worth a look
        return self._record(evaluations, events, look=True)

    def _record(self, evaluations: tuple[Evaluation, ...], events: tuple[Event, ...], look: bool) -> int:
        with self._forgetting(), self._database.write() as connection, self._forgetting():
            self._judge(connection, {*(each.run for each in evaluations), *(event.run for event in events)})
            new = log.record(connection, evaluations, self._judged, look=look)
            log.append(connection, events, self._lengths)
            return new

    def evaluations(self, run: str) -> tuple[Evaluation, ...]:
        with self._database.read() as connection:
            self._judge(connection, (run,))
            return log.find_evaluations(connection, run)

    def evaluation(self, run: str, ask: int) -> Evaluation | None:
        with self._database.read() as connection:
            self._judge(connection, (run,))
            return log.find_evaluation(connection, run, ask)

    def best(self, run: str, count: int = 1) -> tuple[Evaluation, ...]:
        with self._database.read() as connection:
            return log.best(connection, log.find_run(connection, run), count)

    def cached(self, key: str) -> Evaluation | None:
        if not key:
            return None
        with self._database.read() as connection:
            return log.cached(connection, key)

    def run_list(self, unreadable: Unreadable | None = None) -> tuple[RunRow, ...]:
        with self._database.read() as connection:
            return log.run_list(connection, unreadable)

    # -- solutions and the library -----------------------------------------------------------------------------

    def add_solution(self, solution: Solution) -> bool:
        with self._database.write() as connection:
            self._judge(connection, (solution.run,))
            return log.add_solution(connection, solution)

    def solutions(
        self, task: str | None = None, run: str | None = None, last: int | None = None
    ) -> tuple[Solution, ...]:
        with self._database.read() as connection:
            return log.find_solutions(connection, task, run, last)

    def add_guide(self, guide: GuideRecord) -> None:
        with self._database.write() as connection:
            log.add_guide(connection, guide)

    def guides(self, last: int | None = None) -> tuple[GuideRecord, ...]:
        with self._database.read() as connection:
            return log.find_guides(connection, last)

    def promote(
        self,
        subroutines: Iterable[Subroutine],
        uses: Iterable[Use] = (),
        evidence: Mapping[str, Mapping[str, object]] = NO_EVIDENCE,
    ) -> tuple[Subroutine, ...]:
        wanted = [replace(each, state="active") for each in subroutines]
        with self._database.write() as connection:
            promoted = [
                (each.name, each.digest)
                for each in wanted
                if words.put(connection, each, "promoted", evidence.get(each.name, {}), revive=True)
            ]
            words.add_uses(connection, uses, {})
            known = {(each.name, each.digest): each for each in words.find(connection, "active")}
            return tuple(known[key] for key in promoted)

    def adopt(self, subroutines: Iterable[Subroutine], uses: Iterable[Use], evidence: Mapping[str, object]) -> int:
        with self._database.write() as connection:
            new = sum(words.put(connection, each, "imported", evidence, revive=False) for each in subroutines)
            words.add_uses(connection, uses, {})
            return new

    def demote(self, name: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        with self._database.write() as connection:
            return words.demote(connection, self.subroutine(name), evidence)

    def rename(self, old: str, new: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        with self._database.write() as connection:
            return words.rename(connection, self.subroutine(old), new, evidence)

    def subroutines(self, state: str | None = "active") -> tuple[Subroutine, ...]:
        with self._database.read() as connection:
            return words.find(connection, state)

    def add_uses(self, uses: Iterable[Use], saved: Mapping[str, float] = {}) -> None:
        with self._database.write() as connection:
            words.add_uses(connection, uses, saved)

    def uses(self, subroutine: str | None = None) -> tuple[Use, ...]:
        with self._database.read() as connection:
            return words.find_uses(connection, subroutine)

    def history(self, name: str | None = None) -> tuple[Change, ...]:
        with self._database.read() as connection:
            return words.history(connection, name)

    def words_version(self) -> int:
        with self._database.read() as connection:
            return words.version(connection)

    def names(self) -> frozenset[str]:
        with self._database.read() as connection:
            return words.names(connection)

    def problems(self) -> tuple[tuple[str, str], ...]:
        with self._database.read() as connection:
            return tuple(faults(connection))

    def snapshot(self) -> str:
        with self._database.write() as connection:
            return words.keep_snapshot(connection)

    def snapshot_words(self, digest: str) -> tuple[Subroutine, ...]:
        with self._database.read() as connection:
            return words.snapshot_words(connection, digest)


def _weights_beside(file: str, link: str) -> str:
    """The folder of the weights of a file that was named by ``link``: beside the file, or where an earlier version
    kept them."""
    beside, earlier = f"{file}.blobs", f"{link}.blobs"
    return earlier if os.path.isdir(earlier) and not os.path.isdir(beside) else beside


def _check_not_cut(file: Path, weights: str) -> None:
    """Refuses to begin anew in a file that was cut to nothing, for then its weights would soon be taken for unused."""
    try:
        cut = file.stat().st_size == 0 and any(Path(weights).iterdir())
    except (OSError, ValueError):
        return
    if cut:
        raise StoreError(
            f"store={file} is empty (0 bytes) but has weights in {weights}: it was cut off; restore it from a copy, "
            "or delete both to begin anew"
        )
