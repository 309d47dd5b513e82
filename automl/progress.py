"""How far a search is, in one line on standard error that is gone when it ends."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

QUIET: ContextVar[bool] = ContextVar("quiet", default=False)
"""Whether nothing but results and errors is to be shown."""


def printable(text: str) -> str:
    """The text with everything but lines and what can be seen written as escapes: texts of stores and files could otherwise
    move the cursor, change colours or turn the direction of what a terminal shows."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in text
    )


class PrintableFormatter(logging.Formatter):
    """Log lines as terminals may show them: they name tasks, labels and words that come from files and stores."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


Update = Callable[[Mapping[str, object]], None]
IN_NOTEBOOKS = 0.25
"""Seconds between two states that a notebook is told: each is a message to a page."""


@contextmanager
def progress_bar(title: str, quiet: bool = False) -> Iterator[Update | None]:
    """A function that shows the state of a search (``evaluations``, ``best`` and its ``metric``) or of many (with ``solved``).

    title: what stands before it, such as the name of a task; see ``printable``.
    quiet: show nothing (default: show it).

    None where nothing is shown: also where standard error is neither a terminal nor a notebook's.
    """
    notebook = "ipykernel" in sys.modules
    if quiet or QUIET.get() or not (sys.stderr.isatty() or notebook):
        yield None
        return
    title = printable(title).replace("\n", "\\n")
    with _in_notebook(title) if notebook else _in_terminal(title) as update:
        yield update


def _state(title: str, state: Mapping[str, object]) -> str:
    best, metric = state.get("best"), state.get("metric") or "score"
    shown = f", best {metric} {best:.4g}" if isinstance(best, float | int) else ""
    shown = f", {state['solved']} solved" if "solved" in state else shown
    return f"{title}: {state['evaluations']:,} evaluations{shown}"


@contextmanager
def _in_terminal(title: str) -> Iterator[Update]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(title, total=None)
        yield lambda state: bar.update(line, description=_state(title, state))


@contextmanager
def _in_notebook(title: str) -> Iterator[Update]:
    """As one output that is written over and is empty at the end: rich would need widgets, which not every notebook has."""
    from IPython.display import display

    handle = display({"text/plain": f"{title} …"}, raw=True, display_id=True)
    began = told = time.monotonic()

    def update(state: Mapping[str, object]) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= IN_NOTEBOOKS:
            told = now
            handle.update({"text/plain": f"{_state(title, state)}, {now - began:.0f} s"}, raw=True)

    try:
        yield update
    finally:
        handle.update({"text/plain": ""}, raw=True)
