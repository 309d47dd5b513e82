"""The weights by which a program first looks at its input."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr
from primitives.inference import Site, infer
from primitives.term import Apply, Lambda, Let, Term, Variable, Word, spine
from primitives.types import TensorType, Type, arguments_of

from ...evaluation.model import Model
from ...tasks.distance import as_array


@dataclass(frozen=True, eq=False)
class FirstLayer:
    """``filters`` is [units, *shape]: the kernels of a convolution [maps, channels, k, k]; the rows of a dense layer in the shape of
    the input where they cover it, else as they are."""

    site: str
    word: str
    filters: np.ndarray

    __repr__ = brief_repr


def first_layers(model: Model) -> list[FirstLayer]:
    """The layers with weights that see the program's input before any other such layer, in order of evaluation; several where the
    input goes several ways. Empty where the program has none."""
    term = model.expanded
    inference = infer(term, model.vocabulary.all_words, model.type)
    given = tuple(arguments_of(model.type)[0])
    shape = _numbers(given[0]) if given else ()
    layers = {name: site for name, site in inference.sites.items() if _is_layer(site)}
    early: list[str] = []
    _reaches(term, [], layers, early)
    ordered = list(dict.fromkeys(w.site for w, _, _ in inference.layers if w.site in early and w.site in layers))
    covering = [site for site in ordered if site is not None and _covers(layers[site], shape)]
    return [_layer(model, site, layers[site], shape) for site in (covering or ordered[:1]) if site is not None]


def _is_layer(site: Site) -> bool:
    weight = site.parameters.get("weight")
    return weight is not None and len(weight.shape) >= 2


def _covers(site: Site, shape: tuple[int, ...]) -> bool:
    """Whether the layer's argument is the whole input, flat or not."""
    argument = _numbers(site.argument_types[0]) if site.argument_types else ()
    return bool(argument) and math.prod(argument) == math.prod(shape)


def _numbers(type: Type) -> tuple[int, ...]:
    """The shape of a tensor type; () of others."""
    return tuple(n for n in type.shape if isinstance(n, int)) if isinstance(type, TensorType) else ()


def _reaches(term: Term, passed: list[bool], layers: dict[str, Site], early: list[str]) -> bool:
    """Whether the term's value has passed a layer; layers that are reached by what has not are added to ``early``.

    ``passed`` says it of each bound variable, the innermost last.
    """
    if isinstance(term, Variable):
        return passed[-1 - term.index] if term.index < len(passed) else False
    if isinstance(term, Lambda):
        return _reaches(term.body, [*passed, False], layers, early)
    if isinstance(term, Let):
        value = _reaches(term.value, passed, layers, early)
        return _reaches(term.body, [*passed, value], layers, early)
    head, arguments = spine(term) if isinstance(term, Apply) else (term, [])
    plain = [a for a in arguments if not isinstance(a, Lambda)]
    known = [_reaches(argument, passed, layers, early) for argument in plain]
    body, bound = head, list(passed)
    for argument in arguments:
        if isinstance(body, Lambda):
            body, bound = body.body, [*bound, _reaches(argument, passed, layers, early)]
    inner = _reaches(body, bound, layers, early) if body is not head else False
    for function in (a for a in arguments if isinstance(a, Lambda)):
        # What a loop's body gets comes from the loop's other arguments.
        inside: Term = function
        scope = list(passed)
        while isinstance(inside, Lambda):
            inside, scope = inside.body, [*scope, any(known)]
        inner = _reaches(inside, scope, layers, early) or inner
    if isinstance(head, Word) and head.site in layers:
        if not any(known):
            early.append(head.site)
        return True
    return inner or any(known)


def _layer(model: Model, site: str, found: Site, shape: tuple[int, ...]) -> FirstLayer:
    filters = as_array(model.weights[f"{site}.weight"]).astype(np.float64)
    if filters.ndim == 2 and filters.shape[1] == math.prod(shape):
        filters = filters.reshape(len(filters), *shape)
    return FirstLayer(site, found.word, filters)
