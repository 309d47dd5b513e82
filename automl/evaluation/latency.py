"""How long one inference takes: of a batch of one case, on the processor of the machine that measures."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from primitives.inference import Inference
from primitives.term import Term
from primitives.types import has_tensor

from ..fitting.forward import outputs_of, run_interpreted
from ..tasks.cases.parts import Part
from .prepared import Prepared

if TYPE_CHECKING:
    import torch

WARMING, RUNS, MOST_SECONDS = 2, 30, 0.2
"""Inferences that are not counted, for the first ones prepare what the later ones use, those that are at most, and the time after which no
further one begins."""


def median_seconds(infer_once: Callable[[], object]) -> float:
    """The median time of an inference in seconds: of RUNS, or as many as MOST_SECONDS allow.

    infer_once: makes one.
    """
    for _ in range(WARMING):
        infer_once()
    found: list[float] = []
    began = time.perf_counter()
    while len(found) < RUNS and (not found or time.perf_counter() - began < MOST_SECONDS):
        started = time.perf_counter()
        infer_once()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def slowness(
    prepared: Prepared, term: Term, inference: Inference, weights: Mapping[str, torch.Tensor] | None = None
) -> str:
    """What to say of a candidate that is slower than it may be; "" where it is not, or nothing bounds that.

    prepared: has the bound, and the cases, of which the first is inferred.
    term: the candidate.
    inference: of it.
    weights: with which it is measured (default: such as a training begins with).
    """
    most = prepared.bounds.latency
    if most is None:
        return ""
    part = prepared.data.train.take(np.arange(1))
    seconds = median_seconds(_inferring(prepared, term, inference, part, weights))
    if seconds <= most:
        return ""
    return f"latency={1000 * seconds:.3g} ms: at most {1000 * most:.3g} ms are allowed (max_latency)"


def _inferring(
    prepared: Prepared, term: Term, inference: Inference, part: Part, weights: Mapping[str, torch.Tensor] | None
) -> Callable[[], object]:
    if not inference.sites and not has_tensor(prepared.data.type):
        return lambda: run_interpreted(term, part, prepared.words, prepared.fuel, prepared.storage)
    from primitives.compile import compile_term

    from .training import compiled

    if weights is None:
        program = compiled(prepared, term, inference, {"term": ""})
    else:
        program = compile_term(term, prepared.words, prepared.data.type, weights=weights)
    return lambda: outputs_of(program, prepared.data.type, part)
