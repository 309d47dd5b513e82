"""The tasks that runs were on, and a page for each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ...views.tasks import list_tasks, view_task
from ..pages import render
from ..paging import Paging
from ..pictures import shown_case
from ..routing import Router
from ..templating import segment
from .asked import store_of

router = Router()
PER_PAGE, CASES = 50, 12
Page = Annotated[int, Field(ge=1, le=1_000_000)]


@router.get("/tasks")
def tasks(request: Request, page: Page = 1, q: str = "", unsolved: bool = False) -> Response:
    """The tasks, or those that are looked for."""
    text = q.strip()
    found = list_tasks(store_of(request), (page - 1) * PER_PAGE, PER_PAGE, text, unsolved)
    paging = Paging("/tasks", page, PER_PAGE, found.total, {"q": text, "unsolved": "true" if unsolved else ""})
    values = {
        "found": found,
        "paging": paging,
        "text": text,
        "unsolved": unsolved,
        "url": request.app.state.source.shown_url,
    }
    return render("tasks.html", request, values)


@router.get("/tasks/{name:path}")
def task(request: Request, name: str, page: Page = 1, part: Literal["train", "validation"] = "train") -> Response:
    """A task with some of its cases."""
    view = view_task(store_of(request), name, part, (page - 1) * CASES, CASES)
    if view is None:
        raise HTTPException(404, f"No run of the library was on a task {name!r}.")
    paging = Paging(f"/tasks/{segment(name)}", page, CASES, view.cases.total, {"part": part})
    return render(
        "task.html", request, {"view": view, "paging": paging, "shown": [shown_case(each) for each in view.cases.cases]}
    )
