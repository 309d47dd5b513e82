"""Parallel coordinates: a line a program, across one axis a setting (Inselberg 1985)."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from .scale import Scale
from .svg import element, path

WIDTH, HEIGHT, SIDE, TOP, BOTTOM = 960.0, 320.0, 60.0, 42.0, 300.0
Column = tuple[str, Sequence[float | None]]


def parallel(columns: Sequence[Column], marked: Sequence[bool], title: str) -> Markup:
    """The picture of programs that have values on common axes.

    columns: at least two axes with their names; the value of each program on each, None where it has none: its line is broken there.
    marked: which programs are singled out.
    title: what it shows, for those who cannot see it.
    """
    places = Scale.over(0, len(columns) - 1, SIDE, WIDTH - SIDE)
    scales = []
    for _, values in columns:
        known = [value for value in values if value is not None]
        scales.append(Scale.over(min(known), max(known), BOTTOM, TOP))
    drawn: list[Markup] = []
    for number in sorted(range(len(marked)), key=lambda each: marked[each]):
        kind = "thread chosen" if marked[number] else "thread"
        drawn += [element("path", d=path(part), class_=kind) for part in _parts(columns, number, places, scales)]
    for number, ((name, values), scale) in enumerate(zip(columns, scales, strict=True)):
        at = places.place(number)
        only = {value for value in values if value is not None}
        ticks = scale.ticks(4) if len(only) > 1 else [(value, f"{value:g}") for value in only]
        # A long name at either end begins or ends with the picture, not beyond it.
        edge = {0: ("start", 2.0), len(columns) - 1: ("end", WIDTH - 2)}.get(number, ("middle", at))
        drawn.append(element("line", x1=at, x2=at, y1=TOP, y2=BOTTOM, class_="axis"))
        drawn.append(
            element("text", name, x=edge[1], y=14 if number % 2 == 0 else 30, class_="label", text_anchor=edge[0])
        )
        for value, text in ticks:
            drawn.append(element("text", text, x=at + 5, y=scale.place(value) + 4, class_="tick"))
    size = f"0 0 {WIDTH:.0f} {HEIGHT:.0f}"
    return element(
        "svg", element("title", title), *drawn, class_="chart broad", viewBox=size, role="img", aria_label=title
    )


def _parts(
    columns: Sequence[Column], number: int, places: Scale, scales: Sequence[Scale]
) -> list[list[tuple[float, float]]]:
    """The line of a program in pieces of at least two points."""
    parts: list[list[tuple[float, float]]] = [[]]
    for place, ((_, values), scale) in enumerate(zip(columns, scales, strict=True)):
        value = values[number]
        if value is None:
            parts.append([])
        else:
            parts[-1].append((places.place(place), scale.place(value)))
    return [part for part in parts if len(part) > 1]
