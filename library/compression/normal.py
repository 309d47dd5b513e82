"""When two terms are one program: beta-normal forms, with care for what strict evaluation, effects and shared weights can see.

Replacing ``(lambda (x) body) a`` by ``body[a]`` keeps values, failures and gradients only where ``a`` is a value (its evaluation neither
fails nor draws a random number), or is surely evaluated by the body as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from primitives.binding import free_variables, shift, substitute
from primitives.declarations import Role
from primitives.definitions import Definition
from primitives.primitive import Primitive
from primitives.rewrite import is_pure, is_value
from primitives.term import (
    Apply,
    Lambda,
    Term,
    Variable,
    Word,
    apply,
    children,
    lambdas,
    rebuild,
    spine,
)

from .stitch_code import restore_lets

MAX_STEPS = 10_000
GROWTH = 50
"""A normal form may be this many times larger than the term."""


class Unsafe(ValueError):
    """A reduction would change when, or how often, an argument is evaluated; or it does not end within bounds."""


def normal_form(term: Term, words: Mapping[str, Primitive]) -> Term:
    """The beta-normal form of a term (lets hidden) that means the same under strict evaluation.

    term: lets hidden.
    words: what its words mean.

    Raises Unsafe.
    """
    return _Reducer(words, GROWTH * term.size + 200).normal(term)


def applied(function: Term, arguments: Sequence[Term], words: Mapping[str, Primitive]) -> Term:
    """The beta-normal form of a function applied to arguments, whenever they are evaluated.

    words: what their words mean.

    Raises Unsafe where it is too large.
    """
    term = apply(function, *arguments)
    return _Reducer(words, GROWTH * term.size + 200, careful=False).normal(term)


@dataclass
class _Reducer:
    words: Mapping[str, Primitive]
    most: int
    steps: int = 0
    careful: bool = True

    def normal(self, term: Term) -> Term:
        if not isinstance(term, Apply):
            return rebuild(term, tuple(map(self.normal, children(term))))
        head, arguments = spine(term)
        head = self.normal(head)
        arguments = [self.normal(argument) for argument in arguments]
        if not isinstance(head, Lambda):
            return apply(head, *arguments)
        body: Term = head
        taken = 0
        while isinstance(body, Lambda) and taken < len(arguments):
            body, taken = body.body, taken + 1
        if self.careful:
            self.check(body, arguments[:taken])
        for position, argument in enumerate(arguments[:taken]):
            # the arguments still to come are bound inside: lift this one over them
            index = taken - 1 - position
            body = substitute(body, argument, index)
        self.steps += 1
        if self.steps > MAX_STEPS or body.size > self.most:
            raise Unsafe(f"the normal form is larger than {self.most}")
        if self.careful:
            self.check_rest(body, arguments[taken:])
        return self.normal(apply(body, *arguments[taken:]))

    def check(self, body: Term, arguments: list[Term]) -> None:
        """Whether each argument may be put into the body where its variable stands."""
        for position, argument in enumerate(arguments):
            index = len(arguments) - 1 - position
            if is_value(argument, self.words):
                continue
            if isinstance(body, Lambda) or not surely_evaluated(body, index, self.words):
                raise Unsafe(f"argument {argument!r} would be evaluated before it is needed")
            if not is_pure(restore_lets(argument), self.words) and _occurrences(body, index) != 1:
                raise Unsafe(f"argument {argument!r} is not pure and would be evaluated another number of times")

    def check_rest(self, function: Term, rest: list[Term]) -> None:
        """Whether the arguments that a reduction leaves, which were all evaluated, still are: ``((lambda (x) (if (p x))) a b c)`` evaluates
        b and c, ``(if (p a) b c)`` only one of them."""
        head, before = spine(function)
        found = self.words.get(head.name) if isinstance(head, Word) else None
        lazy = found.lazy if found is not None else frozenset()
        for position, argument in enumerate(rest, len(before)):
            if position in lazy and not is_value(argument, self.words):
                raise Unsafe(f"argument {argument!r} would be evaluated before it is needed")


def eta_short(term: Term) -> Term:
    """``(lambda (x) (f x))`` as ``f``, for the outermost lambdas."""
    count = 0
    while isinstance(term, Lambda):
        term, count = term.body, count + 1
    while count and isinstance(term, Apply) and term.argument == Variable(0) and 0 not in free_variables(term.function):
        term, count = shift(term.function, -1), count - 1
    return lambdas(count, term)


def surely_evaluated(body: Term, index: int, words: Mapping[str, Primitive]) -> bool:
    """Whether evaluating ``body`` evaluates its free variable ``index``, unless something else fails.

    body: what a lambda is around.
    index: of the variable, seen from the root of the body.
    words: what its words mean.
    """
    if isinstance(body, Variable):
        return body.index == index
    if not isinstance(body, Apply):
        return False
    head, arguments = spine(body)
    if not isinstance(head, Word):
        return any(surely_evaluated(part, index, words) for part in (head, *arguments))
    found = words.get(head.name)
    if isinstance(found, Definition):
        return isinstance(found.body, Lambda) and any(
            surely_evaluated(argument, index, words) for argument in arguments
        )
    lazy = found.lazy if found is not None else frozenset()
    if found is not None and found.role is Role.CHOICE and len(arguments) == 3:
        if all(surely_evaluated(branch, index, words) for branch in arguments[1:]):
            return True
    return any(
        position not in lazy and surely_evaluated(argument, index, words) for position, argument in enumerate(arguments)
    )


def _occurrences(body: Term, index: int) -> int:
    if isinstance(body, Variable):
        return int(body.index == index)
    # a place under a lambda may run many times: it counts as more than one
    if isinstance(body, Lambda):
        return 2 * _occurrences(body.body, index + 1)
    return sum(_occurrences(part, index) for part in children(body))


def align(new: Term, old: Term) -> dict[str, str] | None:
    """For each site of ``new`` the one of ``old`` at the same place, where the terms are equal but for the names of sites and the
    sharing is the same; else None. Shared subroutines' sites (``name@digest…``) must be the same."""
    sites: dict[str, str] = {}
    stack = [(new, old)]
    while stack:
        one, other = stack.pop()
        if isinstance(one, Word) and isinstance(other, Word) and one.site is not None and other.site is not None:
            if (one.name, one.settings) != (other.name, other.settings):
                return None
            if sites.setdefault(one.site, other.site) != other.site:
                return None
            if ("@" in one.site or "@" in other.site) and one.site != other.site:
                return None
            continue
        below, beside = children(one), children(other)
        if type(one) is not type(other) or len(below) != len(beside) or (not below and one != other):
            return None
        stack.extend(zip(below, beside, strict=True))
    return sites if len(set(sites.values())) == len(sites) else None
