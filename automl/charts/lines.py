"""Lines by name over a common axis, with bands where they are means: learning curves, runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .plot import BOTTOM, LEFT, RIGHT, TOP, Axes, Point, chart, spread
from .scale import Scale
from .svg import element, path

KINDS = 6
"""Colours, each with dashes of its own; further lines begin again."""


@dataclass(frozen=True)
class Line:
    """A line by its ``name``: ``points`` by x, and where it is a mean the ``low`` and ``high`` of its band at the same x (else empty)."""

    name: str
    points: Sequence[Point]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def lines(given: Sequence[Line], axes: Axes, log: bool = False, stepped: bool = False) -> Markup:
    """A chart of lines; their names stand in ``legend``.

    given: lines of at least one point each.
    axes: what the chart says of itself.
    log: whether x is shown by its logarithm; all are positive then.
    stepped: whether a value holds until the next one.
    """
    across = [x for each in given for x, _ in each.points]
    values = [y for each in given for _, y in each.points]
    bands = [y for each in given for y in (*each.low, *each.high)]
    low, high = spread(values, [values[-1]])
    seen = [*bands, *(each.points[-1][1] for each in given)]
    low, high = min(low, *seen), max(high, *seen)
    x = Scale.over(min(across), max(across), LEFT, RIGHT, log)
    y = Scale.over(low, high, BOTTOM, TOP)
    drawn = [_band(each, number, x, y, stepped) for number, each in enumerate(given) if each.low]
    drawn += [
        element("path", element("title", each.name), d=path(_corners(each.points, x, y, stepped)), class_=_kind(number))
        for number, each in enumerate(given)
    ]
    return chart(axes, x, y, drawn)


def legend(names: Sequence[str]) -> Markup:
    """Which line is which, as a list.

    names: of the lines, in the order in which they are given to ``lines``.
    """
    marks = [
        element(
            "li",
            element("svg", element("line", x1=0, y1=5, x2=26, y2=5, class_=_kind(number)), class_="sign", viewBox="0 0 26 10",
                    aria_hidden="true"),
            " ", name,
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    return element("ul", *marks, class_="legend")


def _kind(number: int) -> str:
    return f"line several s{number % KINDS}"


def _corners(points: Sequence[Point], x: Scale, y: Scale, stepped: bool) -> list[Point]:
    found: list[Point] = []
    for at, value in points:
        if stepped and found:
            found.append((x.place(at), found[-1][1]))
        found.append((x.place(at), y.place(value)))
    return found


def _band(line: Line, number: int, x: Scale, y: Scale, stepped: bool) -> Markup:
    across = [at for at, _ in line.points]
    upper = _corners(list(zip(across, line.high, strict=True)), x, y, stepped)
    lower = _corners(list(zip(across, line.low, strict=True)), x, y, stepped)
    return element("path", d=path([*upper, *reversed(lower)]) + "Z", class_=f"band s{number % KINDS}")
