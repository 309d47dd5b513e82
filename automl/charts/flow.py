"""A graph of boxes in layers: a net from its inputs to its output, a word with what it is made of and what uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .layers import ROW, Placement, place
from .svg import element

MOST = 250
"""Boxes that are drawn at most."""
LETTER, PADDING, HEIGHT = 7.3, 10.0, 42.0
CUT = 40
"""Characters of a line in a box at most; all of it is in the title."""


@dataclass(frozen=True)
class FlowBox:
    """A box: ``label`` and below it ``note``, ``kind`` a class of the style sheet, ``inputs`` the numbers of boxes before it
    in the sequence from which edges lead here, ``title`` what is said of it beside, ``link`` where it leads ("" for nowhere)."""

    label: str
    note: str = ""
    kind: str = "word"
    inputs: tuple[int, ...] = ()
    title: str = ""
    link: str = ""


def flow(boxes: Sequence[FlowBox], title: str) -> Markup | None:
    """The picture of a graph; None where it has more than MOST boxes.

    boxes: each after those that lead to it.
    title: what it shows, for those who cannot see it.
    """
    if not boxes or len(boxes) > MOST:
        return None
    widths, placed = placed_boxes(boxes)
    drawn = [_edge(way) for way in placed.ways]
    drawn += [
        _box(each, placed.middles[number], placed.rows[number], widths[number]) for number, each in enumerate(boxes)
    ]
    width, height = placed.width + 2, placed.height - ROW + HEIGHT + 2
    return element(
        "svg", element("title", title), *drawn, class_="tree flow", viewBox=f"-1 -1 {width:.0f} {height:.0f}", width=width,
        height=height, role="img", aria_label=title,
    )  # fmt: skip


def placed_boxes(boxes: Sequence[FlowBox]) -> tuple[dict[int, float], Placement]:
    """How wide boxes are, by number, and where they lie.

    boxes: each after those that lead to it.
    """
    widths = {
        number: 2 * PADDING + LETTER * max(len(cut(each.label)), len(cut(each.note)), 4)
        for number, each in enumerate(boxes)
    }
    return widths, place(widths, [(start, number) for number, each in enumerate(boxes) for start in each.inputs])


def cut(text: str) -> str:
    """A line as long as it is drawn at most."""
    return text if len(text) <= CUT else f"{text[: CUT - 1]}…"


def _edge(way: Sequence[tuple[float, int]]) -> Markup:
    """A line from the lower side of a box through the layers to the upper side of another."""
    (x, row), *others = way
    y = row * ROW + HEIGHT
    parts = [f"M{x:.1f} {y:.1f}"]
    for number, (to, layer) in enumerate(others, 1):
        top = layer * ROW
        bend = (top - y) / 2
        parts.append(f"C{x:.1f} {y + bend:.1f} {to:.1f} {top - bend:.1f} {to:.1f} {top:.1f}")
        x, y = to, top
        if number < len(others):
            y = top + HEIGHT
            parts.append(f"L{x:.1f} {y:.1f}")
    return element("path", d="".join(parts), class_="edge")


def _box(box: FlowBox, middle: float, row: int, width: float) -> Markup:
    top = row * ROW
    said = element("title", box.title or " ".join(part for part in (box.label, box.note) if part))
    frame = element("rect", x=middle - width / 2, y=top, width=width, height=HEIGHT, rx=6, class_=f"node {box.kind}")
    first = top + (17.0 if box.note else 25.0)
    lines = [element("text", cut(box.label), x=middle, y=first, text_anchor="middle", class_="node-text")]
    if box.note:
        lines.append(
            element("text", cut(box.note), x=middle, y=top + 33, text_anchor="middle", class_="node-text quiet")
        )
    group = element("g", said, frame, *lines)
    return element("a", group, href=box.link) if box.link else group
