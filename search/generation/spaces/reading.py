"""A program with free parts as a search takes it: each part with a name of its own, and what is applied to arguments in their scope."""

from __future__ import annotations

from collections.abc import Iterator

from primitives.binding import shift
from primitives.term import FreeSetting, Hole, Let, OneOf, Term, Variable, Word, children, rebuild, spine, subterms


class SpaceError(ValueError):
    """A program with free parts that cannot be searched as it is."""


def free_parts(term: Term) -> Iterator[Hole | OneOf | FreeSetting]:
    """All parts of a term that are free, in pre-order.

    term: any.
    """
    for part in subterms(term):
        if isinstance(part, Hole | OneOf):
            yield part
        elif isinstance(part, Word):
            yield from (value for _, value in part.settings if isinstance(value, FreeSetting))


def as_space(term: Term) -> Term:
    """The term with holes that stand for values only: ``(?f x)`` is a hole in the scope of ``x``, and ``(?f (g x))`` one in that of a name
    for ``(g x)``.

    term: a program with free parts.

    Raises SpaceError where no part is free, or two holes have one name.
    """
    parts = list(free_parts(term))
    if not parts:
        raise SpaceError(
            "no part is free; needed ?name, (choice one other …), or a setting such as :units (range 16 512)"
        )
    names = [part.name for part in parts if isinstance(part, Hole)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SpaceError(f"?{twice[0]} stands in {names.count(twice[0])} places; give each free part a name of its own")
    return _valued(term)


def _valued(term: Term) -> Term:
    head, arguments = spine(term)
    if not isinstance(head, Hole):
        parts = children(term)
        return rebuild(term, tuple(map(_valued, parts))) if parts else term
    bound = [_valued(each) for each in arguments if not isinstance(each, Variable)]
    body: Term = head
    for depth, value in reversed(list(enumerate(bound))):
        body = Let(shift(value, depth), body)
    return body
