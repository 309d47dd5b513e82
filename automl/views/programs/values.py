"""What every part of a program gives on one case: step by step, as the interpreter comes to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from primitives.brief import brief_repr
from primitives.inference import IllTyped, infer
from primitives.interpreter.interpret import Fuel, Machine
from primitives.notation.values import to_plain
from primitives.primitive import Primitive
from primitives.syntax import show
from primitives.term import Apply, Lambda, Let, Literal, Term, Variable, Word, show_word, spine
from primitives.types import Type, is_function
from primitives.values import Failed, Value
from search.generation.positions import TypesOfParts, copied

if TYPE_CHECKING:
    import torch

LONGEST, MOST = 400, 200
"""Characters of a value that are shown, and steps."""
FUEL = Fuel(steps=200_000, seconds=5.0)


@dataclass(frozen=True, eq=False)
class ProgramStep:
    """A part of a program and what it gave: ``text`` for people, ``array`` where it is a tensor; ``failure`` says why there is no value, ""
    where there is one."""

    program: str
    type: str
    text: str
    array: np.ndarray | None = None
    failure: str = ""

    __repr__ = brief_repr


class _Watched:
    """Evaluates a term from the inside, noting what each application gives."""

    def __init__(self, machine: Machine, types: TypesOfParts) -> None:
        self.machine, self.types = machine, types
        self.steps: list[ProgramStep] = []
        self.numbers: dict[int, int] = {}
        """Of the parts that were evaluated, by their identity, which step that was."""
        self.failed = False

    def value(self, term: Term, scope: tuple[Value, ...], names: tuple[str, ...]) -> Value:
        if isinstance(term, Variable):
            return scope[-1 - term.index]
        if isinstance(term, Let):
            bound = self.value(term.value, scope, names)
            return self.value(term.body, (*scope, bound), (*names, _named(term.hint, names)))
        if not isinstance(term, Apply):
            return self.machine.evaluate(term, scope)
        head, arguments = spine(term)
        try:
            if isinstance(head, Lambda):
                return self.called(term, scope, names)
            found = self.applied(head, arguments, scope, names)
        except Failed as failed:
            if not self.failed:
                self.note(term, names, None, f"{failed.kind}: {failed}" if str(failed) else str(failed.kind))
            self.failed = True
            raise
        self.note(term, names, found)
        return found

    def called(self, term: Term, scope: tuple[Value, ...], names: tuple[str, ...]) -> Value:
        """A function that is written where it is called: what it is given has the number of its step as its name, and what it gives is the
        last step in it."""
        head, arguments = spine(term)
        given = [self.value(each, scope, names) for each in arguments]
        told = [f"[step {self.numbers[id(each)]}]" if id(each) in self.numbers else "" for each in arguments]
        while given and isinstance(head, Lambda):
            scope, name = (*scope, given.pop(0)), told.pop(0)
            names, head = (*names, name or _named(head.hint, names)), head.body
        found = self.value(head, scope, names)
        if not given and id(head) in self.numbers:
            self.numbers[id(term)] = self.numbers[id(head)]
        for each in given:
            found = found(each)
        return found

    def applied(self, head: Term, arguments: Sequence[Term], scope: tuple[Value, ...], names: tuple[str, ...]) -> Value:
        if not isinstance(head, Word):
            function = self.value(head, scope, names)
            for each in arguments:
                function = function(self.value(each, scope, names))
            return function
        lazy = self.machine.words[head.name].lazy
        return self.machine.apply_word(
            head, [self.later(each, scope, names, place in lazy) for place, each in enumerate(arguments)]
        )

    def later(self, term: Term, scope: tuple[Value, ...], names: tuple[str, ...], lazy: bool) -> Callable[[], Value]:
        """An argument: what is not needed is not evaluated, and all others are before their word."""
        if not lazy:
            known = self.value(term, scope, names)
            return lambda: known
        return lambda: self.value(term, scope, names)

    def note(self, term: Term, names: tuple[str, ...], value: Value, failure: str = "") -> None:
        if len(self.steps) >= MOST:
            return
        type = self.types.of(term) if id(term) in self.types.noted else None
        self.steps.append(step_of(self.text(term, names), type, value, failure))
        self.numbers[id(term)] = len(self.steps)

    def text(self, term: Term, names: tuple[str, ...]) -> str:
        """A part in which those that were evaluated before stand as the numbers of their steps."""
        head, arguments = spine(term)
        if not arguments or not isinstance(head, Word):
            return show(term, 70, names)
        inner = (
            f"[step {self.numbers[id(each)]}]" if id(each) in self.numbers else show(each, 70, names)
            for each in arguments
        )
        return f"({' '.join([show_word(head), *inner])})"


def _named(hint: str, taken: tuple[str, ...]) -> str:
    """A name for a variable that is not one of those around it."""
    free = (f"{letter}{number or ''}" for number in range(len(taken) + 1) for letter in "xyzuvw")
    return hint if hint and hint not in taken else next(name for name in free if name not in taken)


def step_of(program: str, type: Type | None, value: Value, failure: str = "") -> ProgramStep:
    """A part of a program with its value as it is shown.

    program: the text of the part.
    type: of the value; None where it is not known.
    value: what it gave.
    failure: why it gave none; default: it did.
    """
    shown = "" if type is None else str(type)
    if failure:
        return ProgramStep(program, shown, "", None, failure)
    array = _array(value)
    if array is not None:
        return ProgramStep(program, shown, _told(array), array)
    if callable(value) or type is None or is_function(type):
        return ProgramStep(program, shown, "a function" if callable(value) else _cut(str(value)))
    try:
        text = json.dumps(to_plain(value, type), ensure_ascii=False)
    except (TypeError, ValueError, AttributeError):  # a list of tensors has no plain form
        text = str(value)
    return ProgramStep(program, shown, _cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _array(value: Value) -> np.ndarray | None:
    """The numbers of a tensor; None of another value."""
    detach = getattr(value, "detach", None)
    return None if detach is None else np.asarray(detach().cpu().double().numpy())


def _told(array: np.ndarray) -> str:
    if array.size <= 12 and array.ndim <= 1:
        return "[" + " ".join(f"{each:.3g}" for each in array.reshape(-1)) + "]"
    if not array.size:
        return "empty"
    return f"from {array.min():.3g} to {array.max():.3g}, mean {array.mean():.3g}, {np.mean(array == 0):.0%} zeros"


def steps_on(
    term: Term,
    arguments: Sequence[Value],
    words: Mapping[str, Primitive],
    type: Type,
    weights: Mapping[str, torch.Tensor] | None = None,
) -> list[ProgramStep]:
    """What each part of a program gives on one case, those inside first; the last is the output, or what failed.

    term: a closed function.
    arguments: values, one for each of its arguments.
    words: what its words mean.
    type: that of the program.
    weights: by site and parameter (default: it has none of its own).
    """
    term, types = copied(term), TypesOfParts()
    try:
        infer(term, words, type, types)
    except IllTyped as error:
        return [ProgramStep(show(term), str(type), "", None, str(error))]
    machine = Machine(words, weights or {}, FUEL, None, False)
    watched = _Watched(machine, types)
    inner: Term = term
    names: tuple[str, ...] = ()
    scope = tuple(arguments)
    while isinstance(inner, Lambda) and len(names) < len(arguments):
        names, inner = (*names, _named(inner.hint, names)), inner.body
    try:
        if len(names) < len(arguments):
            return [step_of(show(term), None, _called(machine.evaluate(term, ()), arguments))]
        found = watched.value(inner, scope, names)
    except (Failed, RecursionError, MemoryError) as error:
        if not watched.failed:
            watched.steps.append(ProgramStep(show(inner, 70, names), "", "", None, str(error) or type_name(error)))
        return watched.steps
    if isinstance(inner, Variable | Literal | Word):
        watched.note(inner, names, found)
    return watched.steps


def type_name(error: BaseException) -> str:
    """What an error without a text is called."""
    return type(error).__name__


def _called(function: Value, arguments: Sequence[Value]) -> Value:
    for each in arguments:
        function = function(each)
    return function
