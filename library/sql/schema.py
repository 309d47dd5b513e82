"""The tables of the current schema, and records as rows of them.

A record's fields are columns of the same name; `JSON_FIELDS` are kept as text written by `json_text`. The other columns
serve constraints and indexes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ..fields import MAX_KEY
from ..records import (
    Change,
    Evaluation,
    Event,
    GuideRecord,
    Record,
    Run,
    Solution,
    StoreError,
    Subroutine,
    Use,
    json_text,
    json_value,
)

VERSION = 4
APPLICATION = "automl-programs"
JSON_FIELDS = frozenset(
    {"budget", "config", "payload", "scores", "cases", "curves", "provenance", "evidence", "guide", "iteration"}
)

R = TypeVar("R", bound=Record)
Row: TypeAlias = dict[str, object]
"""A row to be written, by column."""
_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only for a key of type INTEGER
metadata = MetaData()


def _key(name: str, **options: Any) -> Column[str]:
    return Column(name, String(MAX_KEY), nullable=False, **options)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _double(name: str, nullable: bool = False) -> Column[float]:
    return Column(name, Double, nullable=nullable)


schema_version = Table(
    "schema_version",
    metadata,
    Column("application", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    _key("id", primary_key=True),
    _key("task", index=True),
    _key("strategy"),
    Column("seed", BigInteger, nullable=False),
    _text("budget"),
    _key("state"),
    _text("config"),
    _key("library"),
    _double("started"),
    _double("finished", nullable=True),
    _key("metric"),
    _key("direction"),
)

events = Table(
    "events",
    metadata,
    _key("run", primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _key("kind"),
    Column("ask", BigInteger, nullable=False),
    _text("payload"),
    sqlite_with_rowid=False,
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
    _key("run"),
    Column("ask", BigInteger, nullable=False),
    _text("term"),
    _key("outcome"),
    _text("scores"),
    Column("solved", Boolean, nullable=False),
    _double("seconds"),
    Column("parameters", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("weights", String(MAX_KEY)),
    _key("key"),
    _text("detail"),
    _text("cases"),
    _double("score", nullable=True),  # the run's primary score where it is finite: what `best` goes by
    Column("curves", Text),
    UniqueConstraint("run", "ask", name="one_evaluation_an_ask"),
)
Index("evaluations_by_key", evaluations.c.key, evaluations.c.sequence)
evaluations_by_score = Index("evaluations_by_score", evaluations.c.run, evaluations.c.score, evaluations.c.ask)

solutions = Table(
    "solutions",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
    _key("task", index=True),
    _key("run", index=True),
    _text("term"),
    _text("expanded"),
    Column("right", Boolean),
    _text("scores"),
    Column("evaluations", BigInteger, nullable=False),
    _double("seconds"),
    Column("weights", String(MAX_KEY)),
    _double("created"),
    Column("term_digest", String(64), nullable=False),  # terms are too long for a key in some databases
    UniqueConstraint("task", "run", "term_digest", name="one_solution_a_term"),
)

subroutines = Table(
    "subroutines",
    metadata,
    _key("name", primary_key=True),
    _key("digest", primary_key=True, index=True),
    _text("type"),
    _key("kind"),
    _text("body"),
    Column("weights", String(MAX_KEY)),
    _key("state"),
    _text("provenance"),
    _double("saved"),
    _double("created"),
    _text("description"),
    # Name and digest while active, else null: so no two writers can both take one, in any database.
    Column("active_name", String(MAX_KEY), unique=True),
    Column("active_digest", String(MAX_KEY), unique=True),
)

uses = Table(
    "uses",
    metadata,
    _key("subroutine", primary_key=True),
    _key("task", primary_key=True),
    _key("run", primary_key=True),
    sqlite_with_rowid=False,
)

changes = Table(
    "changes",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
    _key("name", index=True),
    _key("digest"),
    _key("action"),
    _double("time"),
    _text("evidence"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("digest", String(MAX_KEY), primary_key=True),
    _text("words"),
)

guides = Table(
    "guides",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
    _key("id", unique=True),
    _text("guide"),
    Column("weights", String(MAX_KEY)),
    _text("iteration"),
    Column("seed", BigInteger, nullable=False),
    _key("library"),
    _double("created"),
)

TABLES: dict[type[Record], Table] = {
    Run: runs,
    Event: events,
    Evaluation: evaluations,
    Solution: solutions,
    Subroutine: subroutines,
    Use: uses,
    Change: changes,
    GuideRecord: guides,
}
_FIELDS = {kind: kind.names() for kind in TABLES}
COLUMNS: dict[type[Record], tuple[Column[Any], ...]] = {
    kind: tuple(table.c[name] for name in _FIELDS[kind]) for kind, table in TABLES.items()
}
"""What to select, in this order, for `from_row`."""


def to_row(record: Record) -> Row:
    """A record's own columns."""
    return {
        name: json_text(value) if name in JSON_FIELDS else value
        for name in _FIELDS[type(record)]
        for value in (getattr(record, name),)
    }


def from_row(kind: type[R], row: Iterable[Any]) -> R:
    """The record of a row of `COLUMNS[kind]`. Raises StoreError, with the field, for a value that it does not take."""
    names = _FIELDS[kind]
    return kind(
        **{
            name: _plain(kind, name, value) if name in JSON_FIELDS else value
            for name, value in zip(names, row, strict=True)
        }
    )


def _plain(kind: type[Record], name: str, value: str) -> object:
    try:
        return json_value(value)
    except StoreError as error:
        raise StoreError(f"{kind.__name__}.{name}: {error}") from None
