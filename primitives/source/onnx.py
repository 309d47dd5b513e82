"""Export of tensor programs to ONNX through torch's exporter; needs the extra ``onnx``."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ..compile import Program
from ..definitions import expand
from ..syntax import show
from ..term import words_in
from ..types import INT, Constructor, TensorType, Type, arguments_of, subtypes

if TYPE_CHECKING:
    from onnxscript import ir


class OnnxError(ValueError):
    """A program, or an installation, that ONNX export cannot serve."""


def write_onnx(program: Program, path: str | Path) -> Path:
    """Write a program of tensors to one ONNX file, in evaluation mode, with a free batch dimension.

    Inputs are called ``input_0``, ``input_1``, …, outputs ``output_0``, …. Raises OnnxError where the program has
    other inputs than tensors, algorithmic words that depend on values, or where onnxscript is not installed.
    """
    missing = [name for name in ("onnx", "onnxscript") if importlib.util.find_spec(name) is None]
    if missing:
        raise OnnxError(f"packages {', '.join(missing)} are not installed; pip install 'automl-programs[onnx]'")
    exported = _exported(program, tuple(torch.zeros(2, *shape) for shape in _shapes(program)))
    _check_batch(exported.model.graph.inputs, program)
    exported.save(str(path), include_initializers=True, external_data=False)
    return Path(path)


def _exported(program: Program, examples: tuple[torch.Tensor, ...]) -> torch.onnx.ONNXProgram:
    """What torch's exporter makes of the program, tried on these inputs. Raises OnnxError where it cannot."""
    batch = torch.export.Dim("batch", min=1)
    was_training = program.training
    model = _Tensors(program).eval()
    try:
        with _unheard():
            exported = torch.onnx.export(
                model,
                examples,
                dynamo=True,
                input_names=[f"input_{i}" for i in range(len(examples))],
                output_names=[f"output_{i}" for i in range(_count(program.output_type))],
                dynamic_shapes=(tuple({0: batch} for _ in examples),),
                verbose=False,
            )
    except torch.onnx.errors.OnnxExporterError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise OnnxError(
            f"program={show(program.term)}: torch cannot export it ({reason}); export source instead"
        ) from error
    finally:
        program.train(was_training)
    assert exported is not None
    return exported


@contextmanager
def _unheard() -> Iterator[None]:
    """Without the exporter's log and warnings: they are about packages that are not needed and graphs that nobody asked to see, and what
    went wrong is in its exception."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.ERROR))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def looks_at_values(type: Type) -> bool:
    """Whether a geometric word takes indices, or takes or gives lists: what it computes depends on them."""
    arguments, result = arguments_of(type)
    return any(part == INT for part in arguments) or any(
        isinstance(part, Constructor) and part.name == "list"
        for whole in (*arguments, result)
        for part in subtypes(whole)
    )


def _check_batch(inputs: Sequence[ir.Value], program: Program) -> None:
    """Where a word asked for the number of examples, the exporter writes the one that it tried, without a word."""
    if any(value.shape is not None and isinstance(value.shape[0], int) for value in inputs):
        raise OnnxError(
            f"program={show(program.term)}: a word of it works for one batch size only; "
            "export source instead, or leave out the words that take or give lists"
        )


class _Tensors(torch.nn.Module):
    """The program as the exporter wants it: a flat tuple of outputs."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(_flat(self.program(*inputs)))


def _flat(output: torch.Tensor | Sequence) -> list[torch.Tensor]:
    return [output] if isinstance(output, torch.Tensor) else [tensor for part in output for tensor in _flat(part)]


def _count(type: Type) -> int:
    return sum(map(_count, type.arguments)) if isinstance(type, Constructor) and type.name == "pair" else 1


def _shapes(program: Program) -> list[tuple[int, ...]]:
    """The shapes of the inputs of a program that ONNX can hold. Raises OnnxError for any other."""
    shapes: list[tuple[int, ...]] = []
    for position, type in enumerate(program.input_types):
        axes = type.shape if isinstance(type, TensorType) else ()
        known = tuple(axis for axis in axes if isinstance(axis, int))
        if not isinstance(type, TensorType) or len(known) < len(axes):
            raise OnnxError(f"input {position} has type {type}: needed a tensor of known shape; export source instead")
        shapes.append(known)
    for word in words_in(expand(program.term, program.words)):
        primitive = program.words[word.name]
        if not (primitive.geometric or primitive.rearranges):
            raise OnnxError(
                f"word={word.name!r} is algorithmic: ONNX holds one fixed tensor computation; export source instead"
            )
        if not primitive.traceable:
            raise OnnxError(
                f"word={word.name!r} computes what depends on values or on the size of the batch: ONNX holds one fixed tensor "
                "computation; export source instead"
            )
        if primitive.geometric and looks_at_values(primitive.scheme.type):
            raise OnnxError(
                f"word={word.name!r} of type {primitive.scheme.type} looks at values (indices, lengths of lists): ONNX "
                "holds one fixed tensor computation; export source instead"
            )
    if not program.input_types:
        raise OnnxError(f"the program has type {program.type}: needed at least one tensor to compute from")
    return shapes
