"""What functions that answer are given."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from automl.dashboard.routing import Router


@pytest.fixture
def asked():
    """Asks a function for what its query and its path say, and gives what it was given as text."""
    router = Router()

    @router.get("/runs/{run}")
    def answer(
        request: Request,
        run: str,
        page: Annotated[int, Field(ge=1)] = 1,
        part: Literal["train", "validation"] = "train",
        chosen: tuple[str, ...] = (),
    ) -> Response:
        return PlainTextResponse(f"{run} {page} {part} {chosen}")

    def ask(query: str) -> str:
        scope = {"type": "http", "query_string": query.encode(), "path_params": {"run": "r1"}, "headers": []}
        return router.routes[0].endpoint(Request(scope)).body.decode()

    return ask


def test_arguments_come_from_the_path_and_the_query_by_their_types(asked):
    assert asked("") == "r1 1 train ()"
    assert asked("page=3&part=validation&chosen=a&chosen=b") == "r1 3 validation ('a', 'b')"


def test_the_path_wins_and_other_names_are_passed_over(asked):
    assert asked("run=r2&request=x&token=y") == "r1 1 train ()"


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=1.5", "part=test"])
def test_what_is_not_of_its_type_is_refused_by_name(asked, query):
    with pytest.raises(ValidationError) as refused:
        asked(query)
    assert refused.value.errors()[0]["loc"] == (query.partition("=")[0],)
