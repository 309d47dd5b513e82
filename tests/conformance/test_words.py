"""Every word that is found meets the suite of its sort."""

from __future__ import annotations

import pytest

from automl.testing import FittedWordSuite, TensorWordSuite, ValueWordSuite, is_tensor_word
from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Apply, Lambda, Variable, Word
from primitives.values import Failure
from primitives.words import builtin_words

WORDS = builtin_words()
TENSOR_WORDS = sorted(name for name, word in WORDS.items() if is_tensor_word(word))
FITTED_WORDS = sorted(name for name, word in WORDS.items() if word.fitted is not None)
VALUE_WORDS = sorted(set(WORDS) - set(TENSOR_WORDS))


def test_vocabulary_is_large_enough_to_be_the_real_one() -> None:
    assert len(VALUE_WORDS) > 120
    assert len(TENSOR_WORDS) > 30


def test_every_word_has_an_example() -> None:
    missing = [name for name, word in WORDS.items() if not word.example]
    assert not missing, f"{missing}: give each a program in which it stands, by example="


class TestValueWords(ValueWordSuite):
    # Of the scope "class", so that all tests of a word come one after the other: they share what is drawn.
    @pytest.fixture(scope="class", params=VALUE_WORDS)
    def word(self, request: pytest.FixtureRequest) -> Primitive:
        return WORDS[request.param]


class TestTensorWords(TensorWordSuite):
    @pytest.fixture(scope="class", params=TENSOR_WORDS)
    def word(self, request: pytest.FixtureRequest) -> Primitive:
        return WORDS[request.param]


class TestFittedWords(FittedWordSuite):
    @pytest.fixture(scope="class", params=FITTED_WORDS)
    def word(self, request: pytest.FixtureRequest) -> Primitive:
        return WORDS[request.param]


def test_words_without_storage_are_refused_clearly() -> None:
    for text in ('(remember "k" "v")', '(recall "k")', '(remember_ints "k" [1])', '(recall_floats "k")'):
        result = evaluate(parse(text, WORDS), words=WORDS)
        assert isinstance(result, Failure) and result.kind == "undefined"
        assert "folder" in result.detail


def test_lambda_of_a_word_has_the_type_of_the_word() -> None:
    assert str(infer(Lambda(Apply(Word("head"), Variable(0))), WORDS).type) == "list(a) -> a"
