"""A trained net that looks at a picture twice: as it is, and mirrored.

The mean of the two answers costs no training, for both are those of the same weights, and is better where a net was trained with mirrored
pictures (Krizhevsky, Sutskever and Hinton 2012 average over such views). It is a program like any other:

    (lambda (x) (let ((net (lambda (y) ...))) (scale 0.5 (add (net x) (net (mirror x))))))
"""

from __future__ import annotations

from collections.abc import Mapping

from primitives.definitions import expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Lambda, Let, Literal, Term, Variable, Word, apply
from primitives.types import FLOAT, Type
from search.problem import Problem

WORDS = ("mirror", "add", "scale")


def may_look_twice(problem: Problem) -> bool:
    """Whether a program of a search may be replaced by one of another form that takes twice the work: not where that is bounded, or the
    form is given.

    problem: of the search.
    """
    bounds = problem.bounds
    return problem.space is None and bounds.operations is None and bounds.memory is None and bounds.latency is None


def both_ways(net: Term, type: Type, words: Mapping[str, Primitive]) -> Term | None:
    """The mean of what a net says of a picture and of its mirror image, with the net's own sites; None where it is no program of the
    type, as for a net whose input is no picture, or where one of the WORDS is missing.

    net: a closed term. type: its own. words: those that may be used.
    """
    if not all(name in words for name in WORDS):
        return None
    x, own = Variable(1), Variable(0)
    views = apply(Word("add"), apply(own, x), apply(own, apply(Word("mirror"), x)))
    term = Lambda(Let(net, apply(Word("scale"), Literal(0.5, FLOAT), views), "net"), "x")
    try:
        return term if not infer(expand(term, words), words, type).waiting else None
    except IllTyped:
        return None
