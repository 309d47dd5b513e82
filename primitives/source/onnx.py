"""Export of tensor programs to ONNX through torch's exporter; needs the extra ``onnx``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import torch

from ..compile import Program
from ..primitive import expand
from ..term import words_in
from ..types import TensorType


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
    _check(program)
    examples = tuple(torch.zeros(2, *type.shape) for type in program.input_types)  # type: ignore[attr-defined]
    batch = torch.export.Dim("batch", min=1)
    names = [f"input_{i}" for i in range(len(examples))]
    was_training = program.training
    model = _Tensors(program).eval()
    try:
        exported = torch.onnx.export(
            model,
            examples,
            dynamo=True,
            input_names=names,
            output_names=[f"output_{i}" for i in range(_count(program.output_type))],
            dynamic_shapes=(tuple({0: batch} for _ in examples),),
            verbose=False,
        )
    finally:
        program.train(was_training)
    assert exported is not None
    exported.save(str(path), include_initializers=True, external_data=False)
    return Path(path)


class _Tensors(torch.nn.Module):
    """The program as the exporter wants it: a flat tuple of outputs."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(_flat(self.program(*inputs)))


def _flat(output: Any) -> list[torch.Tensor]:
    return [output] if isinstance(output, torch.Tensor) else [tensor for part in output for tensor in _flat(part)]


def _count(type: Any) -> int:
    return sum(map(_count, type.arguments)) if getattr(type, "name", "") == "pair" else 1


def _check(program: Program) -> None:
    for position, type in enumerate(program.input_types):
        if not isinstance(type, TensorType) or not all(isinstance(axis, int) for axis in type.shape):
            raise OnnxError(f"input {position} has type {type}: needed a tensor of known shape; export source instead")
    allowed = {"pair", "first", "second", "swap", "compose", "id", "const", "flip"}
    for word in words_in(expand(program.term, program.words)):
        primitive = program.words[word.name]
        if not primitive.geometric and word.name not in allowed:
            raise OnnxError(
                f"word={word.name!r} is algorithmic: ONNX holds one fixed tensor computation; export source instead"
            )
    if not program.input_types:
        raise OnnxError(f"the program has type {program.type}: needed at least one tensor to compute from")
