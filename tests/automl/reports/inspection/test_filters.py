"""Which layers see the input first, whatever the program's form."""

from __future__ import annotations

import numpy as np
import pytest

from automl.evaluation.model import Model
from automl.reports.inspection import first_layers
from library.vocabulary import Vocabulary
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.weights import initialise

TYPE = "Tensor[1,8,8] -> Tensor[10]"
CASES = {
    "conv": ("(lambda (x) (dense :units 10 @2 (flatten (relu (conv :maps 4 :kernel 3 @1 x)))))", ["1"], (4, 1, 3, 3)),
    "dense rows in the image's shape": ("(lambda (x) (dense :units 10 @2 (dense :units 5 @1 (flatten x))))", ["1"], (5, 1, 8, 8)),
    "layers as wide as the input": ("(lambda (x) (dense :units 10 @3 (dense :units 64 @2 (dense :units 64 @1 (flatten x)))))",
                                    ["1"], (64, 1, 8, 8)),
    "normalised first": ("(lambda (x) (dense :units 10 @2 (flatten (conv :maps 4 :kernel 3 @1 (batch_norm @3 x)))))",
                         ["1"], (4, 1, 3, 3)),
    "pooled first": ("(lambda (x) (dense :units 10 @1 (flatten (max_pool :kernel 2 :stride 2 x))))", ["1"], (10, 16)),
    "a name for the first layer": (
        "(lambda (x) (let ((y (conv :maps 4 :kernel 3 @1 x))) (dense :units 10 @3 (flatten (add y (conv :maps 4 :kernel 1 @2 y))))))",
        ["1"], (4, 1, 3, 3)),
    "a function that is applied": ("(lambda (x) (dense :units 10 @2 (flatten ((lambda (y) (relu (conv :maps 4 :kernel 3 @1 y))) x))))",
                                   ["1"], (4, 1, 3, 3)),
    "two ways": ("(lambda (x) (dense :units 10 @3 (concat_maps (dense :units 5 @1 (flatten x)) (dense :units 5 @2 (flatten x)))))",
                 ["1", "2"], (5, 1, 8, 8)),
    "no layer": ("(lambda (x) (softmax (flatten (max_pool :kernel 2 :stride 2 x))))", [], None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_first_layers_are_those_that_see_the_input(name):
    text, sites, shape = CASES[name]
    vocabulary = Vocabulary()
    term, type = vocabulary.read(text), parse_type(TYPE if name != "no layer" else "Tensor[1,8,8] -> Tensor[16]")
    weights = initialise(infer(term, vocabulary.all_words, type).sites, 0)
    found = first_layers(Model(term, type, vocabulary, weights))
    assert [layer.site for layer in found] == sites
    for layer in found:
        assert layer.filters.shape == shape
        expected = weights[f"{layer.site}.weight"].numpy()
        assert np.array_equal(layer.filters.reshape(expected.shape), expected.astype(np.float64))
