"""Cases of a function on values as people write them in JSON: the arguments of each, or, of a function of one, the values alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from primitives.notation.values import ValueMismatch, from_json
from primitives.types import BOOL, CHAR, FLOAT, INT, STRING, Constructor, Type

logger = logging.getLogger(__name__)
EXAMPLES: dict[Type, object] = {INT: 1, FLOAT: 1.5, BOOL: True, CHAR: "a", STRING: "abc"}


def written_cases(data: object, types: Sequence[Type], *, one: bool = True) -> list[object]:
    """The list of arguments of each case. Where data can be read in several ways, the first of these counts, which is logged: the
    arguments of each case; one case; for a function of one argument, that argument of each case.

    data: JSON data.
    types: of the arguments.
    one: whether the whole may be one case (default: yes).
    """
    single = [data] if len(types) == 1 else data
    items = data if isinstance(data, list) else []
    exact = sum(_is_case(item, types) for item in items)
    alone = sum(_is_case([item], types) for item in items)
    readings: list[tuple[str, list[object]]] = []
    if items and exact == len(items):
        readings.append(("a list of cases, each a list of its arguments", items))
    if one and _is_case(single, types):
        readings.append(("one case", [single]))
    if items and alone == len(items):
        readings.append(("a list of cases, each an argument", [[item] for item in items]))
    if not readings:  # some are bad, which is said of these
        return [[item] for item in items] if alone > exact else items or [single]
    if len(readings) > 1:
        logger.warning("inputs=%s: read as %s, not as %s", str(data)[:60], readings[0][0], readings[1][0])
    return readings[0][1]


def _is_case(data: object, types: Sequence[Type]) -> bool:
    if not isinstance(data, list) or len(data) != len(types):
        return False
    try:
        for item, type in zip(data, types, strict=True):
            from_json(item, type)
    except ValueMismatch:
        return False
    return True


def example_of(types: Sequence[Type]) -> str:
    """JSON text of one case, such as ``[1, 2]`` for a list of integers alone, or ``[[1, "abc"]]`` for two arguments."""
    found = [_example(type) for type in types]
    return json.dumps(found[0] if len(found) == 1 else [found])


def _example(type: Type) -> object:
    if not isinstance(type, Constructor) or type in EXAMPLES:
        return EXAMPLES.get(type)
    parts = [_example(part) for part in type.arguments]
    if type.name == "list":
        return [2 if part == 1 and number else part for number, part in enumerate(parts * 2)]
    if type.name in ("map", "graph"):
        return [parts] if type.name == "map" else [parts, [parts * 2]]
    return parts[0] if type.name == "option" else parts
