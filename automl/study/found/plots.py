"""What a search found as figures and as part of a notebook's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from library.records import Evaluation

from ...charts.plot import Axes, Point, steps
from ...errors import TaskError
from ..state import Standing, folds_of
from .programs import OPERATIONS, PARAMETERS, SIZE, FoundProgram

if TYPE_CHECKING:
    from ...figures.notebook import NotebookFigure


def scored_points(history: Sequence[Evaluation], standing: Standing) -> tuple[list[Point], list[Point]]:
    """(evaluations so far, score) of every evaluation with a score, and of those at which the best became better; where some scores are
    means over folds, of these alone.

    history: the evaluations in order of asking.
    standing: which scores are better.
    """
    points: list[Point] = []
    best: list[Point] = []
    sign = standing.direction.sign
    folded = any(map(folds_of, history))
    for count, each in enumerate(history, 1):
        score = standing.score(each)
        if score is None or folded and not folds_of(each):
            continue
        points.append((float(count), score))
        if not best or sign * (score - best[-1][1]) > 0:
            best.append(points[-1])
    return points, best


def plotted_history(name: str, history: Sequence[Evaluation], standing: Standing) -> NotebookFigure:
    """How the best became better. Raises TaskError where nothing has a score.

    name: of the task.
    history: the evaluations in order of asking.
    standing: which scores are better.
    """
    from ...figures.plots import history_figure

    points, best = scored_points(history, standing)
    if not best:
        raise TaskError(f"result={name!r}: no evaluation has a score to plot; search with a larger budget")
    return history_figure(points, best, len(history), standing.metric, name)


def plotted_front(name: str, history: Sequence[Evaluation], standing: Standing, front: Sequence[FoundProgram],
                  against: str | None) -> NotebookFigure:  # fmt: skip
    """Scores against a cost. Raises TaskError where nothing has a score.

    name: of the task.
    history: the evaluations, which are drawn too where the cost is parameters or size: others are known of the front alone.
    standing: which scores are better.
    front: its programs.
    against: the cost of the front (default: as ``FoundPrograms.front``).
    """
    from ...figures.plots import front_figure

    if not front:
        raise TaskError(f"result={name!r}: no program has a score to plot; search with a larger budget")
    cost = against or (PARAMETERS if any(each.parameters for each in history) else SIZE)
    scores = [(each, standing.score(each)) for each in history if cost in (PARAMETERS, SIZE)]
    points = [(float(getattr(each, cost)), score) for each, score in scores if score is not None]
    line = [(float(getattr(each, cost)), each.score) for each in front]
    named = {OPERATIONS: "multiply-adds a case", "latency": "milliseconds a case"}.get(cost, cost)
    return front_figure(points, line, named, standing.metric, name)


def shown_history(history: Sequence[Evaluation], standing: Standing) -> str:
    """The chart of how the best became better; "" where it never did.

    history: the evaluations in order of asking.
    standing: which scores are better.
    """
    points, best = scored_points(history, standing)
    if len(best) < 2:
        return ""
    axes = Axes(f"validation {standing.metric} by evaluations", "evaluations", standing.metric)
    return steps(points, best, float(len(history)), axes)
