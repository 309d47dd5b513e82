from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.execution.workers.result import JobResult, pack_result, unpack_result
from automl.execution.workers.wire import decode, encode, require_plain

simple = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=8)
    | st.binary()
)
keys = st.integers() | st.text(max_size=5) | st.booleans() | st.tuples(st.integers(), st.text(max_size=3))
values = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=20,
)


def same(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        pairs = zip(left.items(), right.items())
        return len(left) == len(right) and all(same(k, j) and same(v, w) for (k, v), (j, w) in pairs)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and math.isnan(left):
        return math.isnan(right)
    return bool(left == right)


@given(values)
def test_plain_data_comes_back_as_it_went_in(value: Any) -> None:
    require_plain(value, "value")
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint8", "bool", "complex64", "<U3", "datetime64[s]"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3)])
def test_arrays_come_back_with_type_and_shape(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.zeros(shape, dtype)
    back = decode(encode({"array": array, "turned": array.T}))
    assert back["array"].dtype == array.dtype and back["array"].shape == shape
    assert np.array_equal(back["array"], array) and np.array_equal(back["turned"], array.T)
    assert back["array"].flags.writeable


def test_a_numpy_number_stays_one() -> None:
    back = decode(encode(np.float32(1.5)))
    assert type(back) is np.float32 and back == 1.5


def test_tensors_come_back_with_type_and_shape() -> None:
    import torch

    for name in ("float32", "bfloat16", "int64", "bool"):
        tensor = torch.arange(6).reshape(2, 3).T.to(getattr(torch, name))
        back = decode(encode([tensor, tensor[:0], tensor[0, 0]]))
        assert back[0].dtype == tensor.dtype and torch.equal(back[0], tensor)
        assert back[1].shape == (0, 2) and torch.equal(back[2], tensor[0, 0])


@pytest.mark.parametrize("value", [object(), {1, 2}, print, np.array([None]), 1 + 2j, range(3)])
def test_other_values_are_refused_with_their_type_and_place(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be sent to a worker"):
        encode([value])
    with pytest.raises(TypeError, match=r"job\['a'\]\[1\]: type="):
        require_plain({"a": (0, value)}, "job")


def test_what_nests_too_deeply_is_refused() -> None:
    value: Any = 0
    for _ in range(2000):
        value = [value]
    with pytest.raises(TypeError, match="deep"):
        encode(value)


def test_a_result_that_cannot_travel_becomes_an_error() -> None:
    assert unpack_result(pack_result(JobResult("ok", {"a": (1,)}, 0.5, "d"))) == JobResult("ok", {"a": (1,)}, 0.5, "d")
    failed = unpack_result(pack_result(JobResult("ok", {"a": object()}, 0.5)))
    assert failed.outcome == "error" and failed.value is None and "builtins.object" in failed.detail
    with pytest.raises(ValueError, match="outcome='fine'"):
        JobResult("fine")
