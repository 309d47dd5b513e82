"""The universal functions that words name are their meaning on arrays of Floats."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives.interpreter.interpret import evaluate
from primitives.term import Word
from primitives.types import arguments_of
from primitives.values import Failure
from primitives.words import builtin_words

NAMED = {name: word for name, word in builtin_words().items() if word.ufunc}


def test_arithmetic_has_them() -> None:
    assert {"+", "*", "/", "sqrt", "exp"} <= set(NAMED)


@pytest.mark.parametrize("name", sorted(NAMED))
@given(data=st.data())
def test_a_word_does_what_its_universal_function_does(name: str, data: st.DataObject) -> None:
    word = NAMED[name]
    numbers = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 800.0])
    given_ = [data.draw(numbers) for _ in arguments_of(word.scheme.type)[0]]
    found = evaluate(Word(name), given_, words=NAMED)
    with np.errstate(all="ignore"):
        expected = float(getattr(np, word.ufunc)(*given_))
    if isinstance(found, Failure):
        assert not math.isfinite(expected)
    elif math.isfinite(expected):
        assert isinstance(found, float) and math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)
    else:
        assert not math.isfinite(found)
