"""The server: a socket, and the loop that answers on it until it is interrupted."""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

import uvicorn

from .app import create_app
from .source import StoreSource

LOOPBACK = "127.0.0.1"
EVERY = {"0.0.0.0": "192.0.2.1", "::": "2001:db8::1"}
"""What stands for every address of this machine, and one elsewhere, which documents use and nobody has."""
AT_ONCE = 50_000
"""New objects after which the collector looks for cycles: about as many as half of the rows of a large run."""


def collect_seldom() -> None:
    """Lets Python's collector pass over what was imported, and look less often at what is new: pages read rows by the ten thousand, none
    in a cycle, and looking through them again and again is a third of the time of a large run's page."""
    gc.freeze()
    gc.set_threshold(AT_ONCE)


class HostError(ValueError):
    """There is no such address to listen on."""


def serve(
    source: StoreSource, host: str, port: int, token: str | None, announce: Callable[[Sequence[str]], None]
) -> None:
    """Answers until Ctrl-C or SIGTERM.

    source: gives the store.
    host: the address to listen on; 0.0.0.0 or ::, every one of this machine's.
    port: where; 0 for one that is free.
    token: as for ``create_app``.
    announce: told the addresses to open, once they are listened on.

    Raises HostError, OSError where the port is taken or not allowed, ValueError as ``create_app``.
    """
    app = create_app(source, token)
    collect_seldom()
    with _listening(host, port) as listening:
        secret = "" if token is None else f"?token={token}"
        number = listening.getsockname()[1]
        announce([f"http://{f'[{each}]' if ':' in each else each}:{number}/{secret}" for each in reachable(host)])
        # Requests are not logged: the first one has the token in its address.
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except KeyboardInterrupt:
            return


def _listening(host: str, port: int) -> socket.socket:
    if not host:
        raise HostError("it is empty")
    try:
        socket.getaddrinfo(host, port, _family(host))
    except (socket.gaierror, UnicodeError) as error:
        raise HostError(getattr(error, "strerror", None) or str(error)) from None
    try:
        return socket.create_server((host, port), family=_family(host))
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise HostError("it is no address of this machine") from None
        raise


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def reachable(host: str) -> list[str]:
    """The addresses under which what listens on ``host`` is found; other machines use the first.

    host: as it was listened on.
    """
    if host not in EVERY:
        return [host]
    family, found = _family(host), list[str]()
    with socket.socket(family, socket.SOCK_DGRAM) as outward, suppress(OSError):
        outward.connect((EVERY[host], 9))  # nothing is sent: it only chooses a way out, and with it an address
        found.append(outward.getsockname()[0])
    with suppress(OSError):
        found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, family)]
    loopback = LOOPBACK if family == socket.AF_INET else "::1"
    others = [each for each in found if not each.startswith(("127.", "fe80:")) and each not in (host, "::1")]
    return list(dict.fromkeys([*others, loopback]))
