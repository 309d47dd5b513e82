"""The instructions of the machine, and which word at which types is which."""

from __future__ import annotations

from ...types import BOOL, CHAR, FLOAT, INT, STRING, Type, list_of
from ..frame import Operation
from ..kernels.registry import find_kernel

OPERATION_BITS = 7
"""An instruction is the number of what it does, and above it a number that it is told."""
(
    ARGUMENT, ARGUMENT_LIST, OUTER, OUTER_LIST, ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, NEGATE, ABSOLUTE, SQUARE, MINIMUM, MAXIMUM,
    IS_EVEN, IS_ODD, EQUAL, DIFFER, LESS, AT_MOST, GREATER, AT_LEAST, NOT, AND, OR, IF, SAME, FLOAT_ADD, FLOAT_SUBTRACT,
    FLOAT_MULTIPLY, FLOAT_DIVIDE, FLOAT_NEGATE, FLOAT_ABSOLUTE, FLOAT_MINIMUM, FLOAT_MAXIMUM, FLOAT_EQUAL, FLOAT_DIFFER, FLOAT_LESS,
    FLOAT_AT_MOST, FLOAT_GREATER, FLOAT_AT_LEAST, TO_FLOAT, LENGTH, IS_EMPTY, HEAD, LAST, INDEX, CONTAINS, SUM, LARGEST, SMALLEST, TAIL,
    INIT, TAKE, DROP, SLICE, CONS, APPEND, CONCAT, SINGLETON, REVERSE, SORT, INSERT, SET, DELETE, RANGE, RANGE_FROM, REPLICATE,
) = range(68)  # fmt: skip
SEQUENCES: tuple[Type, ...] = (list_of(INT), list_of(BOOL), list_of(CHAR), STRING, list_of(FLOAT))
"""The sequences that it works on."""
SCALARS = (INT, BOOL, CHAR, FLOAT)

_CODED = {
    "=": EQUAL, "!=": DIFFER, "<": LESS, "<=": AT_MOST, ">": GREATER, ">=": AT_LEAST, "min": MINIMUM, "max": MAXIMUM,
}  # fmt: skip
_INT = {
    **_CODED, "+": ADD, "-": SUBTRACT, "*": MULTIPLY, "//": DIVIDE, "mod": MODULO, "negate": NEGATE, "abs": ABSOLUTE, "square": SQUARE,
    "is_even": IS_EVEN, "is_odd": IS_ODD, "to_float": TO_FLOAT, "range": RANGE,
    "range_from": RANGE_FROM,
}  # fmt: skip
_FLOAT = {
    "+": FLOAT_ADD, "-": FLOAT_SUBTRACT, "*": FLOAT_MULTIPLY, "/": FLOAT_DIVIDE, "negate": FLOAT_NEGATE, "abs": FLOAT_ABSOLUTE,
    "min": FLOAT_MINIMUM, "max": FLOAT_MAXIMUM, "=": FLOAT_EQUAL, "!=": FLOAT_DIFFER, "<": FLOAT_LESS, "<=": FLOAT_AT_MOST,
    ">": FLOAT_GREATER, ">=": FLOAT_AT_LEAST,
}  # fmt: skip
_BOOL = {**_CODED, "not": NOT, "and": AND, "or": OR, "if": IF}
_CHAR = {**_CODED, "char_code": SAME, "char_to_text": SINGLETON}
_BY_FIRST: dict[Type, dict[str, int]] = {INT: _INT, FLOAT: _FLOAT, BOOL: _BOOL, CHAR: _CHAR}
_ON_SEQUENCES = {
    "length": LENGTH, "length_text": LENGTH, "is_empty": IS_EMPTY, "head": HEAD, "last": LAST, "index": INDEX, "char_at": INDEX,
    "tail": TAIL, "init": INIT, "take": TAKE, "drop": DROP, "slice": SLICE, "substring": SLICE, "cons": CONS, "append": APPEND,
    "concat": CONCAT, "concat_text": CONCAT, "reverse": REVERSE, "reverse_text": REVERSE, "insert": INSERT, "set": SET,
    "delete": DELETE,
}  # fmt: skip
_BY_CODE = {"contains": CONTAINS, "maximum": LARGEST, "minimum": SMALLEST, "sort": SORT}
_MAKING = {"singleton": SINGLETON, "replicate": REPLICATE}


def instruction_of(operation: Operation) -> int | None:
    """The instruction that does what a word's own kernel does; None where there is none.

    operation: the word at ground types.
    """
    name, types = operation.term.name, operation.arguments
    if not types or any(type not in SCALARS and type not in SEQUENCES for type in (*types, operation.result)):
        return None
    entry = find_kernel(name, types[0])
    if entry is None or entry.kernel is not operation.kernel:
        return None
    found = _BY_FIRST.get(types[0], {}).get(name)
    if found is not None:
        return found
    if operation.result in SEQUENCES and name in _MAKING:
        return _MAKING[name]
    if types[-1] in SEQUENCES:
        if name in _BY_CODE and types[-1] != list_of(FLOAT):
            return _BY_CODE[name]
        if name == "sum" and types[-1] == list_of(INT):
            return SUM
        return _ON_SEQUENCES.get(name)
    return None
