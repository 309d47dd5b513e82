"""The browser of a database: what is not shown is not read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from ..browsing.browser import AbstractBrowser, CountedRun, CountedTask, CountedWord, EvaluationRow, Listing
from ..browsing.by_type import TypedWord
from ..browsing.of_records import warn_of_run
from ..records import Direction, Evaluation, Event, Record, Run, StoreError, Subroutine, json_text
from . import log, words
from .engine import Database
from .integrity import any_text
from .schema import COLUMNS, evaluations, events, from_row, runs, snapshots, solutions, subroutines, uses

R = TypeVar("R", bound=Record)
AT_ONCE = 500
"""Numbers that one query names: a database takes so many parameters."""


class SqlBrowser(AbstractBrowser):
    """Of a database with the current schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def runs(self, start: int, count: int, text: str = "", task: str = "") -> Listing[CountedRun]:
        names = (runs.c.id, runs.c.task, runs.c.strategy)
        held = or_(*(name.icontains(text, autoescape=True) for name in names))
        wanted = and_(held, runs.c.task == task) if task else held
        with self._database.read() as connection:
            total = connection.execute(select(func.count()).select_from(runs).where(wanted)).scalar_one()
            statement = select(*COLUMNS[Run]).where(wanted).order_by(runs.c.started.desc(), runs.c.id.desc())
            found = list(_sound_runs(connection, statement.offset(start).limit(count)))
            return Listing(tuple(_counted_runs(connection, found)), total)

    def tasks(
        self, start: int, count: int, text: str = "", unsolved: bool = False, without: str = ""
    ) -> Listing[CountedTask]:
        wanted = [runs.c.task.icontains(text, autoescape=True)]
        if without:
            wanted.append(runs.c.strategy != without)
        if unsolved:
            wanted.append(~exists().where(solutions.c.task == runs.c.task))
        latest = func.max(runs.c.started)
        grouped = select(runs.c.task, func.count(), latest).where(*wanted).group_by(runs.c.task)
        with self._database.read() as connection:
            total = connection.execute(select(func.count(runs.c.task.distinct())).where(*wanted)).scalar_one()
            ordered = grouped.order_by(latest.desc(), runs.c.task).offset(start).limit(count)
            page = [(task, number, began) for task, number, began in connection.execute(ordered)]
            solved = (
                select(solutions.c.task, func.count(), func.min(solutions.c.created))
                .where(solutions.c.task.in_([task for task, *_ in page]))
                .group_by(solutions.c.task)
            )
            known = {task: (number, first) for task, number, first in connection.execute(solved)}
        return Listing(
            tuple(CountedTask(task, number, began, *known.get(task, (0, None))) for task, number, began in page), total
        )

    def evaluation_rows(self, run: str) -> tuple[EvaluationRow, ...]:
        c = evaluations.c
        statement = select(c.ask, c.outcome, c.score, c.seconds, c.parameters, c.size).where(c.run == run)
        with self._database.read() as connection:
            log.find_run(connection, run)
            return tuple(map(EvaluationRow._make, connection.execute(statement.order_by(c.ask)).all()))

    def scored_by(self, run: str, name: str) -> frozenset[int]:
        c = evaluations.c
        held = c.scores.contains(f"{json_text(name)}:", autoescape=True)
        with self._database.read() as connection:
            log.find_run(connection, run)
            return frozenset(connection.execute(select(c.ask).where(c.run == run, held)).scalars())

    def chosen(self, run: str, asks: Collection[int]) -> tuple[Evaluation, ...]:
        def statement(some: list[int]) -> Select[Any]:
            c = evaluations.c
            return select(*COLUMNS[Evaluation]).where(c.run == run, c.ask.in_(some)).order_by(c.ask)

        with self._database.read() as connection:
            log.find_run(connection, run)
            return _about(connection, Evaluation, asks, statement)

    def events(
        self, run: str, kind: str, asks: Collection[int] | None = None, without: str = "", numbers: range | None = None
    ) -> tuple[Event, ...]:
        wanted: list[ColumnElement[bool]] = [events.c.run == run, events.c.kind == kind]
        if without:
            wanted.append(~events.c.payload.contains(without, autoescape=True))
        if numbers is not None:
            wanted += [events.c.number >= numbers.start, events.c.number < numbers.stop]
        every = select(*COLUMNS[Event]).where(*wanted).order_by(events.c.number)
        with self._database.read() as connection:
            log.find_run(connection, run)
            if asks is None:
                return log.fetch(connection, Event, every)
            found = _about(connection, Event, asks, lambda some: every.where(events.c.ask.in_(some)))
        return tuple(sorted(found, key=lambda event: event.number))

    def named(self, names: Collection[str]) -> tuple[Subroutine, ...]:
        wanted = sorted(set(names))
        with self._database.read() as connection:
            found = [
                word
                for start in range(0, len(wanted), AT_ONCE)
                for word in words.sound(connection, subroutines.c.name.in_(wanted[start : start + AT_ONCE]))
            ]
        return tuple(sorted(found, key=lambda word: (word.name, word.digest)))

    def words(
        self, start: int, count: int, text: str = "", inside: str = "", task: str = "", demoted: bool = False
    ) -> Listing[CountedWord]:
        c = subroutines.c
        named = c.name.icontains(text, autoescape=True)
        others_of_name = subroutines.alias()
        gone = and_(c.active_name.is_(None), ~exists().where(others_of_name.c.active_name == c.name))
        wanted: list[ColumnElement[bool]] = [gone if demoted else c.active_name.is_not(None)]
        if text:
            others = (c.description.icontains(text, autoescape=True), c.body.icontains(text, autoescape=True))
            serving = select(uses.c.subroutine).where(uses.c.task.icontains(text, autoescape=True))
            wanted.append(or_(named, *others, c.digest.in_(serving)))
        if inside:
            wanted.append(c.body.contains(inside, autoescape=True))
        if task:
            wanted.append(c.digest.in_(select(uses.c.subroutine).where(uses.c.task == task)))
        keys = select(c.name, c.digest).where(*wanted).order_by(case((named, 0), else_=1), c.name, c.digest)
        with self._database.read() as connection:
            total = connection.execute(select(func.count()).select_from(subroutines).where(*wanted)).scalar_one()
            page = [(name, digest) for name, digest in connection.execute(keys.offset(start).limit(count))]
            counted = _counted_words(connection, {digest for _, digest in page}, demoted)
            sound = {(each.word.name, each.word.digest): each for each in counted}
            return Listing(tuple(sound[key] for key in page if key in sound), total)

    def libraries_with(self, digest: str) -> frozenset[str]:
        held = snapshots.c.words.contains(json_text(digest), autoescape=True)
        begun = exists().where(runs.c.library == snapshots.c.digest)
        with self._database.read() as connection:
            return frozenset(connection.execute(select(snapshots.c.digest).where(held, begun)).scalars())

    def counted(self, digests: Collection[str]) -> tuple[CountedWord, ...]:
        with self._database.read() as connection:
            return tuple(sorted(_counted_words(connection, digests), key=lambda each: each.word.name))

    def types(self) -> tuple[TypedWord, ...]:
        c = subroutines.c
        statement = select(c.name, c.digest, c.type).where(c.active_name.is_not(None)).order_by(c.name)
        with self._database.read() as connection, any_text(connection):
            return tuple(map(TypedWord._make, connection.execute(statement).all()))


