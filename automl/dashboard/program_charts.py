"""The charts of programs: losses and scores of their trainings by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from library.records import Evaluation

from ..charts.lines import Line, legend, lines
from ..charts.plot import Axes


def learning_charts(trained: Sequence[tuple[str, Evaluation]], metric: str) -> dict[str, tuple[Markup, Markup]]:
    """Charts with their legends, by what they show: of one training losses and scores by part, of several the validation score of each.

    trained: evaluations with their names.
    metric: the name of the score.
    """
    if len(trained) == 1:
        return curve_charts(trained[0][1].curves or {}, metric)
    found = [
        Line(name, line.points)
        for name, each in trained
        for line in _lines(each.curves or {}, ((name, "validation_score"),))
    ]
    return _charts([(f"validation {metric}", found)])


def curve_charts(curves: Mapping[str, object], metric: str) -> dict[str, tuple[Markup, Markup]]:
    """The charts of one training with their legends: losses, and scores by part.

    curves: columns by name, as an evaluation keeps them.
    metric: the name of the score.
    """
    losses = (("train", "measured_loss"), ("validation", "validation_loss"), ("train, as trained", "train_loss"))
    scores = (("train", "train_score"), ("validation", "validation_score"), ("test", "test_score"))
    return _charts([("loss", _lines(curves, losses)), (metric, _lines(curves, scores))])


def _charts(wanted: Sequence[tuple[str, Sequence[Line]]]) -> dict[str, tuple[Markup, Markup]]:
    return {
        name: (lines(found, Axes(f"{name} by epoch", "epochs", name)), legend([each.name for each in found]))
        for name, found in wanted
        if found
    }


def _lines(curves: Mapping[str, object], columns: Sequence[tuple[str, str]]) -> list[Line]:
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
