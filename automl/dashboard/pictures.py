"""Cases and values as pages show them: pictures where they are such, else their text."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from primitives.types import Type
from primitives.values import Value

from ..charts.pixels import picture
from ..reports.pictures import is_image
from ..views.cases import ShownCase, argument_of
from ..views.programs.values import ProgramStep, step_of


@dataclass(frozen=True)
class ShownValue:
    """A value of a ``type``: its text, and a picture of it or None; ``program`` is what gave it, ``failure`` why there is none.
    ``cells`` are the columns of a row with their values as the data has them, ``named`` whether they have names."""

    text: str
    type: str
    picture: Markup | None = None
    program: str = ""
    failure: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    named: bool = False


def shown_step(step: ProgramStep) -> ShownValue:
    """A step of a program.

    step: with the value that it gave.
    """
    drawn = None if step.array is None else picture(step.array, f"the output of {step.program[:60]}")
    return ShownValue(step.text, step.type, drawn, step.program, step.failure)


def shown_value(value: Value, type: Type, title: str) -> ShownValue:
    """A value of a task's case.

    value: as the case has it.
    type: of the value.
    title: what it is, for those who cannot see it.
    """
    step = step_of("", type, argument_of(value))
    array = step.array
    if array is None:
        return ShownValue(step.text, step.type)
    colours = array.ndim == 3 and array.shape[0] == 3
    bounds = (
        (float(array.min()), float(array.max())) if array.size and (colours or is_image(array.shape)) else (None, None)
    )
    return ShownValue(step.text, step.type, picture(np.asarray(array), title, *bounds))


def shown_case(case: ShownCase) -> tuple[list[ShownValue], ShownValue]:
    """The arguments of a case and its target.

    case: of a task.
    """
    arguments = [
        shown_value(each, type, f"input {number} of case {case.number}")
        for number, (each, type) in enumerate(zip(case.arguments, case.types, strict=True), 1)
    ]
    if case.cells:
        arguments = [replace(each, cells=case.cells, named=case.named) for each in arguments]
    if case.label:
        if np.ndim(case.target) == 0:
            return arguments, ShownValue(case.label, "class")
        given = shown_value(case.target, case.target_type, "").text
        return arguments, ShownValue(case.label, f"a program answers {given} for it, scaled")
    return arguments, shown_value(case.target, case.target_type, f"target of case {case.number}")
