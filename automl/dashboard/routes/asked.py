"""What a request asks about: the store, a run of it."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from library.records import Run, StoreError
from library.store import AbstractStore


def store_of(request: Request) -> AbstractStore:
    """The store as it is now. Raises StoreError where it is gone.

    request: any of the dashboard.
    """
    store: AbstractStore = request.app.state.source.store()
    return store


def known_run(store: AbstractStore, run: str) -> Run:
    """The run with that id. Raises HTTPException 404 where there is none, StoreError where it cannot be read.

    store: that is to have it.
    run: its id.
    """
    try:
        return store.run(run)
    except StoreError as error:
        damaged: list[str] = []
        store.runs(unreadable=lambda run, error: damaged.append(run))
        if run in damaged:
            raise
        raise HTTPException(404, f"The library has no run {run!r}.") from error
