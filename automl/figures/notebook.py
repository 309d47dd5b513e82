"""A matplotlib figure that belongs to nobody: pyplot does not know it, and notebooks show it all the same."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes as MatplotlibAxes

ACCENT, MARK, DOT, GRID, QUIET, BOX = "#0b5cad", "#b85000", "#8b97a8", "#dde1e7", "#596273", "#e5eff9"
"""The colours of the dashboard's style sheet, which the colour-blind tell apart."""


class NotebookFigure(Figure):
    """A figure without pyplot's state: it goes when nobody holds it, and as the last value of a cell it is shown."""

    def __init__(self, width: float = 6.4, height: float = 3.8) -> None:
        """``width`` and ``height`` are in inches."""
        super().__init__(figsize=(width, height), layout="tight")
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        """What notebooks show."""
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()


def plain_axes(figure: NotebookFigure, title: str, x: str, y: str) -> MatplotlibAxes:
    """The only axes of a figure, named.

    figure: without axes.
    title: above them.
    x: what is along the x axis.
    y: what is along the y axis.
    """
    axes = figure.subplots()
    axes.set(xlabel=x, ylabel=y)
    axes.set_title(title, fontsize=10)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes
