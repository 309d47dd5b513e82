"""Distorted copies of pictures, by which programs are compared where each class has but one to learn from."""

from __future__ import annotations

import numpy as np

DEGREES, STRETCH, SKEW, SHIFT = 12.0, 0.12, 0.12, 0.07
"""Bounds of the changes, each drawn evenly up to it either way: the turn, the change of the size and the shear in parts of it, the way in
parts of the side. Set by hand."""


def distorted(x: np.ndarray, count: int, seed: int, stream: int = 0) -> np.ndarray:
    """float32 [count · n, c, h, w]: ``count`` copies of each picture, turned, stretched, skewed and moved a little; what comes in from
    outside has the colour of the border.

    x: [n, c, h, w].
    count: of copies; those of one draw for all pictures come after one another.
    seed: of the draws.
    stream: draws of another stream with the same seed are others (default: 0).
    """
    from scipy.ndimage import affine_transform

    rng = np.random.default_rng([seed, 3, stream])
    middle = (np.array(x.shape[2:]) - 1) / 2
    copies = np.empty((count, *x.shape), np.float32)
    for copy in copies:
        for picture, given in zip(copy, x, strict=True):
            turn, skew = np.radians(rng.uniform(-DEGREES, DEGREES)), rng.uniform(-SKEW, SKEW)
            rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
            matrix = rotation @ np.array([[1.0, skew], [0.0, 1.0]]) * (1 + rng.uniform(-STRETCH, STRETCH, 2))
            offset = middle - matrix @ middle + rng.uniform(-SHIFT, SHIFT, 2) * x.shape[2:]
            for channel, plane in zip(picture, given, strict=True):
                affine_transform(plane, matrix, offset, output=channel, order=1, mode="nearest")
    return copies.reshape(-1, *x.shape[1:])
