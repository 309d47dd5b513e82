"""Numbers, times and durations as pages show them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from library.rules import LAST_MOMENT

NOTHING = "–"
_PART = r"[^/\\\s'\",;:&?=()\[\]{}][^/\\\n'\",;:&?=()\[\]{}]*"
_FOLDERS = re.compile(
    rf"(?<![\w:/\\.~])(?:(?:~[\w.-]*|\.{{1,2}}|[A-Za-z]:)?[/\\]{{1,2}})(?:{_PART}[/\\])*(?={_PART})|(?<=file://)/(?:{_PART}/)*"
)
"""The folders before a file's name, from the root, a drive, a home or this place on."""


def number(value: float | None) -> str:
    """Four significant digits, whole numbers in full with commas; a dash for None."""
    if value is None:
        return NOTHING
    if isinstance(value, int) or (value == int(value) if abs(value) < 1e15 else False):
        return f"{int(value):,}"
    return f"{value:.4g}"


def score(value: float | None) -> str:
    """A score to four places, so that those below each other can be compared; a dash for None."""
    if value is None:
        return NOTHING
    return f"{value:.4f}" if abs(value) < 1e5 else f"{value:.4g}"


def share(value: float | None) -> str:
    """Per cent of a whole; a dash for None."""
    return NOTHING if value is None else f"{value:.0%}" if value >= 0.1 or value == 0 else f"{value:.1%}"


def duration(seconds: float | None) -> str:
    """Seconds as people say them: ``0.25 s``, ``12.3 s``, ``4 min 05 s``, ``2 h 03 min``, ``3 d 04 h``; a dash for None."""
    if seconds is None:
        return NOTHING
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600:02d} h"


def moment(seconds: float | None) -> str:
    """A moment (seconds since 1970) in UTC, to the minute; a dash for None and where the calendar has no such moment."""
    if seconds is None or not 0 <= seconds <= LAST_MOMENT:
        return NOTHING
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def file_names(text: str) -> str:
    """A text whose paths are their last parts alone, for what is handed on: folders may tell who somebody is.

    text: such as where data came from, ``/data/me/loans.csv:repaid``.
    """
    return _FOLDERS.sub("", text)


def one_line(program: str) -> str:
    """The text of a program without its line breaks."""
    return " ".join(program.split())
