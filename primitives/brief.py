"""Values in part of a line, for ``repr``, counts with what they count, and facts in a small table, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from html import escape
from itertools import islice
from typing import Any

SHOWN_ITEMS, SHOWN_TEXT, SHOWN_ALL = 3, 80, 800
MOST_TEXT = 4_000
"""Characters of one fact in a table for notebooks."""


def brief(value: object) -> str:
    """A value in part of a line, for ``repr``: arrays by type and shape, collections by their first items, texts cut off."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and dtype is not None:
        return f"{str(dtype).removeprefix('torch.')}[{', '.join(map(str, shape))}]"
    if isinstance(value, str | bytes) and len(value) > SHOWN_TEXT:
        return f"{value[:SHOWN_TEXT]!r}… ({len(value):,} {'bytes' if isinstance(value, bytes) else 'characters'})"
    if isinstance(value, Mapping):
        items = [f"{brief(key)}: {brief(each)}" for key, each in islice(value.items(), SHOWN_ITEMS)]
        return f"{{{_some(items, len(value))}}}"
    if isinstance(value, tuple | list | set | frozenset) and type(value).__repr__ in _PLAIN:
        opening, closing = "()" if isinstance(value, tuple) else "[]" if isinstance(value, list) else "{}"
        return f"{opening}{_some([brief(each) for each in islice(value, SHOWN_ITEMS)], len(value))}{closing}"
    text = repr(value)
    return text if len(text) <= 2 * SHOWN_TEXT else f"{text[:SHOWN_TEXT]}…"


_PLAIN = {kind.__repr__ for kind in (tuple, list, set, frozenset)}


def _some(items: list[str], count: int) -> str:
    return ", ".join(items) + (f", … {count:,} in all" if count > len(items) else "")


def brief_repr(self: Any) -> str:
    """``__repr__`` for data classes that hold arrays, weights or many records: their fields, each in part of a line; of many,
    the first ones."""
    shown = [f"{each.name}={brief(getattr(self, each.name, None))}" for each in fields(self) if each.repr]
    kept, length = 0, 0
    while kept < len(shown) and length + len(shown[kept]) + 2 <= SHOWN_ALL:
        length += len(shown[kept]) + 2
        kept += 1
    more = [f"… {len(shown) - kept} more"] if kept < len(shown) else []
    return f"{type(self).__name__}({', '.join([*shown[:kept], *more])})"


def plural(count: int, what: str, many: str = "") -> str:
    """A number with what it counts: ``1 run``, ``2,000 runs``.

    count: how many there are.
    what: the name of one.
    many: that of several (default: the same with an s).
    """
    return f"{count:,} {what if count == 1 else many or f'{what}s'}"


def brief_html(title: str, facts: Mapping[str, object]) -> str:
    """A small HTML table for notebooks, every text escaped.

    title: its caption.
    facts: a row each; those that are None or empty are left out, a text of several lines keeps them.
    """
    rows = "".join(
        f'<tr><th style="text-align:left;vertical-align:top">{escape(name)}</th>'
        f'<td style="text-align:left;white-space:pre-wrap">{escape(_shown(value))}</td></tr>'
        for name, value in facts.items()
        if value is not None and value != "" and value != ()
    )
    return f'<table><caption style="text-align:left">{escape(title)}</caption>{rows}</table>'


def _shown(value: object) -> str:
    text = (
        f"{value:.6g}"
        if isinstance(value, float)
        else "\n".join(map(str, value))
        if isinstance(value, tuple)
        else str(value)
    )
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
