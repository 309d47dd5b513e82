"""What a word does when it has all its arguments: it pays for their sizes, its meaning runs, it pays for the size of the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..primitive import EFFECTFUL, Primitive
from ..term import Word
from ..types import arguments_of
from ..values import MAX_SIZE, Failed, Table, TooLarge, Value
from .fuel import toll_of

if TYPE_CHECKING:
    from .interpret import Machine

WordCall = Callable[["Machine", list], Value]
"""A word with its settings, ready to run on a list of values."""
_MOST = 2_000
"""Most calls that are kept."""
_calls_made: dict[Word, tuple[Primitive, WordCall]] = {}


def call_of(primitive: Primitive, word: Word) -> WordCall:
    """What ``_call`` makes, from the last time where the word still means the same."""
    found = _calls_made.get(word)
    if found is not None and found[0] is primitive:
        return found[1]
    call = _call(primitive, word)
    if len(_calls_made) >= _MOST:
        _calls_made.clear()
    _calls_made[word] = (primitive, call)
    return call


def _call(primitive: Primitive, word: Word) -> WordCall:
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


def _runner(primitive: Primitive, word: Word) -> WordCall:
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
