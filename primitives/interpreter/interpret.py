"""Reference semantics: a term on values, with fuel. The specification that every other back end must agree with.

A term is turned once into nested Python functions (one for each part, ``code``) and kept; running it is calling them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..definitions import Definition, ExpansionError, LibraryWeights, expand
from ..lazy import Tensor
from ..primitive import Primitive
from ..term import Term, Word, words_in
from ..values import Failed, Failure, Outcome, OutOfFuel, Value
from .code import Code, applied, code_of
from .fuel import weigh
from .storage import Folder


@dataclass(frozen=True)
class Fuel:
    """Bounds of one evaluation: ``steps`` and, if given, ``seconds``.

    A step is a word or a lambda applied, eight elements built, 64 elements handed to a word, or 16 compared or hashed
    by one.
    """

    steps: int = 200_000
    seconds: float | None = None


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

    term: a program without free variables and holes.
    arguments: values of the types of its arguments, one after another; with fewer the value is a function (default: none).
    words: the meaning of each word in it, by name.
    weights: ``site.parameter`` to a tensor (default: those of the library's subroutines).
    fuel: the most steps and seconds (default: 200,000 steps, no bound in seconds).
    storage: the run's folder, for words that remember (default: none, and they fail).
    training: whether words with another meaning while training, such as dropout, have it (default: no).
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
    code = code_of(expanded, words) if delayed < 0 else applied(expanded, [_forced(at) for at in range(delayed)], words)
    if len(_prepared) >= _MAX_PREPARED:
        _prepared.clear()
    _prepared[term, delayed] = (used, code)
    return code


def _forced(position: int) -> Code:
    return lambda machine, scope: scope[position]()
