"""Where a training runs, in which number format and memory layout: decided by rules, not by timing, so that a record
can be repeated."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache

import torch

from primitives.batch import Ragged
from primitives.compile.layout import kernels_last

from .batches import Batch, Inputs

PRECISIONS = ("auto", "float32", "bfloat16")
DEVICES = ("auto", "cpu", "cuda")
CONVOLUTION_BATCH = 32
"""Smallest batch at which bfloat16, and in a module that does not say itself channels-last, pays on a CPU."""
HALF_PIXELS = 400
"""Smallest image for which bfloat16 pays, on a CPU that has it."""


@dataclass(frozen=True)
class Precision:
    """A device, ``float32`` or ``bfloat16`` (autocast; weights stay float32), and whether images are channels-last."""

    device: str = "cpu"
    name: str = "float32"
    channels_last: bool = False

    def context(self) -> AbstractContextManager[object]:
        """Within it the forward pass runs."""
        return torch.autocast(self.device, torch.bfloat16) if self.name == "bfloat16" else nullcontext()

    def lay_out(self, program: torch.nn.Module) -> None:
        """The kernels of convolutions in the layout of the images."""
        if self.channels_last:
            for parameter in program.parameters():
                parameter.data = kernels_last(parameter.data)

    def order(self, batch: Batch) -> Batch:
        """A batch of images in that layout."""
        if self.channels_last and isinstance(batch, Ragged):
            return Ragged(self.order(batch.values), batch.lengths)
        if self.channels_last and isinstance(batch, torch.Tensor) and batch.ndim == 4:
            return batch.contiguous(memory_format=torch.channels_last)
        return batch


@cache
def has_fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware (AVX512-BF16 or AMX) and oneDNN is there to use it."""
    cpu = torch.cpu
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    hardware = any(getattr(cpu, check)() for check in checks if hasattr(cpu, check))
    return hardware and torch.backends.mkldnn.is_available()


def resolve(device: str, precision: str, program: torch.nn.Module, batch_size: int, inputs: Inputs) -> Precision:
    """The settings with every ``auto`` decided. ValueError for other names, or for a device that is absent."""
    if device not in DEVICES or precision not in PRECISIONS:
        raise ValueError(
            f"device={device!r}, precision={precision!r}: one of {DEVICES} and one of {PRECISIONS} is required"
        )
    cuda = torch.cuda.is_available()
    if device == "cuda" and not cuda:
        raise ValueError("device='cuda': no CUDA device is there; use device='cpu' or 'auto'")
    device = "cuda" if device != "cpu" and cuda else "cpu"
    images = _images(inputs)
    convolves = any(p.ndim == 4 and p.shape[2] * p.shape[3] > 1 for p in program.parameters())
    large_batch = device == "cuda" or batch_size >= CONVOLUTION_BATCH
    convolves = convolves and images is not None
    last = convolves and getattr(program, "channels_last", large_batch)
    if precision != "auto":
        return Precision(device, precision, last)
    large = images is not None and images.shape[2] * images.shape[3] >= HALF_PIXELS
    half = convolves and large_batch and (device == "cuda" or (large and has_fast_bfloat16()))
    return Precision(device, "bfloat16" if half else "float32", last)


def _images(inputs: Inputs) -> torch.Tensor | None:
    """The first input that is a batch of images [n, c, h, w] (or of lists of them)."""
    for batch in inputs:
        values = batch.values if isinstance(batch, Ragged) else batch
        if isinstance(values, torch.Tensor) and values.ndim == 4:
            return values
    return None
