"""A database of ours: opening it with its version checked, and its transactions."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from ..records import Conflict, StoreError
from .files import check_file, copy_of, reading_uri, sqlite_file, why_unwritable
from .integrity import first_fault, is_damage, reason_of
from .migrations import STEPS
from .schema import APPLICATION, VERSION, metadata, schema_version

logger = logging.getLogger(__name__)
BUSY_SECONDS = 60.0
LOOKED_THROUGH = 16 * 2**20
"""Bytes up to which an SQLite file is looked through for damage when it is opened: about ten milliseconds for each MiB."""
ADVICE = "restore it from a copy, with the weights beside it; `automl library check` lists what can still be read and what cannot"
# What lets one writer at a time go on: anywhere the row of the version; PostgreSQL has a lock that writes nothing.
_LOCK = select(schema_version.c.version).with_for_update()
_POSTGRESQL_LOCK = select(func.pg_advisory_xact_lock(int.from_bytes(b"automl")))


class Database:
    """Transactions on one database URL, for many threads. SQLite is in WAL mode with synchronous NORMAL: what was
    committed survives the death of the process; a loss of power may take the last commits but leaves the store
    consistent. A file that cannot be written is read as it is; `refusal` says why then, and nothing is written."""

    def __init__(self, url: URL, create: bool) -> None:
        self._file = sqlite_file(url)
        self.name = url.render_as_string(hide_password=True)
        self.refusal = ""
        self._copy: TemporaryDirectory[str] | None = None
        if self._file is None:
            self._engine = _translated(self.name, lambda: create_engine(url, pool_pre_ping=True))
        else:
            check_file(self._file, create)
            self.refusal = why_unwritable(self._file)
            self._engine = self._sqlite_engine(self._file)
        self._local = threading.local()
        self._process = os.getpid()
        self._made = False
        try:
            self._prepare(create)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of all connections, and of the copy that was read where the file could not be written."""
        self._engine.dispose()
        if self._copy is not None:
            self._copy.cleanup()

    def _sqlite_engine(self, file: Path) -> Engine:
        if not self.refusal:
            return _sqlite_engine(str(file))
        if not file.exists():
            raise StoreError(f"store={self.name} cannot be made: {self.refusal}; choose another path")
        uri = reading_uri(file)
        return self._engine_of_copy(file) if uri is None else _sqlite_engine(uri, uri=True)

    def _engine_of_copy(self, file: Path) -> Engine:
        self._copy = copy_of(file)
        return _sqlite_engine(str(Path(self._copy.name) / file.name))

    # -- transactions ------------------------------------------------------------------------------------------

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction over all writes of this thread in the block; see AbstractStore.batch."""
        with self.write():
            yield

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store; within a batch, the batch's own."""
        current = getattr(self._local, "connection", None)
        if current is not None:
            yield current
            return
        self._own_process()
        with self._errors(), self._begin(alone=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is alone in writing (from its first moment, so what it reads stays true until it
        ends) and is committed at the end of the block; within a batch, the batch's own."""
        local = self._local
        current = getattr(local, "connection", None)
        if current is not None:
            try:
                with self._errors():
                    yield current
            except BaseException:
                local.failed = True
                raise
            return
        if self.refusal:
            raise StoreError(
                f"store={self.name} cannot be written: {self.refusal}; it can be read, and a copy of it can be written"
            )
        with self._alone() as connection:
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        local = self._local
        self._own_process()
        with self._errors(), self._begin(alone=True) as connection:
            local.connection, local.failed = connection, False
            try:
                yield connection
                if local.failed:
                    raise StoreError("an error inside this batch was ignored; nothing of the batch is kept")
            finally:
                local.connection = None

    @contextmanager
    def _begin(self, alone: bool) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin() as transaction:
            if self._file is not None:
                # The driver's own BEGIN is off, and an event listener that says it would cost on every statement.
                connection.connection.cursor().execute("BEGIN IMMEDIATE" if alone else "BEGIN").close()
            elif alone and self._engine.dialect.name == "postgresql":
                connection.execute(_POSTGRESQL_LOCK)
            elif alone and self._made:
                connection.execute(_LOCK)
            yield connection
            if not alone:  # a commit fails where damage was met, although there is nothing to be kept
                transaction.rollback()

    @property
    def in_batch(self) -> bool:
        """Whether this thread is inside a write or a batch."""
        return getattr(self._local, "connection", None) is not None

    def _own_process(self) -> None:
        if self._process != os.getpid():  # a fork must not use its parent's connections
            self._engine.dispose(close=False)
            self._process = os.getpid()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise Conflict(
                f"store={self.name}: another writer was first: {_cause(error)}; read again and retry"
            ) from error
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreError(f"store={self.name}: {_cause(error)}") from error
        except UnicodeDecodeError as error:  # SQLite's own message holds the damaged name of a table or column
            raise StoreError(f"store={self.name}: its tables are damaged: {error}; {ADVICE}") from error

    # -- opening -----------------------------------------------------------------------------------------------

    def _prepare(self, create: bool) -> None:
        with self.read() as connection:
            version = self._version(connection)
            fault = "" if version is None else self._fault(connection)
        if fault:
            logger.warning(
                "store=%s is damaged (%s): rows may be missing in what is shown and used; %s", self.name, fault, ADVICE
            )
        if version is None and (self.refusal or not create):
            raise StoreError(f"store={self.name} does not exist: the database is empty; check the URL")
        self._made = version is not None
        if version != VERSION:
            if self.refusal and self._copy is None and self._file is not None:
                self._engine.dispose()
                self._engine = self._engine_of_copy(self._file)
            self._bring_up_to_date()
            if version is not None:
                what = "a copy of it, which is read," if self.refusal else "it"
                logger.warning(
                    "store=%s is of an earlier form (version %d): %s was brought to version %d, which earlier programs refuse",
                    self.name, version, what, VERSION,
                )  # fmt: skip
            self._made = True
        if self._file is not None and not self.refusal:
            self._use_wal()

    def _fault(self, connection: Connection) -> str:
        """What the engine finds wrong with a file that is small enough to be looked through at each opening."""
        if self._file is None or self._file.stat().st_size > LOOKED_THROUGH:
            return ""
        return first_fault(connection)

    def _bring_up_to_date(self) -> None:
        try:
            with self._alone() as connection:
                version = self._version(connection)
                if version is None:
                    metadata.create_all(connection)
                    connection.execute(insert(schema_version), {"application": APPLICATION, "version": VERSION})
                    return
                for step in range(version, VERSION):
                    STEPS[step](connection)
                connection.execute(update(schema_version).values(version=VERSION))
        except StoreError:
            with self.read() as connection:  # another process may have done it at the same moment
                if self._version(connection) != VERSION:
                    raise

    def _version(self, connection: Connection) -> int | None:
        """The schema version of the database; None if it has no tables. Raises StoreError if it is not ours, damaged, or
        newer."""
        tables = set(inspect(connection).get_table_names())
        if not tables:
            return None
        ours: list[object] = []
        if {"application", "version"} <= _columns(connection, tables):
            mine = select(schema_version.c.version).where(schema_version.c.application == APPLICATION)
            ours = list(connection.execute(mine).scalars())
        if len(ours) != 1:
            if {"runs", "subroutines", "snapshots"} <= tables:
                raise StoreError(f"store={self.name} is damaged: it has no schema_version; restore it from a copy")
            raise StoreError(
                f"store={self.name} is a database of another application (tables: {', '.join(sorted(tables)[:5])}); "
                "choose another file or database"
            )
        version = ours[0]
        if not isinstance(version, int) or version < 1:
            raise StoreError(
                f"store={self.name} is damaged: schema_version={version!r}, required is a whole number from 1 to "
                f"{VERSION}; restore it from a copy"
            )
        if version > VERSION:
            raise StoreError(
                f"store={self.name} has schema_version={version}, this program reads up to {VERSION}; "
                "upgrade the program; the store was left as it is"
            )
        return version

    def _use_wal(self) -> None:
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            raw = self._engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL").close()
                return
            except Exception as error:  # SQLite's busy timeout does not cover this statement
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise StoreError(f"store={self.name}: {error}") from error
                time.sleep(0.01)
            finally:
                raw.close()


def _columns(connection: Connection, tables: set[str]) -> set[str]:
    name = schema_version.name
    return {column["name"] for column in inspect(connection).get_columns(name)} if name in tables else set()


def _translated(name: str, make: Callable[[], Engine]) -> Engine:
    try:
        return make()
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(f"store={name} cannot be opened: {error}; is the database's driver installed?") from error


def _cause(error: Exception) -> str:
    message = reason_of(error)
    if is_damage(error):
        return f"{message}; {ADVICE}"
    if message == "database is locked":
        return f"it stayed locked for {BUSY_SECONDS:g} s; is a process that writes to it stopped?"
    return message


def _sqlite_engine(database: str, uri: bool = False) -> Engine:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(database, uri=uri, timeout=BUSY_SECONDS, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: a read before it is not protected
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()
