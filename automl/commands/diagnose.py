"""``automl evaluate`` and ``automl diagnose``: a trained program's scores on any data, how its training went, and what
its answers are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from library.records import Evaluation, Run
from library.store import AbstractStore

from ..errors import TaskError
from ..evaluation.model import Model
from ..study.candidate import FINAL
from ..study.journal import ASKED
from ..study.opening import load_vocabulary
from ..study.state import Standing
from ..tasks.task import AbstractTask
from .common import (
    model_folder,
    model_of,
    one_task,
    print_json,
    print_table,
    saved_model,
    split_seed_for,
    stored_run,
    task_of,
)
from .options import AsJson, DataSplit, LibraryUrl, ModelName, TargetColumn


def evaluate(
    model: ModelName,
    data: Annotated[str, typer.Argument(help="Any data of the same type, as for search.")],
    part: Annotated[str, typer.Option(help="all, train, validation or test.")] = "all",
    split_seed: DataSplit = None,
    library: LibraryUrl = None,
    target_column: TargetColumn = None,
    json: AsJson = False,
) -> None:
    """Score a trained program on any data set."""
    from ..evaluation.scoring import evaluate as score_on

    subject, run = saved_model(model), None
    if subject is None:
        run = stored_run(model, library)[1]
        subject = model_of(model, library)
    task = one_task(data, split_seed_for(run, split_seed), target_column)
    scores = score_on(subject, task, part)
    if json:
        print_json({"model": model, "data": task.name, "part": part, "scores": scores})
        return
    for name, value in scores.items():
        typer.echo(f"{name:10} {value:.6g}")


def diagnose(
    model: ModelName,
    data: Annotated[str | None, typer.Option(help="The data, as for search; default: that of the run.")] = None,
    ask: Annotated[int | None, typer.Option(help="Diagnose this evaluation of the run; default: its best.")] = None,
    output: Annotated[str | None, typer.Option(help="Folder for diagnosis.json and the curves (PNG).")] = None,
    every: Annotated[int, typer.Option(help="Show every so many of the measured epochs.")] = 1,
    split_seed: DataSplit = None,
    library: LibraryUrl = None,
    target_column: TargetColumn = None,
    json: AsJson = False,
) -> None:
    """Curves of train against validation, their gap, calibration, and gradient norms layer by layer."""
    from ..evaluation.scoring import as_trained
    from ..reports.diagnosis import diagnose as diagnosis_of

    if every < 1:
        raise TaskError(f"every={every}: at least 1 is required; correct the option")
    subject, task, curves = _subject(model, data, ask, split_seed, library, target_column)
    seen, test = as_trained(subject, task)
    found = diagnosis_of(subject, seen, curves, test=test)
    written = found.save(output) if output is not None else []
    if json:
        print_json(found.facts)
        return
    say(found.facts, every)
    for path in written:
        typer.echo(f"written to {path}")


def _subject(
    name: str, data: str | None, ask: int | None, split_seed: int | None, library: str | None, target: str | None
) -> tuple[Model, AbstractTask, Mapping[str, Any] | None]:
    """The model, the task to diagnose it on, and the curves of its training."""
    saved = saved_model(name)
    if saved is not None:
        if data is None:
            raise TaskError(f"model={name!r} is a folder: the data is required; name it with --data")
        task = one_task(data, split_seed_for(None, split_seed), target)
        from ..reports.diagnosis import logged_curves

        return saved, task, logged_curves(model_folder(name))
    store, run = stored_run(name, library)
    task = task_of(run) if data is None else one_task(data, split_seed_for(run, split_seed), target)
    chosen = _chosen(store, run, ask)
    vocabulary = load_vocabulary(store, run.library or None)
    from ..study.result import stored_model

    return stored_model(store, run, vocabulary, chosen), task, chosen.curves


def _chosen(store: AbstractStore, run: Run, ask: int | None) -> Evaluation:
    """The evaluation asked for. The best may have been trained on the validation cases too at the end, so that nothing
    can be read off them: then it is the training before that one."""
    events, evaluations = store.events(run.id), {each.ask: each for each in store.evaluations(run.id)}
    if ask is None:
        standing = Standing.of(run)
        standing.restore(events, tuple(evaluations.values()))
        best = standing.best()
        if best is None:
            raise TaskError(f"run={run.id!r}: no program was found by it; search with a larger budget")
        asked = next(each.payload for each in events if each.kind == ASKED and each.ask == best.ask)
        ask = int(asked["info"]["of"]) if asked.get("phase") == FINAL else best.ask
    if ask not in evaluations or evaluations[ask].weights is None:
        trained = ", ".join(str(each.ask) for each in evaluations.values() if each.weights is not None)
        raise TaskError(
            f"ask={ask}: an evaluation with weights is required; run {run.id} has {trained[:200] or 'none'}"
        )
    return evaluations[ask]


def say(facts: Mapping[str, Any], every: int = 1) -> None:
    """A diagnosis for people; every figure is in the JSON."""
    from ..reports.diagnosis import titled

    layers = facts["layers"]
    typer.echo(f"{facts['program']}\n")
    curves = facts.get("curves")
    if curves:
        shown = {
            "epoch": "epoch", "rate": "learning_rate", "trained loss": "train_loss", "train loss": "measured_loss",
            "validation loss": "validation_loss", f"train {facts['metric']}": "train_score",
            f"validation {facts['metric']}": "validation_score", "gradient": "gradient_norm",
        }  # fmt: skip
        present = {title: curves[column] for title, column in shown.items() if curves.get(column)}
        rows = [i for i, score in enumerate(curves["validation_score"]) if score is not None]
        rows = sorted({*rows[::every], *rows[-1:]})
        print_table(list(present), [[column[i] for column in present.values()] for i in rows], "The training")
        norms = curves.get("gradient_norms") or {}
        if norms:
            picked = [rows[len(rows) * i // 5] for i in range(min(5, len(rows)))] + rows[-1:]
            picked = sorted(dict.fromkeys(picked))
            titles = ["parameter", *(f"epoch {curves['epoch'][i]}" for i in picked)]
            table = [[titled(name, layers), *(column[i] for i in picked)] for name, column in norms.items()]
            print_table(titles, table, "\nGradient norms by parameter, at the last step of an epoch")
    columns = ["part", "cases", *next(iter(facts["scores"].values()))]
    rows_ = [[part, facts["cases"][part], *found.values()] for part, found in facts["scores"].items()]
    print_table(columns, rows_, "\nThe program")
    typer.echo(f"\ngap of {facts['metric']}, train less validation: {facts['gap']:+.4g}")
    for part, found in (facts.get("calibration") or {}).items():
        how = "too sure" if found["confidence_gap"] > 0 else "too unsure"
        typer.echo(
            f"calibration error on {part}: {found['error']:.4f} ({how} by {abs(found['confidence_gap']):.4f} on average)"
        )
    validation = (facts.get("calibration") or {}).get("validation")
    if validation:
        bins = [
            [f"{b['from']:.2f}–{b['to']:.2f}", b["cases"], b["confidence"], b["accuracy"]] for b in validation["bins"]
        ]
        print_table(["confidence", "cases", "mean", "accuracy"], bins, "\nReliability on the validation part")
    if not curves:
        norms = [[titled(name, layers), value] for name, value in facts["gradient_norms"].items()]
        print_table(["parameter", "gradient norm"], norms, "\nGradient norms by parameter, on train cases")
