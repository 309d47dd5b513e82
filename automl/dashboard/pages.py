"""Templates: what every page of the dashboard can use, with every text escaped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from . import formats
from .charts.svg import bar

HERE = Path(__file__).parent
STATIC = HERE / "static"


def _segment(text: str) -> str:
    """A name as one part of a path."""
    return quote(text, safe="")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip
    shown = (
        formats.number, formats.score, formats.share, formats.duration, formats.moment, formats.plural,
        formats.one_line, bar,
    )  # fmt: skip
    environment.filters.update({each.__name__: each for each in shown})
    environment.filters["segment"] = _segment
    return environment


_TEMPLATES = _environment()


def render(template: str, request: Request, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """The page that a template makes.

    template: its file in ``templates/``.
    request: what was asked for; its path says which entry of the navigation is the current one.
    values: by the names that the template has for them.
    status: of the answer (default: 200).
    """
    text = _TEMPLATES.get_template(template).render(path=request.url.path, query=request.query_params, **values)
    return HTMLResponse(text, status)


def asks_for_part(request: Request) -> bool:
    """Whether a script of the page asks for a part of it, and not a person for all of it."""
    return request.headers.get("hx-request") == "true"
