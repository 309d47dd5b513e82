"""What a program may need at most: weights, multiply-adds and memory, known from its shapes, and the time of one inference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from primitives.inference import Inference
from primitives.primitive import Primitive
from primitives.weights import estimate_memory, multiply_adds


class BoundError(ValueError):
    """A bound that nothing can keep."""


@dataclass(frozen=True)
class Bounds:
    """The most that a program may need; None where it may need whatever it does.

    ``parameters``: its trainable numbers, and those that are fitted, of which shapes tell some and the fit the others. ``operations``:
    multiply-adds of one case, forward. ``memory``: bytes of its weights and of what a forward pass of one case holds at a time. These three
    follow from its shapes, so a search proposes nothing beyond them. ``latency``: seconds of one inference of one case, which only a
    measurement tells. Raises BoundError for what is not above zero.
    """

    parameters: int | None = None
    operations: int | None = None
    memory: int | None = None
    latency: float | None = None

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None and not value > 0:
                raise BoundError(f"max_{each.name}={value!r}: needed more than 0; raise it, or leave it out")

    @property
    def by_shape(self) -> bool:
        """Whether something is bounded that shapes tell."""
        return any(value is not None for value in (self.parameters, self.operations, self.memory))

    def excess(self, inference: Inference, words: Mapping[str, Primitive]) -> str:
        """What is beyond a bound, in words for people; "" where the program keeps all that its shapes tell.

        inference: of the program.
        words: what its words mean, those inside subroutines too.
        """
        for name, most in (("parameters", self.parameters), ("operations", self.operations), ("memory", self.memory)):
            if most is not None and (needed := NEEDS[name](inference, words)) > most:
                return f"{name}={needed:,}: at most {most:,} are allowed (max_{name})"
        return ""


def _parameters(inference: Inference, words: Mapping[str, Primitive]) -> int:
    fitted = fitted_sites(inference, words)
    buffers = (buffer for name in fitted for buffer in inference.sites[name].buffers.values())
    return inference.parameters + sum(math.prod(buffer.start) for buffer in buffers)


def fitted_sites(inference: Inference, words: Mapping[str, Primitive]) -> frozenset[str]:
    """The sites whose numbers are fitted to the cases of a task, and not trained.

    inference: of a program.
    words: what its words mean, those inside subroutines too.
    """
    return frozenset(
        word.site for word, _, _ in inference.layers
        if word.site in inference.sites and (known := words.get(word.name)) is not None and known.fitted is not None
    )  # fmt: skip


def _memory(inference: Inference, words: Mapping[str, Primitive]) -> int:
    return estimate_memory(inference, 1, training=False)


NEEDS = {"parameters": _parameters, "operations": multiply_adds, "memory": _memory}
"""What a program needs of what can be bounded, from its inference and the words."""
UNBOUNDED = Bounds()
