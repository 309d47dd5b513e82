"""What the codes of a type say of its values without looking inside: their order, and whether they are equal."""

from __future__ import annotations

import numpy as np

from ...types import BOOL, CHAR, INT, Constructor, Type

FAIL = int(np.iinfo(np.int64).min)
NOTHING = -1
"""The code of an absent option."""


def ordered_by_code(type: Type) -> bool:
    """Whether the order of codes is the order of values."""
    return type in (INT, BOOL, CHAR)


def equal_by_code(type: Type) -> bool:
    """Whether equal codes and equal values are the same thing (not so for floats within types: NaN)."""
    return (
        isinstance(type, Constructor)
        and type.name in ("int", "bool", "char", "str", "list", "pair", "option", "unit")
        and all(equal_by_code(argument) for argument in type.arguments)
    )
