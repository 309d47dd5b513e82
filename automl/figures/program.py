"""A program as a picture: what goes in above, what comes out below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import FancyBboxPatch

from primitives.term import Term

from ..charts import flow
from ..charts.layers import ROW
from ..charts.nets.graph import GraphNode
from ..charts.nets.picture import graph_boxes
from ..charts.tree import BOX as BOX_HEIGHT
from ..charts.tree import cut, node_of, place
from .notebook import ACCENT, BOX, DOT, QUIET, NotebookFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes as MatplotlibAxes

PIXELS = 72.0
"""Units of the layout in an inch."""
LEAST = 1.5
"""Inches of a figure at least."""


def program_figure(term: Term, graph: Sequence[GraphNode] = ()) -> NotebookFigure:
    """The picture of a program, as large as it has to be: a net as a graph in layers, any other program as a tree.

    term: of which.
    graph: its nodes where it is a net (default: it is none); one of more than ``flow.MOST`` boxes is drawn as a tree.
    """
    return _net(graph) if 0 < len(graph) <= flow.MOST else _tree(term)


def _net(graph: Sequence[GraphNode]) -> NotebookFigure:
    boxes = graph_boxes(graph)
    widths, placed = flow.placed_boxes(boxes)
    figure, axes = _canvas(placed.width + 2, placed.height - ROW + flow.HEIGHT + 2)
    for way in placed.ways:
        (x, row), *others = way
        across, down = [x], [row * ROW + flow.HEIGHT]
        for number, (to, layer) in enumerate(others, 1):
            passes = number < len(others)
            across += [to, to] if passes else [to]
            down += [layer * ROW, layer * ROW + flow.HEIGHT] if passes else [layer * ROW]
        axes.plot(across, down, color=DOT, linewidth=1.0, zorder=1)
    for number, box in enumerate(boxes):
        top, middle, width = placed.rows[number] * ROW, placed.middles[number], widths[number]
        _frame(axes, (middle - width / 2, top), (width, flow.HEIGHT), box.kind)
        _say(axes, middle, top + (14 if box.note else flow.HEIGHT / 2), flow.cut(box.label))
        if box.note:
            _say(axes, middle, top + 29, flow.cut(box.note), QUIET, 7)
    return figure


def _tree(term: Term) -> NotebookFigure:
    placed = place(node_of(term))
    figure, axes = _canvas(placed.width, placed.height)
    for above, start, middle, top in placed.edges:
        axes.plot([above, middle], [start, top], color=DOT, linewidth=1.0, zorder=1)
    for box in placed.boxes:
        _frame(axes, (box.left, box.top), (box.width, BOX_HEIGHT), box.node.kind)
        _say(axes, box.middle, box.top + BOX_HEIGHT / 2, cut(box.node.label))
    return figure


def _canvas(width: float, height: float) -> tuple[NotebookFigure, MatplotlibAxes]:
    """A figure for so many units of the layout, and axes whose y goes down."""
    figure = NotebookFigure(max(LEAST, width / PIXELS), max(LEAST, height / PIXELS))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(-1, width), ylim=(height, -1))
    axes.set_aspect("equal")
    axes.axis("off")
    return figure, axes


def _frame(axes: MatplotlibAxes, corner: tuple[float, float], size: tuple[float, float], kind: str) -> None:
    word = kind == "word"
    axes.add_patch(
        FancyBboxPatch(
            corner, *size, boxstyle="round,pad=0,rounding_size=6", zorder=2, facecolor=BOX if word else "white",
            edgecolor=ACCENT if word else DOT, linewidth=1.0, linestyle="dashed" if kind == "binder" else "solid",
        )
    )  # fmt: skip


def _say(axes: MatplotlibAxes, x: float, y: float, text: str, color: str = "black", size: int = 8) -> None:
    axes.text(
        x, y, text, ha="center", va="center", fontsize=size, color=color, zorder=3, family="monospace", parse_math=False
    )
