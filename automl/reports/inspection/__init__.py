"""What a trained program hides: adversarial examples, fooling images, its first layer, its mistakes."""

from __future__ import annotations

from .adversarial import Perturbations, gradient_sign
from .blackbox import evolved_sign, walk_along_boundary
from .cases import InspectionSettings
from .filters import FirstLayer, first_layers
from .fooling import Fooling, ascend, evolve
from .report import PARTS, inspect_model
from .smallest import smallest_perturbation
from .subject import Subject

__all__ = [
    "PARTS", "FirstLayer", "Fooling", "InspectionSettings", "Perturbations", "Subject", "ascend", "evolve", "evolved_sign",
    "first_layers", "gradient_sign", "inspect_model", "smallest_perturbation", "walk_along_boundary",
]  # fmt: skip
