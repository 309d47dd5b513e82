"""The list of runs, and a page for each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from library.records import Run, StoreError
from library.store import AbstractStore

from ...views.run import RunView, run_token, view_run
from ...views.run_list import list_runs
from ..pages import asks_for_part, render
from ..paging import Paging
from ..run_charts import found_values, progress_values

router = APIRouter()
UNCHANGED = 204
"""What a part of a page that asks again is answered where it shows all there is: nothing is put in its place."""
PER_PAGE = 25


def _store(request: Request) -> AbstractStore:
    return request.app.state.source.store()


@router.get("/")
def home() -> Response:
    return RedirectResponse("/runs", 307)


@router.get("/runs")
def runs(
    request: Request, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1, q: str = "", seen: str = ""
) -> Response:
    """The list of runs; as a part of a page its rows alone."""
    found = list_runs(_store(request), (page - 1) * PER_PAGE, PER_PAGE, q.strip())
    if asks_for_part(request) and seen == found.token:
        return Response(status_code=UNCHANGED)
    paging = Paging("/runs", page, PER_PAGE, found.total, {"q": q.strip()})
    template = "runs_rows.html" if asks_for_part(request) else "runs.html"
    return render(
        template, request, {"found": found, "paging": paging, "text": q.strip(), "url": request.app.state.source.url}
    )


@router.get("/runs/{run}")
def run(request: Request, run: str) -> Response:
    """A run."""
    store = _store(request)
    view = _view(store, run)
    return render("run.html", request, {**progress_values(view), **found_values(store, view)})


@router.get("/runs/{run}/progress")
def progress(request: Request, run: str, seen: str = "") -> Response:
    """What of a run's page changes quickly while it goes on."""
    store = _store(request)
    if seen == _token(store, run):
        return Response(status_code=UNCHANGED)
    view = _view(store, run)
    return render("run_progress.html", request, progress_values(view))


@router.get("/runs/{run}/found")
def found(request: Request, run: str, seen: str = "") -> Response:
    """What of a run's page takes longer to find: the leaderboard and the front."""
    store = _store(request)
    if seen == _token(store, run):
        return Response(status_code=UNCHANGED)
    return render("run_found.html", request, found_values(store, _view(store, run)))


def _token(store: AbstractStore, run: str) -> str:
    return run_token(store, _known(store, run))


def _view(store: AbstractStore, run: str) -> RunView:
    return view_run(store, _known(store, run))


def _known(store: AbstractStore, run: str) -> Run:
    """The run with that id. Raises HTTPException 404 where there is none, StoreError where it cannot be read."""
    try:
        return store.run(run)
    except StoreError as error:
        damaged: list[str] = []
        store.runs(unreadable=lambda run, error: damaged.append(run))
        if run in damaged:
            raise
        raise HTTPException(404, f"The library has no run {run!r}.") from error
