"""The library as a whole: how it grew, its families, its map."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from ...charts.counts import counts
from ...charts.formats import plural
from ...charts.plot import Axes
from ...charts.scattered import MapPlace, scattered
from ...views.growth import view_growth
from ...views.vocabulary.overview import LibraryMap, view_map
from ..pages import render
from .asked import store_of

router = APIRouter()


@router.get("/growth")
def growth(request: Request) -> Response:
    """How the library grew, and what is in it by now."""
    store = store_of(request)
    view, whole = view_growth(store), view_map(store)
    charts = {
        name: counts(points, view.seconds, Axes(f"how many {name} there were at each time", "since the first", name))
        for name, points in (("words", view.words), ("tasks solved", view.tasks))
        if points
    }
    values = {"charts": charts, "whole": whole, "picture": _picture(whole), "url": request.app.state.source.url}
    return render("growth.html", request, values)


def _picture(whole: LibraryMap) -> Markup | None:
    if not whole.places:
        return None
    places = [
        MapPlace(
            each.x, each.y, each.word.word.name, f"{each.word.word.name} : {each.word.word.type}, {plural(each.word.tasks, 'task')}",
            float(each.word.tasks), f"f{each.family}" if each.family >= 0 else "other", f"/library/{quote(each.word.word.name, safe='')}",
        )
        for each in whole.places
    ]  # fmt: skip
    return scattered(
        places, f"a map of {len(places)} words: those with the same words in their bodies lie near each other"
    )
