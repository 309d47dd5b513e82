"""What the subcommands share that give runs to others' tools. No subcommand itself."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from library.files import whole_file
from library.records import Run, StoreError
from library.store import AbstractStore
from primitives.brief import plural

from ..errors import StudyError
from ..progress import QUIET
from .common import json_lines, library_option, print_text, run_named
from .options import LibraryUrl

if TYPE_CHECKING:
    from ..exporting.history import RunHistory

SAID = {"jsonl": "JSON lines", "csv": "CSV", "parquet": "Parquet"}
"""What rows are written as, for people."""
TOOLS = (*SAID, "tensorboard", "mlflow")
NEEDS = {"parquet": "a file", "tensorboard": "a folder", "mlflow": "a URI"}
"""What cannot go to standard output, and where it goes."""
TensorBoardFolder = Annotated[
    str | None,
    typer.Option(
        "--tensorboard",
        metavar="DIR",
        help="Write scores, curves and the program as a graph for `tensorboard --logdir DIR`, when the search has ended.",
    ),
]
MlflowUri = Annotated[
    str | None,
    typer.Option(
        "--mlflow",
        metavar="URI",
        help="Log settings, scores, program and model to MLflow at http://… or sqlite:///…, when the search has ended.",
    ),
]


@dataclass(frozen=True)
class Tools:
    """Where runs are to be written for others' tools: a folder for TensorBoard, an address of MLflow (None: not there)."""

    tensorboard: str | None = None
    mlflow: str | None = None

    def check(self) -> None:
        """Raises StudyError where what is needed is not installed, so that it is said before a search and not after."""
        if self.tensorboard is not None:
            from ..exporting.tensorboard import check_tensorboard

            check_tensorboard()
        if self.mlflow is not None:
            from ..exporting.mlflow import check_mlflow

            check_mlflow()

    def take(self, store: AbstractStore, run: Run) -> list[str]:
        """Writes a run to each; gives a line for people on each. Raises StudyError, OSError."""
        if self.tensorboard is None and self.mlflow is None:
            return []
        from ..exporting.history import history_of

        history = history_of(store, run)
        lines = [] if self.tensorboard is None else [_to_tensorboard(history, self.tensorboard)]
        return lines if self.mlflow is None else [*lines, _to_mlflow(store, history, self.mlflow)]


def share(tools: Tools, store: AbstractStore, run: str, library: str | None, err: bool) -> bool:
    """Give a run of the ``library``, which ``store`` is, to others' tools and say so, on standard error where ``err``; what goes wrong
    there is said, and ends nothing. Whether all went well."""
    try:
        for line in tools.take(store, store.run(run)):
            print_text(line, err=err)
    except (StudyError, StoreError, OSError) as error:
        again = f"automl runs export {run}{library_option(library)}"
        print_text(
            f"automl: {error}; the run itself is complete: `{again}` with its target and --to tries again", err=True
        )
        return False
    return True


def _to_tensorboard(history: RunHistory, folder: str) -> str:
    from ..exporting.tensorboard import write_tensorboard

    return f"written to {write_tensorboard(history, Path(folder))}; look at it with: tensorboard --logdir {shlex.quote(folder)}"


def _to_mlflow(store: AbstractStore, history: RunHistory, uri: str) -> str:
    from ..exporting.mlflow import log_to_mlflow
    from ..standalone.run import run_report

    report = run_report(store, history.run, None, "the data were not read again")
    logged = log_to_mlflow(store, history, uri, report)
    return f"logged to MLflow at {uri}: run {logged.run} of experiment {history.run.task!r}"


def export_run(
    run: str,
    target: Annotated[
        str,
        typer.Argument(
            help="A file (.jsonl, .csv, .parquet), - for standard output. tensorboard: a folder. mlflow: a URI."
        ),
    ] = "-",
    to: Annotated[
        str | None,
        typer.Option("--to", help=f"{', '.join(TOOLS)}; default: as the file ends, or jsonl."),
    ] = None,
    library: LibraryUrl = None,
) -> None:
    """Give the evaluations of a search to others' tools: a row each as JSON lines (`pandas.read_json(FILE, lines=True)`), CSV or Parquet,
    TensorBoard or MLflow. `automl export` writes its program."""
    from ..exporting.files import check_file
    from ..exporting.rows import FORMS, check_form, form_of

    form = form_of(target) if to is None else to
    if form not in TOOLS:
        raise typer.BadParameter(
            f"--to {to!r}: needed {', '.join(TOOLS[:-1])} or {TOOLS[-1]}; `automl export` writes programs"
        )
    if target == "-" and form in NEEDS:
        raise typer.BadParameter(f"--to {form}: {NEEDS[form]} is required after the run")
    if form in FORMS:
        check_form(form)
        if target != "-":
            check_file(target, SAID[form], sum(FORMS.values(), ()) if to is None else FORMS[form])
    store, record = run_named(run, library)
    if form in FORMS:
        from ..exporting.history import history_of

        _write_rows(history_of(store, record), target, form)
        return
    for line in Tools(**{form: target}).take(store, record):
        print_text(line)


def _write_rows(history: RunHistory, target: str, form: str) -> None:
    from ..exporting.rows import evaluation_rows, table_of

    if form == "jsonl":
        if not history.evaluations and target != "-":
            Path(target).write_bytes(b"")  # a file without lines, though another was there
        with json_lines(target) as write:
            for row in evaluation_rows(history):
                write(row)
    else:
        table = table_of(history, form)
        if target == "-":
            sys.stdout.write(table.decode())
        else:
            with whole_file(target) as stream:
                stream.write(table)
    if target == "-" and QUIET.get():
        return
    written = plural(len(history.evaluations), "row")
    print_text(
        f"{written} written to {'standard output' if target == '-' else target}{history.missing()}", err=target == "-"
    )
