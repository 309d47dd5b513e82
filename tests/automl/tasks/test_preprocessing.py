"""Scaling of inputs: the same numbers whether it is done at once or in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks import preprocessing
from automl.tasks.preprocessing import Affine


@pytest.mark.parametrize("shape", [(7, 3), (7, 3, 4, 4), (1, 3), (0, 3)])
def test_blocks_change_no_number(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.random.default_rng(0).normal(size=shape)
    affine = Affine((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    whole = affine.apply(array)
    sizes = []
    block = Affine._block
    monkeypatch.setattr(Affine, "_block", lambda self, rows: sizes.append(rows.size) or block(self, rows))
    monkeypatch.setattr(preprocessing, "BLOCK", 50)
    again = affine.apply(array)
    assert again.dtype == np.float32 and again.tobytes() == whole.tobytes() and again.shape == shape
    assert max(sizes, default=0) <= 50 and sum(sizes) == array.size


@pytest.mark.parametrize(("offset", "scale"), [(0.0, 1.0), (1e308, 1e-300), (-1e300, 1e300), (5.0, 1e-308)])
def test_numbers_beyond_32_bits_become_the_greatest(offset: float, scale: float) -> None:
    found = Affine((offset,), (scale,)).apply(np.array([[1e308], [-1e308], [1.7e308], [-1e39]]))
    assert np.isfinite(found).all() and abs(found).max() <= np.finfo(np.float32).max


def test_the_greatest_has_the_sign_of_what_was_beyond() -> None:
    found = Affine((1e300,), (1e-300,)).apply(np.array([[1.7e308], [-1.7e308]]))
    assert found.ravel().tolist() == [np.finfo(np.float32).max, -np.finfo(np.float32).max]
