"""Suites for words: one for those on values, one for those on tensors."""

from __future__ import annotations

from types import ModuleType

import pytest

from primitives.primitive import Primitive
from primitives.types import has_tensor
from primitives.words import builtin_words, collect

from .compiled import CompiledTensors, CompiledValues
from .fitted import FittedTensors
from .interpreted import Declaration, InterpretedTensors, InterpretedValues, Words
from .morphing import KeepsFunctions


def is_tensor_word(word: Primitive) -> bool:
    """Whether the word is one for TensorWordSuite: geometric, or with a tensor in its type."""
    return word.geometric or has_tensor(word.scheme.type)


def words_of(module: ModuleType, *, tensors: bool) -> list[Primitive]:
    """The words that a module declares at its top level: those on tensors, or those on values."""
    return [word for word in collect([module]).values() if is_tensor_word(word) == tensors]


class _Words:
    @pytest.fixture
    def word(self) -> Primitive:
        """The word to be tested."""
        raise NotImplementedError("give the word by a fixture `word`")

    @pytest.fixture
    def words(self, word: Primitive) -> Words:
        """All words of the terms that are generated: the built-in ones and the one to be tested."""
        return {**builtin_words(), word.name: word}


class ValueWordSuite(_Words, Declaration, InterpretedValues, CompiledValues):
    """Tests for a word on values. A subclass gives it by a fixture ``word``, a Primitive: see ``words_of``."""


class TensorWordSuite(_Words, Declaration, InterpretedTensors, CompiledTensors, KeepsFunctions):
    """Tests for a word on tensors. A subclass gives it by a fixture ``word``, a Primitive: see ``words_of``."""


class FittedWordSuite(_Words, FittedTensors):
    """Tests for a fitted word, beside those of TensorWordSuite. A subclass gives it by a fixture ``word``, a Primitive."""
