"""What the templates of a run are given: views and their charts, for pages and for files that stand alone."""

from __future__ import annotations

from markupsafe import Markup

from library.store import AbstractStore
from primitives.brief import plural

from ..charts.plot import Axes, scatter, steps
from ..views.found import FoundView
from ..views.run import RunView, found_by


def progress_values(view: RunView) -> dict[str, object]:
    """What ``run_progress.html`` shows.

    view: of the run.
    """
    return {"view": view, "charts": history_charts(view)}


def found_values(store: AbstractStore, view: RunView) -> dict[str, object]:
    """What ``run_found.html`` shows; ``found`` is None for a growth.

    store: that has the run.
    view: of the run.
    """
    found = None if view.growth else found_by(store, view)
    return {"view": view, "found": found, "front": front_chart(view, found)}


def history_charts(view: RunView) -> dict[str, Markup]:
    """The best so far, against evaluations and against time as far as that was recorded; by what is along the x axis.

    view: of the run.
    """
    if not view.steps or view.scored < 2:
        return {}
    metric = view.run.metric
    end = view.steps[-1]
    told = f"validation {metric}, the best of {plural(view.evaluations, 'evaluation')} {end.score:.4g}"
    line = [(float(each.evaluations), each.score) for each in view.steps]
    charts = {
        "evaluations": steps(
            view.points, line, float(view.evaluations), Axes(f"{told}: by evaluations", "evaluations", metric)
        )
    }
    timed = [(each.seconds, each.score) for each in view.steps if each.seconds]
    if timed:
        last = max(view.timed, default=timed[-1])[0]
        charts["seconds"] = steps(view.timed, timed, last, Axes(f"{told}: by seconds", "seconds", metric))
    return charts


def front_chart(view: RunView, found: FoundView | None) -> str:
    """The front over a sample of all programs; "" where there is none.

    view: of the run.
    found: what it has found; None for a growth.
    """
    if found is None or not found.front or found.scored < 2:
        return ""
    points = [(float(getattr(row, found.cost)), row.score or 0.0) for row in view.drawn]
    front = [
        (
            (float(getattr(each, found.cost)), each.score),
            f"ask {each.ask}: {each.score:.4g} with {getattr(each, found.cost):,} {found.cost}",
        )
        for each in reversed(found.front)
    ]
    positive = min(cost for cost, _ in [*points, *(p for p, _ in front)]) > 0
    title = f"validation {view.run.metric} against {found.cost}: {plural(len(front), 'program')} that nothing cheaper betters"
    return scatter(points, front, Axes(title, found.cost, view.run.metric), positive)
