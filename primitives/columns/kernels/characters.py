"""Kernels of words on characters, and of those that change each character of a text."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from ..frame import Frame, Kernel
from ..hashing import Array
from ..lift import lift
from ..sequences import spread
from .registry import kernel

PLAIN = 128
"""Characters below are looked up in a table; their capital and small letters are one character, whatever stands beside them."""


def _one(changed: str, character: str) -> str:
    return changed if len(changed) == 1 else character


CLASSES: dict[str, Callable[[str], bool]] = {
    "is_digit": lambda character: "0" <= character <= "9",
    "is_letter": str.isalpha, "is_upper": str.isupper, "is_lower": str.islower, "is_space": str.isspace,
    "is_vowel": lambda character: character in "aeiouAEIOU",
}  # fmt: skip
CHANGES: dict[str, Callable[[str], str]] = {
    "upper_char": lambda character: _one(character.upper(), character),
    "lower_char": lambda character: _one(character.lower(), character),
}
CASES: dict[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower, "capitalise": str.capitalize}


def _code(name: str, character: int) -> int:
    if name in CLASSES:
        return int(CLASSES[name](chr(character)))
    return ord(CHANGES[name](chr(character)))


@functools.cache
def _table(name: str) -> Array:
    return np.array([_code(name, character) for character in range(PLAIN)], np.int64)


def of_characters(name: str, characters: Array) -> Array:
    """The word's value for every character."""
    found = _table(name)[np.minimum(characters, PLAIN - 1)]
    others = np.flatnonzero(characters >= PLAIN)
    if len(others):
        kinds, inverse = np.unique(characters[others], return_inverse=True)
        found[others] = np.array([_code(name, character) for character in kinds.tolist()], np.int64)[inverse]
    return found


def _character_kernel(name: str) -> Kernel:
    return lambda frame, characters: of_characters(name, characters)


def _case_kernel(name: str) -> Kernel:
    """Plain texts by table; others through the scalar meaning, for there one character may become several."""
    scalar = lift(CASES[name], frozenset())

    def change(frame: Frame, xs: Array) -> Array:
        pool = frame.sequences(0)
        data, lengths = pool.gather(xs)
        odd = np.zeros(len(xs), bool)
        odd[np.repeat(np.arange(len(xs)), lengths)[data >= PLAIN]] = True
        if odd.any():
            result = np.empty(len(xs), np.int64)
            result[odd], result[~odd] = scalar(frame, xs[odd]), change(frame, xs[~odd])
            return result
        changed = of_characters("upper_char" if name == "upper" else "lower_char", data)
        if name == "capitalise":
            starts = (np.cumsum(lengths) - lengths)[lengths > 0]
            changed[starts] = of_characters("upper_char", data[starts])
        return frame.sequences().intern(changed, lengths)

    return change


# Kernels are found among the names of a module.
globals().update({f"of_{name}": kernel(name)(_character_kernel(name)) for name in (*CLASSES, *CHANGES)})
globals().update({f"of_{name}": kernel(name)(_case_kernel(name)) for name in CASES})


@kernel("char_code")
def char_code(frame: Frame, characters: Array) -> Array:
    return characters


@kernel("char_from")
def char_from(frame: Frame, codes: Array) -> Array:
    good = (codes >= 0) & (codes < 0x110000) & ((codes < 0xD800) | (codes >= 0xE000))
    return spread(len(codes), np.flatnonzero(good), codes[good]) if not good.all() else codes


@kernel("digit_value")
def digit_value(frame: Frame, characters: Array) -> Array:
    good = np.flatnonzero((characters >= ord("0")) & (characters <= ord("9")))
    return spread(len(characters), good, characters[good] - ord("0"))
