"""Runs, their events, their evaluations, solutions and what growths learned, in an open transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from ..records import Conflict, Direction, Evaluation, Event, GuideRecord, Record, Run, Solution, StoreError
from ..rules import continues, numbered, unchanged
from ..run_store import RunRow, Unreadable, run_row
from .integrity import any_text
from .schema import COLUMNS, Row, evaluations, events, from_row, guides, runs, solutions, to_row

R = TypeVar("R", bound=Record)

# Statements are made once: making one costs as much as running it.
_RUN = select(*COLUMNS[Run]).where(runs.c.id == bindparam("run"))
_LAST = select(func.max(events.c.number)).where(events.c.run == bindparam("run"))
_EVENTS = (
    select(*COLUMNS[Event])
    .where(events.c.run == bindparam("run"), events.c.number >= bindparam("start"))
    .order_by(events.c.number)
)
_ONE = select(*COLUMNS[Evaluation]).where(evaluations.c.run == bindparam("run"), evaluations.c.ask == bindparam("ask"))
_ALL = select(*COLUMNS[Evaluation]).where(evaluations.c.run == bindparam("run")).order_by(evaluations.c.ask)
_CACHED = (
    select(*COLUMNS[Evaluation]).where(evaluations.c.key == bindparam("key")).order_by(evaluations.c.sequence).limit(1)
)
_INSERT_EVENT = insert(events)
_INSERT_EVALUATION = insert(evaluations)


def fetch(
    connection: Connection, kind: type[R], statement: Select[Any], values: Mapping[str, str | int] | None = None
) -> tuple[R, ...]:
    """The records that a query selects.

    connection: an open transaction.
    kind: the class of the records.
    statement: a query over ``COLUMNS[kind]``.
    values: of the query's parameters; default: it has none.

    Raises StoreError for a row that is no such record.
    """
    return tuple(from_row(kind, row) for row in connection.execute(statement, values))


def create_run(connection: Connection, run: Run) -> None:
    """Inserts a run. Raises Conflict where its id is taken."""
    if fetch(connection, Run, _RUN, {"run": run.id}):
        raise Conflict(f"run={run.id!r} exists already; choose another id, or resume that run")
    connection.execute(insert(runs), to_row(run))


def replace_run(connection: Connection, run: Run) -> None:
    """Writes all fields of a run that is there."""
    connection.execute(update(runs).where(runs.c.id == run.id), to_row(run))


def find_run(connection: Connection, run: str) -> Run:
    """The run with this id. Raises StoreError where there is none."""
    found = fetch(connection, Run, _RUN, {"run": run})
    if not found:
        raise StoreError(
            f"run={run!r} is unknown; `automl runs list` shows the runs of a library, which --library names"
        )
    return found[0]


def find_runs(
    connection: Connection,
    task: str | None,
    state: str | None,
    unreadable: Unreadable | None = None,
) -> tuple[Run, ...]:
    """The runs, oldest first.

    connection: an open transaction.
    task: the task that they are on; None for any.
    state: the state that they are in; None for any.
    unreadable: told of each damaged row, which is left out; default: such a row is a StoreError.
    """
    statement = select(*COLUMNS[Run]).order_by(runs.c.started, runs.c.id)
    if task is not None:
        statement = statement.where(runs.c.task == task)
    if state is not None:
        statement = statement.where(runs.c.state == state)
    if unreadable is None:
        return fetch(connection, Run, statement)
    found = []
    with any_text(connection):
        for row in connection.execute(statement):
            try:
                found.append(from_row(Run, row))
            except StoreError as error:
                unreadable(str(row[0]).encode("utf-8", "backslashreplace").decode(), error)
    return tuple(found)


def run_list(connection: Connection, unreadable: Unreadable | None = None) -> tuple[RunRow, ...]:
    """A row a run, oldest first.

    connection: an open transaction.
    unreadable: as for `find_runs`.
    """
    counted = connection.execute(
        select(
            evaluations.c.run, func.count().label("count"), func.max(evaluations.c.score), func.min(evaluations.c.score)
        ).group_by(evaluations.c.run)
    )
    totals = {row[0]: tuple(row[1:]) for row in counted}
    listed = []
    for run in find_runs(connection, None, None, unreadable):
        count, highest, lowest = totals.get(run.id, (0, None, None))
        listed.append(run_row(run, count, highest if run.direction == Direction.MAXIMIZE else lowest))
    return tuple(listed)


def next_number(connection: Connection, run: str) -> int:
    """The number that the next event of the run must have, from 0."""
    last = connection.execute(_LAST, {"run": run}).scalar()
    return 0 if last is None else last + 1


def append(connection: Connection, new: Iterable[Event], lengths: MutableMapping[str, int]) -> None:
    """Inserts events, which must continue the logs of their runs.

    connection: an open transaction.
    new: events of any runs.
    lengths: how long logs are known to be, by run; it is brought up to date. A log only grows and no number is given twice, so an
        event that continues a remembered log needs no look-up: it is the next one, or the insertion fails.

    Raises Conflict.
    """
    by_run = numbered(new)
    for run, mine in by_run.items():
        if lengths.get(run) != mine[0].number:
            continues(mine[0], next_number(connection, run))
        lengths[run] = mine[-1].number + 1
    rows = [to_row(event) for mine in by_run.values() for event in mine]
    if rows:
        connection.execute(_INSERT_EVENT, rows)


def find_events(connection: Connection, run: str, start: int) -> tuple[Event, ...]:
    """The events of the run from number ``start`` on, in order."""
    return fetch(connection, Event, _EVENTS, {"run": run, "start": start})


def record(connection: Connection, new: Iterable[Evaluation], known: Mapping[str, Run], *, look: bool) -> int:
    """Inserts evaluations; how many were new.

    connection: an open transaction.
    new: the evaluations.
    known: the run of every one of them, by id.
    look: whether to look first for what is there; without, all are taken to be new, and the insertion fails if one is not.

    Raises Conflict where one is there and says otherwise.
    """
    rows: dict[tuple[str, int], tuple[Evaluation, Row]] = {}
    for each in new:
        old = rows[each.run, each.ask][0] if (each.run, each.ask) in rows else None
        if old is None and look:
            old = find_evaluation(connection, each.run, each.ask)
        if old is not None:
            unchanged(old, each)
            continue
        rows[each.run, each.ask] = (each, {**to_row(each), "score": known[each.run].primary(each.scores)})
    if rows:
        connection.execute(_INSERT_EVALUATION, [row for _, row in rows.values()])
    return len(rows)


def find_evaluation(connection: Connection, run: str, ask: int) -> Evaluation | None:
    """The evaluation of that ask of the run; None where there is none."""
    found = fetch(connection, Evaluation, _ONE, {"run": run, "ask": ask})
    return found[0] if found else None


def find_evaluations(connection: Connection, run: str) -> tuple[Evaluation, ...]:
    """All evaluations of the run, by ask."""
    return fetch(connection, Evaluation, _ALL, {"run": run})


def best(connection: Connection, run: Run, count: int) -> tuple[Evaluation, ...]:
    """Up to ``count`` evaluations with the best primary score, best first, ties by ask."""
    order = evaluations.c.score.desc() if run.direction == Direction.MAXIMIZE else evaluations.c.score.asc()
    statement = (
        select(*COLUMNS[Evaluation])
        .where(evaluations.c.run == run.id, evaluations.c.score.is_not(None))
        .order_by(order, evaluations.c.ask)
        .limit(count)
    )
    return fetch(connection, Evaluation, statement)


def cached(connection: Connection, key: str) -> Evaluation | None:
    """The first evaluation that was recorded under this cache key; None where there is none."""
    found = fetch(connection, Evaluation, _CACHED, {"key": key})
    return found[0] if found else None


def add_solution(connection: Connection, solution: Solution) -> bool:
    """Inserts a solution; False where the same program of the same run for the task is there."""
    digest = hashlib.sha256(solution.term.encode()).hexdigest()
    there = select(solutions.c.sequence).where(
        solutions.c.task == solution.task, solutions.c.run == solution.run, solutions.c.term_digest == digest
    )
    if connection.execute(there).first() is not None:
        return False
    connection.execute(insert(solutions), {**to_row(solution), "term_digest": digest})
    return True


def find_solutions(
    connection: Connection, task: str | None, run: str | None, last: int | None = None
) -> tuple[Solution, ...]:
    """The solutions in the order in which they were added, of one task and by one run where those are not None, and of these the
    ``last`` ones."""
    statement = select(*COLUMNS[Solution]).order_by(solutions.c.sequence)
    if task is not None:
        statement = statement.where(solutions.c.task == task)
    if run is not None:
        statement = statement.where(solutions.c.run == run)
    if last is not None:
        latest = statement.order_by(None).order_by(solutions.c.sequence.desc()).limit(last)
        return fetch(connection, Solution, latest)[::-1]
    return fetch(connection, Solution, statement)


def add_guide(connection: Connection, guide: GuideRecord) -> None:
    """Inserts what a growth learned. Raises Conflict where the id is taken."""
    if connection.execute(select(guides.c.id).where(guides.c.id == guide.id)).first() is not None:
        raise Conflict(f"guide={guide.id!r} exists already; choose another id")
    connection.execute(insert(guides), to_row(guide))


def find_guides(connection: Connection, last: int | None = None) -> tuple[GuideRecord, ...]:
    """What growths learned, in the order in which it was added; of these the ``last`` ones."""
    statement = select(*COLUMNS[GuideRecord])
    if last is not None:
        return fetch(connection, GuideRecord, statement.order_by(guides.c.sequence.desc()).limit(last))[::-1]
    return fetch(connection, GuideRecord, statement.order_by(guides.c.sequence))
