"""Whether a server answers at an address, asked without its client: a client may try for minutes and say nothing."""

from __future__ import annotations

import os
import socket

ANSWER_SECONDS = 10.0
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"  # RFC 9113, 3.4: what a client says first
_SETTINGS = 4  # the type of the frame that a server must say first


def split_address(address: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``, ``scheme://HOST:PORT`` or ``scheme://HOST`` (port 10001, that of Ray's clients).

    Raises ValueError where the port is no number.
    """
    place = address.rpartition("://")[2].partition("/")[0]
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place, "10001"
    if not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise ValueError(f"address={address!r}: a port between 1 and 65535 is required")
    return host.strip("[]"), int(port)


def why_silent(address: str, seconds: float = ANSWER_SECONDS) -> str:
    """Why no gRPC server answers at the address within ``seconds``; "" where one does. Raises ValueError as split_address."""
    try:
        with socket.create_connection(split_address(address), timeout=seconds) as connection:
            if os.environ.get("RAY_USE_TLS", "0") not in ("", "0"):
                return ""  # it would answer to a TLS greeting only
            connection.settimeout(seconds)
            connection.sendall(_PREFACE)
            answer = connection.recv(4)
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except OSError as error:
        return error.strerror or str(error)
    return "" if answer[3:4] == bytes([_SETTINGS]) else "what answers there is no Ray cluster"


def refuses(address: str, seconds: float = 1.0) -> bool:
    """Whether the machine at the address says that nothing listens there; False where it only does not answer in time."""
    try:
        socket.create_connection(split_address(address), timeout=seconds).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False
