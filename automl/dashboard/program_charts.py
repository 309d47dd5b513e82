"""The charts of trainings: losses and scores by epoch."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from library.records import Evaluation

from ..charts.lines import Line, legend, lines
from ..charts.plot import Axes


def learning_charts(trained: Sequence[tuple[str, Evaluation]], metric: str) -> dict[str, tuple[Markup, Markup]]:
    """Charts with their legends, by what they show: of one training losses and scores by part, of several the validation score of each.

    trained: evaluations with their names.
    metric: the name of the score.
    """
    wanted: list[tuple[str, list[Line]]] = []
    if len(trained) == 1:
        curves = trained[0][1].curves or {}
        losses = (("train", "measured_loss"), ("validation", "validation_loss"), ("train, as trained", "train_loss"))
        wanted.append(("loss", _lines(curves, losses)))
        wanted.append((metric, _lines(curves, (("train", "train_score"), ("validation", "validation_score")))))
    else:
        found = [
            Line(name, line.points)
            for name, each in trained
            for line in _lines(each.curves or {}, ((name, "validation_score"),))
        ]
        wanted.append((f"validation {metric}", found))
    return {
        name: (lines(found, Axes(f"{name} by epoch", "epochs", name)), legend([each.name for each in found]))
        for name, found in wanted
        if found
    }


def _lines(curves: dict[str, object], columns: Sequence[tuple[str, str]]) -> list[Line]:
    """Lines of those columns that hold at least two numbers."""
    epochs = curves.get("epoch")
    found = []
    for name, column in columns:
        values = curves.get(column)
        if not isinstance(epochs, list) or not isinstance(values, list):
            continue
        points = [
            (float(at), float(value))
            for at, value in zip(epochs, values, strict=False)
            if isinstance(at, int | float) and isinstance(value, int | float)
        ]
        if len(points) > 1:
            found.append(Line(name, points))
    return found
