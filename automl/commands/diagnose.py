"""``automl evaluate`` and ``automl diagnose``: a trained program's scores on any data, how its training went, and what
its answers are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from ..errors import TaskError
from .common import model_folder, print_json, print_table, print_text, saved_model
from .options import AsJson, DataSplit, LibraryUrl, LookedAt, ModelName, TargetColumn
from .subject import open_model, shown_model, shown_seen


def evaluate(
    model: ModelName,
    data: Annotated[
        str | None, typer.Argument(help="Any data of the same type, as for search; default: that of the run.")
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(help="all, train, validation or test; default: all, or of the run's own data the test part."),
    ] = None,
    split_seed: DataSplit = None,
    library: LibraryUrl = None,
    target_column: TargetColumn = None,
    json: AsJson = False,
) -> None:
    """Score a trained program on any data set, and say how many of the cases its training had."""
    from ..evaluation.scoring import evaluated

    subject = open_model(model, data, library, split_seed, target_column)
    task = subject.given_task
    part = part or ("test" if data is None and task.test is not None else "all")
    scores, undefined = evaluated(subject.model, task, part)
    names = subject.parts if part == "all" else (part,)
    cases = sum(len(task.part(name)) for name in names)
    seen = None if subject.seen is None else sum(subject.seen[name] for name in names)
    if json:
        shown = {**scores, **({task.metric: None} if undefined else {})}
        facts = {
            "model": model,
            "data": task.name,
            "part": part,
            "scores": shown,
            "reason": undefined or None,
            "seen": seen,
        }
        print_json({**facts, **({"subject": dict(subject.about)} if subject.about else {})})
        return
    if subject.about:
        print_text(shown_model(subject.about))
    width = max([10, *map(len, scores)])
    for name, value in scores.items():
        print_text(f"{name:{width}} {value:.6g}")
    if undefined:
        print_text(f"no {task.metric}: {undefined}")
    print_text(shown_seen(seen, cases))


def diagnose(
    model: ModelName,
    data: LookedAt = None,
    ask: Annotated[int | None, typer.Option(help="Diagnose this evaluation of the run; default: its result.")] = None,
    output: Annotated[str | None, typer.Option(help="Folder for diagnosis.json and the curves (PNG).")] = None,
    every: Annotated[int, typer.Option(help="Show every so many of the measured epochs.")] = 1,
    split_seed: DataSplit = None,
    library: LibraryUrl = None,
    target_column: TargetColumn = None,
    json: AsJson = False,
) -> None:
    """Curves of train against validation, their gap, calibration, and gradient norms layer by layer."""
    from ..evaluation.importances import Unimportant
    from ..evaluation.importances import importances as importances_of
    from ..evaluation.scoring import as_trained
    from ..reports.diagnosis import diagnose as diagnosis_of
    from ..reports.diagnosis import logged_curves

    if every < 1:
        raise TaskError(f"every={every}: at least 1 is required; correct the option")
    if data is None and saved_model(model) is not None:
        raise TaskError(f"model={model!r} is a folder: the data is required; name it with --data")
    subject = open_model(model, data, library, split_seed, target_column, ask)
    if subject.evaluation is not None and subject.evaluation.weights is None:
        raise TaskError(f"ask={subject.evaluation.ask}: an evaluation with weights is required; name one with --ask")
    curves = logged_curves(model_folder(model)) if subject.evaluation is None else subject.evaluation.curves
    known, test = as_trained(subject.model, subject.given_task)
    found = diagnosis_of(subject.model, known, curves, test=test, seen=subject.seen, about=subject.about)
    if known.is_table:
        try:
            columns: dict[str, object] = {"importances": importances_of(subject.model, subject.given_task).to_dict()}
        except Unimportant as undefined:
            columns = {"importances": None, "importances_reason": str(undefined)}
        found = replace(found, facts={**found.facts, **columns})
    written = found.save(output) if output is not None else []
    if json:
        print_json(found.facts)
        return
    say(found.facts, every)
    for path in written:
        print_text(f"written to {path}")


def say(facts: Mapping[str, Any], every: int = 1) -> None:
    """A diagnosis for people; every figure is in the JSON."""
    from ..reports.diagnosis import titled

    seen = facts["seen"] or {}
    if "subject" in facts:
        print_text(shown_model(facts["subject"]))
    print_text(f"{facts['program']}\n")
    curves = facts.get("curves")
    if curves:
        _say_curves(facts, curves, every)
    names = list(dict.fromkeys(name for found in facts["scores"].values() for name in found))
    rows = [
        [part, facts["cases"][part], seen.get(part), *(found.get(name) for name in names)]
        for part, found in facts["scores"].items()
    ]
    print_table(["part", "cases", "trained on", *names], rows, "\nThe program")
    print_text("")
    if facts["gap_part"] is None:
        print_text(f"gap of {facts['metric']}: not known, for its training had cases of every part")
    elif facts["gap"] is None:
        print_text(f"gap of {facts['metric']}: not known, for it is undefined on train or {facts['gap_part']} part")
    else:
        print_text(f"gap of {facts['metric']}, train less {facts['gap_part']}: {facts['gap']:+.4g}")
    _say_calibration(facts)
    if "importances_reason" in facts:
        print_text(facts["importances_reason"])
    elif "importances" in facts:
        from ..evaluation.importances import said_importances

        print_text("\n".join(said_importances(facts["importances"])))
    if not curves and facts["gradient_norms"]:
        norms = [[titled(name, facts["layers"]), value] for name, value in facts["gradient_norms"].items()]
        print_table(["parameter", "gradient norm"], norms, "\nGradient norms by parameter, on train cases")


def _say_curves(facts: Mapping[str, Any], curves: Mapping[str, Any], every: int) -> None:
    """The tables of a training: its curves, at every so many of the measured epochs, and the gradient by parameter, at six at most."""
    from ..reports.diagnosis import titled

    shown = {
        "epoch": "epoch", "rate": "learning_rate", "trained loss": "train_loss", "train loss": "measured_loss",
        "validation loss": "validation_loss", f"train {facts['metric']}": "train_score",
        f"validation {facts['metric']}": "validation_score", "gradient": "gradient_norm",
    }  # fmt: skip
    present = {title: curves[column] for title, column in shown.items() if curves.get(column)}
    rows = [i for i, score in enumerate(curves["validation_score"]) if score is not None]
    rows = sorted({*rows[::every], *rows[-1:]})
    too = (facts["seen"] or {}).get("validation")
    title = "The training (the validation cases were trained on too)" if too else "The training"
    print_table(list(present), [[column[i] for column in present.values()] for i in rows], title)
    norms = curves.get("gradient_norms") or {}
    if norms:
        picked = [rows[len(rows) * i // 5] for i in range(min(5, len(rows)))] + rows[-1:]
        picked = sorted(dict.fromkeys(picked))
        titles = ["parameter", *(f"epoch {curves['epoch'][i]}" for i in picked)]
        table = [[titled(name, facts["layers"]), *(column[i] for i in picked)] for name, column in norms.items()]
        print_table(titles, table, "\nGradient norms by parameter, at the last step of an epoch")


def _say_calibration(facts: Mapping[str, Any]) -> None:
    """How far the program's confidence can be trusted, part by part and, for new cases, by the size of the confidence."""
    calibration = facts.get("calibration") or {}
    for part, found in calibration.items():
        how = "too sure" if found["confidence_gap"] > 0 else "too unsure"
        gap = abs(found["confidence_gap"])
        print_text(f"calibration error on {part}: {found['error']:.4f} ({how} by {gap:.4f} on average)")
    part = facts["gap_part"] or "validation"
    if calibration.get(part):
        bins = [
            [f"{b['from']:.2f}–{b['to']:.2f}", b["cases"], b["confidence"], b["accuracy"]]
            for b in calibration[part]["bins"]
        ]
        print_table(["confidence", "cases", "mean", "accuracy"], bins, f"\nReliability on the {part} part")
