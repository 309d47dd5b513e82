"""Adversarial examples of programs through which no gradient flows: only their answers are asked for."""

from __future__ import annotations

import torch

from .adversarial import Perturbations
from .smallest import shortened
from .subject import CHUNK, Subject


@torch.no_grad()
def evolved_sign(
    subject: Subject,
    unit: torch.Tensor,
    targets: torch.Tensor,
    epsilon: float,
    *,
    generations: int = 200,
    seed: int = 0,
    towards: bool = False,
) -> torch.Tensor:
    """``clip(u + ε s)`` with signs s in {-1, 1} found by a (1+1) evolution strategy for each case: flip some signs, keep what does not
    lessen the loss. The gradient-free counterpart of ``gradient_sign``, of the same arguments and result; from 30 % of the signs down
    to one are flipped. The loss is that of ``targets``; ``towards`` lessens it instead."""
    draws = torch.Generator().manual_seed(seed)

    def uniform() -> torch.Tensor:
        return torch.rand(unit.shape, generator=draws).to(unit.device)

    def losses(signs: torch.Tensor) -> torch.Tensor:
        moved = (unit + epsilon * signs).clamp(0.0, 1.0)
        parts = zip(moved.split(CHUNK), targets.split(CHUNK), strict=True)
        found = torch.cat([subject.losses(part, wanted) for part, wanted in parts])
        return -found if towards else found

    size, broad = unit[0].numel(), (-1, *(1,) * (unit.ndim - 1))
    signs = torch.where(uniform() < 0.5, -1.0, 1.0)
    best = losses(signs)
    for generation in range(generations):
        share = max(1.0 / size, 0.3 * (1.0 - generation / generations) ** 2)
        children = torch.where(uniform() < share, -signs, signs)
        cost = losses(children)
        better = cost >= best
        signs, best = torch.where(better.view(broad), children, signs), torch.where(better, cost, best)
    return (unit + epsilon * signs).clamp(0.0, 1.0)


@torch.no_grad()
def walk_along_boundary(
    subject: Subject,
    unit: torch.Tensor,
    classes: torch.Tensor,
    others: torch.Tensor,
    goals: torch.Tensor | None = None,
    *,
    steps: int = 300,
    seed: int = 0,
) -> Perturbations:
    """A short perturbation of each case by answers alone (after Brendel, Rauber and Bethge 2018): from the nearest of ``others``
    [m, *shape] that is taken for another class (for the one in ``goals``), to the boundary by bisection, then along it by random steps
    that shorten the way. Only an upper bound of the smallest perturbation."""
    subject.need_classes("walk_along_boundary")
    draws = torch.Generator().manual_seed(seed)

    def wrong(answers: torch.Tensor) -> torch.Tensor:
        return answers == goals if goals is not None else answers != classes

    there = subject.answer(others)[0]
    usable = there[None, :] == goals[:, None] if goals is not None else there[None, :] != classes[:, None]
    best, found = _nearest(unit, others, usable)
    best = shortened(subject, unit, best, wrong)
    width, broad = torch.full((len(unit),), 0.3, device=unit.device), (-1, *(1,) * (unit.ndim - 1))
    for _ in range(steps):
        noise = torch.randn(unit.shape, generator=draws).to(unit.device)
        moved = (unit + _shorter_way(best - unit, width, noise)).clamp(0.0, 1.0)
        accepted = wrong(subject.answer(moved)[0]) & found
        best = torch.where(accepted.view(broad), moved, best)
        width = torch.where(accepted, width * 1.2, width * 0.95).clamp(1e-3, 1.0)
    return Perturbations.between(subject, unit, shortened(subject, unit, best, wrong), found)


def _nearest(unit: torch.Tensor, others: torch.Tensor, usable: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For each case the nearest of the others that are ``usable`` [n, m] for it, or itself; and for which cases there is one."""
    far = torch.cdist(unit.flatten(1), others.flatten(1))
    distance, nearest = torch.where(usable, far, torch.inf).min(1)
    found = distance.isfinite()
    return torch.where(found.view(-1, *(1,) * (unit.ndim - 1)), others[nearest], unit), found


def _shorter_way(way: torch.Tensor, width: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """The way from each case, turned by ``width`` [n] of its length in the direction of the noise, and a little shorter."""
    broad = (-1, *(1,) * (way.ndim - 1))
    length = way.flatten(1).norm(dim=1)
    noise = noise / noise.flatten(1).norm(dim=1).view(broad)
    step = way + (width * length).view(broad) * noise
    # So much shorter that about one step in six, of those along a plane at a right angle, stays on the wrong side.
    shorter = length * (1.0 - width / way[0].numel() ** 0.5)
    return step * (shorter / step.flatten(1).norm(dim=1).clamp_min(1e-12)).view(broad)
