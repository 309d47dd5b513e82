"""Whether the errors of a formula are noise."""

from __future__ import annotations

import math

import numpy as np

from ..columns import Array


def is_noise(errors: Array, inputs: Array) -> bool:
    """Whether nothing tells that errors depend on the inputs: neither a quadratic of them, nor the error of the nearest example.

    errors: of a formula, [rows].
    inputs: [rows, arguments].
    """
    rows = len(errors)
    spread = np.ptp(inputs, axis=0)
    scaled = (inputs[:, spread > 0] - inputs.mean(0)[spread > 0]) / inputs.std(0)[spread > 0]
    width = scaled.shape[1]
    if rows < 12 or not errors.std() or not width:
        return False
    pairs = [scaled[:, [i]] * scaled[:, [j]] for i in range(width) for j in range(i, width)]
    design = np.hstack([np.ones((rows, 1)), scaled, *pairs])[:, : max(2, rows // 4)]
    left = errors - design @ np.linalg.lstsq(design, errors, rcond=1e-10)[0]
    explained = 1.0 - float(left @ left) / float(errors @ errors)
    taken = design.shape[1]
    expected = taken / rows
    far = 4.0 * math.sqrt(2.0 * taken) / rows
    apart = ((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(2) + np.diag(np.full(rows, np.inf))
    ranks = np.clip(errors / errors.std(), -3.0, 3.0)
    alike = float(np.mean(ranks * ranks[apart.argmin(1)]))
    return explained < expected + far and alike < 3.0 / math.sqrt(rows)
