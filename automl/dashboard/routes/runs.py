"""The list of runs, and a page for each."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from library.store import AbstractStore

from ...views.run import RunView, run_token, view_run
from ...views.run_list import list_runs
from ..pages import asks_for_part, render
from ..paging import Paging
from ..routing import Router
from ..run_charts import found_values, progress_values
from .asked import known_run, store_of

router = Router()
UNCHANGED = 204
"""What a part of a page that asks again is answered where it shows all there is: nothing is put in its place."""
PER_PAGE = 25


@router.get("/")
def home(request: Request) -> Response:
    return RedirectResponse("/runs", 307)


@router.get("/runs")
def runs(
    request: Request, page: Annotated[int, Field(ge=1, le=1_000_000)] = 1, q: str = "", seen: str = ""
) -> Response:
    """The list of runs; as a part of a page its rows alone."""
    found = list_runs(store_of(request), (page - 1) * PER_PAGE, PER_PAGE, q.strip())
    if asks_for_part(request) and seen == found.token:
        return Response(status_code=UNCHANGED)
    paging = Paging("/runs", page, PER_PAGE, found.total, {"q": q.strip()})
    template = "runs_rows.html" if asks_for_part(request) else "runs.html"
    return render(
        template,
        request,
        {"found": found, "paging": paging, "text": q.strip(), "url": request.app.state.source.shown_url},
    )


@router.get("/runs/{run}")
def run(request: Request, run: str) -> Response:
    """A run."""
    store = store_of(request)
    view = _view(store, run)
    return render("run.html", request, {**progress_values(view), **found_values(store, view)})


@router.get("/runs/{run}/progress")
def progress(request: Request, run: str, seen: str = "") -> Response:
    """What of a run's page changes quickly while it goes on."""
    store = store_of(request)
    if seen == _token(store, run):
        return Response(status_code=UNCHANGED)
    view = _view(store, run)
    return render("run_progress.html", request, progress_values(view))


@router.get("/runs/{run}/found")
def found(request: Request, run: str, seen: str = "") -> Response:
    """What of a run's page takes longer to find: the leaderboard and the front."""
    store = store_of(request)
    if seen == _token(store, run):
        return Response(status_code=UNCHANGED)
    return render("run_found.html", request, found_values(store, _view(store, run)))


def _token(store: AbstractStore, run: str) -> str:
    return run_token(store, known_run(store, run))


def _view(store: AbstractStore, run: str) -> RunView:
    return view_run(store, known_run(store, run))
