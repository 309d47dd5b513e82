"""A program that a run evaluated: its page, its values step by step, its source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from library.store import AbstractStore
from primitives.source.harvest import SourceError

from ...charts.nets.picture import program_picture
from ...views.programs.program import ProgramView, source_of, view_program
from ...views.programs.stepwise import view_steps
from ..pages import render
from ..pictures import shown_case, shown_step
from ..program_charts import learning_charts
from ..routing import Router
from .asked import known_run, store_of

router = Router()
Number = Annotated[int, Field(ge=0, le=1_000_000_000)]


@router.get("/runs/{run}/programs/{ask}")
def program(request: Request, run: str, ask: int) -> Response:
    """A program."""
    view = _view(store_of(request), run, ask)
    picture = None if view.term is None else program_picture(view.term, view.graph, f"the program of ask {ask}")
    curves = learning_charts([(f"ask {ask}", view.evaluation)], view.run.metric)
    return render("program.html", request, {"view": view, "picture": picture, "curves": curves})


@router.get("/runs/{run}/programs/{ask}/steps")
def steps(
    request: Request,
    run: str,
    ask: int,
    case: Number = 0,
    part: Literal["train", "validation"] = "validation",
    whole: bool = False,
) -> Response:
    """What each part of a program gives on a case of its task; ``whole`` with its subroutines written out."""
    store = store_of(request)
    view = view_steps(store, known_run(store, run), ask, part, case, whole)
    if view is None:
        raise _absent(run, ask)
    values = {
        "view": view, "given": None if view.case is None else shown_case(view.case),
        "steps": [shown_step(each) for each in view.steps],
    }  # fmt: skip
    return render("steps.html", request, values)


@router.get("/runs/{run}/programs/{ask}/source.py")
def source(request: Request, run: str, ask: int) -> Response:
    """The program as Python that runs without this project."""
    store = store_of(request)
    record = known_run(store, run)
    evaluation = next(iter(store.browser().chosen(run, [ask])), None)
    if evaluation is None:
        raise _absent(run, ask)
    try:
        return PlainTextResponse(source_of(store, record, evaluation))
    except SourceError as error:
        raise HTTPException(422, f"The program cannot be written as Python: {error}") from None


def _view(store: AbstractStore, run: str, ask: int) -> ProgramView:
    found = view_program(store, known_run(store, run), ask)
    if found is None:
        raise _absent(run, ask)
    return found


def _absent(run: str, ask: int) -> HTTPException:
    return HTTPException(404, f"The run {run!r} has no evaluation {ask}.")
