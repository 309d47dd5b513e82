"""Pictures as PNG: grids of images, curves, matrices. matplotlib is imported when one is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from primitives.brief import brief_repr


class AbstractPicture(ABC):
    """What can be written as a PNG file."""

    def save(self, path: Path) -> None:
        """Write the picture, without a display."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure()
        FigureCanvasAgg(figure)
        self.draw(figure)
        figure.savefig(path, dpi=100)

    @abstractmethod
    def draw(self, figure: Any) -> None:
        """Draw on an empty matplotlib figure."""


@dataclass(frozen=True, eq=False)
class Grid(AbstractPicture):
    """Images [h, w] or [h, w, 3] of numbers from 0 to 1 in rows of ``columns``, with a caption each."""

    images: Sequence[np.ndarray]
    captions: Sequence[str]
    columns: int
    title: str

    __repr__ = brief_repr

    def draw(self, figure: Any) -> None:
        columns = max(1, min(self.columns, len(self.images)))
        rows = -(-len(self.images) // columns)
        width, height = max(4.0, 1.15 * columns), 0.4 + 1.35 * rows
        figure.set_size_inches(width, height)
        figure.text(0.5, 1 - 0.2 / height, self.title, fontsize=9, ha="center", va="center")
        axis = figure.add_axes((0.0, 0.0, 1.0, 1 - 0.4 / height))  # axes of their own for the images would take seconds
        for number, (image, caption) in enumerate(zip(self.images, self.captions, strict=True)):
            row, column = divmod(number, columns)
            place = (column + 0.05, column + 0.95, 1.2 * (row + 1) - 0.05, 1.2 * row + 0.25)
            axis.imshow(image, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest", extent=place)
            axis.text(column + 0.5, 1.2 * row + 0.18, caption, fontsize=7, ha="center", va="bottom")
        axis.set(xlim=(0, columns), ylim=(1.2 * rows, 0), aspect="equal")
        axis.axis("off")


@dataclass(frozen=True, eq=False)
class Curves(AbstractPicture):
    """Lines by name over common ``x``."""

    x: Sequence[float]
    lines: Mapping[str, Sequence[float]]
    labels: tuple[str, str]
    title: str

    __repr__ = brief_repr

    def draw(self, figure: Any) -> None:
        figure.set_size_inches(5.0, 3.5)
        figure.set_layout_engine("tight")
        axis = figure.subplots()
        for name, values in self.lines.items():
            axis.plot(self.x, values, marker="o", markersize=3, label=name)
        axis.set(xlabel=self.labels[0], ylabel=self.labels[1], title=self.title)
        axis.grid(alpha=0.3)
        axis.legend()


@dataclass(frozen=True, eq=False)
class Matrix(AbstractPicture):
    """A table of numbers as colours, with the numbers of whole ones written in up to 20 rows."""

    values: np.ndarray
    labels: tuple[str, str]
    title: str
    names: Sequence[str] = ()

    __repr__ = brief_repr

    def draw(self, figure: Any) -> None:
        rows, columns = self.values.shape
        figure.set_size_inches(max(4.0, min(12.0, 0.35 * columns + 1.5)), max(3.5, min(12.0, 0.35 * rows + 1.5)))
        figure.set_layout_engine("tight")
        axis = figure.subplots()
        whole = self.values.dtype.kind in "iu"
        # By their logarithm, for the diagonal of a confusion matrix would leave all else white.
        shown = np.log1p(self.values) if whole else self.values
        drawn = axis.imshow(shown, cmap="Blues" if whole else "gray", aspect="auto")
        if not whole:
            figure.colorbar(drawn)
        if whole and rows <= 20:
            for row, column in np.ndindex(rows, columns):
                dark = shown[row, column] > 0.6 * shown.max()
                axis.text(column, row, str(self.values[row, column]), ha="center", va="center", fontsize=7,
                          color="white" if dark else "black")  # fmt: skip
        if self.names and rows <= 40:
            axis.set_xticks(range(columns), self.names, rotation=90, fontsize=7)
            axis.set_yticks(range(rows), self.names, fontsize=7)
        axis.set(xlabel=self.labels[0], ylabel=self.labels[1])
        axis.set_title(self.title, fontsize=9)


def is_image(shape: Sequence[int]) -> bool:
    """Whether inputs of the shape can be shown: [h, w], [1, h, w] or [3, h, w], at least 2 × 2."""
    return (len(shape) == 2 or (len(shape) == 3 and shape[0] in (1, 3))) and min(shape[-2:]) >= 2


def as_image(array: np.ndarray) -> np.ndarray:
    """[h, w] or [h, w, 3] of an input that ``is_image``."""
    if array.ndim == 3:
        return array[0] if array.shape[0] == 1 else np.moveaxis(array, 0, 2)
    return array


def filter_picture(filters: np.ndarray, title: str, most: int = 64) -> AbstractPicture:
    """A layer's filters [units, *shape]: images where they are such (kernels of many channels: the first three tiles a unit, scaled to
    [0, 1] each), else one matrix with a row a unit."""
    shape = filters.shape[1:]
    if is_image(shape):
        tiles = [as_image(f) for f in filters[:most]]
        captions = [str(number) for number in range(len(tiles))]
    elif len(shape) == 3 and min(shape[-2:]) >= 2:
        channels = range(min(3, shape[0]))
        tiles = [filters[unit, channel] for unit in range(min(len(filters), most // 3)) for channel in channels]
        captions = [f"{unit}.{channel}" for unit in range(min(len(filters), most // 3)) for channel in channels]
    else:
        return Matrix(filters.reshape(len(filters), -1), ("input", "unit"), title)
    return Grid([_stretched(tile) for tile in tiles], captions, 8, title)


def _stretched(tile: np.ndarray) -> np.ndarray:
    low, high = float(tile.min()), float(tile.max())
    return (tile - low) / (high - low) if high > low else np.full_like(tile, 0.5)
