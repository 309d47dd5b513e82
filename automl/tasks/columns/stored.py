"""Column encodings as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .base import AbstractColumn, Json
from .boolean import BooleanColumn
from .category import CategoryColumn, CodedColumn
from .date import DateColumn
from .left_out import LeftOut
from .number import NumberColumn
from .text import TextColumn

CODED = "coded"


def column_to_json(column: AbstractColumn) -> Json:
    """The object that ``column_from_json`` reads."""
    return {"kind": CODED if isinstance(column, CodedColumn) else column.KIND, **column.to_json()}


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
    return _READ[data["kind"]](data)


def _coded(data: Mapping[str, Any]) -> CodedColumn:
    codes = tuple(tuple(map(float, row)) for row in data["codes"])
    other, absent = tuple(map(float, data["other"])), tuple(map(float, data["absent"]))
    levels = tuple(map(str, data["levels"]))
    if len(codes) != len(levels) or {len(row) for row in (*codes, absent)} != {len(other)}:
        raise ValueError(f"codes of {data['name']!r}: one row of {len(other)} numbers a level is required")
    return CodedColumn(str(data["name"]), levels, codes, other, absent, int(data["distinct"]), int(data["missing"]))


def _date(data: Mapping[str, Any]) -> DateColumn:
    parts, medians = tuple(map(str, data["parts"])), tuple(map(float, data["medians"]))
    return DateColumn(str(data["name"]), str(data["format"]), parts, medians, int(data["missing"]))


def _number(data: Mapping[str, Any]) -> NumberColumn:
    median = None if data["median"] is None else float(data["median"])
    return NumberColumn(
        str(data["name"]), median, int(data["missing"]), str(data["decimal"]), tuple(map(str, data["odd"]))
    )


_READ: dict[str, Callable[[Mapping[str, Any]], AbstractColumn]] = {
    NumberColumn.KIND: _number,
    CategoryColumn.KIND: lambda data: CategoryColumn(
        str(data["name"]), tuple(map(str, data["levels"])), int(data["missing"])
    ),
    CODED: _coded,
    BooleanColumn.KIND: lambda data: BooleanColumn(str(data["name"]), int(data["missing"])),
    DateColumn.KIND: _date,
    TextColumn.KIND: lambda data: TextColumn(str(data["name"]), int(data["words"]), int(data["missing"])),
    LeftOut.KIND: lambda data: LeftOut(str(data["name"]), str(data["reason"])),
}
