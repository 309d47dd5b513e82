"""Declared nets with several heads on one base, for tasks that ask several things of each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Lambda, Let, Term, Variable, Word, apply, spine
from primitives.types import Constructor, TensorType, Type
from search.generation.nets.placing import NEW_SITE
from search.generation.sites import number

DENSE = "dense"


def widths_of_heads(type: Type) -> list[int]:
    """The numbers of classes of the heads of a net that gives a pair of vectors, whose second may be a pair in turn; of a vector its
    length; empty for what is neither.

    type: of what the net gives.
    """
    if isinstance(type, TensorType):
        return [size for size in type.shape if isinstance(size, int)] if len(type.shape) == 1 else []
    if not isinstance(type, Constructor) or type.name != "pair":
        return []
    first, second = type.arguments
    one, others = widths_of_heads(first), widths_of_heads(second)
    return [*one, *others] if isinstance(first, TensorType) and one and others else []


def with_heads(net: Term, widths: Sequence[int], wanted: Type, words: Mapping[str, Primitive]) -> Term | None:
    """A net of several heads on one base: all but the last layer of a net, and in place of that a layer for each head; None where its last
    word is no dense layer.

    net: a function of one argument.
    widths: of the heads.
    wanted: the type of the result.
    words: of the search.
    """
    if not isinstance(net, Lambda):
        return None
    last, arguments = spine(net.body)
    if not isinstance(last, Word) or last.name != DENSE or len(arguments) != 1:
        return None
    settings = dict(last.settings)
    heads = [words[DENSE].word({**settings, "units": width}, NEW_SITE) for width in widths]
    *others, answer = (apply(head, Variable(0)) for head in heads)
    for head in reversed(others):
        answer = apply(Word("pair"), head, answer)
    term = number(Lambda(Let(arguments[0], answer, "features"), net.hint))[0]
    try:
        return None if infer(term, words, wanted).waiting else term
    except IllTyped:
        return None
