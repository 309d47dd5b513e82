"""From an older schema to the current one, a step a version, all steps in one transaction.

`STEPS[n]` takes an open transaction on a store of version n and leaves version n + 1. A step is frozen once released:
it names tables and columns as they were, and does not use the current `schema` module. Each version has a stored
example in `tests/library/examples/`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sqlalchemy import BigInteger, Column, Connection, Double, Index, Integer, MetaData, String, Table, Text, text

from ..fields import Payload
from ..records import StoreError, json_text, json_value


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


def _move_guides(connection: Connection) -> None:
    """3 to 4: what growths learned has a table of its own. It was kept as runs, with the guide in their configuration;
    searches name it by the id of that run, which stays."""
    table = _guides_of_4()
    table.create(connection)
    kept = text(
        "SELECT id, config, seed, library, started FROM runs WHERE task = 'growth of the library' "
        "AND strategy = 'wake, abstract, dream' ORDER BY started, id"
    )
    for row in connection.execute(kept).all():
        config = _configuration(row.config)
        if config is None:
            continue
        new = {
            "id": row.id,
            "guide": json_text(config.get("guide")),
            "weights": config.get("tensors"),
            "iteration": json_text(config.get("iteration", {})),
            "seed": row.seed,
            "library": row.library,
            "created": row.started,
        }
        connection.execute(table.insert(), new)
        connection.execute(text("DELETE FROM runs WHERE id = :id"), {"id": row.id})


def _guides_of_4() -> Table:
    return Table(
        "guides",
        MetaData(),
        Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("id", String(200), nullable=False, unique=True),
        Column("guide", Text, nullable=False),
        Column("weights", String(200)),
        Column("iteration", Text, nullable=False),
        Column("seed", BigInteger, nullable=False),
        Column("library", String(200), nullable=False),
        Column("created", Double, nullable=False),
    )


def _configuration(stored: str) -> Payload | None:
    """A run's configuration; None where it is damaged: such a run stays where it is, for the rest of the store is
    sound."""
    try:
        config = json_value(stored)
    except StoreError:
        return None
    return config if isinstance(config, dict) else None


STEPS: dict[int, Callable[[Connection], None]] = {1: _add_score, 2: _add_curves, 3: _move_guides}
