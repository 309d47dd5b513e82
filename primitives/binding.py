"""Variables and their binders: de Bruijn indices shifted, substituted and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .term import Apply, Lambda, Let, Term, Variable, Word, children, rebuild


def map_variables(term: Term, change: Callable[[Variable, int], Term], level: int = 0) -> Term:
    """Replace every variable by ``change(variable, binders above it)``."""
    if isinstance(term, Apply):
        function = map_variables(term.function, change, level)
        return rebuild(term, (function, map_variables(term.argument, change, level)))
    if isinstance(term, Word):
        return term
    if isinstance(term, Variable):
        return change(term, level)
    if isinstance(term, Lambda):
        return rebuild(term, (map_variables(term.body, change, level + 1),))
    if isinstance(term, Let):
        return rebuild(term, (map_variables(term.value, change, level), map_variables(term.body, change, level + 1)))
    return rebuild(term, tuple(map_variables(part, change, level) for part in children(term)))


def shift(term: Term, amount: int, cutoff: int = 0) -> Term:
    """Add ``amount`` to every free variable (index at least ``cutoff`` at the root)."""
    if amount == 0:
        return term
    return map_variables(term, lambda v, level: Variable(v.index + amount) if v.index >= cutoff + level else v)


def substitute(body: Term, value: Term, index: int = 0) -> Term:
    """``body`` with its free variable ``index`` replaced by ``value`` and the variables above it lowered by one."""

    def change(variable: Variable, level: int) -> Term:
        if variable.index == index + level:
            return shift(value, index + level)
        return Variable(variable.index - 1) if variable.index > index + level else variable

    return map_variables(body, change)


def free_variables(term: Term) -> set[int]:
    """Indices, seen from the root, of the variables that are not bound inside the term."""
    return {node.index - level for node, level in _variables(term) if node.index >= level}


def mentions(term: Term, count: int) -> bool:
    """Whether one of the ``count`` innermost free variables occurs in the term."""
    return any(level <= node.index < level + count for node, level in _variables(term))


def _variables(term: Term) -> Iterator[tuple[Variable, int]]:
    """Every occurrence of a variable, with the binders above it inside the term."""
    waiting = [(term, 0)]
    while waiting:
        node, level = waiting.pop()
        while isinstance(node, Apply):
            waiting.append((node.argument, level))
            node = node.function
        if isinstance(node, Variable):
            yield node, level
        elif isinstance(node, Lambda):
            waiting.append((node.body, level + 1))
        elif isinstance(node, Let):
            waiting += ((node.value, level), (node.body, level + 1))
        elif not isinstance(node, Word):
            waiting += ((part, level) for part in children(node))
