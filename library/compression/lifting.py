"""Forms of a program in which stitch-core can see function parameters.

An abstraction of stitch-core takes no argument that mentions a variable bound inside the abstraction, so two folds that differ in a
condition on the element have no common part for it. Here such a part is written as a call of a closed function,
``(> x 2)`` as ``(CALL (lambda (x) (> x 2)) x)``, and an operator as ``(CALL + a b)``: then the function is an ordinary argument.
These are second-order patterns (Miller 1991) where the parameter is applied to bound variables, and to the operands of a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from primitives.binding import free_variables, map_variables, substitute
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Term, Variable, Word, apply, children, lambdas, rebuild, sites_of, spine

from .stitch_code import CALL

MOST = 8
"""Forms of one program."""
Path = tuple
"""Words and positions from the word that takes the lambda down to the part, and the variables that the part mentions."""


@dataclass(frozen=True)
class Form:
    """A program with one part written as the call of a function."""

    path: Path
    function: Term
    program: Term


def forms(programs: Sequence[Term], tasks: Sequence[str], words: Mapping[str, Primitive]) -> list[list[Term]]:
    """For each program (lets hidden) other ways to write it, with one part under an inner lambda called as a function; ``lower`` of each
    is the program again. Only those are given whose function is another in another task's program at the same place: the rest shows
    stitch-core nothing new. None for programs with weights.

    programs: lets hidden.
    tasks: the task of each.
    words: what their words mean.
    """
    found = [list(_forms(program, words)) for program in programs]
    seen: dict[Path, tuple[set[str], set[Term]]] = {}
    for task, own in zip(tasks, found, strict=True):
        for form in own:
            there = seen.setdefault(form.path, (set(), set()))
            there[0].add(task)
            there[1].add(form.function)
    shared = {path for path, (where, functions) in seen.items() if min(len(where), len(functions)) > 1}
    return [[form.program for form in own if form.path in shared][:MOST] for own in found]


def _forms(program: Term, words: Mapping[str, Primitive]) -> Iterator[Form]:
    if not sites_of(program):
        count, body = _opened(program)
        for form in _inside(body, 0, (), False, words):
            yield replace(form, program=lambdas(count, form.program))


def _opened(term: Term) -> tuple[int, Term]:
    """The number of outermost lambdas, and what is under them."""
    count = 0
    while isinstance(term, Lambda):
        term, count = term.body, count + 1
    return count, term


def _inside(term: Term, bound: int, path: Path, beside: bool, words: Mapping[str, Primitive]) -> Iterator[Form]:
    """Forms of the term. ``bound`` variables are those of the innermost lambdas around it and ``path`` leads from there; ``beside``
    tells whether those variables are also used elsewhere in the lambdas' body: where they are not, a function of them composed with what
    is around it is no more than another function."""
    if not isinstance(term, Apply):
        return
    head, arguments = spine(term)
    mention = [any(index < bound for index in free_variables(argument)) for argument in arguments]
    if beside:
        yield from _called(term, bound, path)
    if sum(mention) > 1:
        yield from _operator(term, path, words)
    name = head.name if isinstance(head, Word) else ""
    for position, argument in enumerate(arguments):
        count, inner = _opened(argument)
        here = ((name, position, count),) if count else (*path, (name, position))
        used = not count and (beside or any(mention[:position]) or any(mention[position + 1 :]))
        for form in _inside(inner, count or bound, here, used, words):
            made = lambdas(count, form.program)
            yield replace(form, program=apply(head, *arguments[:position], made, *arguments[position + 1 :]))


def _called(term: Term, bound: int, path: Path) -> Iterator[Form]:
    """The term as the call of a function of those of the bound variables that it mentions."""
    used = sorted((index for index in free_variables(term) if index < bound), reverse=True)
    if not used:
        return
    names = {index: len(used) - 1 - position for position, index in enumerate(used)}

    def change(variable: Variable, level: int) -> Term:
        index = variable.index - level
        if index < 0:
            return variable
        return Variable(level + names[index]) if index in names else Variable(variable.index + len(used))

    function = lambdas(len(used), map_variables(term, change))
    yield Form((*path, tuple(used)), function, apply(CALL, function, *map(Variable, used)))


def _operator(term: Term, path: Path, words: Mapping[str, Primitive]) -> Iterator[Form]:
    """The term as the call of its word, where that is one of one or two arguments, none of them a function."""
    head, arguments = spine(term)
    if not isinstance(head, Word) or head.name not in words or not 1 <= len(arguments) <= 2:
        return
    word = words[head.name]
    if word.arity == len(arguments) and not word.lazy and not any(isinstance(given, Lambda) for given in arguments):
        yield Form((*path, len(arguments)), head, apply(CALL, head, *arguments))


def lower(term: Term) -> Term:
    """The term with every CALL made: of a lambda by substitution, of anything else as an application.

    term: with calls.
    """
    if isinstance(term, Apply):
        head, arguments = spine(term)
        arguments = [lower(argument) for argument in arguments]
        if head != CALL or not arguments:
            return apply(lower(head), *arguments)
        function, rest = arguments[0], arguments[1:]
        while isinstance(function, Lambda) and rest:
            function, rest = substitute(function.body, rest[0]), rest[1:]
        return apply(function, *rest)
    return rebuild(term, tuple(map(lower, children(term))))
