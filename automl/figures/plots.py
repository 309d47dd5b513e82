"""Plots of scores and of counts."""

from __future__ import annotations

from collections.abc import Sequence

from ..charts.counts import corners, time_unit
from ..charts.plot import Point, spread
from ..charts.sampling import sample
from .notebook import ACCENT, DOT, MARK, NotebookFigure, plain_axes


def history_figure(
    points: Sequence[Point], best: Sequence[Point], total: int, metric: str, title: str
) -> NotebookFigure:
    """How the best became better: scores as points, the best so far as steps, by the logarithm of the evaluations.

    points: (evaluations so far, score), of which a sample is drawn.
    best: those at which the best became better, at least one.
    total: how many evaluations there were.
    metric: the name of the score.
    title: of the figure.
    """
    figure = NotebookFigure()
    axes = plain_axes(figure, title, "evaluations", f"validation {metric}")
    line = corners(best, float(total))
    shown = sample(points)
    axes.scatter(
        [x for x, _ in shown], [y for _, y in shown], s=9, color=DOT, alpha=0.55, linewidths=0, label="evaluations"
    )
    axes.plot([x for x, _ in line], [y for _, y in line], color=ACCENT, linewidth=2.2, label="best so far")
    axes.set_xscale("log")
    axes.set_ylim(*spread([y for _, y in points], [y for _, y in best]))
    axes.legend(frameon=False, fontsize=8)
    return figure


def front_figure(points: Sequence[Point], front: Sequence[Point], cost: str, metric: str, title: str) -> NotebookFigure:
    """Programs by cost and score, and those that nothing cheaper betters, joined by a line.

    points: (cost, score), of which a sample is drawn.
    front: (cost, score), at least one.
    cost: the name of what is along the x axis.
    metric: the name of the score.
    title: of the figure.
    """
    figure = NotebookFigure()
    axes = plain_axes(figure, title, cost, f"validation {metric}")
    shown, line = sample(points), sorted(front)
    axes.scatter(
        [x for x, _ in shown], [y for _, y in shown], s=9, color=DOT, alpha=0.55, linewidths=0, label="programs"
    )
    axes.plot([x for x, _ in line], [y for _, y in line], color=ACCENT, linewidth=1.2, linestyle="dashed")
    axes.scatter([x for x, _ in line], [y for _, y in line], s=36, color=MARK, zorder=3, label="front")
    if min(x for x, _ in [*points, *line]) > 0:
        axes.set_xscale("log")
    scores = [y for _, y in line]
    low, high = spread([y for _, y in points] or scores, scores)
    margin = 0.03 * (high - low)
    axes.set_ylim(min([low, *(y - margin for y in scores)]), max([high, *(y + margin for y in scores)]))
    axes.legend(frameon=False, fontsize=8)
    return figure


def growth_figure(
    counts: Sequence[tuple[str, Sequence[Point]]], seconds: float, title: str, terms: Sequence[Point] = ()
) -> NotebookFigure:
    """Counts over time as steps from nothing on, one below the other, and below them what each solution took.

    counts: (what is counted, (seconds, count) in order, none where nothing was).
    seconds: from the first to the last of all.
    title: of the figure.
    terms: (seconds, programs that a search had looked at when it found the first that solves its task), drawn as points (default: there
        are none).
    """
    rows = len(counts) + bool(terms)
    figure = NotebookFigure(6.4, 2.6 * rows)
    size, unit = time_unit(seconds)
    places = figure.subplots(rows, sharex=True)
    if terms:
        places[-1].scatter([at / size for at, _ in terms], [count for _, count in terms], s=14, color=ACCENT)
        places[-1].set(yscale="log", ylabel="programs a search")
        places[-1].spines[["top", "right"]].set_visible(False)
    places[-1].set_xlabel(f"{unit} since the first entry")
    for axes, (name, points) in zip(places, counts, strict=False):
        line = corners([(0.0, 0.0), *points], seconds)
        axes.plot([x / size for x, _ in line], [y for _, y in line], color=ACCENT, linewidth=2.2)
        axes.set_ylabel(name)
        axes.set_ylim(0, max(4.0, *(1.05 * y for _, y in line)))
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(title, fontsize=10)
    return figure
