"""What lies at a path, before it is opened: reading a pipe would wait for ever, and a device may do anything. Files that are written whole
or not at all."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
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
    """A stream whose content takes the place of the file at the end of the block; where the block raises, that is as it was.

    path: of the file, in a folder that is there.

    Raises OSError, which names ``path`` and no other file.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name a file in it", str(target))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}-")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException as error:
        os.unlink(name)
        if isinstance(error, OSError) and error.filename in (None, name):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise
