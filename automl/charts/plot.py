"""Charts of scores: the best so far as steps, and programs by score and cost with their front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .sampling import sample
from .scale import Scale
from .svg import element, path

WIDTH, HEIGHT = 480, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 468, 14, 236
Point = tuple[float, float]


@dataclass(frozen=True)
class Axes:
    """What a chart says of itself: its ``title`` for those who cannot see it, and what is along its axes."""

    title: str
    x: str
    y: str


def spread(values: Sequence[float], best: Sequence[float]) -> tuple[float, float]:
    """From where to where scores are shown: all that were best at some time and most of the others, for one that is far off would hide
    what the others differ by.

    values: of all points, at least one.
    best: those that were best so far, from the first to the last.
    """
    ordered = sorted(values)
    quarter, top = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    reach = 2.5 * (top - quarter) or abs(best[-1]) / 10 or 1.0
    low, high = max(ordered[0], quarter - reach), min(ordered[-1], top + reach)
    low, high = min(low, best[-1]), max(high, best[-1])
    margin = 0.05 * (high - low) or abs(high) * 0.05 or 0.5
    return low - margin, high + margin


def steps(points: Sequence[Point], line: Sequence[Point], end: float, axes: Axes) -> Markup:
    """Scores as points, and as steps the best so far, by the logarithm of what is along the x axis.

    points: (x > 0, score), of which a sample is drawn.
    line: (x, score) where the best became better, at least one.
    end: how far the last step goes on.
    """
    x = Scale.over(
        min(line[0][0], *(p[0] for p in points)) if points else line[0][0], max(end, line[-1][0]), LEFT, RIGHT, log=True
    )
    low, high = spread([p[1] for p in points] or [p[1] for p in line], [p[1] for p in line])
    y = Scale.over(low, high, BOTTOM, TOP)
    corners: list[Point] = []
    for number, (at, score) in enumerate(line):
        if number:
            corners.append((x.place(at), y.place(line[number - 1][1])))
        corners.append((x.place(at), y.place(score)))
    corners.append((x.place(x.high), y.place(line[-1][1])))
    dots = [dot(x.place(at), y.place(score), 2.2, "dot") for at, score in sample(points) if low <= score <= high]
    return chart(axes, x, y, [*dots, element("path", d=path(corners), class_="line")])


def scatter(points: Sequence[Point], front: Sequence[tuple[Point, str]], axes: Axes, log: bool) -> Markup:
    """Programs by cost and score, and those that nothing betters, joined by a line.

    points: (cost, score), of which a sample is drawn.
    front: ((cost, score), what it is), at least one, in order of cost.
    log: whether costs are shown by their logarithm; all are positive then.
    """
    costs = [p[0] for p in points] + [p[0] for p, _ in front]
    x = Scale.over(min(costs), max(costs), LEFT, RIGHT, log)
    scores = [p[1] for p, _ in front]
    low, high = spread([p[1] for p in points] or scores, scores)
    low, high = min(low, *scores), max(high, *scores)
    y = Scale.over(low, high, BOTTOM, TOP)
    dots = [dot(x.place(at), y.place(score), 2.2, "dot") for at, score in sample(points) if low <= score <= high]
    line = element("path", d=path((x.place(p[0]), y.place(p[1])) for p, _ in front), class_="line thin")
    marks = [dot(x.place(p[0]), y.place(p[1]), 4.5, "mark", what) for p, what in front]
    return chart(axes, x, y, [*dots, line, *marks])


def dot(x: float, y: float, radius: float, kind: str, title: str = "") -> Markup:
    """A circle at a place in pixels, of a class of the style sheet, with what is said of it beside (default: nothing)."""
    children = [element("title", title)] if title else []
    return element("circle", *children, cx=x, cy=y, r=radius, class_=kind)


def chart(axes: Axes, x: Scale, y: Scale, drawn: Sequence[Markup]) -> Markup:
    """The whole picture: marks along both axes, and what is drawn between them.

    axes: what it says of itself.
    x: from LEFT to RIGHT.
    y: from BOTTOM to TOP.
    drawn: over the grid.
    """
    grid: list[Markup] = []
    for value, text in y.ticks(5):
        at = y.place(value)
        grid.append(element("line", x1=LEFT, x2=RIGHT, y1=at, y2=at, class_="grid"))
        grid.append(element("text", text, x=LEFT - 8, y=at + 4, class_="tick", text_anchor="end"))
    for value, text in x.ticks(5):
        at = x.place(value)
        grid.append(element("line", x1=at, x2=at, y1=BOTTOM, y2=BOTTOM + 5, class_="axis"))
        grid.append(element("text", text, x=at, y=BOTTOM + 19, class_="tick", text_anchor="middle"))
    frame = element("line", x1=LEFT, x2=RIGHT, y1=BOTTOM, y2=BOTTOM, class_="axis")
    name = element("text", axes.x, x=RIGHT, y=HEIGHT - 6, class_="label", text_anchor="end")
    title = element("title", axes.title)
    size = f"0 0 {WIDTH} {HEIGHT}"
    return element(
        "svg", title, *grid, frame, name, *drawn, class_="chart", viewBox=size, role="img", aria_label=axes.title
    )
