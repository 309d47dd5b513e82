"""``automl report``: a run or a library as one HTML file, to hand on or to keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from library.records import Run
from library.store import AbstractStore

from ..errors import StudyError, TaskError
from ..study.stored import task_of
from ..tasks.task import Task
from .common import open_library, print_text, run_of
from .options import LibraryUrl

ENDINGS = (".db", ".sqlite", ".sqlite3")


def report(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN|LIBRARY",
            help="The id of a run (or the beginning of one), or the URL or file of a library; default: the library of --library.",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="The HTML file to write; one that is there is replaced."),
    ] = Path("report.html"),
    data: Annotated[
        bool,
        typer.Option(
            "--data/--no-data",
            help="Read the data of the run's task again, to show what the program answers on held-out cases.",
        ),
    ] = True,
    library: LibraryUrl = None,
) -> None:
    """Write what there is to see of a run (history, leaderboard, front, program, source, answers, time) or of a library (growth, words,
    evidence, solved tasks, map) as one HTML file that needs nothing beside it."""
    from ..exporting.files import HTML, check_file
    from ..standalone.page import write_page

    check_file(output, "one HTML file", HTML, "output")
    if subject is None or _is_library(subject):
        from ..standalone.library import library_report

        page = library_report(open_library(subject or library, create=False))
    else:
        store = open_library(library, create=False)
        page = _of_run(store, run_of(store, subject), data)
    write_page(output, page)
    print_text(f"written to {output} ({output.stat().st_size / 1000:,.0f} kB)")


def _is_library(subject: str) -> bool:
    """Whether a library is meant, and no run: ids have neither slashes nor endings."""
    return "://" in subject or "/" in subject or subject.endswith(ENDINGS) or Path(subject).is_file()


def _of_run(store: AbstractStore, run: Run, data: bool) -> str:
    from ..standalone.run import run_report

    task: Task | None = None
    trouble = "" if data else "the data were not read again (--no-data)"
    if data and run.config.get("task"):
        try:
            task = task_of(run)
        except (StudyError, TaskError, OSError) as error:
            trouble = str(error)
    return run_report(store, run, task, trouble)
