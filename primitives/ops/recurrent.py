"""Recurrent cells, one step each: ``fold lstm_cell`` is an LSTM. The width of the state is that of the first one
given."""

from __future__ import annotations

from ..lazy import Tensor, torch
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric


def _weights(gates: int, width: int, inputs: int) -> dict[str, Parameter]:
    rows = gates * width
    return {
        "input_weight": Parameter((rows, inputs), "uniform", width),
        "state_weight": Parameter((rows, width), "uniform", width),
        "input_bias": Parameter((rows,), "uniform", width),
        "state_bias": Parameter((rows,), "uniform", width),
    }


def _cell(gates: int) -> dict:
    def parameters(state: Shape, x: Shape) -> dict[str, Parameter]:
        return _weights(gates, state[0], x[0])

    def flops(state: Shape, x: Shape) -> int:
        return gates * state[0] * (state[0] + x[0])

    return {"parameters": parameters, "flops": flops}


@geometric(
    "rnn_cell",
    "Tensor[h] -> Tensor[n] -> Tensor[h]",
    example="(rnn_cell (zeros :size 2) (vector :length 3 [1.0 -2.0 0.5]))",
    **_cell(1),
    prior=Prior(in_nets=-1.5),
)
def rnn_cell(
    state: Tensor, x: Tensor, *, input_weight: Tensor, state_weight: Tensor, input_bias: Tensor, state_bias: Tensor
) -> Tensor:
    """The next state tanh(W x + b + U h + c) (Elman 1990)."""
    return torch.rnn_tanh_cell(x, state, input_weight, state_weight, input_bias, state_bias)


@geometric(
    "gru_cell",
    "Tensor[h] -> Tensor[n] -> Tensor[h]",
    example="(gru_cell (zeros :size 2) (vector :length 3 [1.0 -2.0 0.5]))",
    **_cell(3),
    prior=Prior(in_nets=-1.5),
)
def gru_cell(
    state: Tensor, x: Tensor, *, input_weight: Tensor, state_weight: Tensor, input_bias: Tensor, state_bias: Tensor
) -> Tensor:
    """The next state of a gated recurrent unit (Cho et al. 2014), with torch's order of gates."""
    return torch.gru_cell(x, state, input_weight, state_weight, input_bias, state_bias)


def _lstm_parameters(state: tuple[Shape, Shape], x: Shape) -> dict[str, Parameter]:
    return _weights(4, state[0][0], x[0])


@geometric(
    "lstm_cell",
    "pair(Tensor[h], Tensor[h]) -> Tensor[n] -> pair(Tensor[h], Tensor[h])",
    example="(lstm_cell (pair (zeros :size 2) (zeros :size 2)) (vector :length 3 [1.0 -2.0 0.5]))",
    parameters=_lstm_parameters,
    flops=lambda state, x: 4 * state[0][0] * (state[0][0] + x[0]),
    prior=Prior(in_nets=-1.5),
)
def lstm_cell(
    state: tuple, x: Tensor, *, input_weight: Tensor, state_weight: Tensor, input_bias: Tensor, state_bias: Tensor
) -> tuple:
    """The next output and cell state (Hochreiter and Schmidhuber 1997), with torch's order of gates."""
    return tuple(torch.lstm_cell(x, state, input_weight, state_weight, input_bias, state_bias))


@geometric(
    "zeros",
    "Tensor[size]",
    example="(zeros :size 3)",
    settings=(Setting("size", 32, 4, 512, log=True, least=1),),
    prior=Prior(in_nets=-1.0),
)
def zeros(*, size: int) -> Tensor:
    """A vector of zeros: the first state of a fold."""
    return torch.zeros(1, size)


@geometric(
    "learned_state",
    "Tensor[size]",
    example="(learned_state :size 3)",
    settings=(Setting("size", 32, 4, 512, log=True, least=1),),
    parameters=lambda *, size: {"weight": Parameter((size,), "zeros")},
    prior=Prior(in_nets=-2.0),
)
def learned_state(*, weight: Tensor, size: int) -> Tensor:
    """A trained vector that does not depend on the input."""
    return weight.unsqueeze(0)
