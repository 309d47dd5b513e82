"""How a training went and what the trained program's answers are worth: curves of train against validation, the gap
between them, calibration, and the size of the gradient layer by layer. One report, as figures and as pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from primitives.brief import brief_repr

from ..errors import TaskError
from ..evaluation.model import Model
from ..fitting.measurements import Calibration, calibration, gradient_norms, scores
from ..fitting.trainer import EpochRecord, columns
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.metrics import CLASSES
from .pictures import AbstractPicture, Curves
from .report import ModelReport

Columns = Mapping[str, Any]
"""A history by columns (automl.fitting.trainer.columns)."""


def diagnose(
    model: Model,
    data: ProblemData,
    curves: Columns | None = None,
    *,
    test: Part | None = None,
    seen: Mapping[str, int] | None = None,
    about: Mapping[str, Any] | None = None,
    bins: int = 10,
    cases: int = 10_000,
) -> ModelReport:
    """Diagnose a trained program of tensors on its task's data: a report with ``curves`` (columns), ``scores`` by part, ``seen`` (how many
    of a part's cases the program was trained on; None where that is not known), ``gap`` (the metric on the train part less that on
    ``gap_part``, the first part that it was not trained on; None where there is none), ``calibration`` by part, ``layers`` (the word of
    each site, from the input on) and ``gradient_norms`` at the end (by parameter, of the loss on train cases); what there is nothing for
    is left out.

    model: the program with its weights.
    data: the train and validation parts of its task.
    curves: those of its training, a column a name (default: not known).
    test: a part that is scored beside train and validation (default: none).
    seen: how many cases of each part the program was trained on (default: not known).
    about: which program it is, for the fact ``subject`` (default: no such fact).
    bins: of the calibration, from 0 to 1 (default: 10).
    cases: most cases of the train part, evenly spread over it, for its figures and the gradients (default: 10,000).
    """
    parts = {"train": _spread(data.train, cases), "validation": data.validation}
    if test is not None:
        parts["test"] = test
    module = model.module
    measured = {name: scores(module, data, part) for name, part in parts.items()}
    facts: dict[str, Any] = {
        "program": model.program,
        **({"subject": dict(about)} if about else {}),
        "task": data.name,
        "metric": data.metric,
        "cases": {name: len(part) for name, part in parts.items()},
        "seen": None if seen is None else {name: seen[name] for name in parts},
        "scores": measured,
        **_gap(measured, data.metric, seen),
    }
    pictures: dict[str, AbstractPicture] = {}
    if data.target == CLASSES:
        reliability = {name: calibration(module, data, part, bins) for name, part in parts.items()}
        facts["calibration"] = {name: found.to_json() for name, found in reliability.items()}
        pictures["calibration"] = Reliability(reliability, "confidence against accuracy")
    layers = {site: found.word for site, found in module.sites.items()}
    facts["layers"] = layers
    facts["gradient_norms"] = gradient_norms(module, data, cases=min(cases, 1000))
    if curves:
        facts["curves"] = dict(curves)
        pictures |= curve_pictures(curves, data.metric, layers)
    return ModelReport("diagnosis", facts, pictures)


def _gap(measured: Mapping[str, Mapping[str, float]], metric: str, seen: Mapping[str, int] | None) -> dict[str, Any]:
    """What the metric loses on cases that were not trained on, and on which part that was measured."""
    new = next((name for name in ("validation", "test") if name in measured and not (seen or {}).get(name)), None)
    if new is None:
        return {"gap": None, "gap_part": None}
    both = [measured[name].get(metric) for name in ("train", new)]
    known, other = both
    return {"gap": None if known is None or other is None else known - other, "gap_part": new}


def logged_curves(folder: str | Path) -> Columns | None:
    """The curves of the log of epochs (``epochs.jsonl``: rows of ``EpochRecord.to_json``) that a baseline keeps beside
    its model; None where there is none. Raises TaskError where the log is cut short or of another form."""
    log = Path(folder) / "epochs.jsonl"
    if not log.is_file():
        return None
    try:
        rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError as error:
        raise _no_log(log, str(error)) from None
    absent = [name for name in _LOGGED if not all(isinstance(row, dict) and name in row for row in rows)]
    if absent:
        raise _no_log(log, f"{absent[0]} is absent")
    return columns(rows) if rows else None


_LOGGED = tuple(each.name for each in fields(EpochRecord))


def _no_log(path: Path, wrong: str) -> TaskError:
    return TaskError(f"path={path.name!r}: a log of epochs is required ({wrong}); train again, or remove the file")


def curve_pictures(curves: Columns, metric: str, layers: Mapping[str, str] | None = None) -> dict[str, AbstractPicture]:
    """Losses, scores and gradient norms over the epochs of a training; ``layers`` names the words of sites."""
    found: dict[str, AbstractPicture] = {}
    losses = {"as trained": "train_loss", "train": "measured_loss", "validation": "validation_loss"}
    metrics = {"train": "train_score", "validation": "validation_score", "test": "test_score"}
    for name, lines, unit in (("loss", losses, "loss"), ("score", metrics, metric)):
        shown = {label: _numbers(curves[column]) for label, column in lines.items() if _any(curves.get(column))}
        if shown:
            found[name] = Curves(curves["epoch"], shown, ("epoch", unit), f"{unit} on train and validation part")
    norms = curves.get("gradient_norms") or {}
    kernels = {name: values for name, values in norms.items() if name.endswith("weight")} or norms
    if kernels:
        shown = {titled(name, layers or {}): [_log(value) for value in values] for name, values in kernels.items()}
        found["gradients"] = Curves(curves["epoch"], shown, ("epoch", "log₁₀ of the norm"), "gradient layer by layer")
    return found


def titled(parameter: str, layers: Mapping[str, str]) -> str:
    """A parameter with its layer's word: ``conv 4.weight``."""
    word = layers.get(parameter.rpartition(".")[0])
    return parameter if word is None else f"{word} {parameter}"


@dataclass(frozen=True, eq=False)
class Reliability(AbstractPicture):
    """Accuracy over confidence by part, beside the diagonal on which both agree."""

    parts: Mapping[str, Calibration]
    title: str

    __repr__ = brief_repr

    def draw(self, figure: Any) -> None:
        figure.set_size_inches(5.0, 4.0)
        figure.set_layout_engine("tight")
        axis = figure.subplots()
        axis.plot([0, 1], [0, 1], color="grey", linestyle="dashed")
        for name, found in self.parts.items():
            label = f"{name}, error {found.error:.4f}"
            axis.plot(found.confidence, found.accuracy, marker="o", markersize=4, label=label)
        axis.set(xlabel="confidence", ylabel="accuracy", title=self.title)
        axis.grid(alpha=0.3)
        axis.legend()


def _spread(part: Part, cases: int) -> Part:
    count = len(part)
    return part if count <= cases else part.take(np.arange(cases) * count // cases)


def _any(column: Sequence[Any] | None) -> bool:
    return column is not None and any(value is not None for value in column)


def _numbers(column: Sequence[Any]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in column]


def _log(value: float | None) -> float:
    return float(np.log10(value)) if value else float("nan")
