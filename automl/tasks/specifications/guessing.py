"""The types of examples that were written down as cells: numbers, truth values, lists as JSON, and texts, which all else is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time

from primitives.types import BOOL, FLOAT, INT, STRING, Constructor, Type, function, list_of

Cell = object
"""A text as it was written, a value that had a type of its own (of Excel, Parquet), or None for one that is missing."""


class Quoted(str):
    """A text that was written in quotes, so that it is one whatever it looks like."""


WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
CODE_DIGITS = 3
"""Digits from which whole numbers that all have as many may be codes (of a country, a product, a telephone)."""


def guessed(inputs: Sequence[Sequence[Cell]], output: Sequence[Cell]) -> Type:
    """The type of the programs that rows of cells are examples of.

    inputs: of each input its cells [rows]; at least one input.
    output: the cells of the output [rows], None where it is not known.

    A column whose cells are all numbers, truth values or JSON lists has their type, else it holds texts. Beside texts an output is text
    too where each was written in a text of its row or has zeros at its end (``12.50``); beside an output of text numbers are texts
    where they look like codes: with zeros before them, or all of three digits and more of one width.
    """
    types = [column_type(cells) for cells in inputs]
    result = column_type(output)
    if STRING in types and result in (INT, FLOAT) and (_copied(inputs, output) or _padded(output)):
        result = STRING
    if result == STRING:
        types = [STRING if type == INT and _codes(cells) else type for type, cells in zip(types, inputs, strict=True)]
    return function(*types, result)


def column_type(cells: Sequence[Cell]) -> Type:
    """The type that all cells have which are not missing; text where they have several, or there is none.

    cells: of one column.
    """
    merged: Type | None = None
    for cell in cells:
        if cell is None:
            continue
        try:
            found = _type(_read(cell))
        except _Mixed:
            return STRING
        if merged is None or (merged == INT and found == FLOAT):
            merged = found
        elif {merged, found} != {INT, FLOAT} and merged != found:
            both = _joined(merged, found)
            if both is None:
                return STRING
            merged = both
    return STRING if merged is None else _settled(merged)


def value_of(cell: Cell, type: Type) -> object:
    """The cell as a value of the type, in its JSON form; what does not fit stays as it is, for whoever checks it to refuse.

    cell: not missing.
    type: of its column.
    """
    if type == STRING:
        return text_of(cell)
    found = _read(cell)
    if type == FLOAT and isinstance(found, int) and not isinstance(found, bool):
        return float(found)
    return found


def text_of(cell: Cell) -> str:
    """The cell as a text: as it was written, or as people write a number, a day or a time.

    cell: not missing.
    """
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time() else cell)
    return str(cell)


class _Mixed(Exception):
    """A list of several types."""


_ANY = Constructor("any", ())
"""The element of a list that has none."""


def _read(cell: Cell) -> object:
    """What a cell says: a number, a truth value, a list, or a text."""
    if isinstance(cell, str) and not isinstance(cell, Quoted):
        text = cell.strip()
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        if WHOLE.fullmatch(text):
            return int(text)
        if DECIMAL.fullmatch(text):
            return float(text)
        if text.startswith("[") and text.endswith("]"):
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                return cell
        return cell
    if isinstance(cell, str | date | time):
        return text_of(cell)
    plain = cell.item() if hasattr(cell, "item") else cell
    if isinstance(plain, float) and plain.is_integer() and abs(plain) < 2**53:
        return int(plain)
    return plain


def _type(value: object) -> Type:
    """The type of a value. Raises _Mixed where a list has several."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, float) and math.isfinite(value):
        return FLOAT
    if isinstance(value, list):
        element: Type = _ANY
        for each in value:
            joined = _joined(element, _type(each))
            if joined is None:
                raise _Mixed
            element = joined
        return list_of(element)
    if isinstance(value, str):
        return STRING
    raise _Mixed


def _joined(one: Type, other: Type) -> Type | None:
    """The type of values of both types; None where there is none."""
    if one == _ANY or one == other:
        return other
    if other == _ANY:
        return one
    if {one, other} == {INT, FLOAT}:
        return FLOAT
    if isinstance(one, Constructor) and isinstance(other, Constructor) and one.name == other.name == "list":
        element = _joined(one.arguments[0], other.arguments[0])
        return None if element is None else list_of(element)
    return None


def _settled(type: Type) -> Type:
    """The type with whole numbers for elements that no list has."""
    if type == _ANY:
        return INT
    if isinstance(type, Constructor) and type.name == "list":
        return list_of(_settled(type.arguments[0]))
    return type


def _copied(inputs: Sequence[Sequence[Cell]], output: Sequence[Cell]) -> bool:
    """Whether each output that is known stands in a text of its row."""
    rows = [
        (text_of(wanted), [text_of(each) for each in given if isinstance(each, str | date)])
        for wanted, *given in zip(output, *inputs, strict=True)
        if wanted is not None
    ]
    return all(any(wanted in text for text in texts) for wanted, texts in rows)


def _padded(cells: Sequence[Cell]) -> bool:
    """Whether a number is written with a zero at the end of its fraction."""
    return any(isinstance(cell, str) and "." in cell and cell.strip().endswith("0") for cell in cells)


def _codes(cells: Sequence[Cell]) -> bool:
    """Whether whole numbers look like codes: those that have zeros before them are texts already."""
    widths = {len(text_of(cell).strip()) for cell in cells if cell is not None}
    return len(widths) == 1 and min(widths) >= CODE_DIGITS
