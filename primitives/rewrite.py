"""Rewrites that keep a term's meaning. Sites are copied with the words that carry them, so what shared weights shares
them still.

``beta_normal`` goes all the way to the normal form, by which two terms are compared: there an argument that is never used and
would fail, or a stochastic one that is used twice, may behave differently. ``pool_first`` keeps outputs; on gradients see there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .binding import substitute
from .declarations import Role
from .definitions import Definition
from .primitive import PURE, Primitive
from .term import Apply, Lambda, Let, Literal, Term, Variable, Word, apply, children, rebuild, spine, words_in


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
    """Whether evaluating the term does nothing and cannot fail: it is a variable, a constant or a function already."""
    if isinstance(term, (Variable, Literal, Lambda)):
        return True
    head, arguments = spine(term)
    if not isinstance(head, Word) or head.name not in words:
        return False
    found = words[head.name]
    if isinstance(found, Definition):
        return (not arguments and is_value(found.body, words)) or (
            len(arguments) < _lambdas(found.body) and all(is_value(argument, words) for argument in arguments)
        )
    if not arguments and found.arity == 0:
        return found.purity == PURE
    return len(arguments) < found.arity and all(
        position in found.lazy or is_value(argument, words) for position, argument in enumerate(arguments)
    )


def _lambdas(term: Term) -> int:
    count = 0
    while isinstance(term, Lambda):
        term, count = term.body, count + 1
    return count


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
