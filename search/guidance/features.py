"""A task's examples as arrays: what the recognition model reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr
from primitives.types import BOOL, CHAR, INT, STRING, Constructor, Type, arguments_of, list_of
from primitives.values import Value

from ..problem import Example
from .properties import PAIR, SINGLE

VERSION = 1
"""Of the encoding: a model reads only what it was trained on."""
INPUTS, EXAMPLES, TOKENS = 3, 10, 12
"""Most inputs and examples of a task, and leading scalars of a value, that are looked at."""
SLOTS = INPUTS + 1
KINDS: tuple[Type, ...] = (
    INT, BOOL, CHAR, STRING, list_of(INT), list_of(BOOL), list_of(CHAR), list_of(STRING), list_of(list_of(INT)),
)  # fmt: skip
LOW, HIGH, LARGE = -16, 40, 120
PAD, OPEN, OTHER, FALSE, TRUE = range(5)
FIRST_NUMBER = 5
FIRST_CHARACTER = FIRST_NUMBER + (HIGH - LOW + 1) + 4
VOCABULARY = FIRST_CHARACTER + 96
"""Number of distinct tokens."""
STATISTICS = 4
PROPERTIES = STATISTICS * (SLOTS * len(SINGLE) + INPUTS * len(PAIR)) + SLOTS * (len(KINDS) + 1) + 1
"""Length of the vector of a task's properties."""


@dataclass(frozen=True)
class Described:
    """A task: ``properties`` [PROPERTIES] float32, and ``tokens`` [EXAMPLES, SLOTS, TOKENS] int16, of which the first ``examples`` hold."""

    properties: np.ndarray
    tokens: np.ndarray
    examples: int

    __repr__ = brief_repr


def described(type: Type, examples: Sequence[Example]) -> Described:
    """The task of this type with these examples.

    type: of the wanted program.
    examples: the first EXAMPLES of them count, and of each the first INPUTS inputs; none at all are allowed.
    """
    kept = examples[:EXAMPLES]
    tokens = np.zeros((EXAMPLES, SLOTS, TOKENS), np.int16)
    table = np.full((max(len(kept), 1), SLOTS * len(SINGLE) + INPUTS * len(PAIR)), np.nan, np.float32)
    for row, (given, result) in enumerate(kept):
        slots = [(slot, value) for slot, value in enumerate(given[:INPUTS])]
        at = 0
        for slot, value in [*slots, (INPUTS, result)]:
            tokens[row, slot] = encoded(value)
            at = slot * len(SINGLE)
            table[row, at : at + len(SINGLE)] = [_plain(test(value)) for test in SINGLE.values()]
        for slot, value in slots:
            at = SLOTS * len(SINGLE) + slot * len(PAIR)
            table[row, at : at + len(PAIR)] = [_plain(test(value, result)) for test in PAIR.values()]
    parts = [_statistics(table), _kinds(type), np.array([len(kept) / EXAMPLES], np.float32)]
    return Described(np.concatenate(parts), tokens, len(kept))


def _plain(found: float | None) -> float:
    return float("nan") if found is None else found


def _statistics(table: np.ndarray) -> np.ndarray:
    """Mean, least and greatest value of each property over the examples, and in which share of them it applies."""
    applies = ~np.isnan(table)
    share = applies.mean(0)
    filled = np.where(applies, table, 0.0)
    mean = filled.sum(0) / np.maximum(applies.sum(0), 1)
    least = np.where(share > 0, np.where(applies, table, np.inf).min(0), 0.0)
    most = np.where(share > 0, np.where(applies, table, -np.inf).max(0), 0.0)
    return np.concatenate([mean, least, most, share]).astype(np.float32)


def _kinds(type: Type) -> np.ndarray:
    inputs, output = arguments_of(type)
    found = np.zeros((SLOTS, len(KINDS) + 1), np.float32)
    for slot, each in [*enumerate(inputs[:INPUTS]), (INPUTS, output)]:
        found[slot, KINDS.index(each) if each in KINDS else len(KINDS)] = 1.0
    return found.ravel()


def encoded(value: Value) -> list[int]:
    """The leading scalars of a value as TOKENS tokens; inner lists and texts are opened by a token of their own.

    value: of data.
    """
    found: list[int] = []
    for token in _tokens(value, 0):
        found.append(token)
        if len(found) == TOKENS:
            return found
    return found + [PAD] * (TOKENS - len(found))


def _tokens(value: Value, depth: int) -> Iterator[int]:
    if isinstance(value, bool):
        yield TRUE if value else FALSE
    elif isinstance(value, (int, float)):
        yield _number(value)
    elif isinstance(value, (tuple, str)):
        if depth and (isinstance(value, tuple) or len(value) != 1):
            yield OPEN
        for item in value:
            if isinstance(value, str):
                yield FIRST_CHARACTER + ord(item) - 32 if 32 <= ord(item) < 128 else OTHER
            else:
                yield from _tokens(item, depth + 1)
    else:
        yield OTHER


def _number(value: float) -> int:
    """Numbers near 0 each have a token, the others four: far below, below, above, far above."""
    if LOW <= value <= HIGH:
        return FIRST_NUMBER + 4 + int(value) - LOW
    if value < 0:
        return FIRST_NUMBER + (value >= -LARGE)
    return FIRST_NUMBER + 2 + (value > LARGE)


def can_be_described(type: Type) -> bool:
    """Whether the inputs and the output are data of kinds that the features know.

    type: of the wanted program.
    """
    inputs, output = arguments_of(type)
    return all(isinstance(each, Constructor) for each in (*inputs, output))
