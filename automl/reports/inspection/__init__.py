"""What a trained program hides: adversarial examples, fooling images, its first layer, its mistakes.

The report
    inspect_model(model, task)              all pages, or some, as a ModelReport
    InspectionSettings                      sizes of the attacks, how many cases, the seed
    Page, PAGES                             one thing that is looked for; all that are found
    Inspected, Section, ShownTable          what a page looks at, what it found, a table of it for people
What it is made of
    Subject                                 a program on the unit cube: answers, losses, gradients
    gradient_sign, evolved_sign             cases moved so that the program errs, with and without gradients
    smallest_perturbation, walk_along_boundary   how far the nearest such case is
    ascend, evolve                          fooling images
    Perturbations, Fooling                  what these give
    first_layers, FirstLayer                the layers that see the input first
"""

from __future__ import annotations

from typing import Any

from primitives.lazy import Facade

_FACADE = Facade(
    __name__,
    {
        "adversarial": ("Perturbations", "gradient_sign"),
        "blackbox": ("evolved_sign", "walk_along_boundary"),
        "cases": ("InspectionSettings",),
        "filters": ("FirstLayer", "first_layers"),
        "fooling": ("Fooling", "ascend", "evolve"),
        "page": ("PAGES", "Inspected", "Page", "Section", "ShownTable"),
        "report": ("inspect_model",),
        "smallest": ("smallest_perturbation",),
        "subject": ("Subject",),
    },
)
__all__ = _FACADE.names


def __getattr__(name: str) -> Any:
    return _FACADE.get(name)
