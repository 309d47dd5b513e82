"""The words of the library, and a page for each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from ...charts.tree import tree
from ...views.word import evidence_lines, view_word
from ...views.word_list import list_words
from ..pages import render
from ..paging import Paging
from .asked import store_of

router = APIRouter()
PER_PAGE = 50


@router.get("/library")
def library(request: Request, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1, q: str = "") -> Response:
    """The active words, or those that are looked for."""
    text, store = q.strip(), store_of(request)
    found = list_words(store, (page - 1) * PER_PAGE, PER_PAGE, text)
    paging = Paging("/library", page, PER_PAGE, found.total, {"q": text})
    return render(
        "words.html", request, {"found": found, "paging": paging, "text": text, "url": request.app.state.source.url}
    )


@router.get("/library/{name}")
def word(request: Request, name: str, version: str = "") -> Response:
    """A word in one of its versions."""
    view = view_word(store_of(request), name, version)
    if view is None:
        raise HTTPException(404, f"The library has no word {name!r}{f' of version {version!r}' if version else ''}.")
    picture = None if view.term is None else tree(view.term, f"the body of {name} as a tree")
    return render("word.html", request, {"view": view, "picture": picture, "lines": evidence_lines})
