"""Log-weights of words: those that the words declare, and those learned from solved programs."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from primitives.primitive import EFFECTFUL, Primitive
from primitives.term import Lambda, Let, Literal, Term, Variable, Word, subterms
from primitives.types import has_tensor

from .costs import NEUTRAL, default_costs

VARIABLE, CONSTANT, LAMBDA, LET = "$variable", "$constant", "$lambda", "$let"
"""Names under which variables, constants, abstractions and shared values are weighed."""


SPECIAL = MappingProxyType({VARIABLE: 2.5, CONSTANT: 1.0, LAMBDA: 1.5, LET: -2.0})
"""Log-weights of what is no word, set by hand."""


def resolved_weights(
    words: Mapping[str, Primitive], weights: Mapping[str, float], tensors: bool = False
) -> dict[str, float]:
    """A log weight for every word and every special name: given, else what the word declares.

    words: by name.
    weights: those that are given, in nats.
    tensors: whether the problem deals in tensors, for which words may declare another weight (default: no).
    """
    table = {**SPECIAL, **{name: word.prior.drawn(tensors) for name, word in words.items()}}
    return {name: float(weights.get(name, weight)) for name, weight in table.items()}


def log_probabilities(words: Mapping[str, Primitive], weights: Mapping[str, float]) -> dict[str, float]:
    """Log-probabilities of the unigram grammar over all words, variables and constants, whatever their types.

    words: by name.
    weights: log weights in nats of some of them.
    """
    full = resolved_weights(words, weights)
    top = max(full.values())
    total = top + math.log(sum(math.exp(value - top) for value in full.values()))
    return {name: value - total for name, value in full.items()}


def counts(terms: Iterable[Term], shares: Iterable[float] | None = None) -> dict[str, float]:
    """How often each word, variables, constants, abstractions and lets occur.

    terms: in which to count.
    shares: how much an occurrence in each term counts (default: 1).
    """
    names = {Variable: VARIABLE, Literal: CONSTANT, Lambda: LAMBDA, Let: LET}
    found: dict[str, float] = defaultdict(float)
    for term, share in zip(terms, itertools.repeat(1.0) if shares is None else shares):
        for part in subterms(term):
            if isinstance(part, Word):
                found[part.name] += share
            elif type(part) in names:
                found[names[type(part)]] += share
    return found


def base_weights(words: Mapping[str, Primitive]) -> dict[str, float]:
    """The log weights that stand for the enumerator's default costs, of all words that it uses, variables and constants.

    words: by name.
    """
    costs = default_costs({name: word for name, word in words.items() if not has_tensor(word.scheme.type)})
    table = {VARIABLE: costs.variable, CONSTANT: costs.constant, **costs.words}
    return {name: float(NEUTRAL - cost) for name, cost in table.items() if not _effectful(words.get(name))}


def _effectful(word: Primitive | None) -> bool:
    return word is not None and word.purity == EFFECTFUL


def refit(found: Mapping[str, float], weights: Mapping[str, float], strength: float = 30.0) -> dict[str, float]:
    """Weights moved towards how often each name was used: by the log ratio of the mean of a Dirichlet posterior to its prior.

    found: occurrences by name.
    weights: the log weights to begin from; as probabilities they are the prior.
    strength: how many occurrences the prior is worth (default: 30).

    So a name that is used as often as it was thought to be keeps its weight, and with it its cost, whatever the number of names; one never
    used loses log((n + strength) / strength).
    """
    top = max(weights.values(), default=0.0)
    total = sum(math.exp(weight - top) for weight in weights.values())
    used = sum(found.get(name, 0) for name in weights)
    moved = {}
    for name, weight in weights.items():
        prior = math.exp(weight - top) / total
        moved[name] = weight + math.log((found.get(name, 0) + strength * prior) / (used + strength) / prior)
    return moved
