"""Several programs as one: the sum of their answers, each times its share. A program of the language like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.term import Lambda, Literal, Term, Variable, Word, apply, lambdas, map_words, sites_of
from primitives.types import FLOAT, arguments_of

from ...evaluation.model import Model

if TYPE_CHECKING:
    import torch

ADD, SCALE, SOFTMAX = "add", "scale", "softmax"
"""The words that a blend is made of."""


@dataclass(frozen=True, eq=False)
class BlendPart:
    """A program with its weights, its share of the answer, and whether its answers are scores of classes, whose ``softmax`` is blended."""

    model: Model
    share: float
    scores: bool

    __repr__ = brief_repr


def blend(parts: Sequence[BlendPart]) -> Model:
    """The program that answers with the sum of the parts' answers, each times its share, and has the weights of all.

    parts: programs of one type, whose result is a tensor; at least one.

    Subroutines are written out and every part has sites of its own, so that nothing is shared between them.
    """
    first = parts[0].model
    words = first.vocabulary.all_words
    count = len(arguments_of(first.type)[0])
    bodies: list[Term] = []
    weights: dict[str, torch.Tensor] = {}
    taken = 0
    for part in parts:
        term = part.model.expanded
        names = {site: str(taken + number) for number, site in enumerate(sites_of(term), 1)}
        taken += len(names)
        weights.update(_renamed(part.model.weights, names))
        body = _body(_with_sites(term, names), count)
        if part.scores:
            body = apply(words[SOFTMAX].word(), body)
        bodies.append(apply(words[SCALE].word(), Literal(part.share, FLOAT), body))
    whole = reduce(lambda rest, body: apply(words[ADD].word(), body, rest), reversed(bodies))
    return replace(first, term=lambdas(count, whole), vocabulary=Vocabulary(), weights=weights)


def _with_sites(term: Term, names: Mapping[str, str]) -> Term:
    return map_words(term, lambda word: word if word.site is None else Word(word.name, word.settings, names[word.site]))


def _renamed(weights: Mapping[str, torch.Tensor], names: Mapping[str, str]) -> dict[str, torch.Tensor]:
    """The weights of these sites under their new names."""
    parted = {name: name.rpartition(".") for name in weights}
    return {f"{names[site]}.{last}": weights[name] for name, (site, _, last) in parted.items() if site in names}


def _body(term: Term, count: int) -> Term:
    """The program's answer under ``count`` lambdas."""
    inner, seen = term, 0
    while seen < count and isinstance(inner, Lambda):
        inner, seen = inner.body, seen + 1
    if seen == count:
        return inner
    return apply(term, *(Variable(count - 1 - place) for place in range(count)))
