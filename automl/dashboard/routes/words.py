"""The words of the library, and a page for each."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import numpy as np
from markupsafe import Markup
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ...charts.flow import FlowBox, flow
from ...charts.pixels import picture
from ...charts.tree import tree
from ...views.word import WordView, evidence_lines, view_word, word_weights
from ...views.word_list import list_words
from ..pages import render
from ..paging import Paging
from ..routing import Router
from .asked import store_of

router = Router()
PER_PAGE = 50
RELATED = 8
"""Words before and after a word that are drawn at most."""


@router.get("/library")
def library(
    request: Request,
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1,
    q: str = "",
    task: str = "",
    demoted: bool = False,
) -> Response:
    """The active words, or those that were demoted, or those that are looked for, by a text or by the task that they serve."""
    text, store = q.strip(), store_of(request)
    found = list_words(store, (page - 1) * PER_PAGE, PER_PAGE, text, task, demoted)
    paging = Paging(
        "/library", page, PER_PAGE, found.total, {"q": text, "task": task, "demoted": "true" if demoted else ""}
    )
    return render(
        "words.html",
        request,
        {
            "found": found,
            "paging": paging,
            "text": text,
            "task": task,
            "demoted": demoted,
            "url": request.app.state.source.shown_url,
        },
    )


@router.get("/library/{name}")
def word(request: Request, name: str, version: str = "") -> Response:
    """A word in one of its versions."""
    store = store_of(request)
    view = view_word(store, name, version)
    if view is None:
        raise HTTPException(404, f"The library has no word {name!r}{f' of version {version!r}' if version else ''}.")
    weights = word_weights(store, view.record)
    values = {
        "view": view, "lines": evidence_lines,
        "picture": None if view.term is None else tree(view.term, f"the body of {name} as a tree"),
        "related": flow(_related(view), f"what {name} is made of, and what uses it"),
        "weights": [] if isinstance(weights, str) else [_drawn(*each) for each in weights],
        "lost": weights if isinstance(weights, str) else "",
    }  # fmt: skip
    return render("word.html", request, values)


def _related(view: WordView) -> list[FlowBox]:
    """The word between those that it is made of and those that use it."""
    if not view.parts and not view.users:
        return []
    before = [
        FlowBox(each.name, each.type, link=f"/library/{quote(each.name, safe='')}") for each in view.parts[:RELATED]
    ]
    own = FlowBox(view.record.name, view.record.type, "variable", tuple(range(len(before))))
    after = [
        FlowBox(each.name, each.type, inputs=(len(before),), link=f"/library/{quote(each.name, safe='')}")
        for each in view.users[:RELATED]
    ]
    return [*before, own, *after]


def _drawn(name: str, array: np.ndarray) -> tuple[str, str, Markup | None]:
    """Weights by name with their shape; kernels of convolutions and rows of matrices as a picture."""
    maps = array.reshape(-1, *array.shape[2:]) if array.ndim == 4 else array
    drawn = picture(maps, f"the weights {name}") if array.ndim in (2, 4) else None
    return name, " × ".join(map(str, array.shape)) or "number", drawn
