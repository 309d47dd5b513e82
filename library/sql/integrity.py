"""What is wrong with a database of ours: what its engine says, rows that are no records, columns that contradict each other."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, func, literal_column, select, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from primitives.brief import plural

from ..fields import short
from ..records import Record, Run, StoreError, json_value
from ..rules import words_digest
from .schema import (
    COLUMNS,
    TABLES,
    changes,
    evaluations,
    events,
    from_row,
    runs,
    snapshots,
    solutions,
    subroutines,
    uses,
)

MOST = 1000
"""Faults that SQLite's own check lists at most."""
Fault = tuple[str, str]
"""Where, and what is wrong there."""


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """In the block, text of SQLite that is not UTF-8 comes as text with lone surrogates, which no record takes, instead of
    ending the whole query."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    before = driver.text_factory
    driver.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before


def reason_of(error: Exception) -> str:
    """What an engine says, in one line.

    error: as it was raised, by SQLAlchemy or by the driver.
    """
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def is_damage(error: Exception) -> bool:
    """Whether an error says that a file of SQLite is damaged.

    error: as it was raised, by SQLAlchemy or by the driver.
    """
    cause = getattr(error, "orig", None) or error
    return (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def first_fault(connection: Connection) -> str:
    """What SQLite first finds wrong with its file; "" where that is nothing, and for other engines.

    connection: an open transaction.
    """
    with any_text(connection):
        try:
            return next((what for _, what in _engine(connection)), "").strip().replace("\n", ": ")
        except DatabaseError as error:
            return reason_of(error)


def read_rows(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], lost: Callable[[str], None]
) -> list[Row[Any]]:
    """The rows of a table. Where the file is damaged, those that can be read, one by one.

    connection: an open transaction, whose text is that of ``any_text``.
    table: any.
    columns: of the table, in the order wanted.
    lost: told of each row, or of the part of the table, that cannot be read.

    Raises SQLAlchemyError for what is no damage.
    """
    statement = select(*columns)
    try:
        return list(connection.execute(statement).all())
    except DatabaseError as error:
        if not is_damage(error):
            raise
    found: list[Row[Any]] = []
    keys = _keys(table)
    for values in _key_values(connection, table, keys, lost):
        here = [key == value for key, value in zip(keys, values, strict=True)]
        try:
            found += connection.execute(statement.where(*here)).all()
        except DatabaseError as error:
            lost(f"the row with {_place(connection, table, here)} cannot be read: {reason_of(error)}")
    return found


def _keys(table: Table) -> list[ColumnElement[Any]]:
    """What finds a row without a look into an index."""
    without = table.dialect_options["sqlite"]["with_rowid"] is False
    return list(table.primary_key) if without else [literal_column("rowid")]


def _key_values(
    connection: Connection, table: Table, keys: Sequence[ColumnElement[Any]], lost: Callable[[str], None]
) -> list[tuple[object, ...]]:
    """The keys of the rows: read from the first one on, and where that meets damage from the last one back too."""
    found: dict[tuple[object, ...], None] = {}
    reason = ""
    for order in (list(keys), [key.desc() for key in keys]):
        try:
            for row in connection.execute(select(*keys).select_from(table).order_by(*order)):
                found[tuple(row)] = None
        except DatabaseError as error:
            reason = reason_of(error)
        else:
            return list(found)
    lost(f"part of the table cannot be read: {reason}")
    return list(found)


def _place(connection: Connection, table: Table, here: Sequence[ColumnElement[bool]]) -> str:
    """The primary key of a row, as far as that can be read."""
    shown = []
    for column in table.primary_key:
        try:
            shown.append(f"{column.name}={short(connection.execute(select(column).where(*here)).scalar())}")
        except DatabaseError:
            shown.append(f"{column.name}=?")
    return ", ".join(shown)


def faults(connection: Connection) -> Iterator[Fault]:
    """All that is found wrong, each as ``(where, what)``."""
    checks: list[tuple[str, Callable[[Connection], Iterator[Fault]]]] = [("database", _engine)]
    checks += [(table.name, partial(_rows, kind=kind)) for kind, table in TABLES.items()]
    checks += [("subroutines", _active), ("solutions", _terms), ("snapshots", _snapshots)]
    checks += [("evaluations", _scores), ("events", _numbers), ("database", _references)]
    with any_text(connection):
        for where, check in checks:
            try:
                yield from check(connection)
            except (SQLAlchemyError, sqlite3.Error) as error:
                yield where, f"cannot be read: {reason_of(error)}"


def _engine(connection: Connection) -> Iterator[Fault]:
    if connection.dialect.name == "sqlite":
        for (line,) in connection.execute(text(f"PRAGMA integrity_check({MOST})")):
            if line != "ok":
                yield "database", str(line)


def _rows(connection: Connection, kind: type[Record]) -> Iterator[Fault]:
    table = TABLES[kind]
    columns = (*COLUMNS[kind], *table.primary_key)
    try:
        for row in connection.execute(select(*columns).execution_options(yield_per=1000)):
            yield from _no_record(kind, row)
    except DatabaseError as error:
        if not is_damage(error):
            raise
        lost: list[str] = []
        for row in read_rows(connection, table, columns, lost.append):
            yield from _no_record(kind, row)
        yield from ((table.name, what) for what in lost)


def _no_record(kind: type[Record], row: Row[Any]) -> Iterator[Fault]:
    table = TABLES[kind]
    keys = [column.name for column in table.primary_key]
    try:
        from_row(kind, row[: len(COLUMNS[kind])])
    except (StoreError, TypeError) as error:
        place = ", ".join(f"{key}={value!r}" for key, value in zip(keys, row[-len(keys) :], strict=True))
        yield table.name, f"the row with {place} cannot be read: {error}"


def _active(connection: Connection) -> Iterator[Fault]:
    """Name and digest stand a second time in the row of an active word, and in no other."""
    c = subroutines.c
    for row in connection.execute(select(c.name, c.digest, c.state, c.active_name, c.active_digest)):
        wanted = (row.name, row.digest) if row.state == "active" else (None, None)
        if (row.active_name, row.active_digest) != wanted:
            yield (
                "subroutines",
                f"{row.name}@{row.digest} ({row.state}) is kept as {row.active_name}@{row.active_digest}",
            )


def _terms(connection: Connection) -> Iterator[Fault]:
    c = solutions.c
    for row in connection.execute(select(c.task, c.run, c.term, c.term_digest).execution_options(yield_per=1000)):
        if hashlib.sha256(str(row.term).encode("utf-8", "surrogateescape")).hexdigest() != row.term_digest:
            yield "solutions", f"the program for task={row.task!r} of run={row.run!r} is not the one that was kept"


def _snapshots(connection: Connection) -> Iterator[Fault]:
    known = {tuple(row) for row in connection.execute(select(subroutines.c.name, subroutines.c.digest))}
    for row in connection.execute(select(snapshots.c.digest, snapshots.c.words)):
        try:
            words = [(str(name), str(digest)) for name, digest in json_value(row.words)]
        except (StoreError, TypeError, ValueError) as error:
            yield "snapshots", f"snapshot={row.digest!r} cannot be read: {error}"
            continue
        if words_digest(words) != row.digest:
            yield "snapshots", f"snapshot={row.digest!r} has other words than were kept"
        for name, digest in words:
            if (name, digest) not in known:
                yield "snapshots", f"snapshot={row.digest!r} names {name}@{digest}, which is gone"


def _scores(connection: Connection) -> Iterator[Fault]:
    judged: dict[str, Run] = {}
    for row in connection.execute(select(*COLUMNS[Run])):
        try:
            run = from_row(Run, row)
        except (StoreError, TypeError):
            continue  # reported with the rows
        judged[run.id] = run
    c = evaluations.c
    for row in connection.execute(select(c.run, c.ask, c.scores, c.score).execution_options(yield_per=1000)):
        try:
            score = judged[row.run].primary(json_value(row.scores)) if row.run in judged else row.score
        except (StoreError, TypeError, AttributeError):
            continue
        if score != row.score:
            yield "evaluations", f"run={row.run!r} ask={row.ask} has the score {score}, it is ranked by {row.score}"


def _numbers(connection: Connection) -> Iterator[Fault]:
    c = events.c
    for run, count, first, last in connection.execute(
        select(c.run, func.count(), func.min(c.number), func.max(c.number)).group_by(c.run)
    ):
        if first != 0 or last != count - 1:
            yield "events", f"run={run!r} has {plural(count, 'event')}, numbered from {first} to {last}: some are gone"


def _references(connection: Connection) -> Iterator[Fault]:
    parts: list[tuple[Table, Column[str], Column[str]]] = [
        (events, events.c.run, runs.c.id),
        (evaluations, evaluations.c.run, runs.c.id),
        (solutions, solutions.c.run, runs.c.id),
        (uses, uses.c.subroutine, subroutines.c.digest),
        (changes, changes.c.digest, subroutines.c.digest),
    ]
    for table, column, target in parts:
        for (value,) in connection.execute(select(column).where(column.not_in(select(target))).distinct()):
            yield table.name, f"{column.name}={value!r} is not among the {target.table.name}"
