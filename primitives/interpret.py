"""Reference semantics: a term on values, with fuel. The specification that every other back end must agree with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .primitive import EFFECTFUL, Primitive, expand
from .term import Hole, Lambda, Let, Literal, Term, Variable, Word, spine
from .values import MAX_SIZE, Failed, Failure, OutOfFuel, TooLarge, Value


@dataclass(frozen=True)
class Fuel:
    """Bounds of one evaluation: ``steps`` (word applications plus an eighth of the sizes built) and, if given, ``seconds``."""

    steps: int = 200_000
    seconds: float | None = None


class IncompleteTerm(ValueError):
    """The term has a hole or an unknown word and cannot run."""


def evaluate(
    term: Term,
    arguments: Sequence[Value] = (),
    *,
    words: Mapping[str, Primitive],
    weights: Mapping[str, Any] | None = None,
    fuel: Fuel = Fuel(),  # noqa: B008  (frozen)
    storage: Any = None,
    training: bool = False,
) -> Value | Failure:
    """The value of a closed term applied to the arguments, or a Failure.

    ``weights`` maps ``site.parameter`` to tensors; ``storage`` is the run's folder for words that remember.
    """
    machine = Machine(words, weights or {}, fuel, storage, training)
    try:
        value = machine.evaluate(expand(term, words), ())
        for argument in arguments:
            value = value(argument)
        return value
    except Failed as failed:
        return Failure(failed.kind, failed.word, str(failed))
    except RecursionError:
        return Failure("out of fuel", machine.word, "recursion is too deep")
    except MemoryError:
        return Failure("out of memory", machine.word, "the value does not fit into memory")


class Machine:
    """One evaluation in progress: remaining fuel, weights and the word that runs."""

    def __init__(
        self, words: Mapping[str, Primitive], weights: Mapping[str, Any], fuel: Fuel, storage: Any, training: bool
    ) -> None:
        self.words, self.weights, self.storage, self.training = words, weights, storage, training
        self.steps = fuel.steps
        self.deadline = None if fuel.seconds is None else time.monotonic() + fuel.seconds
        self.word = ""

    def tick(self, steps: int = 1) -> None:
        """Use fuel; OutOfFuel when it is gone."""
        self.steps -= steps
        if self.steps < 0:
            raise OutOfFuel("the step limit is reached")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfFuel("the time limit is reached")

    def evaluate(self, term: Term, scope: tuple) -> Value:
        if isinstance(term, Variable):
            return scope[-1 - term.index]
        if isinstance(term, Literal):
            return term.value
        if isinstance(term, Lambda):
            return self.closure(term.body, scope)
        if isinstance(term, Let):
            return self.evaluate(term.body, (*scope, self.evaluate(term.value, scope)))
        if isinstance(term, Hole):
            raise IncompleteTerm(f"hole ?{term.name} cannot run: fill it first")
        head, arguments = spine(term)
        if isinstance(head, Word):
            return self.apply_word(head, [self.delay(argument, scope) for argument in arguments])
        function = self.evaluate(head, scope)
        for argument in arguments:
            function = function(self.evaluate(argument, scope))
        return function

    def closure(self, body: Term, scope: tuple) -> Callable[[Value], Value]:
        def call(argument: Value) -> Value:
            self.tick()
            return self.evaluate(body, (*scope, argument))

        return call

    def delay(self, argument: Term, scope: tuple) -> Callable[[], Value]:
        return lambda: self.evaluate(argument, scope)

    def apply_word(self, word: Word, arguments: list[Callable[[], Value]]) -> Value:
        """Apply a word to delayed arguments; with too few it is a function of the rest, with more the result is applied to them."""
        primitive = self.words.get(word.name)
        if primitive is None:
            raise IncompleteTerm(f"word={word.name!r} is not known; add it to the vocabulary")
        missing = primitive.arity - len(arguments)
        if missing > 0:
            forced = [a if i in primitive.lazy else _constant(a()) for i, a in enumerate(arguments)]
            return lambda value: self.apply_word(word, [*forced, lambda: value])
        values = [a if i in primitive.lazy else a() for i, a in enumerate(arguments[: primitive.arity])]
        self.tick()
        result = self.call(primitive, word, values)
        for argument in arguments[primitive.arity :]:
            result = result(argument())
        return result

    def call(self, primitive: Primitive, word: Word, values: list[Value]) -> Value:
        self.word = word.name
        options = dict(word.settings)
        if primitive.geometric:
            from .batch import call_on_one

            return call_on_one(primitive, word, values, self.weights, self.training)
        if primitive.purity == EFFECTFUL:
            options["storage"] = self.storage
        try:
            result = primitive.meaning(*values, **options)
        except Failed as failed:
            failed.word = failed.word or word.name
            raise
        if isinstance(result, (tuple, str)):
            if len(result) > MAX_SIZE:
                failed = TooLarge(f"size {len(result)} is larger than {MAX_SIZE}")
                failed.word = word.name
                raise failed
            self.tick(len(result) // 8)
        return result


def _constant(value: Value) -> Callable[[], Value]:
    return lambda: value


