"""``automl inspect``: adversarial examples, fooling images, first-layer filters and mistakes of a trained program."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .common import print_json, print_table, print_text, say_begun
from .options import AsJson, DataSplit, LibraryUrl, LookedAt, ModelName, TargetColumn
from .subject import open_model, shown_model, shown_seen


def inspect(
    model: ModelName,
    data: LookedAt = None,
    page: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only this page: adversarial, filters, fooling, importances, misclassified or one of your own; repeatable; default: all.",
        ),
    ] = None,
    output: Annotated[str | None, typer.Option(help="Folder for inspection.json and the pictures (PNG).")] = None,
    cases: Annotated[int, typer.Option(help="Held-out cases that are attacked.")] = 500,
    closest: Annotated[int, typer.Option(help="Cases whose smallest perturbation is looked for.")] = 20,
    epsilons: Annotated[
        str | None, typer.Option(help="Sizes of the attacks as shares of the data's range, as in 0,0.05,0.1.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is drawn.")] = 0,
    split_seed: DataSplit = None,
    library: LibraryUrl = None,
    target_column: TargetColumn = None,
    json: AsJson = False,
) -> None:
    """What a trained program gets wrong on held-out cases, and how it can be fooled."""
    from ..reports.inspection.cases import InspectionSettings
    from ..reports.inspection.report import inspect_model

    chosen: dict[str, Any] = {} if epsilons is None else {"epsilons": _numbers(epsilons)}
    settings = InspectionSettings(cases=cases, closest=closest, seed=seed, **chosen)
    subject = open_model(model, data, library, split_seed, target_column)
    say_begun(f"inspecting {model}: its errors, and what deceives it")
    inspection = inspect_model(subject.model, subject.task, page, settings, seen=subject.seen, about=subject.about)
    written = inspection.save(output) if output is not None else []
    if json:
        print_json(inspection.to_dict())
        return
    _say(inspection.to_dict())
    for path in written:
        print_text(f"written to {path}")


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"--epsilons {text!r}: needed numbers with commas, such as 0,0.05,0.1") from None


def _say(facts: dict[str, Any]) -> None:
    """The report for people; every figure is in the JSON."""
    from ..reports.inspection.page import ShownTable, shown

    if "subject" in facts:
        print_text(shown_model(facts["subject"]))
    print_text(f"{facts['program']}\n")
    if "part" in facts:
        print_text(f"{facts['part']} part: {shown_seen(facts['seen'], facts['cases'])}\n")
    for each in shown(facts):
        if isinstance(each, ShownTable):
            print_table(each.columns, each.rows, each.title)
        else:
            print_text(each)
