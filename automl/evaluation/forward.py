"""The one place where data goes through a program: a part of a task, by the interpreter or as a module, and raw inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from primitives.definitions import expand
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.types import Type, arguments_of
from primitives.values import Value

from ..errors import TaskError
from ..tasks.data import Column, Part, RaggedArray
from ..tasks.preprocessing import Preprocessing

if TYPE_CHECKING:
    import torch


def run_interpreted(
    term: Term, part: Part, words: Mapping[str, Primitive], fuel: Fuel, storage: str | None = None
) -> list[Value]:
    """The program's value, or a Failure, on each case of a part."""
    program = expand(term, words)
    return [evaluate(program, inputs, words=words, fuel=fuel, storage=storage) for inputs, _ in part.cases()]


def outputs_of(module: torch.nn.Module, type: Type, part: Part) -> torch.Tensor | list[Value]:
    """A module's outputs on a part, as scores take them: in evaluation mode, on the module's own device."""
    from ..fitting import batches

    return batches.answers(batches.part_outputs(module, type, part))


def predict_raw(
    module: torch.nn.Module, type: Type, raw: Any, preprocessing: Preprocessing | None
) -> torch.Tensor | list[Value]:
    """Outputs for raw inputs of a program of one argument: an array ``[n, *shape]``, or a list of sequences of such examples."""
    from ..fitting import batches

    types, _ = arguments_of(type)
    if len(types) != 1:
        raise TaskError(
            f"inputs of type={type}: programs of one argument can predict from arrays; call the model on single cases"
        )
    if str(types[0]).startswith("list"):
        parts = [_array(item, preprocessing) for item in raw]
        column: Column = RaggedArray(np.concatenate(parts), np.array([len(part) for part in parts], dtype=np.int64))
    else:
        column = _array(raw, preprocessing)
    return batches.answers(batches.predict(module, (batches.to_batch(column, types[0]),)))


def _array(raw: object, preprocessing: Preprocessing | None) -> np.ndarray:
    try:
        array = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError):
        raise TaskError("inputs: an array of numbers [n, *shape] is required; convert them") from None
    if preprocessing is None:
        return array.astype(np.float32)
    if array.shape[1:] != preprocessing.shape and array.shape == preprocessing.shape:
        array = array[None]
    if (
        array.ndim + 1 == len(preprocessing.shape) + 1
        and preprocessing.shape[:1] == (1,)
        and array.shape[1:] == preprocessing.shape[1:]
    ):
        array = array[:, None]
    return preprocessing.apply(array)
