"""Addresses and the functions that answer them: what these take comes from the path and the query, checked by its annotations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

from pydantic import ConfigDict, validate_call
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .templating import name_of

F = TypeVar("F", bound=Callable[..., Response])


class Router:
    """Collects ``routes``, each an address with the function that answers it."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def get(self, address: str) -> Callable[[F], F]:
        """A decorator of a function that answers GET at an address. The function is given the request, and by their names what stands in
        the address and what is asked for in the query; a query's other names are passed over. pydantic raises ValidationError, when it is
        called, for what is not of the annotated type.

        address: a path with names in braces, as Starlette has them: ``/runs/{run}``.
        """

        def add(function: F) -> F:
            self.routes.append(Route(address, _answering(function), methods=["GET"]))
            return function

        return add


def _answering(function: Callable[..., Response]) -> Callable[[Request], Response]:
    """The function as one of the request alone."""
    checked = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(function)
    parameters = inspect.signature(function, eval_str=True).parameters
    several = {name for name, each in parameters.items() if isinstance(each.default, tuple)}

    def answer(request: Request) -> Response:
        query = request.query_params
        asked = {
            name: query.getlist(name) if name in several else query[name] for name in parameters.keys() & query.keys()
        }
        path = {name: name_of(each) if isinstance(each, str) else each for name, each in request.path_params.items()}
        return checked(**{**asked, **path, "request": request})

    return answer
