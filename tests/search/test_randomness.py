"""The draws of an ask are numpy's, from a stream that (seed, number) alone decides: stored searches are replayed by them."""

from __future__ import annotations

import numpy as np
import pytest

from search.randomness import Draws


@pytest.mark.parametrize(
    "key", [(0,), (3, 0), (2**32 - 1, 2**32), (2**63 - 1, 5, 1), (-1, 7), (0, 0, 0), (1 << 40, 12)]
)
def test_draws_are_those_of_numpy(key: tuple[int, ...]) -> None:
    wanted = np.random.Generator(np.random.PCG64(np.random.SeedSequence([each % 2**63 for each in key]))).random(64)
    draws = Draws(*key)
    assert [draws.random() for _ in range(64)] == wanted[::-1].tolist()
