"""Adversarial examples by one step along the sign of the gradient (Goodfellow, Shlens and Szegedy 2014)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from primitives.brief import brief_repr

from .subject import Subject


@dataclass(frozen=True, eq=False)
class Perturbations:
    """Cases moved so that the program errs. ``unit`` is [n, *shape] in the unit cube, ``raw`` the same in the data's units;
    ``classes`` [n] is what the program takes them for; ``l2`` float64 [n] is ‖r‖₂ in the data's units, ``distortion`` float64 [n] the
    root mean square of r as a share of the data's range (Szegedy et al. 2013); both NaN where none was ``found`` (bool [n])."""

    unit: torch.Tensor
    raw: np.ndarray
    classes: np.ndarray
    found: np.ndarray
    l2: np.ndarray
    distortion: np.ndarray

    __repr__ = brief_repr

    @staticmethod
    def between(subject: Subject, start: torch.Tensor, moved: torch.Tensor, found: torch.Tensor) -> Perturbations:
        """What lies between the cases ``start`` and ``moved``, both [n, *shape] in the unit cube."""
        kept = found.cpu().numpy()
        share = (moved - start).flatten(1).double()
        distortion = share.square().mean(1).sqrt().cpu().numpy()
        raw = subject.to_raw(moved)
        l2 = np.sqrt(((raw - subject.to_raw(start)) ** 2).reshape(len(raw), -1).sum(1))
        classes = subject.answer(moved)[0].cpu().numpy() if len(moved) else np.zeros(0, dtype=np.int64)
        return Perturbations(moved, raw, classes, kept, np.where(kept, l2, np.nan), np.where(kept, distortion, np.nan))


def gradient_sign(
    subject: Subject,
    unit: torch.Tensor,
    targets: torch.Tensor,
    epsilon: float | torch.Tensor,
    *,
    towards: bool = False,
    gradients: torch.Tensor | None = None,
) -> torch.Tensor:
    """``clip(u + ε sign ∂loss/∂u)``, [n, *shape]; with ``towards`` the step goes down the loss of ``targets``, which then are the
    classes to be mistaken for.

    ``epsilon`` is a share of the data's range. ``gradients`` are those of ``Subject.gradients`` at ``unit``, where they are known
    already. Raises TaskError where no gradient reaches the input.
    """
    slope = subject.gradients(unit, targets) if gradients is None else gradients
    step = epsilon * slope.sign()
    return (unit - step if towards else unit + step).clamp(0.0, 1.0)
