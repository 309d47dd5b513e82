"""What a candidate needs, from its inferred sizes alone: refused before anything is allocated or run where it cannot be had."""

from __future__ import annotations

from collections.abc import Mapping

from primitives.inference import Inference
from primitives.primitive import Primitive
from primitives.values import Outcome
from primitives.weights import estimate_memory, multiply_adds

BATCH = 64
"""Cases of a training step, unless the trainer's settings say otherwise."""
MAX_BYTES = 8_000_000_000
"""Most memory for weights, their gradients and moments, and the results of all words on one batch."""
MAX_PARAMETERS = 2_000_000_000
SPEED = 5e10
"""Multiply-adds a second that one thread of a CPU does not exceed in practice."""
ACCELERATED = 100.0
"""By how much more a GPU may do."""
PASSES = 6
"""What the shortest training runs on a batch: to ask which trainer suits it, and for one step, each forward, backward and update."""


def refusal(
    inference: Inference,
    words: Mapping[str, Primitive],
    *,
    cases: int,
    batch: int = BATCH,
    seconds: float | None = None,
    accelerated: bool = False,
    training: bool = True,
) -> tuple[Outcome, str] | None:
    """Outcome and detail where a candidate cannot be trained: ``out of memory``, or ``timed out`` where not even one step and one
    validation on ``cases`` cases fit into ``seconds`` (None: no limit); None where it may be tried."""  # fmt: skip
    if inference.parameters > MAX_PARAMETERS:
        return Outcome.OUT_OF_MEMORY, f"parameters={inference.parameters}: at most {MAX_PARAMETERS} are allowed"
    needed = estimate_memory(inference, batch, training=training)
    if needed > MAX_BYTES:
        return (
            Outcome.OUT_OF_MEMORY,
            f"bytes={needed}, estimated for a batch of {batch} cases: at most {MAX_BYTES} are allowed",
        )
    if seconds is None:
        return None
    work = multiply_adds(inference, words) * ((PASSES * min(batch, cases) if training else 0) + cases)
    least = work / (SPEED * (ACCELERATED if accelerated else 1.0))
    if least > seconds:
        detail = f"multiply-adds={work:.3g} for one step and one validation: at least {least:.3g} s, and {seconds:.3g} s are left"
        return Outcome.TIMED_OUT, detail
    return None
