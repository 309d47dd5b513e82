"""The browser of a database: what is not shown is not read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from ..browsing.browser import (
    AbstractBrowser,
    CountedRun,
    CountedTask,
    CountedWord,
    EvaluationRow,
    EventChoice,
    Listing,
    OutcomeCount,
)
from ..browsing.by_type import TypedWord
from ..browsing.of_records import warn_of_run
from ..records import Direction, Evaluation, Event, Run, StoreError, Subroutine, json_text
from . import log, words
from .engine import Database
from .integrity import any_text
from .schema import COLUMNS, evaluations, events, from_row, runs, snapshots, solutions, subroutines, uses

AT_ONCE = 500
"""Numbers that one query names: a database takes so many parameters."""
MOST_NAMED = 10_000
"""Of more evaluations than these all rows are read, and those that are wanted are taken from them."""
_ROW = tuple(evaluations.c[name] for name in EvaluationRow._fields)


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

    def evaluation_rows(self, run: str, asks: Collection[int] | None = None) -> tuple[EvaluationRow, ...]:
        every = select(*_ROW).where(evaluations.c.run == run).order_by(evaluations.c.ask)
        with self._database.read() as connection:
            log.find_run(connection, run)
            if asks is None or len(asks) > MOST_NAMED:
                wanted = None if asks is None else frozenset(asks)
                rows = map(EvaluationRow._make, connection.execute(every).all())
                return tuple(rows) if wanted is None else tuple(row for row in rows if row.ask in wanted)
            some = (every.where(evaluations.c.ask.in_(part)) for part in _parts(asks))
            return tuple(EvaluationRow._make(row) for part in some for row in connection.execute(part).all())

    def asks(self, run: str) -> Sequence[int]:
        c = evaluations.c
        with self._database.read() as connection:
            log.find_run(connection, run)
            ends = select(func.count(), func.min(c.ask), func.max(c.ask)).where(c.run == run)
            count, first, last = connection.execute(ends).one()
            if count and last - first + 1 == count:
                return range(first, last + 1)
            return tuple(connection.execute(select(c.ask).where(c.run == run).order_by(c.ask)).scalars())

    def ranked(self, run: str) -> tuple[int, ...]:
        c = evaluations.c
        with self._database.read() as connection:
            order = c.score.desc() if _is_maximised(connection, run) else c.score.asc()
            scored = select(c.ask).where(c.run == run, c.score.is_not(None)).order_by(order, c.ask)
            return tuple(connection.execute(scored).scalars().all())

    def outcomes(self, run: str) -> tuple[OutcomeCount, ...]:
        c = evaluations.c
        most = func.coalesce(func.max(case((c.score.is_not(None), c.parameters))), 0)
        counted = select(c.outcome, func.count(), func.sum(c.seconds), most).where(*_by_ask(run)).group_by(c.outcome)
        with self._database.read() as connection:
            log.find_run(connection, run)
            return tuple(sorted(map(OutcomeCount._make, connection.execute(counted).all())))

    def longest(self, run: str, count: int) -> tuple[EvaluationRow, ...]:
        c = evaluations.c
        statement = select(*_ROW).where(*_by_ask(run)).order_by(c.seconds.desc(), c.ask).limit(count)
        with self._database.read() as connection:
            log.find_run(connection, run)
            return tuple(map(EvaluationRow._make, connection.execute(statement).all()))

    def undominated(self, run: str, cost: str) -> tuple[int, ...]:
        c = evaluations.c
        price = c[cost]
        with self._database.read() as connection:
            more = _is_maximised(connection, run)
            best = func.max(c.score) if more else func.min(c.score)
            cheapest = select(price, best).where(*_by_ask(run), c.score.is_not(None)).group_by(price)
            found: list[tuple[int, float]] = []
            for each, score in sorted(tuple(row) for row in connection.execute(cheapest)):
                if not found or (score > found[-1][1] if more else score < found[-1][1]):
                    found.append((each, score))
            named = (
                select(func.min(c.ask)).where(c.run == run, c.score == score, price == each) for each, score in found
            )
            return tuple(connection.execute(statement).scalar_one() for statement in named)

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
            found = tuple(
                record for some in _parts(asks) for record in log.fetch(connection, Evaluation, statement(some))
            )
            if not found:
                log.find_run(connection, run)
            return found

    def events(self, run: str, *choices: EventChoice) -> tuple[Event, ...]:
        every = select(*COLUMNS[Event]).where(events.c.run == run).order_by(events.c.number)
        found: dict[int, Event] = {}
        with self._database.read() as connection:
            log.find_run(connection, run)
            for wanted in zip_longest(*map(_choosing, choices)):
                either = or_(*(each for each in wanted if each is not None))
                found |= {event.number: event for event in log.fetch(connection, Event, every.where(either))}
        return tuple(event for _, event in sorted(found.items()))

    def latest(self, run: str, kind: str, ask: int, before: int | None = None) -> Event | None:
        c = events.c
        backwards = select(*COLUMNS[Event]).where(c.run == run, c.kind == kind, c.ask == ask).order_by(c.number.desc())
        nearer = backwards if before is None else backwards.where(c.number < before)
        with self._database.read() as connection:
            found = log.fetch(connection, Event, nearer.limit(1))
            if not found:
                log.find_run(connection, run)
            return next(iter(found), None)

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


def _parts(asks: Collection[int]) -> Iterator[list[int]]:
    """Asks, each once, in as many parts as queries have to name them."""
    wanted = sorted(set(asks))
    return (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))


def _choosing(choice: EventChoice) -> Iterator[ColumnElement[bool]]:
    """Conditions of which each entry that is chosen meets one, none naming too many asks."""
    wanted = [events.c.kind == choice.kind]
    if choice.without:
        wanted.append(~events.c.payload.contains(choice.without, autoescape=True))
    if choice.asks is None:
        yield and_(*wanted)
    else:
        yield from (and_(*wanted, events.c.ask.in_(some)) for some in _parts(choice.asks))


def _by_ask(run: str) -> tuple[ColumnElement[bool], ...]:
    """That evaluations are of a run, said so that a database reads them in the order in which they lie, and not in that of their scores."""
    return evaluations.c.run == run, evaluations.c.ask >= 0


def _is_maximised(connection: Connection, run: str) -> bool:
    return log.find_run(connection, run).direction == Direction.MAXIMIZE
