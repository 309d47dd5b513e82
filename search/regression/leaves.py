"""What a formula is made of: the arguments that are numbers, and the numbers that a word makes of others, such as the length of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from primitives.inference import IllTyped, infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import EFFECTFUL, Primitive
from primitives.term import Term, Variable, Word, apply, lambdas
from primitives.types import FLOAT, INT, Constructor, Type, arguments_of, function, is_function
from primitives.values import Value

from .columns import Array

STEPS = 10_000
"""Of the interpreter, for a leaf on one row."""


def is_numeric(type: Type) -> bool:
    """Whether values of a type are numbers, or lists of them.

    type: of an argument.
    """
    if isinstance(type, Constructor) and type.name == "list":
        return type.arguments[0] in (FLOAT, INT)
    return type in (FLOAT, INT)


def leaves(
    inputs: Sequence[Type], rows: Sequence[Sequence[Value]], words: Mapping[str, Primitive]
) -> Iterator[tuple[Term, Array]]:
    """The leaves that are defined on all rows, with their values there.

    inputs: the types of the arguments.
    rows: values of all arguments.
    words: what may be applied to them.
    """
    convert = next((name for name, word in words.items() if _converts(word)), None)
    for place, type in enumerate(inputs):
        argument: Term = Variable(len(inputs) - 1 - place)
        for term, result in ((argument, type), *_made(argument, inputs, type, words)):
            if result == INT and convert is not None:
                term, result = apply(Word(convert), term), FLOAT
            values = _values(term, len(inputs), rows, words) if result == FLOAT else None
            if values is not None:
                yield term, values


def _made(
    argument: Term, inputs: Sequence[Type], type: Type, words: Mapping[str, Primitive]
) -> Iterator[tuple[Term, Type]]:
    """The numbers that words of one argument make of an argument that is none."""
    if type in (FLOAT, INT):
        return
    for name, word in words.items():
        given, _ = arguments_of(word.scheme.type)
        if len(given) != 1 or is_function(given[0]) or word.geometric or word.purity == EFFECTFUL or word.settings:
            continue
        for result in (FLOAT, INT):
            try:
                term = apply(Word(name), argument)
                infer(lambdas(len(inputs), term), words, function(*inputs, result))
            except IllTyped:
                continue
            yield term, result


def _values(body: Term, arity: int, rows: Sequence[Sequence[Value]], words: Mapping[str, Primitive]) -> Array | None:
    """The values of a leaf on all rows; None where one of them is no finite number."""
    term, found = lambdas(arity, body), []
    for row in rows:
        value = evaluate(term, row, words=words, fuel=Fuel(STEPS))
        if not isinstance(value, float) or not np.isfinite(value):
            return None
        found.append(value)
    return np.array(found)


def _converts(word: Primitive) -> bool:
    """Whether the word makes a Float of an Int."""
    arguments, result = arguments_of(word.scheme.type)
    return word.ufunc == "float64" and arguments == (INT,) and result == FLOAT