def _counted_words(connection: Connection, digests: Collection[str], demoted: bool = False) -> list[CountedWord]:
    """The active subroutines with these digests, or the ``demoted`` ones, damaged ones left out, each with how it is used."""
    found, wanted = list[CountedWord](), sorted(set(digests))
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        counted = (
            select(uses.c.subroutine, func.count(), func.count(uses.c.task.distinct()))
            .where(uses.c.subroutine.in_(some))
            .group_by(uses.c.subroutine)
        )
        counts = {digest: (number, tasks) for digest, number, tasks in connection.execute(counted)}
        c = subroutines.c
        chosen = and_(c.digest.in_(some), c.active_digest.is_(None)) if demoted else c.active_digest.in_(some)
        found += [CountedWord(each, *counts.get(each.digest, (0, 0))) for each in words.sound(connection, chosen)]
    return found


def _sound_runs(connection: Connection, statement: Select[Any]) -> Iterator[Run]:
    """The runs that a query over their columns selects; those that are none are named in a warning."""
    with any_text(connection):
        for row in connection.execute(statement).all():
            try:
                yield from_row(Run, row)
            except StoreError as error:
                warn_of_run(str(row[0]).encode("utf-8", "backslashreplace").decode(), error)


def _counted_runs(connection: Connection, found: list[Run]) -> Iterator[CountedRun]:
    """Runs, each with how many evaluations it has and the best score of these."""
    c = evaluations.c
    summed = select(c.run, func.count(), func.max(c.score), func.min(c.score)).group_by(c.run)
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        rows = connection.execute(summed.where(c.run.in_([run.id for run in some]))).all()
        known = {run: (count, highest, lowest) for run, count, highest, lowest in rows}
        for run in some:
            count, highest, lowest = known.get(run.id, (0, None, None))
            yield CountedRun(run, count, highest if run.direction == Direction.MAXIMIZE else lowest)


def _about(
    connection: Connection, kind: type[R], asks: Collection[int], statement: Callable[[list[int]], Select[Any]]
) -> tuple[R, ...]:
    """The records that a query about some asks selects, for all of them in turn."""
    wanted, found = sorted(set(asks)), list[R]()
    for start in range(0, len(wanted), AT_ONCE):
        found += log.fetch(connection, kind, statement(wanted[start : start + AT_ONCE]))
    return tuple(found)
