"""Arrays as small grey or coloured PNG pictures that stand in the page itself."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from markupsafe import Markup

from .svg import element

MOST = 32
"""Maps that are shown of a tensor at most."""
BETWEEN = 1
"""Pixels between maps."""


def picture(array: np.ndarray, title: str, low: float | None = None, high: float | None = None) -> Markup | None:
    """A picture of an array, each number a pixel; None where it has nothing to show.

    array: numbers [n], [h, w], or [c, h, w], whose c maps are shown side by side (three of them as colours, where a range is given).
    title: what it shows, for those who cannot see it.
    low: what is black (default: the least number).
    high: what is white (default: the largest).
    """
    tiles = _tiles(array, coloured=low is not None)
    if tiles is None:
        return None
    finite = array[np.isfinite(array)]
    if not finite.size:
        return None
    least = float(finite.min()) if low is None else low
    most = float(finite.max()) if high is None else high
    shown = np.clip(np.nan_to_num((tiles - least) / ((most - least) or 1.0), nan=0.5), 0.0, 1.0)
    pixels = (255 * shown).astype(np.uint8)
    scale = max(1, min(12, round(96 / max(pixels.shape[0], 1)), 900 // max(pixels.shape[1], 1)))
    source = "data:image/png;base64," + base64.b64encode(_png(pixels)).decode()
    return element(
        "img", src=source, alt=title, title=title, class_="pixels", width=float(scale * pixels.shape[1]),
        height=float(scale * pixels.shape[0]),
    )  # fmt: skip


def _tiles(array: np.ndarray, coloured: bool) -> np.ndarray | None:
    """One array [h, w] or [h, w, 3] of all that is to be seen; None where that is no picture. What lies between maps is nan."""
    if array.ndim == 1 and array.size > 1:
        return array[None, : MOST * 16].astype(np.float64)
    if array.ndim == 2 and array.size > 1:
        return array[:512, :512].astype(np.float64)
    if array.ndim != 3 or not array.size:
        return None
    if coloured and array.shape[0] == 3:
        return np.moveaxis(array, 0, 2).astype(np.float64)
    maps = array[:MOST, :128, :128].astype(np.float64)
    columns = min(len(maps), 8 if maps.shape[2] > 2 else 16)
    rows = -(-len(maps) // columns)
    height, width = maps.shape[1] + BETWEEN, maps.shape[2] + BETWEEN
    found = np.full((rows * height - BETWEEN, columns * width - BETWEEN), np.nan)
    for number, each in enumerate(maps):
        row, column = divmod(number, columns)
        found[row * height : row * height + maps.shape[1], column * width : column * width + maps.shape[2]] = each
    return found


def _png(pixels: np.ndarray) -> bytes:
    """A PNG file of uint8 [h, w] or [h, w, 3]."""
    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
