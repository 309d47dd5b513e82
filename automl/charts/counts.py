"""Counts that change over time, as steps."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from .plot import BOTTOM, LEFT, RIGHT, TOP, Axes, Point, chart, dot
from .sampling import sample
from .scale import Scale
from .svg import element, path

UNITS = ((86_400.0 * 2, 86_400.0, "days"), (3_600.0 * 2, 3_600.0, "hours"), (120.0, 60.0, "minutes"))
"""From how many seconds on which unit is shown, and its seconds."""


def time_unit(seconds: float) -> tuple[float, str]:
    """The seconds of the unit in which a time of that length is shown, and its name."""
    return next(((size, name) for least, size, name in UNITS if seconds >= least), (1.0, "seconds"))


def corners(points: Sequence[Point], end: float) -> list[Point]:
    """The corners of steps that keep each value until the next one.

    points: (x, value), in order.
    end: how far the last step goes on.
    """
    found: list[Point] = []
    for number, (at, value) in enumerate(points):
        if number:
            found.append((at, points[number - 1][1]))
        found.append((at, value))
    return [*found, (max(end, points[-1][0]), points[-1][1])]


def counts(points: Sequence[Point], end: float, axes: Axes) -> Markup:
    """How many there were at each time, from nothing on.

    points: (seconds, count), in order, at least one.
    end: how far the last step goes on, in seconds.
    axes: what it says of itself; the unit of time is put after the name of the x axis.
    """
    last = max(end, points[-1][0])
    size, unit = time_unit(last)
    x = Scale.over(0.0, last / size or 1.0, LEFT, RIGHT)
    y = Scale.over(0.0, 1.05 * max(4.0, *(value for _, value in points)), BOTTOM, TOP)
    line = [(x.place(at / size), y.place(value)) for at, value in corners([(0.0, 0.0), *points], last)]
    named = Axes(axes.title, f"{unit} {axes.x}".strip(), axes.y)
    return chart(named, x, y, [element("path", d=path(line), class_="line")])


def efforts(points: Sequence[tuple[float, float, str]], end: float, axes: Axes) -> Markup:
    """What each of many took, by when it was done; the effort is shown by its logarithm.

    points: (seconds, effort above zero, what it is), in order, at least one, of which a sample is drawn.
    end: how far the axis goes, in seconds.
    axes: what it says of itself; the unit of time is put after the name of the x axis.
    """
    last = max(end, points[-1][0])
    size, unit = time_unit(last)
    x = Scale.over(0.0, last / size or 1.0, LEFT, RIGHT)
    least, most = min(effort for _, effort, _ in points), max(effort for _, effort, _ in points)
    y = Scale.over(least / 1.5, most * 1.5, BOTTOM, TOP, log=True)
    dots = [
        dot(x.place(at / size), y.place(effort), 3.0, "dot effort", f"{what}: {effort:,.0f}")
        for at, effort, what in sample(points)
    ]
    return chart(Axes(axes.title, f"{unit} {axes.x}".strip(), axes.y), x, y, dots)
