"""``automl search`` and ``automl grow``."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from ..api import make_options
from ..load import load_tasks
from ..session import Options, Result, open_study, run_study
from .common import experiment_folders, json_lines, open_library, print_table, progress_bar

Strategy = Annotated[
    str | None, typer.Option(help="enumerative, genetic, bayesian, random; default: what suits the task.")
]
BudgetText = Annotated[
    str, typer.Option("--budget", help="A time for each task (60s, 2m) or a number of evaluations (500).")
]
LibraryUrl = Annotated[
    str | None, typer.Option("--library", help="URL or file of the library; default sqlite:///automl.db.")
]
Workers = Annotated[str, typer.Option(help="Number of worker processes, or the address of a Ray cluster.")]
Seed = Annotated[int, typer.Option(help="Seed of the search.", min=0)]
JsonFile = Annotated[
    str | None, typer.Option("--json", help="Write one JSON object a task to this file (- for standard output).")
]
Target = Annotated[float | None, typer.Option(help="Stop when the validation score reaches this.")]
Words = Annotated[str | None, typer.Option(help="Comma-separated words to use, in place of the whole vocabulary.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="Option of the strategy (name=value) or trainer (trainer.name=value).")
]
TargetColumn = Annotated[str | None, typer.Option("--target-column", help="Column of a CSV file to predict.")]


def search(
    task: Annotated[
        str, typer.Argument(help="A name (digits, iris, …) or a path: JSON lines, npz, CSV, IDX or image folder.")
    ],
    strategy: Strategy = None,
    budget: BudgetText = "60s",
    library: LibraryUrl = None,
    workers: Workers = "1",
    seed: Seed = 0,
    json: JsonFile = None,
    target: Target = None,
    words: Words = None,
    set: Set = None,  # noqa: A002
    target_column: TargetColumn = None,
) -> None:
    """Search a program for a task; a file of many tasks is one study each."""
    options = options_of(budget, strategy, workers, seed, target, words, set)
    tasks = load_tasks(task, target=target_column, seed=seed, search_path=experiment_folders())
    store = open_library(library)
    rows: list[Result] = []
    with json_lines(json) as write:
        for each in tasks:
            source = {"spec": task, "name": each.name, "seed": seed, "target_column": target_column}
            with progress_bar(each.name) as progress:
                study = open_study(each, store, options, progress=progress, source=source)
                result = _run(study, store)
            rows.append(result)
            write(result.to_dict())
            if json != "-":
                _say(result, alone=len(tasks) == 1)
    if len(rows) > 1 and json != "-":
        _summary(rows)


def _run(study: Any, store: Any) -> Result:
    try:
        return run_study(study)
    except KeyboardInterrupt:
        url = "" if store.url.endswith("automl.db") else f" --library {store.url}"
        sys.stderr.write(f"interrupted; resume with: automl runs resume {study.record.id}{url}\n")
        raise typer.Exit(130) from None


def options_of(
    budget: str,
    strategy: str | None,
    workers: str,
    seed: int,
    target: float | None,
    words: str | None,
    settings: list[str] | None,
) -> Options:
    """Options from the texts of the command line. Raises OptionError."""
    given: dict[str, dict[str, Any]] = {"settings": {}, "trainer": {}, "schedule": {}}
    for text in settings or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"--set {text!r}: needed name=value")
        group, _, inner = name.rpartition(".")
        if group not in ("", "trainer", "schedule"):
            raise typer.BadParameter(f"--set {text!r}: needed name=value, trainer.name=value or schedule.name=value")
        given["settings" if group == "" else group][inner] = _value(value)
    from ..study import Schedule

    schedule = Schedule(**given.pop("schedule")) if given["schedule"] else None
    given.pop("schedule", None)
    chosen = None if words is None else [word.strip() for word in words.split(",") if word.strip()]
    number = int(workers) if workers.isdigit() else workers
    return make_options(
        budget, strategy=strategy, workers=number, seed=seed, target=target, words=chosen, schedule=schedule, **given
    )


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _say(result: Result, alone: bool) -> None:
    state = "solved" if result.solved else result.outcome
    right = {True: ", right on the tests", False: ", wrong on the tests", None: ""}[
        result.right if result.solved else None
    ]
    score = "" if result.score is None else f", validation {result.score:.4f}"
    test = "" if result.test_score is None else f", test {result.test_score:.4f}"
    typer.echo(
        f"{result.name}: {state}{right}{score}{test}, {result.evaluations:,} evaluations, {result.seconds:.1f} s"
    )
    if result.program:
        typer.echo(f"  {result.program}".replace("\n", "\n  "))
    if alone:
        typer.echo(f"  run {result.run}")


def _summary(rows: list[Result]) -> None:
    solved = sum(row.solved for row in rows)
    right = sum(row.right is True for row in rows)
    tested = sum(row.right is not None for row in rows)
    seconds = sum(row.seconds for row in rows)
    terms = sum(row.evaluations for row in rows)
    print_table(
        ["tasks", "solved", "right", "with tests", "evaluations", "seconds"],
        [[len(rows), solved, right, tested, f"{terms:,}", f"{seconds:.1f}"]],
    )
