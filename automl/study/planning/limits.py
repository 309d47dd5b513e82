"""What a program may need at most, from what a user writes: 8000, 2e6, 10MB, 5ms."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from primitives.inference import Inference, infer
from primitives.term import Term
from primitives.types import has_tensor
from search.bounds import NEEDS, UNBOUNDED, BoundError, Bounds
from search.generation.candidates import sample
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.problem import Problem
from search.randomness import Draws

from ...budget import BudgetError, parse_budget
from ...errors import StudyError

logger = logging.getLogger(__name__)
TRIES, DRAWS = 5, 100
"""Draws in which a program within the bounds must be found, and those without bounds whose least is told."""
FIRST_DRAW = 1 << 41
"""The number of the first of these draws: no ask has it."""
UNITS = {"parameters": "parameters", "operations": "operations", "memory": "bytes"}
BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")
NAMES = ("max_parameters", "max_operations", "max_memory", "max_latency")
"""The options that bound what a program may need."""


def read_bounds(given: Mapping[str, Any]) -> Bounds:
    """The bounds that options by NAMES say; None, or left out, is no bound.

    given: ``max_parameters`` and ``max_operations`` are whole numbers or texts such as ``8000`` and ``2e6``, ``max_memory`` bytes, or text
        such as ``10MB``, ``max_latency`` a time such as ``5ms``, or a timedelta.

    Raises StudyError.
    """
    counts = {name: _count(f"max_{name}", given.get(f"max_{name}")) for name in ("parameters", "operations")}
    try:
        return Bounds(**counts, memory=_bytes(given.get("max_memory")), latency=_seconds(given.get("max_latency")))
    except BoundError as error:
        raise StudyError(str(error)) from None


def _count(name: str, given: int | float | str | None) -> int | None:
    if given is None:
        return None
    try:
        number = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not (1 <= number < 2**63 and number == int(number)):
        raise StudyError(f"{name}={str(given)[:80]!r}: needed a whole number of at least 1, such as 8000 or 2e6")
    return int(number)


def _bytes(given: int | str | None) -> int | None:
    if given is None:
        return None
    if isinstance(given, int) and not isinstance(given, bool):
        return _count("max_memory", given)
    found = _SIZE.fullmatch(given) if isinstance(given, str) else None
    size = 0.0 if found is None else float(found[1]) * BYTES.get(found[2].lower(), 0)
    if not 1 <= size < 2**63:
        raise StudyError(f"max_memory={str(given)[:80]!r}: needed a size with its unit, such as 500kB, 10MB or 1GB")
    return int(size)


def _seconds(given: str | timedelta | None) -> float | None:
    try:
        budget = None if given is None else parse_budget(given)
    except BudgetError:
        budget = None
    if given is not None and (budget is None or budget.seconds is None or budget.evaluations is not None):
        raise StudyError(f"max_latency={str(given)[:80]!r}: needed a time with its unit, such as 5ms or 0.2s")
    return None if budget is None else budget.seconds


def as_options(bounds: Bounds) -> dict[str, str | None]:
    """The options by NAMES, without their underscores, that say the bounds: the inverse of ``read_bounds``."""
    memory, latency = bounds.memory, bounds.latency
    texts = (
        None if bounds.parameters is None else str(bounds.parameters),
        None if bounds.operations is None else str(bounds.operations),
        None if memory is None else f"{memory}B",
        None if latency is None else f"{latency * 1000:.12f}".rstrip("0").rstrip(".") + "ms",
    )
    return dict(zip((name.replace("_", "-") for name in NAMES), texts, strict=True))


def within_bounds(problem: Problem) -> Problem:
    """The problem without those of its starts that are beyond its bounds.

    Raises StudyError where none is left, and of DRAWS programs that are drawn none keeps the bounds: it says what the least is that they
    need.
    """
    if not problem.bounds.by_shape:
        return problem
    starts = tuple(start for start in problem.starts if not problem.excess(infer_program(start, problem)))
    if len(starts) < len(problem.starts):
        logger.info("%d of %d programs to begin with are beyond %s", *_left_out(problem, starts), problem.bounds)
    problem = replace(problem, starts=starts)
    if not starts and has_tensor(problem.type) and not _is_possible(problem):
        raise StudyError(_impossible(problem))
    return problem


def infer_program(term: Term, problem: Problem) -> Inference:
    """The inference of a program of the problem. Raises IllTyped."""
    return infer(term, problem.runnable, problem.type)


def _left_out(problem: Problem, starts: Sequence[Term]) -> tuple[int, int]:
    return len(problem.starts) - len(starts), len(problem.starts)


def _drawn(problem: Problem, count: int) -> Iterator[Term]:
    """Up to ``count`` random programs, for the seed of the problem always the same."""
    grammar = Grammar(problem)
    for number in range(count):
        with suppress(DeadEnd):
            yield sample(grammar, Draws(problem.seed, FIRST_DRAW + number))


def _is_possible(problem: Problem) -> bool:
    return any(True for _ in _drawn(problem, TRIES))


def _impossible(problem: Problem) -> str:
    """What to say where nothing keeps the bounds: the least that programs need of each."""
    bounds, found = problem.bounds, list(_drawn(replace(problem, bounds=UNBOUNDED), DRAWS))
    asked = ", ".join(f"max_{name}={most:,}" for name in NEEDS if (most := getattr(bounds, name)) is not None)
    if not found:
        return f"{asked}: no program of type={problem.type} is found, whatever it may need; allow more words"
    inferences = [infer_program(term, problem) for term in found]
    least = ", ".join(
        f"{min(need(each, problem.runnable) for each in inferences):,} {UNITS[name]}"
        for name, need in NEEDS.items() if getattr(bounds, name) is not None
    )  # fmt: skip
    return (
        f"{asked}: no program of type={problem.type} that keeps it is found; of {len(found)} drawn without a bound, the "
        f"least is {least}; allow more, or other words"
    )
