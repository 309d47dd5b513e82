"""Which weights the rows of a database still need. A row that is damaged proves nothing dead."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, select

from ..fields import digest, short
from ..records import Direction, Evaluation, Run, StoreError
from . import log
from .integrity import any_text
from .schema import COLUMNS, evaluations, from_row, guides, solutions, subroutines

logger = logging.getLogger(__name__)
AT_ONCE = 500
"""Digests that one query names: a database takes so many parameters."""


def live_weights(connection: Connection, best: int) -> set[str] | None:
    """The digests of the weights to keep; None where a damaged row does not say which it needs, so that all must stay. Each damaged
    row is named in a warning.

    connection: an open transaction.
    best: how many of the best evaluations of a finished run count; of all others each does.
    """
    with any_text(connection):
        named = [*_owned(connection), *_evaluated(connection, best)]
    needed: set[str] = set()
    unknown = False
    for where, value in named:
        try:
            needed.add(digest(value))
        except ValueError:
            logger.warning("%s has weights=%s, which name none: all weights are kept", where, short(value))
            unknown = True
    return None if unknown else needed


def named_beside(connection: Connection, run: str, digests: Collection[str]) -> set[str]:
    """Those of the digests that subroutines, solutions, guides or evaluations of other runs name.

    connection: an open transaction.
    run: whose evaluations do not count.
    digests: of weights.
    """
    wanted, found = sorted(digests), set[str]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        for table in (subroutines, solutions, guides, evaluations):
            named = select(table.c.weights).where(table.c.weights.in_(some)).distinct()
            if table is evaluations:
                named = named.where(evaluations.c.run != run)
            found.update(connection.execute(named).scalars())
    return found


def _owned(connection: Connection) -> Iterator[tuple[str, object]]:
    """The weights of subroutines, solutions and guides, sound rows or not, each with where they are named."""
    for table in (subroutines, solutions, guides):
        keys = list(table.primary_key)
        for weights, *place in connection.execute(
            select(table.c.weights, *keys).where(table.c.weights.is_not(None))
        ).all():
            row = ", ".join(f"{key.name}={value!r}" for key, value in zip(keys, place, strict=True))
            yield f"the row of {table.name} with {row}", weights


def _evaluated(connection: Connection, best: int) -> Iterator[tuple[str, object]]:
    """The weights of all evaluations but those that a finished run certainly did better than."""
    damaged: list[str] = []
    runs = log.find_runs(connection, None, None, lambda run, error: damaged.append(f"run={run!r}: {error}"))
    for what in damaged:
        logger.warning("%s; all weights of this run are kept", what)
    finished = {run.id: run for run in runs if run.state == "finished"}
    leading = {run: _leading(connection, finished[run], best) for run in finished}
    c = evaluations.c
    statement = select(*COLUMNS[Evaluation], c.score, c.run, c.ask, c.weights).where(c.weights.is_not(None))
    for row in connection.execute(statement.execution_options(yield_per=1000)):
        *fields, score, run, ask, weights = row
        where = f"the evaluation of run={run!r} ask={ask!r}"
        if run not in finished or ask in leading[run] or not _sound(finished[run], fields, score, where):
            yield where, weights


def _leading(connection: Connection, run: Run, best: int) -> set[int]:
    """The asks of the best evaluations of a run; of damaged ones too."""
    c = evaluations.c
    order = c.score.desc() if run.direction == Direction.MAXIMIZE else c.score.asc()
    ranked = select(c.ask).where(c.run == run.id, c.score.is_not(None)).order_by(order, c.ask).limit(best)
    return set(connection.execute(ranked).scalars())


def _sound(run: Run, fields: Iterable[object], score: object, where: str) -> bool:
    """Whether an evaluation is a record and is ranked by its own score; a warning where not."""
    try:
        record = from_row(Evaluation, fields)
    except (StoreError, TypeError) as error:
        logger.warning("%s cannot be read: %s; its weights are kept", where, error)
        return False
    if run.primary(record.scores) != score:
        logger.warning("%s is ranked by another score than its own; its weights are kept", where)
        return False
    return True
