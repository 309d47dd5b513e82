"""The page on what a program gets wrong: misclassified cases and the confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....tasks.measure import confusion
from ....tasks.metrics import CLASSES
from ...pictures import AbstractPicture, Grid, Matrix, as_image, is_image
from ..cases import Cases
from ..page import Inspected, Page, Section, Shown

LISTED = 1000
"""Most misclassified cases that a report lists."""


def _find(inspected: Inspected) -> Section:
    """The wrong ones of all held-out cases, the most confident first."""
    cases, settings = inspected.cases, inspected.settings
    if cases.subject.form != CLASSES:
        return Section({cases.data.metric: cases.metric(cases.unit), "reason": "misclassified cases need classes"})
    found, sure = (each.cpu().numpy() for each in cases.subject.answer(cases.unit))
    targets = cases.targets.cpu().numpy()
    wrong = np.flatnonzero(found != targets)
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")]
    table = confusion(targets, found, cases.subject.width)
    facts: dict[str, object] = {
        "part": cases.part,
        "cases": len(targets),
        "wrong": len(wrong),
        "accuracy": round(1.0 - len(wrong) / len(targets), 6),
        "labels": list(cases.names),
        "confusion": table.tolist(),
        "misclassified": _rows(cases, wrong[:LISTED], targets, found, sure),
    }
    names = cases.names if len(cases.names) == len(table) else ()
    pictures: dict[str, AbstractPicture] = {
        "confusion": Matrix(table, ("answer", "label"), f"{len(wrong)} of {len(targets)} wrong", names)
    }
    if len(wrong) and is_image(cases.subject.shape):
        pictures["misclassified"] = _picture(cases, wrong[: settings.shown], targets, found, sure)
    return Section(facts, pictures)


def _rows(
    cases: Cases, rows: np.ndarray, targets: np.ndarray, found: np.ndarray, sure: np.ndarray
) -> list[dict[str, object]]:
    return [
        {
            "case": int(row),
            "label": cases.name(int(targets[row])),
            "answer": cases.name(int(found[row])),
            "confidence": round(float(sure[row]), 6),
        }
        for row in rows
    ]


def _picture(cases: Cases, rows: np.ndarray, targets: np.ndarray, found: np.ndarray, sure: np.ndarray) -> Grid:
    images = [as_image(cases.unit[int(row)].cpu().numpy()) for row in rows]
    captions = [f"{cases.name(int(targets[row]))} → {cases.name(int(found[row]))} ({sure[row]:.0%})" for row in rows]
    return Grid(images, captions, 8, "label → answer (confidence)")


def _show(facts: Mapping[str, Any]) -> Shown:
    if "wrong" in facts:
        yield f"misclassified: {facts['wrong']} of {facts['cases']} {facts['part']} cases"


MISCLASSIFIED = Page("misclassified", _find, _show)
