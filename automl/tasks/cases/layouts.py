"""How an array of examples lies: vectors, pictures, or series of channels over steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr, plural

from ...errors import TaskError
from .tokens import known_tokens, token_channels

AUTO, CHW, HWC, SERIES, SERIES_LAST, TOKENS = "auto", "chw", "hwc", "series", "series_last", "tokens"
LAYOUTS = (AUTO, CHW, HWC, SERIES, SERIES_LAST, TOKENS)
FEW_CHANNELS = (1, 3, 4)
"""Sizes that the axis of a picture's channels has."""
LONG = 2
"""How many times as long as the other the longer of two axes must at least be, so that they are taken for channels and steps."""


@dataclass(frozen=True, eq=False)
class LaidOut:
    """``array`` is [n, features], [n, channels, height, width], or of ``series`` [n, channels, steps].

    ``steps_first``: whether the series were given with their channels last. ``tokens``: of sequences of tokens those that have a channel
    each, ascending. ``note`` says for people what the array was read as, where that may not be what was meant."""

    array: np.ndarray
    series: bool = False
    steps_first: bool = False
    tokens: tuple[int, ...] = ()
    note: str = ""
    ends: bool = False
    """Whether some series end before the last step."""

    __repr__ = brief_repr

    @property
    def layout(self) -> str:
        """The layout by which another array of the same kind is read alike."""
        if self.tokens:
            return TOKENS
        return AUTO if not self.series else SERIES_LAST if self.steps_first else SERIES


def laid_out(
    array: np.ndarray, layout: str, name: str, bright: bool = False, tokens: tuple[int, ...] | None = None
) -> LaidOut:
    """An array of examples with its axes in the order that programs take.

    array: [n, features], [n, h, w], [n, c, h, w] or [n, h, w, c]; of series [n, steps], [n, channels, steps] or, with ``series_last``,
        [n, steps, channels]; of sequences of tokens whole numbers [n, steps].
    layout: one of LAYOUTS. With ``auto`` an array of two axes is vectors and one of four pictures. One of three is series where
        the longer of its last two axes, then the steps, has at least LONG times the length of the other, and its numbers are no bytes;
        else it is grey pictures. Of four the last is the channels where it is 1, 3 or 4 long, the second is not, and neither side is
        shorter than that.
    name: of the array, for messages.
    bright: whether the numbers are known to be those of pictures (default: not).
    tokens: those that sequences may have; others stand in no channel (default: all that the array has).

    Raises TaskError on another number of axes or an unknown layout.
    """
    if layout not in LAYOUTS:
        raise TaskError(f"layout={layout!r}: one of {', '.join(LAYOUTS)} is required; choose one of these")
    if layout in (SERIES, SERIES_LAST):
        return _series(array, layout, name)
    if layout == TOKENS:
        return _of_tokens(array, name, tokens)
    if array.ndim not in (2, 3, 4):
        raise TaskError(
            f"{name}.shape={array.shape}: [n, features], [n, h, w], [n, c, h, w] or [n, h, w, c], or of series [n, channels, steps], is "
            f"required; reshape it ({name}.reshape(len({name}), -1) gives vectors)"
        )
    if array.ndim == 3:
        pictures = layout != AUTO or bright or array.dtype == np.uint8
        return LaidOut(array[:, None]) if pictures else _by_sides(array, name)
    last = layout == HWC or (layout == AUTO and array.ndim == 4 and _has_channels_last(array.shape[1:]))
    return LaidOut(np.moveaxis(array, 3, 1) if array.ndim == 4 and last else array)


def _has_channels_last(shape: tuple[int, ...]) -> bool:
    """Whether this is rather [height, width, channels] than [channels, height, width]: the last axis is as long as channels are many, the
    first is not, and no side is shorter than the channels are many."""
    return shape[2] in FEW_CHANNELS and shape[0] not in FEW_CHANNELS and min(shape[:2]) >= shape[2]


def _series(array: np.ndarray, layout: str, name: str) -> LaidOut:
    if array.ndim not in (2, 3):
        wanted = "[n, steps, channels]" if layout == SERIES_LAST else "[n, channels, steps]"
        raise TaskError(
            f"{name}.shape={array.shape} with layout={layout}: [n, steps] or {wanted} is required; reshape it, or leave the layout out"
        )
    last = layout == SERIES_LAST and array.ndim == 3
    moved = array[:, None] if array.ndim == 2 else np.moveaxis(array, 2, 1) if last else array
    channels, steps = moved.shape[1:]
    what = "one channel" if channels == 1 else plural(channels, "channel")
    return LaidOut(
        moved, series=True, steps_first=last, note=f"{name}: read as series of {what} over {plural(steps, 'step')}"
    )


def _of_tokens(array: np.ndarray, name: str, tokens: tuple[int, ...] | None) -> LaidOut:
    there = known_tokens(array)
    known = there if tokens is None else tokens
    what = f"{plural(len(known), 'different token')} over {plural(array.shape[1], 'step')}"
    note = f"{name}: read as sequences of {what}, a channel for each token"
    return LaidOut(token_channels(array, known), True, False, known, note)


def _by_sides(array: np.ndarray, name: str) -> LaidOut:
    """An array [n, a, b] of which nothing is known, by which of its axes is the longer."""
    first, second = array.shape[1:]
    if max(first, second) < LONG * min(first, second):
        said = f"{name}: read as grey pictures of {second} x {first} pixels; layout={SERIES} reads {first} channels over {second} steps"
        return LaidOut(array[:, None], note=said)
    found = _series(array, SERIES_LAST if first > second else SERIES, name)
    note = f"{found.note}; layout={CHW} reads grey pictures of {second} x {first} pixels"
    return LaidOut(found.array, True, found.steps_first, note=note)
