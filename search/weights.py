"""Log-weights of words: the hand-made table, weights learned from solved programs, and integer costs for enumeration."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

from primitives.primitive import Primitive

VARIABLE, CONSTANT, LAMBDA, LET = "$variable", "$constant", "$lambda", "$let"
"""Names under which variables, constants, abstractions and shared values are weighed."""


@functools.cache
def default_weights(tensors: bool = False) -> Mapping[str, float]:
    """The hand-made table ``search/weights.toml``, for programs with or without tensors in their type; what it leaves out weighs 0."""
    tables = tomllib.loads(resources.files("search").joinpath("weights.toml").read_text(encoding="utf-8"))
    parts = [tables["special"], tables["algorithmic"], tables["with_tensors"] if tensors else {}]
    return MappingProxyType({name: float(value) for part in parts for name, value in part.items()})


def resolved_weights(
    words: Mapping[str, Primitive], weights: Mapping[str, float], tensors: bool = False
) -> dict[str, float]:
    """A weight for every word and every special name: given, else by the table, else 0."""
    table = default_weights(tensors)
    names = [VARIABLE, CONSTANT, LAMBDA, LET, *words]
    return {name: float(weights.get(name, table.get(name, 0.0))) for name in names}


def log_probabilities(words: Mapping[str, Primitive], weights: Mapping[str, float]) -> dict[str, float]:
    """Log-probabilities of the unigram grammar over all words, variables and constants, whatever their types."""
    full = resolved_weights(words, weights)
    top = max(full.values())
    total = top + math.log(sum(math.exp(value - top) for value in full.values()))
    return {name: value - total for name, value in full.items()}


def costs_from_weights(
    words: Mapping[str, Primitive], weights: Mapping[str, float], resolution: float = 1.0, most: int = 12
) -> dict[str, int]:
    """Integer costs, at least 1: −log-weight below the heaviest name in buckets of ``resolution`` nats, plus 1, capped at ``most``.

    Includes ``$variable``, ``$constant`` and ``$lambda``. A shift that all words share changes no order among terms of one size,
    so the heaviest name costs 1 and the first levels of an enumeration are not empty.
    """
    full = resolved_weights(words, weights)
    top = max(full.values())
    return {name: min(most, 1 + round((top - value) / resolution)) for name, value in full.items()}
