"""What lies at a path, before it is opened: reading a pipe would wait for ever, and a device may do anything. Files that are written whole
or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_IRREGULAR = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def irregular(path: str | os.PathLike[str]) -> str:
    """What is at ``path``, links followed, where that is neither a file nor a folder: "a pipe", "a socket" or "a device"; "" else, also
    where nothing is there or it cannot be told."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return ""
    return next((name for test, name in _IRREGULAR if test(mode)), "")


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A stream whose content takes the place of the file at the end of the block; where the block raises, that is as it was. A file that is
    there keeps its permissions, and of a link it is the file that it leads to; a device or a pipe is written to as it comes.

    path: of the file, in a folder that is there.

    Raises OSError, which names ``path`` and no other file.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name a file in it", str(target))
    if irregular(target):
        with target.open("wb") as stream:
            yield stream
        return
    place = target.resolve()
    try:
        handle, name = _beside(place)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        if place.exists():
            os.chmod(name, stat.S_IMODE(place.stat().st_mode))
        os.replace(name, place)
    except BaseException as error:
        os.unlink(name)
        if isinstance(error, OSError) and error.filename in (None, name):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def _beside(place: Path) -> tuple[int, str]:
    """A new file in the folder of another, open for writing, with the permissions that new files have, and its path."""
    name = str(place.with_name(f".{place.name[:100]}-{secrets.token_hex(8)}"))
    return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), name
