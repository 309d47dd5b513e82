"""Where a trained net can be cut: after a prefix that serves as features, and round a block that repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from primitives.binding import free_variables, shift, substitute
from primitives.definitions import expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Apply, Hole, Lambda, Let, Term, Variable, canonical, children, rebuild, sites_of, words_in
from primitives.types import TensorType, Type, TypeVariable, arguments_of, function

_PLACE = Hole("cut")


@dataclass(frozen=True)
class Cut:
    """A place where a net of one input is cut: it is ``rest`` after ``prefix``, both closed, with the sites that the net has; ``type`` is
    that of the prefix."""

    prefix: Term
    rest: Term
    type: Type


def feature_cuts(net: Term, type: Type, words: Mapping[str, Primitive]) -> tuple[Cut, ...]:
    """The cuts of a net after which a case is one vector, those next to the net's answer first: of the cuts between which nothing is
    trained only the one that is nearest to the answer. Both sides of a cut have weights of their own.

    net: a closed term of one argument.
    type: its ground type.
    words: what its words mean.
    """
    found: list[Cut] = []
    heads: list[frozenset[str]] = []
    (given, *_), _ = arguments_of(type)
    for inner, context in _splits_of(net):
        own, left = _own_sites(inner, words), _own_sites(context, words)
        if not own or not left or own & left or left in heads:
            continue
        prefix = Lambda(inner)
        try:
            whole = infer(prefix, words, function(given, TypeVariable("features")))
        except IllTyped:
            continue
        _, features = arguments_of(whole.type)
        if whole.waiting or not isinstance(features, TensorType) or len(features.shape) != 1:
            continue
        if isinstance(features.shape[0], int):
            heads.append(left)
            found.append(Cut(prefix, Lambda(_filled(context, Variable(0))), whole.type))
    return tuple(found)


def repeated_block(net: Term, words: Mapping[str, Primitive], least: int = 2) -> Term | None:
    """The longest part of a net that occurs in it more than once, one after or within the other but never overlapping, as a function of its
    input; None where none does. It has weights of its own in each place, so as a word it has none.

    net: a closed term of one argument.
    words: what its words mean.
    least: how many words it must have (default: 2).
    """
    if not isinstance(net, Lambda):
        return None
    seen: dict[str, list[tuple[frozenset[str], Term]]] = {}
    for outer, _ in _splits_of(net):
        for inner, context in _splits(outer):
            if inner is outer or free_variables(context) or 0 not in free_variables(inner):
                continue
            block = Lambda(_filled(context, Variable(0)))
            if _own_sites(block, words):
                seen.setdefault(canonical(block), []).append((frozenset(sites_of(block)), block))
    repeated = [
        places[0][1]
        for places in seen.values()
        if len(words_in(places[0][1])) >= least and _disjoint([sites for sites, _ in places]) > 1
    ]
    return max(repeated, key=lambda block: len(words_in(block)), default=None)


def _splits_of(net: Term) -> Iterator[tuple[Term, Term]]:
    """The splits of a net's body by which the outer part knows the net's input only through the inner one."""
    if not isinstance(net, Lambda):
        return
    for inner, context in _splits(net.body):
        if not isinstance(inner, Variable) and 0 in free_variables(inner) and not free_variables(context):
            yield inner, context


def _splits(term: Term) -> Iterator[tuple[Term, Term]]:
    """A term as an inner part and what is around it, with a hole in the part's place, outermost parts first. What a ``let`` around it names
    goes with the part, so only splits are given whose outer part does not name it."""
    yield term, _PLACE
    if isinstance(term, Apply):
        for inner, context in _splits(term.function):
            yield inner, Apply(context, term.argument)
        for inner, context in _splits(term.argument):
            yield inner, Apply(term.function, context)
    elif isinstance(term, Let):
        for inner, context in _splits(term.body):
            if inner is not term.body and 0 not in free_variables(context):
                yield Let(term.value, inner, term.hint), shift(context, -1)
        for inner, context in _splits(term.value):
            yield inner, Let(context, term.body, term.hint)


def _filled(context: Term, part: Term) -> Term:
    """The closed context with a part in its hole, which is under no binder."""
    if context is _PLACE:
        return part
    if isinstance(context, Let):
        if context.value is _PLACE and isinstance(part, Variable):
            return substitute(context.body, part)
        return Let(_filled(context.value, part), context.body, context.hint)
    return rebuild(context, tuple(_filled(each, part) for each in children(context))) if children(context) else context


def _own_sites(term: Term, words: Mapping[str, Primitive]) -> frozenset[str]:
    """The sites whose weights are a program's own, not a subroutine's of the library."""
    return frozenset(site for site in sites_of(expand(term, words)) if "@" not in site)


def _disjoint(places: Sequence[frozenset[str]]) -> int:
    """How many of the places have no site in common, taken in their order."""
    taken: set[str] = set()
    count = 0
    for sites in places:
        if not sites & taken:
            taken |= sites
            count += 1
    return count
