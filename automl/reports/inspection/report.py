"""Everything that is to be seen of a trained program, as one report with its pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...errors import TaskError
from ...evaluation.model import Model
from ...tasks.task import Task
from ..pictures import AbstractPicture, filter_picture
from ..report import ModelReport
from .attacks import adversarial_section
from .cases import Cases, InspectionSettings, Section
from .deceptions import fooling_section
from .filters import first_layers
from .mistakes import mistakes_section

PARTS = ("adversarial", "fooling", "filters", "misclassified")
_SECTIONS: dict[str, Callable[[Cases, InspectionSettings], Section]] = {
    "adversarial": adversarial_section,
    "fooling": fooling_section,
    "misclassified": mistakes_section,
}


def inspect_model(
    model: Model,
    task: Task | None = None,
    parts: Sequence[str] = PARTS,
    settings: InspectionSettings | None = None,
    *,
    seen: Mapping[str, int] | None = None,
    about: Mapping[str, object] | None = None,
) -> ModelReport:
    """Inspect a trained program ``Tensor[…] -> Tensor[k]`` on its task's held-out cases; the same settings give the same report.

    ``seen`` is how many cases of each part the program was trained on (None: not known), ``about`` says which program it is.
    ``filters`` alone needs no task and takes programs of any type. Raises TaskError on an unknown part, on a program of another type,
    or on a task that it was not trained for.
    """
    _check_parts(parts)
    chosen = settings or InspectionSettings()
    facts: dict[str, object] = {"program": model.program, "type": str(model.type), "seed": chosen.seed}
    if about:
        facts["subject"] = dict(about)
    cases = None
    if set(parts) - {"filters"}:
        if task is None:
            raise TaskError(
                "task=None: the data that the program was trained for is required; give it (--data), or inspect its filters only"
            )
        cases = Cases.of(model, task)
        facts |= {"task": task.name, **_about_cases(cases, seen)}
    pictures: dict[str, AbstractPicture] = {}
    for part in PARTS:
        if part in parts:
            section = _filters(model) if part == "filters" or cases is None else _SECTIONS[part](cases, chosen)
            facts[part] = dict(section.facts)
            pictures.update(section.pictures)
    return ModelReport("inspection", facts, pictures)


def _check_parts(parts: Sequence[str]) -> None:
    for part in parts:
        if part not in PARTS:
            raise TaskError(f"part={part!r}: one of {', '.join(PARTS)} is required; choose one of these")


def _about_cases(cases: Cases, seen: Mapping[str, int] | None) -> dict[str, object]:
    low, high = float(cases.subject.low.min()), float(cases.subject.high.max())
    known = {"part": cases.part, "cases": len(cases.unit), "seen": None if seen is None else seen[cases.part]}
    return {"differentiable": cases.subject.differentiable, "range": [low, high], **known}


def _filters(model: Model) -> Section:
    layers = first_layers(model)
    if not layers:
        return Section({"layers": [], "reason": "the program has no layer with weights"})
    facts = {
        "layers": [{"site": layer.site, "word": layer.word, "shape": list(layer.filters.shape)} for layer in layers]
    }
    pictures: dict[str, AbstractPicture] = {}
    for number, layer in enumerate(layers):
        name = "filters" if len(layers) == 1 else f"filters_{number + 1}"
        pictures[name] = filter_picture(layer.filters, f"{layer.word} @{layer.site}: {len(layer.filters)} filters")
    return Section(facts, pictures)
