"""Rewrites that keep a term's meaning. Sites are copied with the words that carry them, so what shared weights shares
them still.

``simplify`` and ``share`` keep outputs, gradients and whether there is a failure. ``beta_normal`` goes all the way to
the normal form, by which two terms are compared: there an argument that is never used and would fail, or a stochastic
one that is used twice, may behave differently. ``pool_first`` keeps outputs; on gradients see there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from .binding import map_variables, shift, substitute
from .declarations import Role
from .definitions import Definition
from .primitive import PURE, Primitive
from .term import Apply, Hole, Lambda, Let, Literal, Term, Variable, Word, apply, children, rebuild, spine, words_in


class NoNormalForm(ValueError):
    """A term has no normal form within the limit of steps or size."""


def beta_normal(term: Term, *, steps: int = 10_000, size: int = 100_000) -> Term:
    """The beta-normal form (leftmost outermost reduction); a ``let`` counts as the application that it stands for.

    Raises NoNormalForm after ``steps`` reductions or where the term grows beyond ``size``.
    """
    left = steps

    def reduced(body: Term, value: Term) -> Term:
        nonlocal left
        left -= 1
        result = substitute(body, value)
        if left < 0 or result.size > size:
            raise NoNormalForm(f"no normal form within {steps} steps and size {size}; the term may grow for ever")
        return result

    def normal(term: Term) -> Term:
        term = _head_normal(term, reduced)
        return rebuild(term, tuple(normal(part) for part in children(term)))

    return normal(term)


def _head_normal(term: Term, reduced: Callable[[Term, Term], Term]) -> Term:
    """The term reduced until nothing at its head can be; ``reduced`` gives a body with a value put in."""
    arguments: list[Term] = []
    while True:
        if isinstance(term, Apply):
            arguments.append(term.argument)
            term = term.function
        elif isinstance(term, Lambda) and arguments:
            term = reduced(term.body, arguments.pop())
        elif isinstance(term, Let):
            term = reduced(term.body, term.value)
        else:
            return apply(term, *reversed(arguments))


def is_value(term: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether evaluating the term does nothing: it is a variable, constant or function already."""
    if isinstance(term, (Variable, Literal, Lambda)):
        return True
    head, arguments = spine(term)
    if not isinstance(head, Word) or head.name not in words:
        return False
    found = words[head.name]
    if isinstance(found, Definition):
        return not arguments and isinstance(found.body, Lambda)
    return len(arguments) < found.arity and all(is_value(argument, words) for argument in arguments)


def simplify(term: Term, words: Mapping[str, Primitive]) -> Term:
    """Beta-reduce and inline every ``let`` where the argument is a value or a pure one that is used exactly once
    and surely."""

    pure = is_pure(term, words)

    def may(body: Term, value: Term) -> bool:
        return is_value(value, words) or (pure and _used_once_surely(body, words))

    def visit(term: Term) -> Term:
        term = rebuild(term, tuple(visit(part) for part in children(term)))
        if isinstance(term, Apply) and isinstance(term.function, Lambda) and may(term.function.body, term.argument):
            return visit(substitute(term.function.body, term.argument))
        if isinstance(term, Let) and may(term.body, term.value):
            return visit(substitute(term.body, term.value))
        return term

    return visit(term)


