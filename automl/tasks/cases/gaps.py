"""Series with steps that are missing: gaps are bridged, and a channel tells where a series has ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from primitives.brief import plural


def lengths(series: np.ndarray) -> np.ndarray:
    """int64 [n]: how long each series is, up to its last step of which any channel has a number.

    series: [n, channels, steps], NaN where a number is missing.
    """
    there = ~np.isnan(series).all(axis=1)
    return np.where(there.any(axis=1), there.shape[1] - there[:, ::-1].argmax(axis=1), 0)


def bridged(series: np.ndarray, ends: bool) -> np.ndarray:
    """float64 [n, channels, steps]: the series with a line from the number before to the number after what is missing, and before the first
    one, or after the last, that number again. A channel without any number stays missing.

    series: [n, channels, steps], NaN where a number is missing.
    ends: whether what is missing in all channels at the end of a series is its end, and stays missing.
    """
    found = np.array(series, dtype=np.float64)
    until = lengths(found) if ends else np.full(len(found), found.shape[2])
    missing = np.isnan(found)
    steps = np.arange(found.shape[2])
    for case, channel in np.argwhere(missing.any(axis=2) & ~missing.all(axis=2)):
        row, gaps = found[case, channel], missing[case, channel] & (steps < until[case])
        row[gaps] = np.interp(steps[gaps], steps[~missing[case, channel]], row[~missing[case, channel]])
    return found


def with_ends(series: np.ndarray) -> np.ndarray:
    """float64 [n, channels + 1, steps]: the series with a last channel that is 1 up to the end of each, and 0 after it.

    series: [n, channels, steps], NaN after its end.
    """
    there = np.arange(series.shape[2]) < lengths(series)[:, None]
    return np.concatenate([series, there[:, None].astype(np.float64)], axis=1)


def padded(series: Sequence[np.ndarray], last: bool) -> np.ndarray | None:
    """float64 [n, channels, longest]: series of several lengths as one array, NaN after the end of each; [n, longest, channels] where they
    have their channels ``last``. None where they are no such series.

    series: each [steps], [channels, steps], or with their channels last [steps, channels].
    last: whether channels come last.
    """
    axis = 0 if last else -1
    try:
        arrays = [np.asarray(each, dtype=np.float64) for each in series]
    except (TypeError, ValueError):
        return None
    if not arrays or len({each.ndim for each in arrays}) != 1 or arrays[0].ndim not in (1, 2):
        return None
    if len({np.delete(each.shape, axis).tobytes() for each in arrays}) != 1:
        return None
    longest = max(each.shape[axis] for each in arrays)
    shape = list(arrays[0].shape)
    shape[axis] = longest
    found = np.full((len(arrays), *shape), np.nan)
    for row, each in zip(found, arrays, strict=True):
        (row if last else row.swapaxes(0, -1))[: each.shape[axis]] = each if last else each.swapaxes(0, -1)
    return found


def said_gaps(series: np.ndarray) -> str:
    """What is missing in the series, and what was done to it, in a sentence; "" where nothing is.

    series: [n, channels, steps], NaN where a number is missing.
    """
    missing, until = np.isnan(series), lengths(series)
    if not missing.any():
        return ""
    gaps = int((missing & (np.arange(series.shape[2]) < until[:, None])[:, None]).sum())
    parts = []
    if until.min() < series.shape[2]:
        parts.append(
            f"{int((until < series.shape[2]).sum()):,} end before step {series.shape[2]:,} (from {until.min():,} on); a last channel is 1 "
            "up to the end, and what is after it counts as the mean"
        )
    if gaps:
        parts.append(f"{plural(gaps, 'missing number')} within series filled by lines between their neighbours")
    return "; ".join(parts)
