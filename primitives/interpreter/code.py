"""A term turned into nested Python functions, one for each part: what the machine runs.

Evaluation is strict and from left to right, except where a word declares a lazy argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..primitive import Primitive
from ..term import Hole, Lambda, Let, Literal, OneOf, Term, Variable, Word, spine
from ..values import OutOfFuel, Value
from .word_calls import WordCall, call_of

if TYPE_CHECKING:
    from .interpret import Machine

Code = Callable[["Machine", tuple], Value]
"""A part of a term, ready to run: takes the machine and the values in scope, innermost last."""


class IncompleteTerm(ValueError):
    """The term has a hole or an unknown word and cannot run."""


def code_of(term: Term, words: Mapping[str, Primitive]) -> Code:
    """The code of a term; raises IncompleteTerm, when it runs, where it comes upon a hole or an unknown word."""
    if isinstance(term, Variable):
        position = -1 - term.index
        return lambda machine, scope: scope[position]
    if isinstance(term, Literal):
        value = term.value
        return lambda machine, scope: value
    if isinstance(term, Lambda):
        return _closure(code_of(term.body, words))
    if isinstance(term, Let):
        bound, body = code_of(term.value, words), code_of(term.body, words)
        return lambda machine, scope: body(machine, (*scope, bound(machine, scope)))
    if isinstance(term, Hole):
        return _incomplete(f"hole ?{term.name} cannot run: fill it first")
    if isinstance(term, OneOf):
        return _incomplete("a choice cannot run: choose an alternative first")
    head, parts = spine(term)
    return applied(head, [code_of(part, words) for part in parts], words)


def applied(head: Term, arguments: Sequence[Code], words: Mapping[str, Primitive]) -> Code:
    """The code of a term applied to arguments that are code already."""
    if isinstance(head, Word):
        return _application(head, arguments, words)
    return _calls(code_of(head, words), arguments)


def _incomplete(message: str) -> Code:
    def run(machine: Machine, scope: tuple) -> Value:
        raise IncompleteTerm(message)

    return run


def _closure(body: Code) -> Code:
    def make(machine: Machine, scope: tuple) -> Callable[[Value], Value]:
        def call(argument: Value) -> Value:
            machine.steps -= 1
            if machine.steps < 0 or machine.deadline is not None:
                machine.check()
            if machine.depth >= machine.MAX_DEPTH:
                raise OutOfFuel("recursion is too deep")
            machine.depth += 1
            try:
                return body(machine, (*scope, argument))
            finally:
                machine.depth -= 1

        return call

    return make


def _calls(function: Code, arguments: Sequence[Code]) -> Code:
    """A value that is a function, applied to the arguments in turn."""

    def run(machine: Machine, scope: tuple) -> Value:
        value = function(machine, scope)
        for argument in arguments:
            value = value(argument(machine, scope))
        return value

    return run if arguments else function


def _application(word: Word, arguments: Sequence[Code], words: Mapping[str, Primitive]) -> Code:
    """A word applied to arguments: to all that its meaning takes, to fewer (a function of the rest), or to more."""
    primitive = words.get(word.name)
    if primitive is None:
        return _incomplete(f"word={word.name!r} is not known; add it to the vocabulary")
    codes = [_delayed(code) if position in primitive.lazy else code for position, code in enumerate(arguments)]
    call = call_of(primitive, word)
    if len(codes) < primitive.arity:
        return _partial(primitive, call, codes)
    taken = codes[: primitive.arity]
    return _calls(_saturated(call, taken), codes[len(taken) :])


def _saturated(call: WordCall, codes: Sequence[Code]) -> Code:
    if len(codes) == 1:
        (one,) = codes
        return lambda machine, scope: call(machine, [one(machine, scope)])
    if len(codes) == 2:
        one, other = codes
        return lambda machine, scope: call(machine, [one(machine, scope), other(machine, scope)])
    return lambda machine, scope: call(machine, [code(machine, scope) for code in codes])


def _delayed(code: Code) -> Code:
    return lambda machine, scope: lambda: code(machine, scope)


def _partial(primitive: Primitive, call: WordCall, codes: Sequence[Code]) -> Code:
    """A word with some of its arguments: a function of the others."""

    def collect(machine: Machine, values: list) -> Value:
        if len(values) == primitive.arity:
            return call(machine, values)
        machine.tick()
        if len(values) in primitive.lazy:
            return lambda value: collect(machine, [*values, lambda: value])
        return lambda value: collect(machine, [*values, value])

    return lambda machine, scope: collect(machine, [code(machine, scope) for code in codes])
