"""Templates as text, with every text escaped: what those of the dashboard can use, and those of files that stand alone."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from primitives.brief import plural

from ..charts import formats
from ..charts.svg import bar

HERE = Path(__file__).parent
STATIC = HERE / "static"


_DOTS = re.compile(r"~*\.\.?")


def segment(name: str) -> str:
    """A name as one part of a path. What browsers would take for the folder above, or for this one, has a tilde before it.

    name: of a task, a run or a word.
    """
    return quote(f"~{name}" if _DOTS.fullmatch(name) else name, safe="")


def name_of(segment: str) -> str:
    """The name that a part of a path, without its escapes, stands for.

    segment: as an application finds it.
    """
    return segment[1:] if _DOTS.fullmatch(segment) and segment.startswith("~") else segment


def environment(folders: Sequence[Path] = ()) -> Environment:
    """Reads templates, the dashboard's own among them.

    folders: where others are, looked through first (default: none).
    """
    loader = FileSystemLoader([*folders, HERE / "templates"])
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip
    shown = (
        formats.number, formats.score, formats.share, formats.duration, formats.moment, formats.one_line,
        plural, bar,
    )  # fmt: skip
    made.filters.update({each.__name__: each for each in shown})
    made.filters |= {"segment": segment, "shell": shlex.quote}
    return made
