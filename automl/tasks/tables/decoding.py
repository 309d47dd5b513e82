"""The text in a file whose encoding nobody told."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path

from ...errors import TaskError

MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"),
)  # fmt: skip
"""Marks at the beginning of a file; those of UTF-32 begin with those of UTF-16."""
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}
"""By the ending of a compressed file what unpacks it."""
LOOKED_AT = 4096
"""Bytes by which a text without a mark is told from what is none."""


def decoded(path: Path, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    """The text of a file, with words on the encoding where it is not UTF-8.

    path: of the file.
    encoding: its name; None: that of its mark, UTF-8, UTF-16 where every second byte is zero, else cp1252.

    Raises TaskError where the file cannot be read, or holds no text.
    """
    data = unpacked(path)
    if encoding is not None:
        try:
            return data.decode(encoding), ()
        except (UnicodeError, LookupError) as error:
            raise TaskError(
                f"encoding={encoding!r} of {path.name}: {error}; give the one that it was saved in"
            ) from None
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None) or _unmarked_utf16(data)
    if marked is not None:
        return data.decode(marked, errors="replace"), (f"read as {marked.upper()}",)
    if b"\0" in data[:LOOKED_AT] and not _is_utf8(data):
        raise TaskError(
            f"path={path.name!r} holds no text (it begins with {data[:8]!r}): a table as text is required; save it as CSV, or give it the "
            "ending of what it is"
        )
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        text = data.decode("cp1252", errors="replace")
        byte = f"byte {error.object[error.start]:#04x} at {error.start:,}"
        return text, (f"read as cp1252, since it is no UTF-8 ({byte}); ?encoding=NAME reads it otherwise",)


def unpacked(path: Path) -> bytes:
    """What is in a file, or in one that is compressed, as its ending says.

    path: of the file.

    Raises TaskError where it cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TaskError(f"path={str(path)!r} cannot be read ({error}); correct the path, or who may read it") from None
    unpack = COMPRESSED.get(path.suffix.lower())
    if unpack is None:
        return data
    try:
        return unpack(data)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise TaskError(
            f"path={path.name!r} is no whole {path.suffix} file ({error}); compress the table again, or give it as it is"
        ) from None


def ending(path: Path) -> str:
    """The last part of a file's name that says what is in it, in small letters: of ``t.CSV.gz`` it is ``.csv``.

    path: of the file.
    """
    return _without_packing(path).suffix.lower()


def plain_name(path: Path) -> str:
    """The name of a file without that part: of ``t.csv.gz`` it is ``t``.

    path: of the file.
    """
    return _without_packing(path).stem


def _without_packing(path: Path) -> Path:
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED else path


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 in one order of its bytes, where in nearly every pair that one is zero which Latin letters and digits leave so."""
    pairs = data[:LOOKED_AT][: len(data[:LOOKED_AT]) // 2 * 2]
    if len(data) % 2 or len(pairs) < 4:
        return None
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if pairs[offset::2].count(0) >= 0.7 * len(pairs) / 2 and not pairs[1 - offset :: 2].count(0):
            return name
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
