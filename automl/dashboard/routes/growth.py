"""The library as a whole: how it grew, its families, its map."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ...views.growth import view_growth
from ...views.vocabulary.overview import view_map
from ..library_charts import growth_charts, map_picture
from ..pages import render
from ..routing import Router
from .asked import store_of

router = Router()


@router.get("/growth")
def growth(request: Request) -> Response:
    """How the library grew, and what is in it by now."""
    store = store_of(request)
    view, whole = view_growth(store), view_map(store)
    values = {
        "charts": growth_charts(view),
        "whole": whole,
        "picture": map_picture(whole, _address),
        "url": request.app.state.source.shown_url,
    }
    return render("growth.html", request, values)


def _address(word: str) -> str:
    return f"/library/{quote(word, safe='')}"
