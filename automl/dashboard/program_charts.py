"""The charts of programs: losses and scores of their trainings by epoch, nets as graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from library.records import Evaluation
from primitives.term import Term

from ..charts.flow import FlowBox, flow
from ..charts.formats import plural
from ..charts.lines import Line, legend, lines
from ..charts.plot import Axes
from ..charts.tree import tree
from ..views.programs.graph import GraphNode


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


def program_chart(term: Term, graph: Sequence[GraphNode], name: str) -> Markup | None:
    """A net as a graph, any other program as a tree; None where it has too many parts.

    term: the program.
    graph: its nodes where it is a net.
    name: what it is called for those who cannot see it.
    """
    if graph:
        return flow(graph_boxes(graph), f"{name} as a graph, from its input above to its output below")
    return tree(term, f"{name} as a tree")


def graph_boxes(graph: Sequence[GraphNode]) -> list[FlowBox]:
    """The boxes of a net.

    graph: its nodes.
    """
    found = []
    for node in graph:
        parameters = plural(node.parameters, "parameter") if node.parameters else ""
        note = ", ".join(part for part in (node.shape, f"{node.parameters:,} p" if node.parameters else "") if part)
        title = ", ".join(part for part in (node.block, node.label, node.shape, parameters) if part)
        found.append(FlowBox(node.label, note, node.kind, node.inputs, title))
    return found


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
