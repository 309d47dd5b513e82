"""Runs beside each other."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from ...charts.lines import Line, legend, lines
from ...charts.plot import Axes
from ...views.comparing import compare_runs
from ..pages import render
from ..routing import Router
from .asked import store_of

router = Router()


@router.get("/compare")
def compare(request: Request, run: Annotated[tuple[str, ...], Field(max_length=200)] = ()) -> Response:
    """The runs that are named, grouped by how they were set up."""
    view = compare_runs(store_of(request), run)
    drawn = [group for group in view.groups if group.line]
    drawn = drawn if any(len(group.line) > 1 for group in drawn) else []  # of one evaluation there is no history
    chart = None
    if drawn:
        given = [Line(group.name, group.line, group.low, group.high) if len(group.runs) > 1 else Line(group.name, group.line)
                 for group in drawn]  # fmt: skip
        title = f"best {view.metric} so far by evaluations, of {len(drawn)} ways to search"
        chart = lines(given, Axes(title, "evaluations", view.metric), log=True, stepped=True)
    return render(
        "compare.html", request, {"view": view, "chart": chart, "legend": legend([group.name for group in drawn])}
    )
