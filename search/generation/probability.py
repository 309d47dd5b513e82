"""Probability of a program under the unigram grammar."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from primitives.term import Apply, Lambda, Let, Literal, Term, Variable, Word, children, spine

from .positions import Path, Position, annotate
from .weights import CONSTANT, LAMBDA, LET, VARIABLE, log_probabilities

if TYPE_CHECKING:
    from .grammar import Grammar


def log_probability(grammar: Grammar, term: Term) -> float:
    """Log-probability of a program in nats: at each node the weight of what stands there over that of all that could.

    grammar: of the problem.
    term: closed, of the problem's type.

    The unigram grammar of DreamCoder (Ellis et al. 2021): size bounds play no part. A word that no table holds (those of nets) and a
    node of open type count by their share among all names. −∞ for a word of weight 0 or none at all.
    """
    annotated = annotate(term, grammar.words, grammar.problem.type)
    plain = log_probabilities(grammar.words, grammar.weights)
    known = {position.path: position for position in annotated.positions}
    return sum(
        _node_probability(grammar, node, known.get(path), plain)
        for node, path in heads(annotated.term)
        if not (isinstance(node, Lambda) and len(path) < len(grammar.inputs))
    )


def _node_probability(grammar: Grammar, node: Term, position: Position | None, plain: Mapping[str, float]) -> float:
    head, arguments = spine(node)
    special = {Lambda: LAMBDA, Let: LET, Variable: VARIABLE, Literal: CONSTANT}
    name = head.name if isinstance(head, Word) else special.get(type(head), LET)
    if position is not None:
        options = grammar.productions(position.type, position.scope)
        total = sum(option.weight for option in options)
        if isinstance(head, Variable) and not arguments:
            mine = sum(option.weight for option in options if option.label == f"${head.index}")
        elif isinstance(head, Literal):
            mine = sum(option.weight for option in options if option.literal == head)
        elif isinstance(head, Lambda):
            mine = sum(option.weight for option in options if option.kind == "lambda")
        else:
            fitting = [o for o in options if o.word is not None and len(o.arguments) == len(arguments)]
            mine = sum(o.weight for o in fitting if o.word is not None and o.word.name == name)
        if mine > 0:
            return math.log(mine / total)
    return plain.get(name, -math.inf)


def heads(term: Term, path: Path = ()) -> Iterator[tuple[Term, Path]]:
    """Every node that is chosen as a whole: applications with their arguments, lambdas, lets, leaves; with their paths.

    term: the whole, or a part of it.
    path: of that part (default: it is the root).

    The lambdas of one abstraction of several arguments are one choice: the outermost stands for all.
    """
    yield term, path
    if isinstance(term, Apply):
        while isinstance(term, Apply):
            yield from heads(term.argument, (*path, 1))
            term, path = term.function, (*path, 0)
        if not isinstance(term, Word | Variable):
            yield from heads(term, path)
        return
    if isinstance(term, Lambda):
        while isinstance(term, Lambda):
            term, path = term.body, (*path, 0)
        yield from heads(term, path)
        return
    for step, part in enumerate(children(term)):
        yield from heads(part, (*path, step))
