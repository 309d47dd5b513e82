"""Everything that is to be seen of a trained program, as one report with its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import TaskError
from ...evaluation.model import Model
from ...tasks.task import Task
from ..pictures import AbstractPicture
from ..report import ModelReport
from .cases import Cases, InspectionSettings
from .page import Inspected, pages


def inspect_model(
    model: Model,
    task: Task | None = None,
    parts: Sequence[str] | None = None,
    settings: InspectionSettings | None = None,
    *,
    seen: Mapping[str, int] | None = None,
    about: Mapping[str, object] | None = None,
) -> ModelReport:
    """The report on a trained program ``Tensor[…] -> Tensor[k]``, from its task's held-out cases; the same settings give the same one.

    Args:
        model: The program with its weights.
        task: The task that it was trained for. None is enough where all parts are pages that need no data (``filters``), which take
            programs of any type.
        parts: The names of the pages that are wanted (docs/diagnostics.md); default: all that are found.
        settings: Sizes of the attacks, how many cases, the seed; default: ``InspectionSettings()``.
        seen: How many cases of each part of the task the program was trained on; default: not known.
        about: Which program it is, for the fact ``subject``; default: no such fact.

    Raises:
        TaskError: An unknown part, a program of another type, or a task that it was not trained for.
    """
    found = pages()
    wanted = list(found) if parts is None else list(parts)
    for part in wanted:
        if part not in found:
            raise TaskError(f"part={part!r}: one of {', '.join(sorted(found))} is required; choose one of these")
    chosen = settings or InspectionSettings()
    facts: dict[str, object] = {"program": model.program, "type": str(model.type), "seed": chosen.seed}
    if about:
        facts["subject"] = dict(about)
    cases = None
    if any(found[part].needs_data for part in wanted):
        if task is None:
            rest = ", ".join(name for name, page in found.items() if not page.needs_data)
            raise TaskError(
                "task=None: the data that the program was trained for is required; give it (--data), or choose of the pages that "
                f"need none (--page): {rest}"
            )
        cases = Cases.of(model, task)
        facts |= {"task": task.name, **_about_cases(cases, seen)}
    pictures: dict[str, AbstractPicture] = {}
    inspected = Inspected(model, chosen, cases, task)
    for name, page in found.items():
        if name in wanted:
            section = page.find(inspected)
            facts[name] = dict(section.facts)
            pictures.update(section.pictures)
    return ModelReport("inspection", facts, pictures)


def _about_cases(cases: Cases, seen: Mapping[str, int] | None) -> dict[str, object]:
    low, high = float(cases.subject.low.min()), float(cases.subject.high.max())
    known = {"part": cases.part, "cases": len(cases.unit), "seen": None if seen is None else seen[cases.part]}
    return {"differentiable": cases.subject.differentiable, "range": [low, high], **known}
