"""Sequences of tokens as series: a channel for each token, 1 where it stands."""

from __future__ import annotations

import numpy as np

from ...errors import TaskError

MOST = 256
"""Different tokens, above which a channel for each takes too much memory."""


def known_tokens(array: np.ndarray) -> tuple[int, ...]:
    """The different tokens, ascending.

    array: whole numbers [n, steps].

    Raises TaskError where it is no such array, or has more than MOST different ones.
    """
    if array.ndim != 2 or array.dtype.kind not in "iu":
        raise TaskError(
            f"x.shape={array.shape} dtype={array.dtype} with layout=tokens: whole numbers [n, steps] are required, one a token; number "
            "the tokens, and fill short sequences with a number of its own"
        )
    found = np.unique(array)
    if len(found) > MOST:
        raise TaskError(f"tokens={len(found):,} different ones: at most {MOST} are required; give rare ones one number")
    return tuple(map(int, found))


def token_channels(array: np.ndarray, tokens: tuple[int, ...]) -> np.ndarray:
    """float32 [n, tokens, steps]: 1 in the channel of the token that stands at a step, 0 in all others; 0 in all where it is unknown.

    array: [n, steps].
    tokens: those that have channels, in their order.
    """
    return (array[:, None, :] == np.array(tokens).reshape(1, -1, 1)).astype(np.float32)
