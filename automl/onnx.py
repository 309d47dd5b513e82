"""A program as an ONNX file."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from pathlib import Path
from typing import Any

from primitives.types import TensorType, Type, arguments_of

from .errors import TaskError

PACKAGES = ("onnx", "onnxscript")


def export_onnx(module: Any, type: Type, path: Path) -> None:
    """Write a compiled program from tensors to a tensor to ``path``; inputs ``input_0`` … are ``[batch, *shape]``, the output is
    ``output``. Raises TaskError for programs on other types, and where the extra ``onnx`` is not installed."""
    arguments, result = arguments_of(type)
    for each in (*arguments, result):
        if not isinstance(each, TensorType) or not all(isinstance(size, int) for size in each.shape):
            raise TaskError(f"type={type}: ONNX takes programs from tensors to a tensor; export the source instead")
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise TaskError(f"package={missing[0]!r} is not installed; install automl-programs[onnx]")
    import torch

    examples = tuple(
        torch.zeros(2, *each.shape, dtype=torch.int64 if each.dtype == "int" else torch.float32)  # type: ignore[attr-defined]
        for each in arguments
    )
    names = [f"input_{number}" for number in range(len(examples))]
    batch = torch.export.Dim("batch")
    loggers = [logging.getLogger(name) for name in ("onnxscript", "torch.onnx", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module, examples, str(path), dynamo=True, verbose=False, external_data=False, input_names=names,
                output_names=["output"], dynamic_shapes=(({0: batch},) * len(examples),),
            )  # fmt: skip
    except (torch.onnx.OnnxExporterError, RuntimeError) as error:
        reason = str(error).partition("## Exception summary")[2].strip() or str(error)
        raise TaskError(f"program: it cannot be written as ONNX ({reason[:300]}); export the source instead") from error
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)
