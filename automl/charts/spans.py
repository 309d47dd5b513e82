"""A timeline: what ran when, one lane a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .scale import Scale
from .svg import element

WIDTH, LANE, FOOT, LEFT = 960.0, 18.0, 34.0, 8.0


@dataclass(frozen=True)
class TimeSpan:
    """From ``start`` to ``end`` in a ``lane``; ``kind`` is a class of the style sheet, ``title`` what it is, ``link`` where it leads."""

    start: float
    end: float
    lane: int
    kind: str
    title: str
    link: str = ""


def spans(given: Sequence[TimeSpan], title: str, unit: str = "seconds") -> Markup:
    """The timeline of at least one span.

    given: in whatever order.
    title: what it shows, for those who cannot see it.
    unit: of the time below.
    """
    lanes = 1 + max(each.lane for each in given)
    x = Scale.over(0.0, max(each.end for each in given) or 1.0, LEFT, WIDTH - LEFT)
    bottom = lanes * LANE + 4
    drawn: list[Markup] = []
    for each in given:
        width = max(1.0, x.place(each.end) - x.place(each.start))
        box = element("rect", element("title", each.title), x=x.place(each.start), y=each.lane * LANE + 3, width=width, height=LANE - 4,
                      class_=f"span {each.kind}")  # fmt: skip
        drawn.append(element("a", box, href=each.link, tabindex="-1") if each.link else box)
    drawn.append(element("line", x1=LEFT, x2=WIDTH - LEFT, y1=bottom, y2=bottom, class_="axis"))
    for value, text in x.ticks(8):
        drawn.append(element("line", x1=x.place(value), x2=x.place(value), y1=bottom, y2=bottom + 5, class_="axis"))
        drawn.append(element("text", text, x=x.place(value), y=bottom + 19, class_="tick", text_anchor="middle"))
    drawn.append(element("text", unit, x=WIDTH - LEFT, y=bottom + 32, class_="label", text_anchor="end"))
    size = f"0 0 {WIDTH:.0f} {bottom + FOOT:.0f}"
    return element(
        "svg", element("title", title), *drawn, class_="chart broad", viewBox=size, role="img", aria_label=title
    )
