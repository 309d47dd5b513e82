"""What a program answers for new inputs, case by case: an answer with its probabilities, or the reason why there is none."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from primitives.notation.values import from_json, to_plain
from primitives.types import Constructor, TensorType, Type, arguments_of, has_tensor
from primitives.values import Failure

from ..errors import TaskError
from ..fitting.forward import likeliest_outputs, predict_raw, raw_inputs
from ..tasks.cases.written import example_of
from ..tasks.measure import probabilities_of
from ..tasks.pictures import SUFFIXES, BadPicture, PictureForm
from ..tasks.preprocessing import Preprocessing
from ..tasks.tables.rows import encoded_rows, listed

if TYPE_CHECKING:
    import torch

    from .model import Model

logger = logging.getLogger(__name__)
NOT_FINITE = "the program's answer is not a finite number: its input lies far outside what it was trained on, or it divides by next to 0"
LIKELIEST = 5
"""Outputs of a blend that are given with their probabilities, at most."""
NO_OUTPUT = "the program has no output for the answers of its net"
DIGITS = 6
"""Decimals that probabilities are shown with."""
Cases = Sequence[object] | np.ndarray
"""Inputs in the units of the data, one an entry."""


@dataclass(frozen=True)
class Prediction:
    """The answer for one case. ``answer`` is a label, a number or a value in its JSON form, None where there is none and ``failure`` says
    why. ``probabilities`` are those of a classifier's labels, or of the likeliest outputs of a blend, as JSON text. ``source`` is the file
    that the case is, where it is one, or the folder."""

    answer: object = None
    probabilities: Mapping[str, float] | None = None
    failure: str = ""
    source: str = ""

    def to_json(self) -> object:
        """None where there is no answer; the answer alone where nothing is to be said beside it."""
        if self.failure:
            return None
        if self.probabilities is None and not self.source:
            return self.answer
        named = {"input": self.source} if self.source else {}
        probable = (
            {}
            if self.probabilities is None
            else {"probabilities": {key: round(value, DIGITS) for key, value in self.probabilities.items()}}
        )
        return {**named, "answer": self.answer, **probable}


def predictions_of(model: Model, cases: Cases) -> list[Prediction]:
    """One prediction a case.

    cases: raw inputs as the training data has them, an array [n, *shape] or nested lists; for a program trained on a table its rows by
        column name, a frame, or rows with a cell for each column; for a program on values a list with the list
        of arguments of each case, in their JSON form.

    Raises TaskError or ValueMismatch on cases of another shape or type.
    """
    if not has_tensor(model.type):
        return [_value(model, case) for case in listed(cases)]
    cases = encoded_rows(cases, model.preprocessing)
    if not len(cases):
        return []
    _warn_of_range(cases, model.preprocessing)
    likely = _likely(model, cases)
    if likely is not None:
        return likely
    outputs = predict_raw(model.module, model.type, cases, model.preprocessing)
    if isinstance(outputs, list):
        return [Prediction(failure=str(each)) if isinstance(each, Failure) else _answered(each) for each in outputs]
    prepared = model.preprocessing
    if prepared is None or not isinstance(arguments_of(model.type)[1], TensorType):
        return [_answered(each) for each in outputs.detach().cpu().tolist()]
    if not prepared.label_names or outputs.ndim != 2:
        return [_answered(each) for each in prepared.decode(outputs.detach().cpu().numpy())]
    return _labelled(outputs, prepared)


def _likely(model: Model, cases: Cases) -> list[Prediction] | None:
    """The likeliest outputs of a blend with their probabilities; None for any other program."""
    result = arguments_of(model.type)[1]
    found = likeliest_outputs(model.module, raw_inputs(model.type, cases, model.preprocessing), LIKELIEST)
    if found is None:
        return None
    return [
        Prediction(failure=NO_OUTPUT)
        if any(isinstance(value, Failure) for value in case) or not case
        else Prediction(
            to_plain(next(iter(case)), result),
            {json.dumps(to_plain(value, result)): share for value, share in case.items()},
        )
        for case in found
    ]


def _labelled(outputs: torch.Tensor, prepared: Preprocessing) -> list[Prediction]:
    """The answers of a classifier with scores [n, classes]."""
    known = finite_rows(outputs)
    shares = iter(probabilities(outputs[known]))
    answers = iter(prepared.decode(outputs[known].detach().cpu().numpy()))
    names = prepared.label_names
    return [
        Prediction(next(answers), dict(zip(names, map(float, next(shares)))))
        if each
        else Prediction(failure=NOT_FINITE)
        for each in known.tolist()
    ]


def _answered(value: object) -> Prediction:
    """The prediction with an answer in its JSON form; a failure where there is a number in it that JSON has not."""
    return Prediction(value) if is_finite(value) else Prediction(failure=NOT_FINITE)


def is_finite(value: object) -> bool:
    """Whether neither NaN nor an infinity is among plain data."""
    if isinstance(value, float):
        return math.isfinite(value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return all(map(is_finite, inner))


def finite_rows(outputs: torch.Tensor) -> torch.Tensor:
    """bool [n]: for which cases all numbers of the outputs [n, …] are finite."""
    found: torch.Tensor = outputs.isfinite().reshape(len(outputs), -1).all(dim=1)
    return found


def probabilities(outputs: torch.Tensor) -> np.ndarray:
    """float64 [n, classes], rows that sum to 1.

    outputs: those of a classifier, a tensor [n, classes] of finite scores, or of probabilities already.
    """
    return probabilities_of(outputs.detach().cpu().double().numpy())


def tolerant_predictions(model: Model, cases: Cases) -> list[Prediction]:
    """As ``predictions_of``, but one bad case among many does not stop the others: its prediction says what is wrong with it. Raises as
    ``predictions_of`` where all are bad."""
    first: list[ValueError] = []

    def halves(some: Cases) -> list[Prediction]:
        try:
            return predictions_of(model, some)
        except ValueError as error:  # of an input's shape too, where nothing looks at it before the program
            first.append(error)
            if len(some) <= 1:
                return [Prediction(failure=str(error))] * len(some)
            middle = len(some) // 2
            return halves(some[:middle]) + halves(some[middle:])

    if not hasattr(cases, "__len__") or not len(cases):
        return predictions_of(model, cases)
    found = halves(cases)
    if first and all(each.failure for each in found):
        raise first[0] if isinstance(cases, np.ndarray) else first[-1]
    return found


def picture_files(path: Path) -> list[Path]:
    """The pictures that a path means: itself, or all in a folder and the folders in it; [] where it is no picture."""
    if path.is_dir():
        inside = (each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
        return sorted(each for each in inside if not any(part.startswith(".") for part in each.relative_to(path).parts))
    return [path] if path.suffix.lower() in SUFFIXES else []


def picture_predictions(model: Model, files: Sequence[Path]) -> list[Prediction]:
    """One prediction a picture, made as the training's pictures were. Raises TaskError where the program takes no pictures."""
    prepared = model.preprocessing
    form, share = picture_form(prepared)
    read: list[np.ndarray] = []
    bad: dict[int, str] = {}
    for number, path in enumerate(files):
        try:
            read.append(form.read(path) * share)
        except BadPicture as error:
            bad[number] = f"it cannot be read as an image ({error})"
    answers = iter(predictions_of(model, np.stack(read)) if read else ())
    found = []
    for number, path in enumerate(files):
        known = Prediction(failure=bad[number]) if number in bad else next(answers)
        found.append(Prediction(known.answer, known.probabilities, known.failure, str(path)))
    return found


