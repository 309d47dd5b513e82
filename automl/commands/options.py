"""The options and arguments that several subcommands share, and what is read from their texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated

import typer

from search.regression.fronts.losses import LOSSES, SQUARED

from ..errors import TaskError
from ..interface.options import make_options
from ..study.opening import Options, worker_number
from ..study.planning.options import KEPT
from ..tasks.curriculum import load_words
from ..tasks.metrics import NUMBERS
from ..tasks.task import Task
from .common import experiment_folders

Strategy = Annotated[
    str | None, typer.Option(help="enumerative, genetic, bayesian, reinforce, random; default: what suits the task.")
]
BudgetTime = Annotated[
    str | None,
    typer.Option(
        "--budget",
        "--time-limit",
        metavar="TIME",
        help="Time for each task, with its unit: 90s, 2m, 1h; default 60s, or none where --evaluations are given.",
    ),
]
Evaluations = Annotated[
    str | None,
    typer.Option(
        metavar="COUNT", help="Number of evaluations for each task: 500, 1e3. With --budget too: whichever comes first."
    ),
]
LibraryUrl = Annotated[
    str | None, typer.Option("--library", help="URL or file of the library; default sqlite:///automl.db.")
]
Workers = Annotated[str, typer.Option(help="Number of worker processes, or the address of a Ray cluster.")]
Seed = Annotated[int, typer.Option(help="Seed of the search.")]
JsonFile = Annotated[
    str | None, typer.Option("--json", help="Write one JSON object a task to this file (- for standard output).")
]
Target = Annotated[float | None, typer.Option(help="Stop when the validation score reaches this.")]
Words = Annotated[
    str | None,
    typer.Option(
        help="Words to use in place of the whole vocabulary: separated by commas, or a declared vocabulary (base_list)."
    ),
]
Starts = Annotated[
    str,
    typer.Option(
        help="What to begin with: auto (fitted words on tables, declared programs on series, declared nets for many pictures, nets of the "
        "library for few), or none: the words alone, of which the search is to find all itself."
    ),
]
Start = Annotated[
    list[str] | None,
    typer.Option(
        "--start",
        metavar="PROGRAM",
        help="A program to begin with, before --starts: a file with its text, the text itself, or a run, whose result is "
        "meant. May be repeated.",
    ),
]
Space = Annotated[
    str | None,
    typer.Option(
        "--space",
        metavar="PROGRAM",
        help="A program with free parts, which alone are filled: ?name, (choice f g), :units (range 16 512). A file, or the text itself.",
    ),
]
MaxParameters = Annotated[
    str | None,
    typer.Option("--max-parameters", metavar="COUNT", help="Most trainable numbers of a program: 8000, 1e5."),
]
MaxOperations = Annotated[
    str | None,
    typer.Option("--max-operations", metavar="COUNT", help="Most multiply-adds of one case, forward: 2e6."),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        "--max-memory",
        metavar="SIZE",
        help="Most memory for a program's weights and a forward pass of one case: 500kB, 10MB.",
    ),
]
MaxLatency = Annotated[
    str | None,
    typer.Option(
        "--max-latency",
        metavar="TIME",
        help="Longest time of one inference of one case on this machine: 5ms.",
    ),
]
KeepWeights = Annotated[
    int,
    typer.Option(
        "--keep-weights",
        metavar="COUNT",
        help="Of so many of the best candidates of each phase weights stay in the library, beside those of parents; 0: of all.",
    ),
]
Compare = Annotated[
    bool,
    typer.Option(
        "--compare",
        help="After the search show beside its result: random search of the same budget, declared baselines trained alike, and the "
        "winner trained anew three times. Their time is not in the budget.",
    ),
]
Ensemble = Annotated[
    int,
    typer.Option(
        "--ensemble",
        metavar="COUNT",
        help="Blend the answers of at most so many programs of different structure, where that is better on the validation part; 0: none.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Option of the strategy (name=value), of the trainer (trainer=name, trainer.name=value) or the schedule "
        "(schedule.epochs=5).",
    ),
]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a CSV file, such as cp1252; default: found.")]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Leave pictures out that cannot be read, and say which, instead of refusing.")
]
ClassWeights = Annotated[
    str | None,
    typer.Option(
        "--class-weight",
        metavar="WEIGHTS",
        help="How much a case of each class counts in training: balanced, none, or yes:10,no:1; default: none, but balanced "
        "for balanced_accuracy.",
    ),
]
Metric = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="What a labelled task is scored by, as ?metric=NAME: accuracy, f1, auc, mae … (docs/tables.md), or MODULE:FUNCTION of "
        "--plugins.",
    ),
]
LossName = Annotated[
    str | None,
    typer.Option(
        "--loss",
        metavar="LOSS",
        help="What nets for numbers are trained by: squared (the default), absolute or huber, which heed outliers less and compare "
        "programs by mae unless there is a --metric.",
    ),
]
TargetColumn = Annotated[str | None, typer.Option("--target-column", help="Column of a CSV file to predict.")]
DataSplit = Annotated[
    int | None,
    typer.Option(
        "--split-seed", help="Seed by which the data is divided into its parts; default: that of the run, or 0."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModelName = Annotated[
    str, typer.Argument(help="A run of the library, or a folder that Model.save or a baseline wrote.")
]
LookedAt = Annotated[str | None, typer.Option("--data", help="The data, as for search; default: that of the run.")]
SplitSeed = Annotated[
    int,
    typer.Option(
        help="Seed by which the data is divided into train, validation and test part (not that of the search)."
    ),
]

TaskName = Annotated[
    str | None,
    typer.Argument(
        help="A name (digits, iris, …) or a path: JSON lines, npz, CSV, IDX or image folder; none where --example are given."
    ),
]
Examples = Annotated[
    list[str] | None,
    typer.Option(
        "--example",
        metavar="INPUT … OUTPUT",
        help="An example, its output last: texts, numbers, lists as JSON; quotes inside, '\"12\"', make it a text. May be repeated.",
    ),
]
ProgramType = Annotated[
    str | None,
    typer.Option("--type", metavar="TYPE", help="Of programs from examples: 'str -> int -> str'; default: guessed."),
]
Tolerate = Annotated[
    int,
    typer.Option(
        metavar="COUNT",
        min=0,
        help="So many examples may be wrong or contradict others: they are outvoted, and named.",
    ),
]
Fill = Annotated[
    str | None,
    typer.Option(
        "--fill",
        metavar="FILE",
        help="Write the table with the outputs that are missing to this file (.csv, .tsv, .xlsx); what was filled in is marked.",
    ),
]
Ask = Annotated[
    bool,
    typer.Option(
        "--ask",
        help="Where the program is doubtful, ask for the output of the input that would decide, and go on with it.",
    ),
]
Ambiguous = Annotated[
    bool,
    typer.Option(
        "--ambiguous", help="Show other programs that meet all examples, each with an input where it differs."
    ),
]
Tasks = Annotated[
    list[str], typer.Argument(help="A curriculum (name or .toml), or tasks as `automl search` takes them.")
]
Frozen = Annotated[bool, typer.Option("--frozen", help="Use the library but promote nothing.")]
Iterations = Annotated[
    int,
    typer.Option(
        min=1,
        help="How often to wake, abstract and dream; each one gives what is not solved its whole budget again.",
    ),
]
LearnEvery = Annotated[
    int,
    typer.Option(
        "--learn-every",
        min=0,
        metavar="TASKS",
        help="Take out words that stopped serving, and learn where to look, after so many tasks of the first iteration too, at the end "
        "of a stage; for long streams, with --iterations 1.",
    ),
]
Guidance = Annotated[
    str,
    typer.Option(
        help="What later searches learn from solved programs: off, grammar (how often words are used), or model "
        "(a recognition model trained on the tasks and on dreams)."
    ),
]
Share = Annotated[
    float,
    typer.Option(
        help="What is done beside the searches (compression, trials, learning) may take this share of their budgets in seconds."
    ),
]
GrowthLog = Annotated[str | None, typer.Option("--growth-log", help="Write one JSON object an iteration to this file.")]
Anew = Annotated[
    bool, typer.Option("--anew", help="Begin at the first task even where this growth was begun before and ended.")
]


def options_of(
    budget: str | None,
    evaluations: str | None,
    strategy: str | None,
    workers: str,
    seed: int,
    target: float | None,
    words: str | None,
    settings: list[str] | None,
    starts: str = "auto",
    bounds: Mapping[str, str | None] = MappingProxyType({}),
    programs: Iterable[str] = (),
    space: str | None = None,
    keep_weights: int = KEPT,
    ensemble: int = 0,
) -> Options:
    """Options from the texts of the command line. Raises BadParameter, BudgetError or StudyError."""
    given = _by_group(settings or ())
    return make_options(
        budget,
        evaluations,
        strategy=strategy,
        workers=worker_number(workers),
        seed=seed,
        target=target,
        words=None if words is None else load_words(words, search_path=experiment_folders()),
        schedule=given["schedule"] or None,
        starts=starts,
        programs=tuple(programs),
        space=space,
        **bounds,
        keep_weights=keep_weights,
        ensemble=ensemble,
        settings=given["settings"],
        trainer=given["trainer"],
    )


def _by_group(texts: Iterable[str]) -> dict[str, dict[str, object]]:
    """The strategy's settings, the trainer's and the schedule's. Raises BadParameter."""
    given: dict[str, dict[str, object]] = {"settings": {}, "trainer": {}, "schedule": {}}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"--set {text!r}: needed name=value")
        group, _, inner = name.rpartition(".")
        if name == "trainer":
            group, inner = "trainer", "trainer"
        if group not in ("", "trainer", "schedule"):
            raise typer.BadParameter(f"--set {text!r}: needed name=value, trainer.name=value or schedule.name=value")
        given["settings" if group == "" else group][inner] = _value(value)
    return given


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def loss_settings(loss: str | None, settings: list[str] | None) -> list[str] | None:
    """The settings with the trainer's for a loss. Raises TaskError where it is none of LOSSES."""
    if loss is None:
        return settings
    if loss not in LOSSES:
        raise TaskError(f"loss={loss!r}: one of {', '.join(LOSSES)} is required; choose one")
    return [*(settings or ()), f"trainer.loss={'mse' if loss == SQUARED else loss}"]


def loss_metric(loss: str | None, tasks: Iterable[Task]) -> str | None:
    """The metric of tasks whose nets are trained by a loss; None: the usual one. Raises TaskError where one has no numbers as targets."""
    for task in tasks if loss is not None else ():
        if task.data.target != NUMBERS:
            raise TaskError(f"loss={loss!r}: a loss is of numbers, and {task.name} has other targets; leave it out")
    return None if loss in (None, SQUARED) else "mae"
