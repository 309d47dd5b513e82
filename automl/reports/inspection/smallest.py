"""The smallest perturbation that changes the answer, by box-constrained L-BFGS (Szegedy et al. 2013)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .adversarial import Perturbations
from .subject import Subject

WEIGHTS = (-4.0, 3.0)
"""Decimal logarithms between which the weight c of the distance is looked for."""
TOGETHER = 64
"""Cases that one run of L-BFGS minimises together: each has a term of its own in the sum."""


def smallest_perturbation(
    subject: Subject,
    unit: torch.Tensor,
    classes: torch.Tensor,
    goals: torch.Tensor | None = None,
    *,
    rivals: int = 3,
    searches: int = 7,
    iterations: int = 20,
) -> Perturbations:
    """For each case the shortest r with ``u + r`` in the unit cube that the program takes for the class in ``goals`` [n], or, where
    that is None, for another class than ``classes`` [n]: the best of the ``rivals`` most probable ones.

    Minimises ``c ‖r‖² + cross entropy(u + r, goal)`` by L-BFGS-B, with a line search (bisection, ``searches`` steps) for the largest c
    of each case whose minimum is taken for the goal; then r is shortened as far as the answer stays. Raises TaskError where no
    gradient reaches the input, or the task is not one of classes.
    """
    subject.need_gradients("smallest_perturbation")
    subject.need_classes("smallest_perturbation")
    if goals is not None:
        wanted = goals[:, None]
    else:
        logs = subject.logs(unit).scatter(1, classes[:, None], -torch.inf)
        wanted = logs.topk(min(rivals, subject.width - 1), dim=1).indices
    count, width = wanted.shape
    starts = unit.repeat_interleave(width, 0)
    moved, found = _towards(subject, starts, wanted.reshape(-1), searches, iterations)
    length = torch.where(found, (moved - starts).flatten(1).norm(dim=1), torch.inf).view(count, width)
    best = length.argmin(1) + width * torch.arange(count, device=unit.device)
    return Perturbations.between(subject, unit, moved[best], found[best])


def _towards(
    subject: Subject, unit: torch.Tensor, goals: torch.Tensor, searches: int, iterations: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """``(moved [n, *shape], found [n])``: the line search over c, all cases at a time."""
    low = torch.full((len(unit),), WEIGHTS[0], device=unit.device)
    high = torch.full_like(low, WEIGHTS[1])
    best, found = unit.clone(), torch.zeros(len(unit), dtype=torch.bool, device=unit.device)
    for number in range(searches + 1):
        # The smallest weight first: what fails there fails everywhere, and what is found there is where the others start.
        exponent = low if number == 0 else (low + high) / 2
        moved = torch.cat(
            [
                _minimum(subject, unit[rows], best[rows], goals[rows], 10.0 ** exponent[rows], iterations)
                for rows in torch.arange(len(unit), device=unit.device).split(TOGETHER)
            ]
        )
        reached = subject.answer(moved)[0] == goals
        best[reached] = moved[reached]
        found |= reached
        low, high = torch.where(reached, exponent, low), torch.where(reached, high, exponent)
    return shortened(subject, unit, best, lambda answers: answers == goals), found


def _minimum(
    subject: Subject,
    unit: torch.Tensor,
    start: torch.Tensor,
    goals: torch.Tensor,
    weights: torch.Tensor,
    iterations: int,
) -> torch.Tensor:
    """The minimum of Σ c ‖r‖² + cross entropy over the cube, near ``start``."""
    from scipy.optimize import minimize

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        moved = torch.from_numpy(flat.reshape(unit.shape)).to(unit.device, torch.float32).requires_grad_()
        with torch.enable_grad():
            length = (moved - unit).flatten(1).square().sum(1)
            total = (weights * length + subject.losses(moved, goals)).sum()
            slope = torch.autograd.grad(total, moved)[0]
        return float(total.detach()), slope.double().cpu().numpy().ravel()

    first = start.double().cpu().numpy().ravel()
    found = minimize(
        objective, first, jac=True, method="L-BFGS-B", bounds=[(0.0, 1.0)] * first.size, options={"maxiter": iterations}
    )
    return torch.from_numpy(found.x.reshape(unit.shape)).to(unit.device, torch.float32)


@torch.no_grad()
def shortened(subject: Subject, unit: torch.Tensor, moved: torch.Tensor, wrong: Any, steps: int = 20) -> torch.Tensor:
    """The points of the segments from ``unit`` to ``moved`` that are nearest to ``unit`` and still ``wrong(classes) -> bool [n]``, by
    bisection; ``moved`` where that itself is not."""
    far = torch.ones(len(unit), device=unit.device)
    near = torch.zeros_like(far)
    broad = (-1, *(1,) * (unit.ndim - 1))
    for _ in range(steps):
        middle = (near + far) / 2
        there = wrong(subject.answer(unit + middle.view(broad) * (moved - unit))[0])
        far, near = torch.where(there, middle, far), torch.where(there, near, middle)
    return torch.where((far < 1).view(broad), unit + far.view(broad) * (moved - unit), moved)
