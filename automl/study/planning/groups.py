"""Images in groups of like ones, by which it is judged before any training what a blend can make of them."""

from __future__ import annotations

import numpy as np

GROUPS = 60
"""How many groups there are, at most; of images that are few a tenth as many as they are."""
SIDE, COMPONENTS, FITTED = 14, 30, 3000
"""Pixels a side that images are made smaller to, principal components by which they are compared, and images that these are found by."""


def image_groups(images: np.ndarray, seed: int) -> np.ndarray:
    """The group of each image, int64 [n], from 0 on (k-means of principal components).

    images: [n, maps, rows, columns].
    seed: for where the search for groups begins.
    """
    from sklearn.cluster import KMeans

    rows = smaller(np.asarray(images, np.float32)).reshape(len(images), -1)
    rows = rows - rows.mean(axis=0)
    _, _, axes = np.linalg.svd(rows[:FITTED], full_matrices=False)
    count = max(1, min(GROUPS, len(images) // 10))
    found = KMeans(count, n_init=1, max_iter=30, random_state=seed % 2**32).fit(rows @ axes[:COMPONENTS].T)
    return found.labels_.astype(np.int64)


def smaller(images: np.ndarray) -> np.ndarray:
    """Images whose sides are at most SIDE pixels, or one more: means of squares of pixels.

    images: [n, maps, rows, columns].
    """
    step = max(1, min(images.shape[2:]) // SIDE)
    rows, columns = (side // step for side in images.shape[2:])
    cut = images[:, :, : rows * step, : columns * step]
    return cut.reshape(*images.shape[:2], rows, step, columns, step).mean(axis=(3, 5))
