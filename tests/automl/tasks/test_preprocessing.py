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
