"""Subroutines, their uses, their history and the snapshots of the active ones, in an open transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from ..records import Change, StoreError, Subroutine, Use, json_text, json_value
from ..rules import place, renamed, words_digest
from .integrity import any_text, read_rows
from .log import fetch
from .schema import COLUMNS, changes, from_row, snapshots, subroutines, to_row, uses

logger = logging.getLogger(__name__)


def put(connection: Connection, new: Subroutine, action: str, evidence: Mapping[str, object], *, revive: bool) -> bool:
    """Whether a subroutine was added or made active again; that is noted in the history.

    connection: an open transaction.
    new: the subroutine.
    action: what the history calls it.
    evidence: plain data that the history keeps.
    revive: whether one that was demoted becomes active again; see `rules.place`.

    Raises Conflict.
    """
    near = select(*COLUMNS[Subroutine]).where(or_(subroutines.c.name == new.name, subroutines.c.digest == new.digest))
    step = place(new, fetch(connection, Subroutine, near), revive=revive)
    if step == "keep":
        return False
    if step == "activate":
        _set_state(connection, new, "active")
    else:
        _insert(connection, replace(new, state="demoted") if step == "hide" else new)
    note(connection, new, action, evidence)
    return True


def _insert(connection: Connection, new: Subroutine) -> None:
    active = new.state == "active"
    row = to_row(new) | {"active_name": new.name if active else None, "active_digest": new.digest if active else None}
    connection.execute(insert(subroutines), row)


def _set_state(connection: Connection, word: Subroutine, state: str) -> None:
    active = state == "active"
    connection.execute(
        update(subroutines)
        .where(subroutines.c.name == word.name, subroutines.c.digest == word.digest)
        .values(state=state, active_name=word.name if active else None, active_digest=word.digest if active else None)
    )


def note(connection: Connection, word: Subroutine, action: str, evidence: Mapping[str, object]) -> None:
    """Adds to the history what happened to a word, when, and on what evidence."""
    change = Change(name=word.name, digest=word.digest, action=action, time=time.time(), evidence=dict(evidence))
    connection.execute(insert(changes), to_row(change))


def demote(connection: Connection, word: Subroutine, evidence: Mapping[str, object]) -> Subroutine:
    """The word as it is now: hidden. Raises StoreError where it was already."""
    if word.state != "active":
        raise StoreError(f"name={word.name!r} is demoted already")
    _set_state(connection, word, "demoted")
    note(connection, word, "demoted", evidence)
    return replace(word, state="demoted")


def rename(connection: Connection, word: Subroutine, new: str, evidence: Mapping[str, object]) -> Subroutine:
    """The word under its new name, see `rules.renamed`; the old name stays, demoted. Raises StoreError and Conflict."""
    near = fetch(connection, Subroutine, select(*COLUMNS[Subroutine]).where(subroutines.c.name == new))
    found = renamed(word, new, near)
    _set_state(connection, word, "demoted")
    if any(each.digest == word.digest for each in near):  # it had that name before
        _set_state(connection, found, "active")
    else:
        _insert(connection, found)
    note(connection, word, "renamed", {**evidence, "to": new})
    note(connection, found, "renamed", {**evidence, "from": word.name})
    return found


def find(connection: Connection, state: str | None) -> tuple[Subroutine, ...]:
    """The subroutines in that state (None: in any), by name and digest; damaged rows are left out, with a warning."""
    found = []
    with any_text(connection):
        # The state is looked at in the record: a damaged one must not make the row vanish.
        for row in read_rows(connection, subroutines, COLUMNS[Subroutine], _left_out):
            try:
                word = from_row(Subroutine, row)
            except StoreError as error:  # one damaged word must not end every search
                _left_out(str(error))
                continue
            if state in (None, word.state):
                found.append(word)
    return tuple(sorted(found, key=lambda word: (word.name, word.digest)))  # a database's collation may differ


def sound(connection: Connection, wanted: ColumnElement[bool]) -> Iterator[Subroutine]:
    """The subroutines that a condition selects; damaged rows are left out, with a warning.

    connection: an open transaction.
    wanted: on columns of their table.
    """
    with any_text(connection):
        for row in connection.execute(select(*COLUMNS[Subroutine]).where(wanted)).all():
            try:
                yield from_row(Subroutine, row)
            except StoreError as error:
                _left_out(str(error))


def _left_out(why: str) -> None:
    logger.warning("a subroutine is left out: %s; `automl library check` says more", why)


def add_uses(connection: Connection, new: Iterable[Use], saved: Mapping[str, float]) -> None:
    """Inserts the uses that are not there yet, and adds to what subroutines saved.

    connection: an open transaction.
    new: the uses.
    saved: what to add, by digest.
    """
    rows = {}
    for use in new:
        there = select(uses.c.task).where(
            uses.c.subroutine == use.subroutine, uses.c.task == use.task, uses.c.run == use.run
        )
        if connection.execute(there).first() is None:
            rows[use] = to_row(use)
    if rows:
        connection.execute(insert(uses), list(rows.values()))
    for digest, amount in saved.items():
        connection.execute(
            update(subroutines).where(subroutines.c.digest == digest).values(saved=subroutines.c.saved + amount)
        )


def find_uses(connection: Connection, subroutine: str | None) -> tuple[Use, ...]:
    """The uses, sorted: of the subroutine with that digest, or of all where it is None."""
    statement = select(*COLUMNS[Use])
    if subroutine is not None:
        statement = statement.where(uses.c.subroutine == subroutine)
    found = fetch(connection, Use, statement)
    return tuple(sorted(found, key=lambda use: (use.subroutine, use.task, use.run)))


def history(connection: Connection, name: str | None) -> tuple[Change, ...]:
    """What happened to the words of that name (None: to any), oldest first."""
    statement = select(*COLUMNS[Change]).order_by(changes.c.sequence)
    if name is not None:
        statement = statement.where(changes.c.name == name)
    return fetch(connection, Change, statement)


def version(connection: Connection) -> int:
    """The number of the last change in the history; 0 where there is none."""
    return int(connection.execute(select(func.max(changes.c.sequence))).scalar() or 0)


def names(connection: Connection) -> frozenset[str]:
    """Every name in the tables of subroutines and of changes, whether or not its row is sound."""
    with any_text(connection):
        found = connection.execute(select(subroutines.c.name).union(select(changes.c.name))).scalars().all()
    return frozenset(str(name) for name in found)


def active(connection: Connection) -> list[tuple[str, str]]:
    """Names and digests of the active words, sorted."""
    statement = select(subroutines.c.name, subroutines.c.digest).where(subroutines.c.state == "active")
    return sorted((row.name, row.digest) for row in connection.execute(statement))


def known_snapshot(connection: Connection, digest: str) -> bool:
    """Whether a snapshot with this digest is kept."""
    return connection.execute(select(snapshots.c.digest).where(snapshots.c.digest == digest)).first() is not None


def keep_snapshot(connection: Connection) -> str:
    """The digest of the set of active words, which is kept."""
    words = active(connection)
    digest = words_digest(words)
    if not known_snapshot(connection, digest):
        connection.execute(insert(snapshots), {"digest": digest, "words": json_text(words)})
    return digest


def snapshot_words(connection: Connection, digest: str) -> tuple[Subroutine, ...]:
    """The words that were active at that snapshot, by name. Raises StoreError where it is unknown."""
    row = connection.execute(select(snapshots.c.words).where(snapshots.c.digest == digest)).first()
    if row is None:
        raise StoreError(f"snapshot={digest!r} is unknown to this store")
    known = {(word.name, word.digest): word for word in find(connection, None)}
    seen = [(name, digest) for name, digest in json_value(row.words)]
    return tuple(replace(known[word], state="active") for word in seen if word in known)
