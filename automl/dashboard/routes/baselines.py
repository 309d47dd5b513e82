"""Hand-designed systems, and a page for each."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ...baselines.table import per_cent
from ...charts.flow import flow
from ...charts.nets.picture import graph_boxes
from ...charts.plot import Axes, scatter
from ...errors import TaskError
from ...views.baselines import list_baselines, view_baseline
from ..pages import render
from ..program_charts import curve_charts
from ..routing import Router

router = Router()


@router.get("/baselines")
def baselines(request: Request) -> Response:
    """The table of published and measured figures."""
    try:
        rows, refused = list_baselines(request.app.state.source.url)
    except TaskError as error:
        raise HTTPException(503, str(error)) from None
    measured = [
        (row, name, row[name]["best"])
        for row in rows
        for name in ("fast", "book")
        if row["data"] == "mnist" and row[name] is not None and row[name]["metric"] == "accuracy"
    ]
    points = [
        ((float(row["parameters"]), best), f"{row['id']}, {name}: {best:.4f} with {row['parameters']:,} parameters")
        for row, name, best in measured
    ]
    chart = None
    if points:
        front, best = [], 0.0
        for point in sorted(points):
            if point[0][1] > best:
                best = point[0][1]
                front.append(point)
        axes = Axes("test accuracy of baselines on mnist against their parameters", "parameters", "test accuracy")
        chart = scatter([point for point, _ in points], front, axes, log=True)
    return render("baselines.html", request, {"rows": rows, "refused": refused, "chart": chart, "per_cent": per_cent})


@router.get("/baselines/{id}")
def baseline(request: Request, id: str) -> Response:
    """A baseline."""
    try:
        view = view_baseline(id, request.app.state.source.url)
    except TaskError as error:
        raise HTTPException(503, str(error)) from None
    if view is None:
        raise HTTPException(404, f"No baseline {id!r} is declared.")
    picture = flow(graph_boxes(view.graph), f"{id} as a graph, from its input above to its output below")
    charts = [(run, curve_charts(run.curves, "accuracy")) for run in view.runs]
    return render("baseline.html", request, {"view": view, "picture": picture, "charts": charts, "per_cent": per_cent})
