"""Column encodings as JSON."""

from __future__ import annotations

from typing import Any

from .base import AbstractColumn, Json
from .kind import COLUMNS
from .kinds.category import CategoryColumn
from .kinds.number import NumberColumn


def column_to_json(column: AbstractColumn) -> Json:
    """The object that ``column_from_json`` reads."""
    kind = next(kind.name for kind in COLUMNS.found().values() if kind.column is type(column))
    return {"kind": kind, **column.to_json()}


def column_for_digest(column: AbstractColumn) -> Json | list[object]:
    """What a digest is taken over: ``[name, categories or null]`` where the column gives the features that it gave when there were no
    other kinds, so that tasks of that time keep their digests; else the same as ``column_to_json``."""
    if column == NumberColumn(column.name, getattr(column, "median", None)):
        return [column.name, None]
    if isinstance(column, CategoryColumn) and not column.missing:
        return [column.name, list(column.levels)]
    return column_to_json(column)


def column_from_json(data: Any) -> AbstractColumn:
    """The inverse of ``column_to_json``; reads ``[name, categories or null]`` of models before there were kinds too. Raises KeyError,
    TypeError or ValueError on anything else."""
    if isinstance(data, list | tuple):
        name, categories = data
        return NumberColumn(str(name)) if categories is None else CategoryColumn(str(name), tuple(map(str, categories)))
    kind = COLUMNS.found().get(data["kind"])
    if kind is None:
        known = ", ".join(COLUMNS.found())
        raise ValueError(
            f"kind={data['kind']!r} of a column: one of {known} is required; give the module that has it (--plugins)"
        )
    return kind.read(data)
