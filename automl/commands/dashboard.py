"""``automl dashboard``: a local page of runs and the library, which only reads, but for the form of an older store."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from typing import Annotated

import typer

from ..errors import StudyError
from ..study.opening import library_url
from .common import print_text
from .options import LibraryUrl

NEEDED = ("jinja2", "pydantic", "starlette", "uvicorn")
OWN = ("127.0.0.1", "localhost", "::1")
"""Addresses that no other machine reaches."""


def dashboard(
    library: LibraryUrl = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0: a port that is free.")] = 8650,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address to listen on, so that other machines can read: 0.0.0.0 for every one of this machine's. Needs --token where "
            "others reach it. Default: 127.0.0.1, for this machine alone.",
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="AUTOML_DASHBOARD_TOKEN", help="What a reader must have: at least 12 letters and digits of your own."
        ),
    ] = None,
) -> None:
    """Show the runs and the library of a store as a web page, until Ctrl-C. It may be open while a search is going on, and only reads, save
    that a store of an earlier version is brought to today's form first, as by every command; of a file that cannot be written a copy is."""
    if host is not None and host not in OWN and token is None:
        raise typer.BadParameter(
            f"--host {host}: --token is required too, for what is listened to there can be read by other machines"
        )
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise StudyError(f"packages {', '.join(missing)} are not installed; pip install 'automl-programs[dashboard]'")
    from ..dashboard.serving import LOOPBACK, HostError, serve
    from ..dashboard.source import StoreSource

    source = StoreSource(library_url(library))
    try:
        serve(source, LOOPBACK if host is None else host, port, token, _say_addresses)
    except HostError as error:
        raise typer.BadParameter(
            f"--host {host}: {error}; needed an address or a name of this machine, such as {LOOPBACK}, or 0.0.0.0 for all"
        ) from None
    except ValueError as error:
        raise typer.BadParameter(f"--token: {error}") from None
    except OSError as error:
        raise typer.BadParameter(
            f"--port {port}: {os.strerror(error.errno or 0)}; choose another, or 0 for one that is free"
        ) from None


def _say_addresses(addresses: Sequence[str]) -> None:
    first, *others = addresses
    print_text(f"dashboard at {first}  (Ctrl-C ends it)")
    for each in others:
        print_text(f"          or {each}")
