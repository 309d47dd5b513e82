"""Signals that ask a command to end: it ends orderly, as with Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(KeyboardInterrupt):
    """A signal asked the command to end. ``code`` is the exit code that says so."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = 128 + number


_asked: list[int] = []
"""The signal that has come and has not been heeded yet."""


def raise_if_asked() -> None:
    """Raise Interrupted anew where a signal has come and what it raised was lost: in a finaliser, or a call from C that takes no
    exceptions, it is printed and forgotten. What runs for long asks now and then."""
    if _asked:
        raise Interrupted(_asked[0])


@contextmanager
def orderly_end() -> Iterator[None]:
    """Within the block SIGINT, SIGTERM and SIGHUP raise Interrupted, once: another one ends the process at once. A signal that the
    process was started to ignore (as ``nohup`` does) is ignored. In another thread than the main one it does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in heeded:
            signal.signal(each, signal.SIG_DFL)
        _asked.append(number)
        raise Interrupted(number)

    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        _asked.clear()
        for number in heeded:
            signal.signal(number, before[number])


def exit_code(error: KeyboardInterrupt) -> int:
    """The exit code of a command that was interrupted."""
    return error.code if isinstance(error, Interrupted) else 128 + signal.SIGINT
