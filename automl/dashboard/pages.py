"""Pages as answers to requests."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse

from .templating import environment

_TEMPLATES = environment()


def render(template: str, request: Request, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """The page that a template makes.

    template: its file in ``templates/``.
    request: what was asked for; its path says which entry of the navigation is the current one.
    values: by the names that the template has for them.
    status: of the answer (default: 200).
    """
    text = _TEMPLATES.get_template(template).render(
        path=request.url.path, query=request.query_params, linked=True, **values
    )
    return HTMLResponse(text, status)


def asks_for_part(request: Request) -> bool:
    """Whether a script of the page asks for a part of it, and not a person for all of it."""
    return request.headers.get("hx-request") == "true"
