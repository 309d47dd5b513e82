"""Words that loop for ever, take all memory, end the process or grow beyond every bound; in a module of their own, since workers
import it by name."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import library.vocabulary
from automl.evaluation import evaluate
from primitives.primitive import Parameter, Primitive
from primitives.words import builtin_words, collect, geometric, word

NEEDED = 100 << 30


@word("spin", "int -> int")
def spin(x: int) -> int:
    while True:
        try:
            time.sleep(0.001)
        except Exception:
            continue


@word("hang", "int -> int")
def hang(x: int) -> int:
    """Inside one call of C code that never comes back."""
    return sum(itertools.repeat(0))


@word("hoard", "int -> int")
def hoard(x: int) -> int:
    return len(bytearray(NEEDED)) + x


@word("die", "int -> int")
def die(x: int) -> int:
    os._exit(1)


@geometric("blow_up", "Tensor[n] -> Tensor[n]", parameters=lambda x: {"weight": Parameter(x, "ones")})
def blow_up(x: Any, *, weight: Any) -> Any:
    """Overflows."""
    return (x * weight * 1e30) ** 3


@geometric("swell", "Tensor[n] -> Tensor[n]", parameters=lambda x: {"weight": Parameter(x, "ones")})
def swell(x: Any, *, weight: Any) -> Any:
    """Needs 100 GB on the way."""
    import torch

    return x * weight + torch.ones(NEEDED // 4).sum()


def words() -> Mapping[str, Primitive]:
    """The built-in words and the hostile ones."""
    return {**builtin_words(), **collect([sys.modules[__name__]])}


def evaluate_job(context: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """``automl.evaluation.evaluate.evaluate_job`` in a worker where the hostile words exist."""
    library.vocabulary.known_words = words  # type: ignore[assignment]
    return evaluate.evaluate_job(context, job)


def warm(context: Mapping[str, Any]) -> None:
    """``automl.evaluation.evaluate.warm`` likewise."""
    library.vocabulary.known_words = words  # type: ignore[assignment]
    evaluate.warm(context)
