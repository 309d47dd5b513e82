"""How far a search is, in one line on standard error that is gone when it ends."""

from __future__ import annotations

import logging
import sys
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


@contextmanager
def progress_bar(title: str, quiet: bool = False) -> Iterator[Callable[[Mapping[str, object]], None] | None]:
    """A function that shows the state of a search (``evaluations``, ``best`` and its ``metric``) or of many (with ``solved``).

    title: what stands before it, such as the name of a task; see ``printable``.
    quiet: show nothing (default: show it).

    None where nothing is shown: also where standard error is neither a terminal nor a notebook's.
    """
    if quiet or QUIET.get() or not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    title = printable(title).replace("\n", "\\n")
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(title, total=None)

        def update(state: Mapping[str, object]) -> None:
            best, metric = state.get("best"), state.get("metric") or "score"
            shown = f", best {metric} {best:.4g}" if isinstance(best, float | int) else ""
            shown = f", {state['solved']} solved" if "solved" in state else shown
            bar.update(line, description=f"{title}: {state['evaluations']:,} evaluations{shown}")

        yield update
