"""The one place where data goes through a program, by the interpreter or as a module: a part of a task, batches, raw inputs. Imports
no torch before a module is run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from primitives.definitions import expand
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import STATEFUL, Primitive
from primitives.term import Term, words_in
from primitives.types import Type, arguments_of
from primitives.values import Value

from ..errors import TaskError
from ..tasks.cases.arrays import plain_array
from ..tasks.cases.gaps import padded
from ..tasks.cases.parts import Column, Part, RaggedArray
from ..tasks.cases.tokens import token_channels
from ..tasks.preprocessing import Preprocessing

if TYPE_CHECKING:
    import torch

    from . import batches


def run_interpreted(
    term: Term, part: Part, words: Mapping[str, Primitive], fuel: Fuel, storage: str | None = None
) -> list[Value]:
    """The program's value, or a Failure, on each case of a part.

    term: the program.
    part: the cases.
    words: what its words mean, by name.
    fuel: what one case may use.
    storage: the long-term memory of the run (default: none).
    """
    program = expand(term, words)
    return [evaluate(program, inputs, words=words, fuel=fuel, storage=storage) for inputs, _ in part.cases()]


ELEMENTS = 4096
"""Elements of lists that go through a program at a time, for the memory that they take: 512 lists of a hundred pictures took 7 GB."""
TIMED = 64
"""On how many cases the speed of a program is measured."""


class DeadlineReached(Exception):
    """The time that a pass over some cases had is over."""


@contextmanager
def evaluation_mode(program: torch.nn.Module) -> Iterator[None]:
    """Within the block the module is in evaluation mode; afterwards its mode is what it was."""
    training = program.training
    program.eval()
    try:
        yield
    finally:
        program.train(training)


def predict(
    program: torch.nn.Module, inputs: batches.Inputs, batch_size: int = 512, deadline: float | None = None
) -> batches.Batch:
    """A module's output on all cases as one batch, in evaluation mode without gradients; of a blend the likeliest (docs/blends.md).

    program: a torch.nn.Module on batches (primitives.batch).
    inputs: one batch an argument, on the module's device.
    batch_size: cases that go through it at a time (default: 512).
    deadline: a reading of ``time.monotonic()`` (default: none).

    Raises DeadlineReached where the deadline comes before a batch.
    """
    from . import batches
    from .blends.answering import answering

    answer = answering(program)
    return batches.join([answer(*some) for some in windows(program, inputs, batch_size, deadline)])


def likeliest_outputs(program: torch.nn.Module, inputs: batches.Inputs, most: int) -> list[dict[Value, float]] | None:
    """The likeliest outputs of a blend in each case with their probabilities, the likeliest first; None of any other program, of one that
    gives classes, and where the likeliest readings are all that is known.

    program: a torch.nn.Module on batches.
    inputs: as in ``predict``.
    most: how many outputs a case, at most.
    """
    from .blends.answering import answering

    answer, found = answering(program), list[dict[Value, float]]()
    if answer.blend is None:
        return None
    for some in windows(program, inputs):
        each = answer.likeliest(most, *some)
        if each is None:
            return None
        found += each
    return found


def windows(
    program: torch.nn.Module, inputs: batches.Inputs, batch_size: int = 512, deadline: float | None = None
) -> Iterator[batches.Inputs]:
    """All cases, some at a time, with the module in evaluation mode and without gradients while they are gone through.

    program, inputs, batch_size, deadline: as in ``predict``; of long lists fewer cases go through at a time, at most ELEMENTS of theirs.

    Raises DeadlineReached where the deadline comes before some.
    """
    import torch

    from . import batches

    total = batches.count(inputs)
    batch_size = max(1, min(batch_size, ELEMENTS // max(1, *map(batches.longest, inputs))))
    with evaluation_mode(program):
        for start in range(0, total, batch_size):
            if deadline is not None and time.monotonic() >= deadline:
                raise DeadlineReached(f"the deadline came at case {start} of {total}")
            stop = min(start + batch_size, total)
            with torch.no_grad():
                yield tuple(batches.window(batch, start, stop) for batch in inputs)


def has_running_statistics(program: torch.nn.Module) -> bool:
    """Whether a word of the program keeps statistics of what it has seen in training, as batch_norm does."""
    from primitives.compile.program import Program

    if not isinstance(program, Program):
        return False
    found = words_in(expand(program.term, program.words))
    return any(program.words[word.name].purity == STATEFUL for word in found)


def settle(program: torch.nn.Module, some: Iterable[batches.Inputs]) -> None:
    """Make the running statistics the means over some batches, by the weights as they are; a training leaves means over its last steps,
    which in a short one lag far behind (Izmailov et al. 2018, section 3.2).

    program: a module in training mode, which it is left in.
    some: inputs of each batch.
    """
    import torch

    from primitives.ops.norm import running_statistics_moved

    with torch.no_grad():
        for before, inputs in enumerate(some):
            with running_statistics_moved(1.0 / (before + 1)):
                program(*inputs)


def seconds_a_case(program: torch.nn.Module, inputs: batches.Inputs, deadline: float | None = None) -> float:
    """The seconds that a case takes in a forward pass of several, measured.

    program, inputs, deadline: as in ``predict``; the first TIMED cases are used, twice, for the first pass sets up what later ones use.

    Raises DeadlineReached.
    """
    from . import batches

    some = tuple(batches.window(each, 0, min(TIMED, batches.count(each))) for each in inputs)
    times = []
    for _ in range(2):
        began = time.monotonic()
        predict(program, some, deadline=deadline)
        times.append(time.monotonic() - began)
    return max(min(times), 1e-9) / batches.count(some)


def outputs_of(module: torch.nn.Module, type: Type, part: Part) -> torch.Tensor | list[Value]:
    """A module's outputs on all cases of a part, as scores take them: a tensor [n, …] on the module's device, or a list of ``n`` values.

    module: a torch.nn.Module on batches.
    type: of the program that it is, which says how inputs become batches.
    part: the cases.
    """
    from . import batches

    device = next((parameter.device for parameter in module.parameters()), "cpu")
    types, _ = arguments_of(type)
    inputs = tuple(batches.to_batch(column, each, device) for column, each in zip(part.inputs, types, strict=True))
    return batches.answers(predict(module, inputs), type)


def predict_raw(
    module: torch.nn.Module, type: Type, raw: Any, preprocessing: Preprocessing | None
) -> torch.Tensor | list[Value]:
    """A module's outputs for raw inputs, as ``outputs_of`` gives them.

    module: a torch.nn.Module on batches, of one argument.
    type: of the program that it is.
    raw: an array ``[n, *shape]`` in the units of the data, or a list of sequences of such examples.
    preprocessing: what is done to raw inputs first; None: nothing.

    Raises TaskError where the program has several arguments, or the inputs are no numbers.
    """
    from . import batches

    return batches.answers(predict(module, raw_inputs(type, raw, preprocessing)), type)


def raw_inputs(type: Type, raw: Any, preprocessing: Preprocessing | None) -> batches.Inputs:
    """Raw inputs as batches.

    type, raw, preprocessing: as in ``predict_raw``, whose errors it raises.
    """
    from . import batches

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
    return (batches.to_batch(column, types[0]),)


def _array(raw: object, preprocessing: Preprocessing | None) -> np.ndarray:
    several = padded(raw, preprocessing.steps_first) if _may_end(raw, preprocessing) else None  # type: ignore[arg-type, union-attr]
    try:
        array = (plain_array(raw, "inputs") if several is None else several).astype(np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, TaskError):
            raise
        raise TaskError("inputs: an array of numbers [n, *shape] is required; convert them") from None
    if preprocessing is None:
        return array.astype(np.float32)
    if preprocessing.tokens and array.ndim <= 2:
        return preprocessing.apply(token_channels(np.atleast_2d(array), preprocessing.tokens))
    if preprocessing.steps_first and array.ndim in (2, 3):
        array = np.moveaxis(array, -1, -2)
    shape, ends = preprocessing.raw_shape, preprocessing.ends
    if array.shape[1:] != shape and (array.shape == shape or (ends and _is_shorter(array.shape, shape))):
        array = array[None]
    if array.ndim == len(shape) and shape[:1] == (1,) and (array.shape[1:] == shape[1:] or ends):
        array = array[:, None]
    if ends and _is_shorter(array.shape[1:], shape):
        array = np.pad(array, ((0, 0), (0, 0), (0, shape[1] - array.shape[2])), constant_values=np.nan)
    return preprocessing.apply(array)


def _may_end(raw: object, preprocessing: Preprocessing | None) -> bool:
    """Whether these may be series of several lengths."""
    return preprocessing is not None and preprocessing.ends and isinstance(raw, list | tuple)


def _is_shorter(got: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether this is the shape of a series [channels, steps] of fewer steps than ``shape`` has."""
    return len(got) == 2 and got[0] == shape[0] and got[1] < shape[1]
