"""A folder of IDX files under MNIST's names, gzipped or not (format: LeCun, Cortes, Burges, the MNIST database)."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from ...errors import TaskError
from ..kinds.labelled import labelled_task
from ..load import LABELLED_OPTIONS, SELECTING_OPTIONS, Reference, Source
from ..split import NIELSEN
from ..task import Task

PARTS = {"train": ("train-images", "train-labels"), "test": ("t10k-images", "t10k-labels")}
USUAL = 0.99
DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, gzipped or not. Raises TaskError when it is cut short, too long or of another
    format."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise TaskError(f"path={path.name!r} cannot be read ({error}); fetch the file again") from None
    ndim = data[3] if len(data) >= 4 else 0
    if len(data) < 4 + 4 * ndim or data[:2] != b"\0\0" or data[2] not in DTYPES or not ndim:
        raise TaskError(f"path={path.name!r} starts with {data[:4]!r}: an IDX header is required; fetch the file again")
    shape = struct.unpack(f">{ndim}I", data[4 : 4 + 4 * ndim])
    dtype = np.dtype(DTYPES[data[2]])
    needed = math.prod(shape) * dtype.itemsize
    if len(data) - 4 - 4 * ndim != needed:
        raise TaskError(
            f"path={path.name!r}: shape {shape} needs {needed} bytes, the file has {len(data) - 4 - 4 * ndim}; "
            "fetch the file again"
        )
    return np.frombuffer(data, dtype, offset=4 + 4 * ndim).reshape(shape).astype(dtype.newbyteorder("="))


def _file(folder: Path, stem: str) -> Path | None:
    return next((path for path in sorted(folder.glob(f"{stem}*")) if "idx" in path.name and path.is_file()), None)


def has_idx(folder: Path | None) -> bool:
    """Whether MNIST's train images lie in ``folder``."""
    return folder is not None and folder.is_dir() and _file(folder, PARTS["train"][0]) is not None


def _load(reference: Reference) -> list[Task]:
    """One task of the folder ``reference.path``; the test files are the test part, Nielsen's split gives the
    validation part."""
    assert reference.path is not None
    files = {part: [_file(reference.path, stem) for stem in stems] for part, stems in PARTS.items()}
    if None in files["train"]:
        raise TaskError(
            f"path={str(reference.path)!r}: {' and '.join(PARTS['train'])} are both required; add the missing file"
        )
    if (files["test"][0] is None) != (files["test"][1] is None):
        raise TaskError(
            f"path={str(reference.path)!r}: {' and '.join(PARTS['test'])}: both or neither are required; add the other"
        )
    arrays = {part: [read_idx(path) for path in paths if path] for part, paths in files.items() if None not in paths}
    x_test, y_test = arrays.get("test", (None, None))
    brought = x_test is not None
    given = reference.labelled(NIELSEN if brought else None)
    x, y = arrays["train"]
    return [labelled_task(x=x, y=y, x_test=x_test, y_test=y_test, usual=USUAL, **given)]


SOURCE = Source(
    "idx",
    "a folder of IDX files under MNIST's names",
    (*LABELLED_OPTIONS, *SELECTING_OPTIONS),
    lambda reference: has_idx(reference.path),
    _load,
)
