"""Programs of many words, compiled: on batches they give what the interpreter gives example by example."""

from __future__ import annotations

import random

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.testing.compiled import BATCH, QUICK, check_batch
from primitives.binding import free_variables
from primitives.inference import infer
from primitives.term import Lambda, Variable, apply
from primitives.testing import programs, terms, values
from primitives.types import TypeVariable, arguments_of, function, list_of, tensor
from primitives.words import builtin_words

WORDS = builtin_words()


@settings(QUICK, max_examples=60)
@given(st.data())
def test_generated_programs_on_values(data):
    type = data.draw(programs())
    term = data.draw(terms(WORDS, type))
    types, _ = arguments_of(type)
    examples = [tuple(data.draw(values(t)) for t in types) for _ in range(BATCH)] if types else [()]
    assert not free_variables(term)
    check_batch(term, type, examples, WORDS)


def test_a_word_under_map_is_the_word_on_each_element():
    """Elements of many lists in one batch do not mix."""
    random.seed(0)
    for name in ("relu", "layer_norm", "softmax", "batch_norm", "dense", "gelu"):
        word = WORDS[name].word({"units": 3} if name == "dense" else {}, "1" if WORDS[name].sited else None)
        term = Lambda(apply(WORDS["map"].word(), word, Variable(0)))
        type = infer(term, WORDS, function(list_of(tensor(3)), TypeVariable("r"))).type
        examples = [(tuple(torch.randn(3) for _ in range(random.randrange(4))),) for _ in range(5)]
        assert check_batch(term, type, examples, WORDS)
