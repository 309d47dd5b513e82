"""The server: a socket, and the loop that answers on it until it is interrupted."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn

from .app import create_app
from .source import StoreSource

LOOPBACK = "127.0.0.1"


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
    gc.freeze()  # what was imported is not looked through again while pages read rows by the ten thousand: a fifth of their time
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
