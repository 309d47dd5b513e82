"""What a word gives on some inputs of its type."""

from __future__ import annotations

from collections.abc import Mapping

from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term
from primitives.types import (
    BOOL,
    CHAR,
    FLOAT,
    INT,
    STRING,
    Constructor,
    Type,
    TypeVariable,
    arguments_of,
    has_tensor,
    is_function,
)  # fmt: skip
from primitives.values import Failure, Value

from ..programs.values import step_of

FUEL = Fuel(steps=20_000, seconds=1.0)
SAMPLES: Mapping[Type, tuple[Value, ...]] = {
    INT: (2, 5, -1), FLOAT: (0.5, 2.0, -1.0), BOOL: (True, False, True), CHAR: ("a", "b", " "), STRING: ("hello world", "", "abc"),
}  # fmt: skip
FUNCTIONS: Mapping[tuple[Type, Type], str] = {(INT, INT): "(lambda (x) (+ x 1))", (INT, BOOL): "(lambda (x) (< 1 x))"}
"""Functions that are handed to a word, by their argument and result."""
Example = tuple[tuple[str, ...], str, bool]
"""The texts of the arguments, of the output or of why there is none, and whether there is one."""


def word_examples(body: Term, words: Mapping[str, Primitive], type: Type) -> list[Example]:
    """What a word gives on up to three inputs; [] where its type has arguments that none are known for, as tensors.

    body: of the word.
    words: what its words mean.
    type: of the word; its variables are taken for ``int``.
    """
    types, result = arguments_of(type)
    if not types or has_tensor(type):
        return []
    found: list[Example] = []
    for turn in range(3):
        arguments = [_sample(each, turn, words) for each in types]
        if any(each is None for each in arguments):
            return []
        given = [each for each in arguments if each is not None]
        output = evaluate(body, [value for value, _ in given], words=words, fuel=FUEL)
        shown = str(output) if isinstance(output, Failure) else step_of("", _plain(result), output).text
        example = (tuple(text for _, text in given), shown, not isinstance(output, Failure))
        if example not in found:
            found.append(example)
    return found


def _plain(type: Type) -> Type:
    """The type with ``int`` in place of its variables."""
    if isinstance(type, TypeVariable):
        return INT
    return Constructor(type.name, tuple(map(_plain, type.arguments))) if isinstance(type, Constructor) else type


def _sample(type: Type, turn: int, words: Mapping[str, Primitive]) -> tuple[Value, str] | None:
    """A value of a type and its text; None where none is known."""
    type = _plain(type)
    if is_function(type) and isinstance(type, Constructor):
        taken, given = type.arguments
        text = FUNCTIONS.get((taken, given))
        if text is None:
            return None
        return evaluate(parse(text, words), (), words=words), text
    value = _value(type, turn)
    return None if value is None else (value, step_of("", type, value).text)


def _value(type: Type, turn: int) -> Value | None:
    if type in SAMPLES:
        return SAMPLES[type][turn]
    if not isinstance(type, Constructor):
        return None
    inner = [_value(each, turn) for each in type.arguments]
    if any(each is None for each in inner):
        return None
    if type.name == "list":
        every = [_value(type.arguments[0], each) for each in range(3)]
        return (tuple(every), (), tuple(every[::-1] + every[:2]))[turn]
    return tuple(inner) if type.name == "pair" else None
