"""The page on adversarial examples: the metric under attack, and the smallest perturbations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from ....tasks.metrics import CLASSES
from ...pictures import AbstractPicture, Curves, Grid, as_image, is_image
from ..adversarial import Perturbations, gradient_sign
from ..blackbox import evolved_sign, walk_along_boundary
from ..cases import Cases, InspectionSettings
from ..page import Inspected, Page, Section, Shown, ShownTable
from ..smallest import smallest_perturbation

BLACK_BOX_CASES = 100
"""Most cases that are attacked without gradients: each takes hundreds of answers."""


def _find(inspected: Inspected) -> Section:
    """By gradients where they reach the input, else by answers alone."""
    cases, settings = inspected.cases, inspected.settings
    sweep, curve = _sweep(cases, settings)
    pictures: dict[str, AbstractPicture] = {"under_attack": curve}
    if cases.subject.form != CLASSES:
        return Section(
            {"sweep": sweep, "smallest": None, "reason": "the smallest perturbation needs classes"}, pictures
        )
    facts: dict[str, Any] = {"sweep": sweep, "smallest": []}
    right = torch.nonzero(cases.subject.answer(cases.unit)[0] == cases.targets)[:, 0].cpu()
    if not len(right):
        return Section({**facts, "reason": "no case is answered rightly"}, pictures)
    chosen = cases.take(right).sample(settings.closest, settings.seed)
    for targeted in (False, True):
        found = _smallest(chosen, _goals(chosen, settings) if targeted else None, settings)
        facts["smallest"].append(_smallest_facts(chosen, found, targeted))
        if not targeted and is_image(cases.subject.shape) and found.found.any():
            pictures["adversarial"] = _picture(chosen, found, settings)
    return Section(facts, pictures)


def _goals(cases: Cases, settings: InspectionSettings) -> torch.Tensor:
    """A random other class for each case."""
    step = np.random.default_rng(settings.seed).integers(1, cases.subject.width, len(cases.unit))
    return (cases.targets + torch.from_numpy(step).to(cases.targets.device)) % cases.subject.width


def _sweep(cases: Cases, settings: InspectionSettings) -> tuple[dict[str, Any], Curves]:
    """The metric against ε: under attack, under attack towards a random class, and under random signs of the same size."""
    subject, classes = cases.subject, cases.subject.form == CLASSES
    count = settings.cases if subject.differentiable else min(settings.cases, BLACK_BOX_CASES)
    chosen = cases.sample(count, settings.seed)
    goals = _goals(chosen, settings) if classes else None
    draws = torch.Generator().manual_seed(settings.seed)
    noise = torch.where(torch.rand(chosen.unit.shape, generator=draws) < 0.5, -1.0, 1.0).to(subject.device)
    slopes = {}
    if subject.differentiable:
        slopes = {False: subject.gradients(chosen.unit, chosen.targets)}
        if goals is not None:
            slopes[True] = subject.gradients(chosen.unit, goals)

    def row_of(epsilon: float) -> dict[str, Any]:
        moved = _moved(chosen, chosen.targets, epsilon, slopes.get(False), settings, towards=False)
        row = {
            "epsilon": epsilon,
            "units": _units(subject.span, epsilon),
            chosen.data.metric: chosen.metric(moved),
            "noise": chosen.metric((chosen.unit + epsilon * noise).clamp(0.0, 1.0)),
        }
        if goals is not None:
            moved = _moved(chosen, goals, epsilon, slopes.get(True), settings, towards=True)
            row["reached"] = round(float((subject.answer(moved)[0] == goals).float().mean()), 6)
        return row

    rows = [row_of(epsilon) for epsilon in settings.epsilons]
    method = "gradient sign" if subject.differentiable else "evolved sign"
    curves = _sweep_curves(rows, chosen.data.metric, method)
    return {"method": method, "cases": len(chosen.unit), "rows": rows}, curves


def _sweep_curves(rows: Sequence[Mapping[str, Any]], metric: str, method: str) -> Curves:
    lines = {f"{metric} under attack": metric, f"{metric} under noise": "noise", "taken for a chosen class": "reached"}
    curves: dict[str, list[float]] = {
        name: [float("nan") if row[key] is None else row[key] for row in rows]
        for name, key in lines.items()
        if key in rows[0]
    }
    return Curves([row["epsilon"] for row in rows], curves, ("ε, share of the data's range", metric), method)


def _moved(
    cases: Cases, targets: torch.Tensor, epsilon: float, slopes: Any, settings: InspectionSettings, *, towards: bool
) -> torch.Tensor:
    if slopes is not None:
        return gradient_sign(cases.subject, cases.unit, targets, epsilon, towards=towards, gradients=slopes)
    return evolved_sign(cases.subject, cases.unit, targets, epsilon, seed=settings.seed, towards=towards)


def _units(span: np.ndarray, epsilon: float) -> float | None:
    """ε in the data's units; None where features differ in their range."""
    return round(float(epsilon * span.flat[0]), 6) if (span == span.flat[0]).all() else None


def _smallest(cases: Cases, goals: torch.Tensor | None, settings: InspectionSettings) -> Perturbations:
    if cases.subject.differentiable:
        return smallest_perturbation(cases.subject, cases.unit, cases.targets, goals)
    return walk_along_boundary(cases.subject, cases.unit, cases.targets, cases.known[:2000], goals, seed=settings.seed)


def _smallest_facts(cases: Cases, found: Perturbations, targeted: bool) -> dict[str, Any]:
    there = found.found

    def mean(values: np.ndarray) -> float | None:
        return round(float(values[there].mean()), 6) if there.any() else None

    return {
        "method": "L-BFGS" if cases.subject.differentiable else "walk along the boundary",
        "target": "a random class" if targeted else "the nearest class",
        "cases": len(there),
        "found": int(there.sum()),
        "mean_distortion": mean(found.distortion),
        "largest_distortion": round(float(found.distortion[there].max()), 6) if there.any() else None,
        "mean_l2": mean(found.l2),
    }


def _picture(cases: Cases, found: Perturbations, settings: InspectionSettings) -> Grid:
    """Three images a case: the case, the difference (grey is none), the sum."""
    images, captions = [], []
    answers = cases.targets.cpu().numpy()
    for row in np.flatnonzero(found.found)[: max(1, settings.shown // 3)]:
        before, after = (as_image(each[row].cpu().numpy()) for each in (cases.unit, found.unit))
        change = after - before
        images += [before, 0.5 + change / (2 * max(1e-9, float(np.abs(change).max()))), after]
        captions += [
            cases.name(int(answers[row])), f"r, rms {found.distortion[row]:.3f}", cases.name(int(found.classes[row]))
        ]  # fmt: skip
    return Grid(images, captions, 6, "case, smallest perturbation (stretched), taken for")


def _show(facts: Mapping[str, Any]) -> Shown:
    sweep = facts["sweep"]
    title = f"{sweep['method']}, {sweep['cases']} cases (ε: share of the data's range)"
    yield ShownTable(title, list(sweep["rows"][0]), [list(row.values()) for row in sweep["rows"]])
    for row in facts.get("smallest") or ():
        yield (
            f"smallest perturbation to {row['target']} ({row['method']}): found for {row['found']} of {row['cases']}, "
            f"mean distortion {_short(row['mean_distortion'])} of the range, mean length {_short(row['mean_l2'])}"
        )


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


ADVERSARIAL = Page("adversarial", _find, _show)
