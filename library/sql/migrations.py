"""From an older schema to the current one, a step a version, all steps in one transaction.

`STEPS[n]` takes an open transaction on a store of version n and leaves version n + 1. A step is frozen once released:
it names tables and columns as they were, and does not use the current `schema` module. Each version has a stored
example in `tests/library/examples/`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sqlalchemy import Connection, Index, MetaData, Table, text

from ..records import json_value


def _add_score(connection: Connection) -> None:
    """1 to 2: evaluations hold their run's primary score as a number, so that the best are found by an index."""
    connection.execute(text("ALTER TABLE evaluations ADD COLUMN score DOUBLE PRECISION"))
    metrics = {row.id: row.metric for row in connection.execute(text("SELECT id, metric FROM runs"))}
    update = text("UPDATE evaluations SET score = :score WHERE sequence = :sequence")
    rows = connection.execute(text("SELECT sequence, run, scores FROM evaluations")).all()
    filled = []
    for row in rows:
        score = json_value(row.scores).get(metrics[row.run])
        if score is not None and math.isfinite(score):
            filled.append({"score": float(score), "sequence": row.sequence})
    if filled:
        connection.execute(update, filled)
    table = Table("evaluations", MetaData(), autoload_with=connection)
    Index("evaluations_by_score", table.c.run, table.c.score, table.c.ask).create(connection)


def _add_curves(connection: Connection) -> None:
    """2 to 3: evaluations say how their training went."""
    connection.execute(text("ALTER TABLE evaluations ADD COLUMN curves TEXT"))
    connection.execute(text("UPDATE evaluations SET curves = 'null'"))


STEPS: dict[int, Callable[[Connection], None]] = {1: _add_score, 2: _add_curves}
