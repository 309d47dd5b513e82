"""Texts of the project as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ITEM = re.compile(r"^ *(\*{0,2}\w+(?:, \w+)*): (.*)$")
"""The first line of an item of a docstring: ``name: what it is``."""
HEADING = re.compile(r"^(Args|Returns|Raises):$")


def anchor(name: str) -> str:
    """The id of a heading for a name, signs too.

    name: as ``sort`` or ``<=``.
    """
    return "".join(each if each.isalnum() or each in "_-" else f"-{ord(each):x}" for each in name)


def heading(level: int, name: str, id: str | None = None) -> str:
    """A heading of a name in code type, with an id that links can name.

    level: 1 for the page's own.
    name: what is shown.
    id: for links (default: made of the name).
    """
    return f"{'#' * level} `{name}` {{#{anchor(name) if id is None else id}}}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; "" without rows.

    columns: their headings.
    rows: Markdown texts.
    """
    lines = ["| " + " | ".join(each.replace("|", "\\|").replace("\n", " ") for each in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns), *lines]) if lines else ""


def escaped(text: str) -> str:
    """Text whose signs stand for themselves, but for what is between backquotes.

    text: one of the project's own, where ``code`` is between two backquotes or one.
    """
    parts = re.split(r"(``[^`]+``|`[^`]+`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<>\[\]|])", r"\\\1", part) for part in parts)


def docstring(text: str) -> str:
    """A docstring as Markdown: its items as a list, indented code as code.

    text: as ``inspect.getdoc`` gives it.
    """
    blocks = re.split(r"\n[ \t]*\n", text.strip("\n"))
    return "\n\n".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(line.startswith("    ") for line in lines) and not ITEM.match(lines[0]):
        return "\n".join(lines)
    found: list[str] = []
    for line in lines:
        item, title = ITEM.match(line), HEADING.match(line)
        if title:
            found.append(f"**{title[1]}**\n")
        elif item and not line.lstrip().startswith("http"):
            found.append(f"- `{item[1]}`: {escaped(item[2])}")
        elif found and found[-1].startswith("- ") and line.startswith(" "):
            found[-1] += " " + escaped(line.strip())
        else:
            found.append(escaped(line.strip()))
    first = next((number for number, each in enumerate(found) if each.startswith("- ")), 0)
    if first and not found[first - 1].endswith("\n"):
        found.insert(first, "")
    return "\n".join(found)
