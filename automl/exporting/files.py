"""Files that commands write: in a folder that is there, and under a name that says what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import StudyError

JSON, JSON_LINES, CSV, PARQUET = (".json",), (".jsonl", ".ndjson"), (".csv",), (".parquet", ".pq")
HTML, SOURCE, WEIGHTS, ONNX, ZIP = (".html", ".htm"), (".py",), (".safetensors",), (".onnx",), (".zip",)
OTHERS = (
    ".arrow", ".bz2", ".db", ".docx", ".feather", ".gz", ".h5", ".hdf5", ".jpeg", ".jpg", ".joblib", ".md", ".npy", ".npz", ".ods", ".pdf",
    ".pickle", ".pkl", ".png", ".pt", ".pth", ".sqlite", ".sqlite3", ".svg", ".tar", ".toml", ".tsv", ".xls", ".xlsx", ".xml", ".xz",
    ".yaml", ".yml", ".zst",
)  # fmt: skip
KNOWN = frozenset((*JSON, *JSON_LINES, *CSV, *PARQUET, *HTML, *SOURCE, *WEIGHTS, *ONNX, *ZIP, *OTHERS))
"""Endings that say what is in a file. Any other may stand on whatever is written."""


def check_file(path: str | Path, what: str, endings: Sequence[str], option: str = "file") -> None:
    """Refuse a file before what goes into it is made. Raises StudyError where its folder is not there, or its ending says that it holds
    something else.

    path: of the file.
    what: is written into it, as people call it.
    endings: of such files, the usual one first.
    option: how the file was given, for messages (default: ``file``).
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending in KNOWN and ending not in endings:
        *most, last = endings
        wanted = f"{', '.join(most)} or {last}" if most else last
        raise StudyError(f"{option}={str(path)!r}: {what} is written, in a file that ends in {wanted}; rename it")
    if not target.parent.is_dir():
        raise StudyError(
            f"{option}={str(path)!r}: its folder {str(target.parent)!r} does not exist; make it, or name another"
        )
    if target.is_dir():
        raise StudyError(f"{option}={str(path)!r} is a folder; name a file in it")
