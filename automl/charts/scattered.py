"""A map: circles that lead somewhere, the largest with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .svg import element

WIDTH, HEIGHT, NAMED = 960.0, 520.0, 28


@dataclass(frozen=True)
class MapPlace:
    """A circle at a place from 0 to 1 both ways: its ``name``, what is said of it beside, its ``size`` from 0 on, ``kind`` a class of the
    style sheet and where it leads."""

    x: float
    y: float
    name: str
    title: str
    size: float
    kind: str
    link: str


def scattered(places: Sequence[MapPlace], title: str) -> Markup:
    """The map.

    places: of at least one thing.
    title: what it shows, for those who cannot see it.
    """
    largest = max(each.size for each in places) or 1.0
    named = set(sorted(range(len(places)), key=lambda number: (-places[number].size, number))[:NAMED])
    drawn: list[Markup] = []
    for number, each in enumerate(places):
        x, y = 20 + each.x * (WIDTH - 40), 20 + each.y * (HEIGHT - 40)
        radius = 3 + 7 * (each.size / largest) ** 0.5
        parts = [element("title", each.title), element("circle", cx=x, cy=y, r=radius, class_=f"place {each.kind}")]
        if number in named:
            right = x > 0.75 * WIDTH
            at, anchor = (x - radius - 4, "end") if right else (x + radius + 4, "start")
            parts.append(element("text", each.name, x=at, y=y + 4, class_="tick", text_anchor=anchor))
        drawn.append(element("a", *parts, href=each.link, **({} if number in named else {"tabindex": "-1"})))
    size = f"0 0 {WIDTH:.0f} {HEIGHT:.0f}"
    return element(
        "svg", element("title", title), *drawn, class_="chart broad map", viewBox=size, role="img", aria_label=title
    )
