"""Arrays from an ``.npz`` file: x_train, y_train[, x_test, y_test], or X and y; with ``lengths`` the elements of
sequences; beside them the groups or the times of the cases."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import TaskError
from ..cases.layouts import SERIES, SERIES_LAST, TOKENS
from ..kinds.labelled import labelled_task
from ..kinds.sequences import sequences_task
from ..load import LABELLED_OPTIONS, Reference, Source
from ..split import GROUPS, TIME
from ..task import Task

LABELLED_KEYS = (("x_train", "y_train"), ("X", "y"), ("x", "y"), ("X_train", "y_train"))
SEQUENCE_KEYS = (("values_train", "lengths_train", "y_train"), ("values", "lengths", "y"))


def _load(reference: Reference) -> list[Task]:
    assert reference.path is not None
    arrays = _read(reference)
    given = reference.labelled()
    sequence = next((keys for keys in SEQUENCE_KEYS if all(key in arrays for key in keys)), None)
    if sequence is not None:
        given_test = all(key in arrays for key in ("values_test", "lengths_test", "y_test"))
        held_out = (arrays["values_test"], arrays["lengths_test"], arrays["y_test"]) if given_test else None
        given.pop("layout", None)
        if "metric" in given:
            raise TaskError(f"metric={given['metric']!r}: sequences have the metric of their targets; leave it out")
        for key in (GROUPS, TIME):
            if key in reference.options:
                raise TaskError(f"{key}={reference.options[key]!r}: sequences are not divided so; leave it out")
        return [sequences_task(values=arrays[sequence[0]], lengths=arrays[sequence[1]],
        y=arrays[sequence[2]], test=held_out, **given)]  # fmt: skip
    labelled = next((keys for keys in LABELLED_KEYS if all(key in arrays for key in keys)), None)
    if labelled is None:
        raise TaskError(
            f"{reference.path.name} holds the arrays {', '.join(sorted(arrays)) or 'none'}: x_train and y_train "
            "(with x_test and y_test), X and y, or values, lengths and y are required; rename them"
        )
    x_test, y_test = (
        arrays.get(key.replace("train", "test")) if "train" in key else arrays.get(f"{key}_test") for key in labelled
    )
    if reference.prepared is not None and reference.prepared.is_series:
        known = reference.prepared
        layout = TOKENS if known.tokens else SERIES_LAST if known.steps_first else SERIES
        given = {"layout": layout, "tokens": known.tokens or None, "longest": known.longest, **given}
    keys = _keys(arrays, reference)
    return [labelled_task(x=arrays[labelled[0]], y=arrays[labelled[1]], x_test=x_test, y_test=y_test, **keys, **given)]


def _keys(arrays: Mapping[str, np.ndarray], reference: Reference) -> dict[str, Any]:
    """The groups or the times of the cases: the arrays that the options name, or else those of these names."""
    asked = {key: reference.options[key] for key in (GROUPS, TIME) if key in reference.options}
    for key, name in asked.items():
        if name not in arrays:
            raise TaskError(f"{key}={name!r}: the name of an array is required, one of {', '.join(sorted(arrays))}")
    if asked:
        return {key: arrays[name] for key, name in asked.items()}
    there = [key for key in (GROUPS, TIME) if key in arrays]
    if len(there) > 1:
        raise TaskError(f"{reference.name} holds {GROUPS} and {TIME}: write ?{GROUPS}={GROUPS} or ?{TIME}={TIME}")
    return {key: arrays[key] for key in there}


def _read(reference: Reference) -> Mapping[str, np.ndarray]:
    try:
        opened = np.load(str(reference.path), allow_pickle=False)
        if isinstance(opened, np.ndarray):
            raise TaskError(
                f"{reference.name}: a single array, but an .npz with named arrays is required; use numpy.savez"
            )
        with opened as archive:
            return {key: archive[key] for key in archive.files}
    except TaskError:
        raise
    except (
        OSError,
        ValueError,
        KeyError,
        EOFError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
        MemoryError,
    ) as error:
        raise TaskError(
            f"path={str(reference.path)!r} cannot be read as .npz of plain arrays ({error}); write it with "
            "numpy.savez, no object arrays"
        ) from None


SOURCE = Source(
    "npz",
    "arrays (.npz with x_train, y_train, x_test, y_test; X, y; or values, lengths, y)",
    (*LABELLED_OPTIONS, GROUPS, TIME),
    lambda reference: reference.path is not None and reference.path.suffix == ".npz" and reference.path.is_file(),
    _load,
)
