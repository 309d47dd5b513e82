"""The server: a socket, and the loop that answers on it until it is interrupted."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn

from .app import create_app
from .source import StoreSource

LOOPBACK = "127.0.0.1"
AT_ONCE = 50_000
"""New objects after which the collector looks for cycles: about as many as half of the rows of a large run."""


def collect_seldom() -> None:
    """Lets Python's collector pass over what was imported, and look less often at what is new: pages read rows by the ten thousand, none
    in a cycle, and looking through them again and again is a third of the time of a large run's page."""
    gc.freeze()
    gc.set_threshold(AT_ONCE)


def serve(source: StoreSource, host: str, port: int, token: str | None, announce: Callable[[str], None]) -> None:
    """Answers until Ctrl-C or SIGTERM.

    source: gives the store.
    host: the address to listen on.
    port: where; 0 for one that is free.
    token: as for ``create_app``.
    announce: told the address to open, once it is listened on.

    Raises OSError where the port is taken, ValueError as ``create_app``.
    """
    app = create_app(source, token)
    collect_seldom()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        named = f"[{host}]" if ":" in host else host
        secret = "" if token is None else f"?token={token}"
        announce(f"http://{named}:{listening.getsockname()[1]}/{secret}")
        # Requests are not logged: the first one has the token in its address.
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except KeyboardInterrupt:
            return
