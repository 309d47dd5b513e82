"""Reference semantics: a term on values, with fuel. The specification that every other back end must agree with.

A term is turned once into nested Python functions (one for each part) and kept; running it is calling them. Evaluation
is strict and from left to right, except where a word declares a lazy argument.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..definitions import Definition, ExpansionError, LibraryWeights, expand
from ..lazy import Tensor
from ..primitive import EFFECTFUL, Primitive
from ..term import Hole, Lambda, Let, Literal, Term, Variable, Word, spine, words_in
from ..types import arguments_of
from ..values import MAX_SIZE, Failed, Failure, Outcome, OutOfFuel, Table, TooLarge, Value
from .fuel import toll_of, weigh
from .storage import Folder

Code = Callable[["Machine", tuple], Value]
"""A part of a term, ready to run: takes the machine and the values in scope, innermost last."""


@dataclass(frozen=True)
class Fuel:
    """Bounds of one evaluation: ``steps`` and, if given, ``seconds``.

    A step is a word or a lambda applied, eight elements built, 64 elements handed to a word, or 16 compared or hashed
    by one.
    """

    steps: int = 200_000
    seconds: float | None = None


class IncompleteTerm(ValueError):
    """The term has a hole or an unknown word and cannot run."""


def evaluate(
    term: Term,
    arguments: Sequence[Value] = (),
    *,
    words: Mapping[str, Primitive],
    weights: Mapping[str, Tensor] | None = None,
    fuel: Fuel = Fuel(),
    storage: Folder = None,
    training: bool = False,
) -> Value | Failure:
    """The value of a closed term applied to the arguments, or a Failure.

    ``weights`` maps ``site.parameter`` to tensors (default: those of the library's subroutines);
    ``storage`` is the run's folder for words that remember.
    """
    machine = Machine(words, LibraryWeights(term, words) if weights is None else weights, fuel, storage, training)
    try:
        value = machine.evaluate(term, ())
        for argument in arguments:
            value = value(argument)
        machine.tick(weigh(value, 8 * machine.steps) >> 3)
        return value
    except Failed as failed:
        return Failure(failed.kind, failed.word, str(failed))
    except ExpansionError as error:
        return Failure(Outcome.TOO_LARGE, "", str(error))
    except RecursionError:
        return Failure(Outcome.OUT_OF_FUEL, machine.word, "recursion is too deep")
    except MemoryError:
        return Failure(Outcome.OUT_OF_MEMORY, machine.word, "the value does not fit into memory")


class Machine:
    """One evaluation in progress: remaining fuel, weights and the word that runs."""

    __slots__ = ("deadline", "depth", "steps", "storage", "training", "weights", "word", "words")
    MAX_DEPTH = 2_000
    """Most calls inside calls; it keeps a recursive program from exhausting the stack of the process."""

    def __init__(
        self, words: Mapping[str, Primitive], weights: Mapping[str, Tensor], fuel: Fuel, storage: Folder, training: bool
    ) -> None:
        self.words, self.weights, self.storage, self.training = words, weights, storage, training
        self.steps, self.depth = fuel.steps, 0
        self.deadline = None if fuel.seconds is None else time.monotonic() + fuel.seconds
        self.word = ""

    def tick(self, steps: int = 1) -> None:
        """Use fuel; OutOfFuel when it is gone."""
        self.steps -= steps
        if self.steps < 0 or self.deadline is not None:
            self.check()

    def check(self) -> None:
        """OutOfFuel when no steps or no time are left."""
        if self.steps < 0:
            raise OutOfFuel("the step limit is reached")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfFuel("the time limit is reached")

    def evaluate(self, term: Term, scope: tuple) -> Value:
        """The value of a term whose free variables are in ``scope``, innermost last."""
        return _prepare(term, self.words)(self, scope)

    def apply_word(self, word: Word, arguments: Sequence[Callable[[], Value]]) -> Value:
        """A word applied to delayed arguments; with too few it is a function of the rest, with more the result is
        applied to them."""
        return _prepare(word, self.words, len(arguments))(self, tuple(arguments))


_prepared: dict[tuple[Term, int], tuple[tuple[tuple[str, Primitive | None], ...], Code]] = {}
_MAX_PREPARED = 2_000


def _prepare(term: Term, words: Mapping[str, Primitive], delayed: int = -1) -> Code:
    """The code of a term, from the last time where its words still mean the same; or of a word applied to ``delayed``
    delayed values."""
    found = _prepared.get((term, delayed))
    if found is not None and all(words.get(name) is primitive for name, primitive in found[0]):
        return found[1]
    names = {word.name for word in words_in(term)}
    expanded = term
    if any(isinstance(words.get(name), Definition) for name in names):
        expanded = expand(term, words)
        names.update(word.name for word in words_in(expanded))
    used = tuple((name, words.get(name)) for name in names)
    if delayed >= 0 and isinstance(expanded, Word):
        code = _application(expanded, [_forced(position) for position in range(delayed)], words)
    else:
        code = _calls(_code(expanded, words), [_forced(position) for position in range(delayed)])
    if len(_prepared) >= _MAX_PREPARED:
        _prepared.clear()
    _prepared[term, delayed] = (used, code)
    return code


def _forced(position: int) -> Code:
    return lambda machine, scope: scope[position]()


def _code(term: Term, words: Mapping[str, Primitive]) -> Code:
    if isinstance(term, Variable):
        position = -1 - term.index
        return lambda machine, scope: scope[position]
    if isinstance(term, Literal):
        value = term.value
        return lambda machine, scope: value
    if isinstance(term, Lambda):
        return _closure(_code(term.body, words))
    if isinstance(term, Let):
        bound, body = _code(term.value, words), _code(term.body, words)
        return lambda machine, scope: body(machine, (*scope, bound(machine, scope)))
    if isinstance(term, Hole):
        return _incomplete(f"hole ?{term.name} cannot run: fill it first")
    head, parts = spine(term)
    arguments = [_code(part, words) for part in parts]
    if isinstance(head, Word):
        return _application(head, arguments, words)
    return _calls(_code(head, words), arguments)


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
    call = _call_of(primitive, word)
    if len(codes) < primitive.arity:
        return _partial(primitive, call, codes)
    taken = codes[: primitive.arity]
    return _calls(_saturated(call, taken), codes[len(taken) :])


def _saturated(call: Callable[[Machine, list], Value], codes: Sequence[Code]) -> Code:
    if len(codes) == 1:
        (one,) = codes
        return lambda machine, scope: call(machine, [one(machine, scope)])
    if len(codes) == 2:
        one, other = codes
        return lambda machine, scope: call(machine, [one(machine, scope), other(machine, scope)])
    return lambda machine, scope: call(machine, [code(machine, scope) for code in codes])


def _delayed(code: Code) -> Code:
    return lambda machine, scope: lambda: code(machine, scope)


def _partial(primitive: Primitive, call: Callable[[Machine, list], Value], codes: Sequence[Code]) -> Code:
    """A word with some of its arguments: a function of the others."""

    def collect(machine: Machine, values: list) -> Value:
        if len(values) == primitive.arity:
            return call(machine, values)
        machine.tick()
        if len(values) in primitive.lazy:
            return lambda value: collect(machine, [*values, lambda: value])
        return lambda value: collect(machine, [*values, value])

    return lambda machine, scope: collect(machine, [code(machine, scope) for code in codes])


_calls_made: dict[Word, tuple[Primitive, Callable[[Machine, list], Value]]] = {}


def _call_of(primitive: Primitive, word: Word) -> Callable[[Machine, list], Value]:
    """What ``_call`` makes, from the last time where the word still means the same."""
    found = _calls_made.get(word)
    if found is not None and found[0] is primitive:
        return found[1]
    call = _call(primitive, word)
    if len(_calls_made) >= _MAX_PREPARED:
        _calls_made.clear()
    _calls_made[word] = (primitive, call)
    return call


def _call(primitive: Primitive, word: Word) -> Callable[[Machine, list], Value]:
    """What a word does with all its arguments: pays for their sizes, runs its meaning and pays for the size of the
    result."""
    name, run = word.name, _runner(primitive, word)
    toll = toll_of(primitive)
    alike = len(set(arguments_of(primitive.scheme.type)[0])) == 1

    def call(machine: Machine, values: list) -> Value:
        machine.word = name
        try:
            size = 0
            for value in values:
                if type(value) is tuple or type(value) is str:
                    size += len(value)
            if toll is not None and not (alike and type(values[0]) is int):
                size += toll(machine, values)
            machine.steps -= 1 + (size >> 6)
            if machine.steps < 0 or machine.deadline is not None:
                machine.check()
            result = run(machine, values)
            if type(result) is tuple or type(result) is str or type(result) is Table:
                size = len(result)
                if size > MAX_SIZE:
                    raise TooLarge(f"size {size} is larger than {MAX_SIZE}")
                if size > 7:
                    machine.tick(size >> 3)
        except Failed as failed:
            failed.word = failed.word or name
            raise
        return result

    return call


def _runner(primitive: Primitive, word: Word) -> Callable[[Machine, list], Value]:
    meaning, options = primitive.meaning, dict(word.settings)
    if primitive.geometric:

        def on_tensors(machine: Machine, values: list) -> Value:
            from ..batch import call_on_one

            return call_on_one(primitive, word, values, machine.weights, machine.training)

        return on_tensors
    if primitive.purity == EFFECTFUL:
        return lambda machine, values: meaning(*values, storage=machine.storage, **options)
    if options:
        return lambda machine, values: meaning(*values, **options)
    return lambda machine, values: meaning(*values)
