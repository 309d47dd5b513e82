"""Arrays from what people hold data in: tensors, sparse and masked arrays, nested lists, generators."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...errors import TaskError


def plain_array(data: object, name: str) -> np.ndarray:
    """What ``data`` holds as an array of numbers, of truth values, of texts or of cells of any kind.

    data: an array, a tensor of torch (also on a device, or with gradients), a sparse array (made dense), a masked one (what is masked
        becomes None), lists in lists of one length, or what gives these one after another.
    name: of the data, for messages.

    Raises TaskError on sequences of several lengths and on complex numbers.
    """
    if isinstance(data, Iterator):
        data = list(data)
    array = _array(data, name)
    if array.dtype.kind == "c":
        raise TaskError(
            f"{name}.dtype={array.dtype}: complex numbers cannot be learned from; give their parts as columns"
        )
    return array


def _array(data: object, name: str) -> np.ndarray:
    if isinstance(data, np.ma.MaskedArray):
        return np.ma.filled(data.astype(object), None) if np.ma.is_masked(data) else np.asarray(data.data)
    if hasattr(data, "detach"):
        held = data.detach().cpu()
        data = held.float() if str(held.dtype) == "torch.bfloat16" else held
    elif hasattr(data, "toarray"):
        data = data.toarray()
    try:
        return np.asarray(data)
    except (TypeError, ValueError):  # sequences of several lengths
        sizes = sorted({len(each) for each in data if hasattr(each, "__len__")}) if hasattr(data, "__iter__") else []
        shown = f" of {', '.join(map(str, sizes[:5]))}" if len(sizes) > 1 else ""
        raise TaskError(
            f"{name} has rows{shown} of several lengths or shapes: one is required; pad or resize them, or leave some out"
        ) from None


def plain_targets(data: object, name: str) -> np.ndarray:
    """Targets as an array of texts, of truth values or of numbers where they are all of one kind.

    data: one an entry, as ``plain_array`` takes them, or a column of a frame.
    name: of the targets, for messages.

    Raises TaskError where one is missing.
    """
    array = plain_array(data, name)
    if array.ndim == 2 and array.shape[1] == 1 and array.dtype.kind not in "iufb":
        array = array[:, 0]
    if array.dtype.kind != "O" or array.ndim != 1:
        return array
    missing = [number for number, value in enumerate(array) if value is None or value is not value or value != value]
    if missing:
        raise TaskError(
            f"{name}[{missing[0]}]={array[missing[0]]}: {len(missing):,} of {len(array):,} targets are missing: one in each case is "
            "required; leave such cases out"
        )
    kinds = {type(value) for value in array}
    return np.array(array.tolist()) if len(kinds) == 1 and kinds <= {str, bool, int, float} else array
