"""A memory of vectors that a program reads and writes by content (Graves et al. 2014, neural Turing machines).

The memory is a tensor [slots, width], an address a vector of weights over the slots. A controller folds over its
input with the pair of memory and address as state.
"""

from __future__ import annotations

from ..lazy import F, Tensor, torch
from ..primitive import Parameter, Prior, Setting
from ..words import geometric


def _linear(rows: int, inputs: int) -> dict[str, Parameter]:
    """The parameters of a layer that makes so many numbers of so many inputs."""
    return {"weight": Parameter((rows, inputs), "uniform", inputs), "bias": Parameter((rows,), "zeros")}


def _by_content(memory: Tensor, key: Tensor, strength: Tensor) -> Tensor:
    """softmax over the slots of strength · cosine(key, slot): equations 5 and 6."""
    similarity = F.cosine_similarity(memory, key.unsqueeze(1), dim=2)
    return (F.softplus(strength) * similarity).softmax(1)


@geometric(
    "content_address",
    "Tensor[slots,width] -> Tensor[d] -> Tensor[slots]",
    example="(content_address (blank_memory :slots 2 :width 3) (vector :length 2 [1.0 0.0]))",
    parameters=lambda memory, x: _linear(memory[1] + 1, x[0]),
    prior=Prior(in_nets=-3.5),
)
def content_address(memory: Tensor, x: Tensor, *, weight: Tensor, bias: Tensor) -> Tensor:
    """An address by likeness: a key and a sharpness made from ``x``, compared with every slot."""
    head = F.linear(x, weight, bias)
    return _by_content(memory, head[:, 1:], head[:, :1])


@geometric(
    "address",
    "Tensor[slots,width] -> Tensor[slots] -> Tensor[d] -> Tensor[slots]",
    example="(address (blank_memory :slots 2 :width 3) (first_slot :slots 2) (vector :length 2 [1.0 0.0]))",
    parameters=lambda memory, address, x: _linear(memory[1] + 6, x[0]),
    prior=Prior(in_nets=-4.0),
)
def address(memory: Tensor, previous: Tensor, x: Tensor, *, weight: Tensor, bias: Tensor) -> Tensor:
    """The next address from the last one: by content, or the last one kept, then shifted by −1, 0 or 1 and sharpened.

    Equations 5 to 9: key, strength, gate, shift (3) and sharpness are made from ``x``.
    """
    strength, gate, sharpness, shift, key = F.linear(x, weight, bias).split([1, 1, 1, 3, memory.shape[2]], 1)
    found = _by_content(memory, key, strength)
    gate = gate.sigmoid()
    mixed = gate * found + (1 - gate) * previous
    moves = shift.softmax(1)
    turned = torch.stack([mixed.roll(step, 1) for step in (-1, 0, 1)], 1)
    shifted = (moves.unsqueeze(2) * turned).sum(1)
    powers = shifted.clamp(min=1e-8) ** (1 + F.softplus(sharpness))
    return powers / powers.sum(1, keepdim=True)


@geometric(
    "memory_read",
    "Tensor[slots,width] -> Tensor[slots] -> Tensor[width]",
    example="(memory_read (transpose (stack_list :length 1 (singleton (vector :length 2 [1.0 2.0])))) (first_slot :slots 2))",
    prior=Prior(in_nets=-3.0),
)
def memory_read(memory: Tensor, address: Tensor) -> Tensor:
    """The mean of the slots, weighted by the address (equation 2)."""
    return torch.bmm(address.unsqueeze(1), memory).squeeze(1)


@geometric(
    "memory_write",
    "Tensor[slots,width] -> Tensor[slots] -> Tensor[d] -> Tensor[slots,width]",
    example="(memory_write (blank_memory :slots 2 :width 3) (first_slot :slots 2) (vector :length 2 [1.0 0.0]))",
    parameters=lambda memory, address, x: _linear(2 * memory[1], x[0]),
    prior=Prior(in_nets=-3.5),
)
def memory_write(memory: Tensor, address: Tensor, x: Tensor, *, weight: Tensor, bias: Tensor) -> Tensor:
    """The memory erased and added to where the address points (equations 3 and 4); what, is made from ``x``."""
    erase, add = F.linear(x, weight, bias).chunk(2, 1)
    place = address.unsqueeze(2)
    return memory * (1 - place * erase.sigmoid().unsqueeze(1)) + place * add.tanh().unsqueeze(1)


@geometric(
    "blank_memory",
    "Tensor[slots,width]",
    example="(blank_memory :slots 2 :width 3)",
    settings=(
        Setting("slots", 16, 4, 128, log=True, least=1),
        Setting("width", 16, 4, 64, log=True, least=1),
    ),
    prior=Prior(in_nets=-4.0),
)
def blank_memory(*, slots: int, width: int) -> Tensor:
    """A memory of which every number is 10⁻⁶, so that likeness is defined."""
    return torch.full((1, slots, width), 1e-6)


@geometric(
    "first_slot",
    "Tensor[slots]",
    example="(first_slot :slots 3)",
    settings=(Setting("slots", 16, 4, 128, log=True, least=1),),
    prior=Prior(in_nets=-4.0),
)
def first_slot(*, slots: int) -> Tensor:
    """The address of the first slot."""
    return F.one_hot(torch.zeros(1, dtype=torch.long), slots).float()
