"""Folds of a recurrent cell as the library's fused kernel: equal outputs and gradients, a fraction of the time."""

from __future__ import annotations

import itertools

import torch

from ..batch import Ragged
from ..term import Word
from ..types import TensorType, pair_of, tensor
from .batches import Batch, Constant, Function, spread
from .conversion import coerce
from .forward_pass import ForwardPass
from .timeline import Timeline

KERNELS = {"lstm_cell": "lstm", "gru_cell": "gru", "rnn_cell": "rnn_tanh"}
_NAMES = ("input_weight", "state_weight", "input_bias", "state_bias")
_VECTOR = TensorType(tensor(1).shape)


def _cell(run: ForwardPass, f: Batch) -> tuple[str, list[torch.Tensor]] | None:
    """The kernel and its weights, where the function is exactly a recurrent cell."""
    if not isinstance(f, Function) or f.captured or not isinstance(f.source, Word):
        return None
    kernel = KERNELS.get(f.source.name)
    if kernel is None or f.source.site is None:
        return None
    parameters = run.nodes[f.source.site]._parameters
    return kernel, [weight for name in _NAMES if (weight := parameters[name]) is not None]


def _state(run: ForwardPass, kernel: str, start: Batch) -> Batch:
    """The first state as the kernel takes it, [1, batch, width] or a pair of those."""
    if kernel != "lstm":
        return coerce(start, _VECTOR, run.size, run.device).unsqueeze(0).contiguous()
    if isinstance(start, Constant):
        start = tuple(spread(Constant(part), run.size, run.device) for part in start.value)
    both = coerce(start, pair_of(_VECTOR, _VECTOR), run.size, run.device)
    return tuple(part.unsqueeze(0).contiguous() for part in both)


def _suits(values: Batch, weights: list[torch.Tensor]) -> bool:
    return isinstance(values, torch.Tensor) and values.dim() == 2 and values.dtype == weights[0].dtype


def fused_fold(run: ForwardPass, f: Batch, start: Batch, ragged: Ragged) -> Batch | None:
    """The last state of every list, or None where the fold is not fusable."""
    found = _cell(run, f)
    if found is None or not _suits(ragged.values, found[1]):
        return None
    kernel, weights = found
    first = int(ragged.lengths[0])
    state = _state(run, kernel, start)
    if bool((ragged.lengths == first).all()):
        _, last = _kernel(kernel, ragged.values.unflatten(0, (run.size, first)), state, weights, batch_first=True)
    else:
        timeline = Timeline(run, ragged)
        _, ended = _in_chunks(kernel, timeline, _ordered(state, timeline), weights)
        last = [timeline.restore(part[0]).unsqueeze(0) for part in ended]
    return (last[0][0], last[1][0]) if kernel == "lstm" else last[0][0]


def fused_scan(run: ForwardPass, f: Batch, start: Batch, timeline: Timeline) -> torch.Tensor | None:
    """All states after the first, step after step; not for the LSTM, whose kernel hides the cell states."""
    found = _cell(run, f)
    if found is None or found[0] == "lstm" or not _suits(timeline.values, found[1]):
        return None
    kernel, weights = found
    return _in_chunks(kernel, timeline, _ordered(_state(run, kernel, start), timeline), weights)[0]


def _ordered(state: Batch, timeline: Timeline) -> list[torch.Tensor]:
    states = state if isinstance(state, tuple) else (state,)
    return [part.index_select(1, timeline.order.to(part.device)) for part in states]


def _kernel(
    kernel: str, values: torch.Tensor, state: Batch, weights: list[torch.Tensor], batch_first: bool
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    if kernel != "lstm" and not isinstance(state, torch.Tensor):
        (state,) = state
    grad = torch.is_grad_enabled()
    outputs, *last = getattr(torch, kernel)(values, state, weights, True, 1, 0.0, grad, False, batch_first)
    return outputs, last


def _in_chunks(
    kernel: str, timeline: Timeline, states: list[torch.Tensor], weights: list[torch.Tensor]
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """All outputs, step after step, and the last states, in the order of the timeline.

    Steps over which the same lists are running are one call of the kernel: torch's own kernel for packed sequences is
    several times slower on a CPU.
    """
    runs = [(n, len(list(group))) for n, group in itertools.groupby(timeline.sizes)]
    packed = timeline.values.index_select(0, timeline.packed.to(timeline.values.device))
    outputs, ended = [], []
    for (running, steps), chunk in zip(runs, packed.split([n * steps for n, steps in runs]), strict=True):
        ended.append([part[:, running:] for part in states])
        states = [part[:, :running].contiguous() for part in states]
        output, states = _kernel(
            kernel, chunk.unflatten(0, (steps, running)), tuple(states), weights, batch_first=False
        )
        outputs.append(output.flatten(0, 1))
    ended.append(states)
    return torch.cat(outputs), [torch.cat(parts[::-1], 1) for parts in zip(*ended, strict=True)]
