"""A program as a tree: what goes in above, what comes out below."""

from __future__ import annotations

from matplotlib.patches import FancyBboxPatch

from primitives.term import Term

from ..charts.tree import BOX as BOX_HEIGHT
from ..charts.tree import cut, node_of, place
from .notebook import ACCENT, BOX, DOT, NotebookFigure

PIXELS = 72.0
"""Units of the layout in an inch."""
LEAST = 1.5
"""Inches of a figure at least."""


def program_figure(term: Term) -> NotebookFigure:
    """The picture of a program, as large as it has to be.

    term: of which.
    """
    placed = place(node_of(term))
    figure = NotebookFigure(max(LEAST, placed.width / PIXELS), max(LEAST, placed.height / PIXELS))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, placed.width), ylim=(placed.height, 0))
    axes.set_aspect("equal")
    axes.axis("off")
    for above, start, middle, top in placed.edges:
        axes.plot([above, middle], [start, top], color=DOT, linewidth=1.0, zorder=1)
    for box in placed.boxes:
        word = box.node.kind == "word"
        axes.add_patch(
            FancyBboxPatch(
                (box.left, box.top), box.width, BOX_HEIGHT, boxstyle="round,pad=0,rounding_size=6", zorder=2,
                facecolor=BOX if word else "white", edgecolor=ACCENT if word else DOT, linewidth=1.0,
                linestyle="dashed" if box.node.kind == "binder" else "solid",
            )
        )  # fmt: skip
        axes.text(
            box.middle, box.top + BOX_HEIGHT / 2, cut(box.node.label), ha="center", va="center", fontsize=8, zorder=3,
            family="monospace", parse_math=False,
        )  # fmt: skip
    return figure
