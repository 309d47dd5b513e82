"""What lies at a path, before it is opened: reading a pipe would wait for ever, and a device may do anything."""

from __future__ import annotations

import os
import stat
from pathlib import Path

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