def takes_list(type: Type) -> bool:
    """Whether programs of the type have one argument, a list."""
    inputs, _ = arguments_of(type)
    return len(inputs) == 1 and isinstance(inputs[0], Constructor) and inputs[0].name == "list"


def list_prediction(model: Model, folder: Path, files: Sequence[Path]) -> Prediction:
    """The prediction for one list of pictures.

    model: whose only argument is such a list.
    folder: that they are in, by which the prediction is named.
    files: of the pictures, in their order.

    Raises TaskError where the program takes no pictures.
    """
    form, share = picture_form(model.preprocessing)
    try:
        pictures = np.stack([form.read(path) * share for path in files])
    except BadPicture as error:
        return Prediction(failure=f"it has a file that cannot be read as an image ({error})", source=str(folder))
    (known,) = predictions_of(model, [pictures])
    return replace(known, source=str(folder))


def picture_form(prepared: Preprocessing | None) -> tuple[PictureForm, float]:
    """What a program's pictures are made into, and by what their bytes are to be multiplied to be in the units of its training. Raises
    TaskError where it was not trained on pictures, or their full brightness is not known."""
    form = None if prepared is None else prepared.picture_form
    if prepared is None or form is None:
        takes = "values" if prepared is None else f"arrays of shape {list(prepared.shape)}"
        raise TaskError(f"inputs: pictures are given, but the program takes {takes}; give data as in training")
    if prepared.pictures is not None:
        return form, 1.0
    if prepared.inputs.offset == (0.0,) and len(prepared.inputs.scale) == 1:
        return form, prepared.inputs.scale[0] / 255
    raise TaskError(
        "inputs: pictures are given, but the program was trained on arrays whose full brightness is not known; give an array (.npy) in "
        "the units of the training data"
    )


def _warn_of_range(cases: Cases, prepared: Preprocessing | None) -> None:
    """Log where the numbers of arrays lie otherwise than those of the training."""
    if prepared is None or prepared.raw_range is None:
        return
    try:
        array = np.asarray(cases, dtype=np.float64)
    except (TypeError, ValueError):  # sequences of several lengths, or what is refused with a reason later
        return
    if array.size and np.isfinite(array).all():
        warning = prepared.other_range(float(array.min()), float(array.max()))
        if warning:
            logger.warning(warning)


def _value(model: Model, case: object) -> Prediction:
    types, result = arguments_of(model.type)
    if not isinstance(case, (list, tuple)) or len(case) != len(types):
        raise TaskError(
            f"inputs={str(case)[:60]}: a list of {len(types)} arguments is required, type={model.type}; for one case write "
            f"'{example_of(types)}'"
            + (f" (model.predict takes a list of cases: [[{example_of(types)}]])" if len(types) == 1 else "")
        )
    value = model(*(from_json(item, type) for item, type in zip(case, types, strict=True)))
    return Prediction(failure=str(value)) if isinstance(value, Failure) else _answered(to_plain(value, result))
