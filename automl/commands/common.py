"""What the subcommands share: opening things, printing tables and JSON, progress bars."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from library.store import AbstractStore, open_store

from ..api import library_url


def experiment_folders() -> list[Path]:
    """Where named experiments lie: beside the installed package."""
    home = Path(__file__).resolve().parent.parent.parent / "experiments"
    return [home / "curricula", home]


def open_library(url: str | None, *, create: bool = True) -> AbstractStore:
    """The store at a URL or the default one."""
    return open_store(library_url(url), create=create)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
    """A table on standard output; plain text where that is no terminal."""
    from rich.console import Console
    from rich.table import Column, Table

    # Long ids go on in the next line: cut off they could not be told apart.
    headers = [Column(name, overflow="fold") for name in columns]
    table = Table(*headers, title=title, title_justify="left", show_edge=False)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(table, markup=False)


def cell(value: Any) -> str:
    """A table cell: yes/no, short numbers, "–" for nothing."""
    from rich.markup import escape

    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else escape(str(value))


@contextmanager
def json_lines(path: str | None) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A function that writes one JSON object a line to the file (``-``: standard output), as results come."""
    if path is None:
        yield lambda row: None
        return
    if path == "-":

        def show(row: Mapping[str, Any]) -> None:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            sys.stdout.flush()

        yield show
        return
    with Path(path).open("a", encoding="utf-8") as stream:
        fresh = True

        def write(row: Mapping[str, Any]) -> None:
            nonlocal fresh
            if fresh:  # only now, so that a command which fails before its first result spoils no earlier file
                stream.truncate(0)
                fresh = False
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            stream.flush()

        yield write


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[Mapping[str, Any]], None] | None]:
    """A rich progress line on standard error; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(title, total=None)

        def update(state: Mapping[str, Any]) -> None:
            best = state.get("best")
            shown = "" if best is None else f", best {best:.4g}"
            bar.update(line, description=f"{title}: {state['evaluations']:,} evaluations{shown}")

        yield update
