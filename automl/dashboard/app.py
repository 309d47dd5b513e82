"""The application: addresses, who may read, and pages for what goes wrong."""

from __future__ import annotations

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from library.records import StoreError

from .access import HEADERS, Access
from .pages import render
from .routes import analysis, baselines, comparing, growth, programs, runs, tasks, words
from .source import StoreSource
from .templating import STATIC

TITLES = {
    400: "Not asked for in a way that can be answered",
    401: "A token is required",
    404: "Nothing is here",
    405: "Only reading is possible",
    500: "This cannot be shown",
}


def create_app(source: StoreSource, token: str | None = None) -> Starlette:
    """The dashboard of a store, as an ASGI application. It reads, and answers GET alone.

    source: gives the store.
    token: what a reader must have, at least 12 letters and digits; default: none is needed, and only requests to this machine by its
        local names are answered.

    Raises ValueError for a token that can be guessed.
    """
    answering = (runs, words, programs, analysis, growth, baselines, comparing, tasks)
    routes = [route for each in answering for route in each.router.routes]
    app = Starlette(
        routes=[Mount("/static", StaticFiles(directory=STATIC), name="static"), *routes],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=Access(token, _refused))],
        exception_handlers={
            HTTPException: _failed,
            StoreError: _unreadable,
            ValidationError: _misasked,
            Exception: _broken,
        },
    )
    app.state.source = source
    return app


def _refused(request: Request, status: int, reason: str) -> Response:
    return render("error.html", request, {"title": TITLES[status], "reason": reason, "navigation": False}, status)


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = TITLES.get(error.status_code, TITLES[500])
    return render(
        "error.html", request, {"title": title, "reason": str(error.detail), "navigation": True}, error.status_code
    )


async def _unreadable(request: Request, error: Exception) -> Response:
    values = {"title": "The library cannot be read", "reason": str(error), "navigation": True}
    return render("error.html", request, values, 503)


async def _misasked(request: Request, error: Exception) -> Response:
    assert isinstance(error, ValidationError)
    wrong = "; ".join(f"{each['loc'][-1]}={each.get('input')!r}: {each['msg']}" for each in error.errors())
    return render("error.html", request, {"title": TITLES[400], "reason": wrong, "navigation": True}, 422)


async def _broken(request: Request, error: Exception) -> Response:
    """What nobody foresaw; Starlette raises it again, so that the server's log has it."""
    reason = "What the library has of it is damaged, or this program has an error: where `automl dashboard` runs, the message says more."
    values = {"title": TITLES[500], "reason": reason, "navigation": True}
    answer = render("error.html", request, values, 500)
    answer.headers.update(HEADERS)
    return answer
