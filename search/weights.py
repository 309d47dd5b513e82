"""Log-weights of words: the hand-made table, weights learned from solved programs, and integer costs for enumeration."""

from __future__ import annotations

import functools
import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import resources
from types import MappingProxyType

from primitives.primitive import Primitive
from primitives.term import Lambda, Let, Literal, Term, Variable, Word, subterms

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


def counts(terms: Iterable[Term]) -> Counter[str]:
    """How often each word, variables, constants, abstractions and lets occur."""
    names = {Variable: VARIABLE, Literal: CONSTANT, Lambda: LAMBDA, Let: LET}
    found: Counter[str] = Counter()
    for term in terms:
        for part in subterms(term):
            if isinstance(part, Word):
                found[part.name] += 1
            elif type(part) in names:
                found[names[type(part)]] += 1
    return found


def fit_weights(
    solved: Iterable[Term], words: Mapping[str, Primitive], weights: Mapping[str, float], strength: float = 30.0
) -> dict[str, float]:
    """Weights re-estimated from solved programs: the mean of a Dirichlet posterior over names.

    The prior is the grammar of ``weights``, worth ``strength`` occurrences. The result has the heaviest name at
    the prior's heaviest weight,
    so weights given beside it (for new words) keep their meaning. The outer lambdas of the programs count as abstractions like others.
    """
    prior = log_probabilities(words, weights)
    found = counts(solved)
    total = sum(found[name] for name in prior)
    fitted = {name: math.log((found[name] + strength * math.exp(p)) / (total + strength)) for name, p in prior.items()}
    offset = max(resolved_weights(words, weights).values()) - max(fitted.values())
    return {name: value + offset for name, value in fitted.items()}
