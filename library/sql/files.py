"""The file of an SQLite store: refused early and in words where it is no store, and read where it cannot be written."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from ..files import irregular
from ..records import StoreError

_SIDE = ("-wal", "-journal")
"""Ends of the names of files in which SQLite keeps changes that are not in the database's own file yet."""


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite URL; None for another database. Raises StoreError where the URL names none."""
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StoreError(f"url={url}: an SQLite store needs a file; use memory: for one that is not kept")
    return Path(url.database)


def check_file(file: Path, create: bool) -> None:
    """Refuses what SQLite would refuse late, or wait for; makes an absent folder if ``create``. Raises StoreError."""
    kind = irregular(file)
    if kind:
        raise StoreError(f"store={file} is {kind}, not a file; give the path of a library")
    try:
        there = file.exists()
    except OSError as error:
        raise StoreError(f"store={file} cannot be read: {error.strerror}") from error
    if not there:
        if not create:
            raise StoreError(
                f"store={file} does not exist: there is no library at that path; check it, or make it by a search: "
                f"automl search digits --budget 60s --library {file}"
            )
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"store={file}: its folder cannot be made: {error.strerror}") from error
        return
    if file.is_dir() or not os.access(file, os.R_OK):
        raise StoreError(f"store={file} cannot be read: {os.strerror(errno.EISDIR if file.is_dir() else errno.EACCES)}")
    if not _is_database(file):
        raise StoreError(f"store={file} is not an SQLite database; choose another file")


def _is_database(file: Path) -> bool:
    """Whether SQLite takes the file for a database; also where it cannot say. SQLite is asked, since a process that itself opens and
    closes a file loses the locks that it has on it (https://www.sqlite.org/howtocorrupt.html, section 2.2)."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=rw", timeout=0.0, uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchall()
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorcode != sqlite3.SQLITE_NOTADB
    return True


def why_unwritable(file: Path) -> str:
    """Why SQLite cannot write there: the file, what belongs to it or its folder is read-only; "" where it can."""
    for each in (file, *(beside(file, end) for end in (*_SIDE, "-shm"))):
        if each.exists() and not os.access(each, os.W_OK):
            return f"{each} is read-only"
    return "" if os.access(file.parent, os.W_OK) else f"its folder {file.parent} is read-only"


def beside(file: Path, end: str) -> Path:
    """The file beside ``file`` whose name has ``end`` added."""
    return file.with_name(file.name + end)


def reading_uri(file: Path) -> str | None:
    """The SQLite URI by which the file is read without a write beside it; None where that needs a copy, since changes
    in side files have not been carried over.

    SQLite's own read-only mode sees what others write meanwhile. In WAL mode it needs the side files, which cannot be
    made there; without any the file is whole, and is read as one that does not change.
    """
    pending = any(_size(beside(file, end)) for end in _SIDE)
    modes = ["mode=ro"] if beside(file, "-wal").exists() or not _in_wal_mode(file) else []
    if not pending:
        modes.append("mode=ro&immutable=1")
    return next((uri for uri in (f"file:{quote(str(file))}?{mode}" for mode in modes) if _opens(uri)), None)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _in_wal_mode(file: Path) -> bool:
    with file.open("rb") as handle:
        header = handle.read(20)
    return len(header) == 20 and header[18] == 2


def _opens(uri: str) -> bool:
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:  # damaged, which the caller says better
        return True
    return True


def copy_of(file: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder that is deleted when done with, with a copy of the database and its side files under the same name."""
    folder = tempfile.TemporaryDirectory(prefix="automl-store-")
    for each in (file, *(beside(file, end) for end in _SIDE)):
        if each.exists():
            shutil.copyfile(each, Path(folder.name) / each.name)
    return folder
