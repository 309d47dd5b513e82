"""Fooling images: inputs that look like nothing, which the program is certain about (Nguyen, Yosinski and Clune 2014)."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import torch

from primitives.brief import brief_repr

from .subject import Subject

CERTAIN = 0.99
STARTS = 8
"""Noise images a class of which a search starts from the best."""


@dataclass(frozen=True, eq=False)
class Fooling:
    """One input a class: ``unit`` [classes, *shape] in the unit cube, ``confidences`` float64 [classes] with which the program takes
    it for the class of its row, and how many inputs the search looked at."""

    unit: torch.Tensor
    confidences: np.ndarray
    evaluations: int

    __repr__ = brief_repr


def ascend(
    subject: Subject,
    classes: int | None = None,
    *,
    steps: int = 300,
    rate: float = 0.05,
    certain: float = CERTAIN,
    seed: int = 0,
) -> Fooling:
    """From noise up the gradient of each class's log-probability (Adam, clipped to the cube), until all are ``certain``.
    ``classes``: the first so many (default: all). Raises TaskError where no gradient reaches the input, or there are no classes."""
    subject.need_gradients("ascend")
    subject.need_classes("ascend")
    count = min(classes or subject.width, subject.width)
    unit = _starts(subject, count, seed).requires_grad_()
    wanted = torch.arange(count, device=subject.device)
    optimiser = torch.optim.Adam([unit], lr=rate)
    used = STARTS * count
    for _ in range(steps):
        with torch.enable_grad():
            losses = subject.losses(unit, wanted)
        used += count
        if bool((losses.detach() <= -np.log(certain)).all()):
            break
        unit.grad = torch.autograd.grad(losses.sum(), unit)[0]
        optimiser.step()
        with torch.no_grad():
            unit.clamp_(0.0, 1.0)
    return _of(subject, unit.detach(), used)


def evolve(
    subject: Subject,
    classes: int | None = None,
    *,
    generations: int = 600,
    children: int = 64,
    share: float = 0.02,
    eta: float = 3.0,
    certain: float = CERTAIN,
    seed: int = 0,
) -> Fooling:
    """MAP-Elites with the direct encoding of Nguyen et al.: one champion a class; a child is a random champion with a ``share`` of its
    numbers changed by DEAP's bounded polynomial mutation (index ``eta``), and takes the place of every champion whose class it is
    more probable for. The share is halved each third of the generations. Asks for answers only; ends when all are ``certain``."""
    subject.need_classes("evolve")
    count = min(classes or subject.width, subject.width)
    draws = np.random.default_rng(seed)
    first = _starts(subject, count, seed)
    champions, size = first.flatten(1).tolist(), first[0].numel()
    scores, champions = _replaced(subject, np.full(count, -np.inf), champions, champions)
    used, held = STARTS * count, random.getstate()
    random.seed(seed)  # DEAP draws from the global stream
    try:
        for generation in range(generations):
            if (scores >= np.log(certain)).all():
                break
            chance = max(share * 0.5 ** (3 * generation // generations), 1.0 / size)
            brood = _mutated(champions, draws.integers(0, count, children), eta, chance)
            scores, champions = _replaced(subject, scores, champions, brood)
            used += children
    finally:
        random.setstate(held)
    return _of(subject, _tensor(subject, champions), used)


def _mutated(champions: list[list[float]], parents: np.ndarray, eta: float, chance: float) -> list[list[float]]:
    """Children of the champions at ``parents``, each number changed with this chance."""
    from deap import tools

    return [tools.mutPolynomialBounded(list(champions[parent]), eta, 0.0, 1.0, chance)[0] for parent in parents]


def _starts(subject: Subject, count: int, seed: int) -> torch.Tensor:
    """For each class the best of some noise [count, *shape]: uniform from 0 to a brightness that differs from one to the next, for what
    is as bright as a page of noise is hardly ever taken for a thin stroke."""
    draws = torch.Generator().manual_seed(seed)
    noise = torch.rand((STARTS * count, *subject.shape), generator=draws)
    bright = torch.linspace(1.0 / STARTS, 1.0, STARTS).repeat(count)
    noise = (noise * bright.view(-1, *(1,) * len(subject.shape))).to(subject.device)
    return noise[subject.logs(noise)[:, :count].argmax(0)]


def _replaced(
    subject: Subject, scores: np.ndarray, champions: list[list[float]], brood: list[list[float]]
) -> tuple[np.ndarray, list[list[float]]]:
    """The champions after each class took its best of the brood, where that is better."""
    logs = subject.logs(_tensor(subject, brood))[:, : len(champions)].double().cpu().numpy()
    best = logs.argmax(0)
    value = logs[best, np.arange(len(champions))]
    won = value >= scores
    return np.where(won, value, scores), [
        brood[best[row]] if won[row] else champion for row, champion in enumerate(champions)
    ]


def _tensor(subject: Subject, rows: list[list[float]]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32, device=subject.device).view(-1, *subject.shape)


@torch.no_grad()
def _of(subject: Subject, unit: torch.Tensor, used: int) -> Fooling:
    confidences = subject.logs(unit).exp().diagonal().double().cpu().numpy()
    return Fooling(unit, confidences, used)


@torch.no_grad()
def distances(unit: torch.Tensor, known: torch.Tensor) -> np.ndarray:
    """float64 [n]: the root mean square difference of each case to the nearest of ``known`` [m, *shape], as a share of the range."""
    nearest = torch.cdist(unit.flatten(1), known.flatten(1)).min(1).values
    return (nearest / unit[0].numel() ** 0.5).double().cpu().numpy()
