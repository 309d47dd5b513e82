"""What a search reports: progress, programs that meet the examples, and where these leave a choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from primitives.term import Term
from primitives.values import Value


@dataclass(frozen=True)
class Progress:
    """State of a fused search: ``terms`` considered so far, plain ``detail`` for people."""

    terms: int
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """A program that meets all examples, found after ``terms`` terms."""

    term: Term
    terms: int
    info: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Alternative:
    """A program that meets the examples too. On ``inputs`` it gives ``output`` where the chosen one gives ``chosen`` (a Failure where it
    has no value). ``probability`` is that of all known programs that agree with it on every probe."""

    term: Term
    probability: float
    inputs: tuple[Value, ...]
    output: Value
    chosen: Value


@dataclass(frozen=True)
class Question:
    """Inputs whose output would tell most about which program is meant; ``answers`` are what the programs known give there (a Failure where
    they have no value), each with its probability, the likeliest first."""

    inputs: tuple[Value, ...]
    answers: tuple[tuple[Value, float], ...]