def is_pure(term: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether no word in the term draws random numbers, keeps state or has an effect, nor any in the subroutines that it names.

    A word that is not known might do any of that, so the term with it is not pure: what may be computed another number of times, or not
    at all, must be known to allow it.
    """
    for word in words_in(term):
        found = words.get(word.name)
        if found is None or found.purity != PURE:
            return False
        if isinstance(found, Definition) and not is_pure(found.body, words):
            return False
    return True


def _used_once_surely(body: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether variable 0 occurs exactly once, where the body evaluates it whatever happens."""
    uses = 0

    def count(variable: Variable, level: int) -> Term:
        nonlocal uses
        uses += variable.index == level
        return variable

    map_variables(body, count)
    return uses == 1 and any(part == Variable(0) for part in _strict_parts(body, words))


def _strict_parts(term: Term, words: Mapping[str, Primitive]) -> list[Term]:
    """Parts that are evaluated whenever the term is, below no binder."""
    if isinstance(term, Let):
        return [term, *_strict_parts(term.value, words)]
    if not isinstance(term, Apply):
        return [term]
    head, arguments = spine(term)
    found = words.get(head.name) if isinstance(head, Word) else None
    lazy = found.lazy if found is not None else frozenset()
    parts = [term, *([] if isinstance(head, Word) else _strict_parts(head, words))]
    if isinstance(head, Word) and found is None:
        return parts
    for position, argument in enumerate(arguments):
        if position not in lazy:
            parts.extend(_strict_parts(argument, words))
    return parts


def share(term: Term, words: Mapping[str, Primitive]) -> Term:
    """Bind pure computations that occur more than once in one scope by a ``let``, so that they run once.

    In a term with impure words only the outermost scope is looked at, where every variable is an input and none can
    stand for an impure function.
    """

    def visit(term: Term) -> Term:
        if isinstance(term, Lambda):
            return rebuild(term, (_share_scope(visit(term.body), words),))
        if isinstance(term, Let):
            return rebuild(term, (visit(term.value), _share_scope(visit(term.body), words)))
        return rebuild(term, tuple(visit(part) for part in children(term)))

    def outermost(term: Term) -> Term:
        if isinstance(term, Lambda):
            return rebuild(term, (outermost(term.body),))
        return _share_scope(term, words)

    return _share_scope(visit(term), words) if is_pure(term, words) else outermost(term)


def _share_scope(body: Term, words: Mapping[str, Primitive]) -> Term:
    while True:
        counts = Counter(part for part in _strict_parts(body, words) if isinstance(part, Apply))
        repeated = [
            part
            for part, count in counts.items()
            if count > 1 and not is_value(part, words) and not _has_hole(part) and is_pure(part, words)
        ]
        if not repeated:
            return body
        largest = max(repeated, key=lambda part: part.size)
        body = Let(largest, _replace(shift(body, 1), shift(largest, 1), words))


def _replace(term: Term, found: Term, words: Mapping[str, Primitive]) -> Term:
    """The occurrences of ``found`` in strict parts of the term replaced by variable 0."""
    if term == found:
        return Variable(0)
    if isinstance(term, Let):
        return rebuild(term, (_replace(term.value, found, words), term.body))
    if not isinstance(term, Apply):
        return term
    head, arguments = spine(term)
    primitive = words.get(head.name) if isinstance(head, Word) else None
    lazy = primitive.lazy if primitive is not None else frozenset()
    result = head if isinstance(head, Word) else _replace(head, found, words)
    for position, argument in enumerate(arguments):
        result = Apply(result, argument if position in lazy else _replace(argument, found, words))
    return result


def _has_hole(term: Term) -> bool:
    return isinstance(term, Hole) or any(map(_has_hole, children(term)))


def pool_first(term: Term, words: Mapping[str, Primitive]) -> Term:
    """``(max_pool (relu x))`` as ``(relu (max_pool x))``, and so for every monotone word: equal outputs, with the
    activation computed on a quarter of the numbers.

    Gradients are equal too, except where rounding makes the activation of two numbers of one window equal (a saturated
    sigmoid or tanh): pooling first passes the gradient to the larger number, pooling last to the first of the two.
    """
    parts = tuple(pool_first(part, words) for part in children(term))
    return _pooled_first(rebuild(term, parts), words)


def _pooled_first(term: Term, words: Mapping[str, Primitive]) -> Term:
    if isinstance(term, Apply) and _has_role(term.function, Role.WINDOW_MAXIMUM, words):
        inner = term.argument
        if isinstance(inner, Apply) and _has_role(inner.function, Role.MONOTONE, words):
            return Apply(inner.function, _pooled_first(Apply(term.function, inner.argument), words))
    return term


def _has_role(term: Term, role: Role, words: Mapping[str, Primitive]) -> bool:
    return isinstance(term, Word) and term.name in words and words[term.name].role is role
