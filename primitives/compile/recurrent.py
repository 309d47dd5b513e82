"""Folds of a recurrent cell as the library's fused kernel: equal outputs and gradients, a fraction of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ..batch import Ragged
from ..term import Word
from ..types import TensorType, pair_of, tensor
from .batches import Batch, Constant, Function, coerce, spread

if TYPE_CHECKING:
    from .folds import Timeline
    from .run import Run

KERNELS = {"lstm_cell": "lstm", "gru_cell": "gru", "rnn_cell": "rnn_tanh"}
_NAMES = ("input_weight", "state_weight", "input_bias", "state_bias")
_VECTOR = TensorType(tensor(1).shape)


def _cell(run: Run, f: Batch) -> tuple[str, list[torch.Tensor]] | None:
    """The kernel and its weights, where the function is exactly a recurrent cell."""
    if not isinstance(f, Function) or f.captured or not isinstance(f.source, Word):
        return None
    kernel = KERNELS.get(f.source.name)
    if kernel is None or f.source.site is None:
        return None
    parameters = run.nodes[f.source.site]._parameters
    return kernel, [parameters[name] for name in _NAMES]  # type: ignore[misc]


def _state(run: Run, kernel: str, start: Batch) -> Any:
    """The first state as the kernel takes it, [1, batch, width] or a pair of those."""
    if kernel != "lstm":
        return coerce(start, _VECTOR, run.size, run.device).unsqueeze(0).contiguous()
    if isinstance(start, Constant):
        start = tuple(spread(Constant(part), run.size, run.device) for part in start.value)
    both = coerce(start, pair_of(_VECTOR, _VECTOR), run.size, run.device)
    return tuple(part.unsqueeze(0).contiguous() for part in both)


def _suits(values: Batch, weights: list[torch.Tensor]) -> bool:
    return isinstance(values, torch.Tensor) and values.dim() == 2 and values.dtype == weights[0].dtype


def fused_fold(run: Run, f: Batch, start: Batch, ragged: Ragged) -> Batch | None:
    """The last state of every list, or None where the fold is not fusable."""
    found = _cell(run, f)
    if found is None or not _suits(ragged.values, found[1]):
        return None
    kernel, weights = found
    lengths = ragged.lengths
    first = int(lengths[0])
    state = _state(run, kernel, start)
    if bool((lengths == first).all()):
        sequence = ragged.values.unflatten(0, (run.size, first))
        _, *last = getattr(torch, kernel)(sequence, state, weights, True, 1, 0.0, torch.is_grad_enabled(), False, True)
    else:
        return _fused_ragged(run, kernel, weights, state, ragged)
    return tuple(part[0] for part in last) if kernel == "lstm" else last[0][0]


def _fused_ragged(run: Run, kernel: str, weights: list[torch.Tensor], state: Any, ragged: Ragged) -> Batch:
    from .folds import Timeline

    timeline = Timeline(run, ragged)
    # The kernel needs at least one step of every list: the empty ones, last in the order, keep their first state.
    running = timeline.sizes[0]
    states = state if isinstance(state, tuple) else (state,)
    ordered = [part.index_select(1, timeline.order.to(part.device)) for part in states]
    begun = [part[:, :running].contiguous() for part in ordered]
    _, *last = _packed(kernel, timeline, begun, weights)
    ended = [torch.cat((new, old[:, running:]), 1)[0] for new, old in zip(last, ordered, strict=True)]
    restored = [timeline.restore(part) for part in ended]
    return tuple(restored) if kernel == "lstm" else restored[0]


def _packed(kernel: str, timeline: Timeline, states: list[torch.Tensor], weights: list[torch.Tensor]) -> tuple:
    values = timeline.values.index_select(0, timeline.packed.to(timeline.values.device))
    sizes = torch.tensor(timeline.sizes)
    state = tuple(states) if kernel == "lstm" else states[0]
    return getattr(torch, kernel)(values, sizes, state, weights, True, 1, 0.0, torch.is_grad_enabled(), False)


def fused_scan(run: Run, f: Batch, start: Batch, timeline: Timeline) -> torch.Tensor | None:
    """All states after the first, step after step; not for the LSTM, whose kernel hides the cell states."""
    found = _cell(run, f)
    if found is None or found[0] == "lstm" or not _suits(timeline.values, found[1]):
        return None
    kernel, weights = found
    state = _state(run, kernel, start)
    state = state.index_select(1, timeline.order.to(state.device))
    return _packed(kernel, timeline, [state[:, : timeline.sizes[0]].contiguous()], weights)[0]
