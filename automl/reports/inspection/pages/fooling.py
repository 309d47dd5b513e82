"""The page on fooling images: how certain the program is of what looks like nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....tasks.metrics import CLASSES
from ...pictures import AbstractPicture, Grid, as_image, is_image
from ..cases import Cases
from ..fooling import CERTAIN, Fooling, ascend, distances, evolve
from ..page import Inspected, Page, Section, Shown

KNOWN = 5000
"""Most train cases among which the nearest is looked for."""
UNLIKE = 99
"""Percentile of the held-out cases' distances to the train data beyond which an input is unlike the data."""


def _find(inspected: Inspected) -> Section:
    """By gradient ascent where gradients reach the input, and by evolution."""
    cases, settings = inspected.cases, inspected.settings
    if cases.subject.form != CLASSES:
        return Section({"reason": "fooling images need classes"})
    known = cases.known[:KNOWN]
    usual = distances(cases.sample(1000, settings.seed).unit, known)
    limit = float(np.percentile(usual, UNLIKE))
    facts: dict[str, Any] = {"unlike_beyond": round(limit, 6), "searches": []}
    pictures: dict[str, AbstractPicture] = {}
    for name, search in (("gradient ascent", ascend), ("evolution", evolve)):
        if search is ascend and not cases.subject.differentiable:
            continue
        found = search(cases.subject, settings.classes, seed=settings.seed)
        away = distances(found.unit, known)
        facts["searches"].append(_facts(cases, name, found, away, limit))
        if is_image(cases.subject.shape):
            captions = [f"{cases.name(row)} ({sure:.1%})" for row, sure in enumerate(found.confidences)]
            images = [as_image(each) for each in found.unit.cpu().numpy()]
            title = f"{name}: taken for (confidence)"
            pictures[f"fooling_{name.split()[0]}"] = Grid(images, captions, 5, title)
    return Section(facts, pictures)


def _facts(cases: Cases, name: str, found: Fooling, away: np.ndarray, limit: float) -> dict[str, Any]:
    fooled = (found.confidences >= CERTAIN) & (away > limit)
    return {
        "method": name,
        "classes": len(away),
        "certain": int((found.confidences >= CERTAIN).sum()),
        "fooled": int(fooled.sum()),
        "evaluations": found.evaluations,
        "images": [
            {
                "class": cases.name(row),
                "confidence": round(float(found.confidences[row]), 6),
                "nearest": round(float(away[row]), 6),
                "fooled": bool(fooled[row]),
            }
            for row in range(len(away))
        ],
    }


def _show(facts: Mapping[str, Any]) -> Shown:
    for row in facts.get("searches", ()):
        yield (
            f"fooling images by {row['method']}: {row['fooled']} of {row['classes']} classes (taken for it with 99 % "
            f"confidence, unlike the data), {row['evaluations']:,} evaluations"
        )


FOOLING = Page("fooling", _find, _show)
