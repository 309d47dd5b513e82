"""Equal words: the same function, written in two ways. One name is enough, for every word makes each search wider.

That two bodies do the same cannot be decided; here they do where they have the same value on every input of a sample, a failure being a
value: inputs of the tasks' examples where the types fit, others like them, the empty ones. A type variable stands for int, which is as
good as any other (words cannot look into what they are polymorphic in); a function as an argument is a projection, or one whose values
are drawn by its arguments' text, so that nothing but the same use of it gives the same value.
"""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from primitives.brief import brief_repr
from primitives.definitions import expand
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import PURE, Primitive
from primitives.term import Term, sites_of, words_in
from primitives.types import (
    BOOL,
    CHAR,
    INT,
    STRING,
    Constructor,
    Scheme,
    Type,
    TypeVariable,
    arguments_of,
    has_tensor,
    is_function,
    subtypes,
)
from primitives.values import Failure, Value
from search.choice.probes import probe_inputs, usual_inputs
from search.choice.ranking import written

from ..tasks.data import VALUES
from ..tasks.task import Task

COUNT = 40
"""Inputs in a sample."""
LEAST = 12
"""Inputs on which two words must have a value, for them to count as the same."""
MOST_VALUES = 200
"""Values of one type that are taken from the tasks."""
STEPS = 20_000
"""Of the interpreter for one value: a word that needs more has none."""
PLAIN: Mapping[Type, tuple[Value, ...]] = {
    INT: (0, 1, 2, 3, -1, 5, 7, -4, 12),
    BOOL: (True, False),
    CHAR: tuple("abX 3,"),
    STRING: ("", "a", "Tom Hanks", "x-12, y", "b b"),
}
"""Values that any sample has."""


@dataclass(frozen=True)
class Comparable:
    """What is compared: a closed body and its type."""

    body: Term
    scheme: Scheme

    __repr__ = brief_repr


class Sample:
    """Inputs by type, made of what searches see of the tasks; the same for the same tasks and seed."""

    def __init__(self, tasks: Iterable[Task] = (), *, count: int = COUNT, seed: int = 0) -> None:
        self.count, self.seed = count, seed
        self.values: dict[Type, dict[str, Value]] = {
            type: {repr(value): value for value in values} for type, values in PLAIN.items()
        }
        self._inputs: dict[str, list[tuple[object, ...]]] = {}
        for task in tasks:
            data = task.data
            if data.target != VALUES or has_tensor(task.type) or data.examples is None:
                continue
            types, result = arguments_of(task.type)
            for inputs, output in data.examples:
                for type, value in zip((*types, result), (*inputs, output)):
                    self._take(type, value)

    def _take(self, type: Type, value: Value) -> None:
        """Keep a value and the elements of a list among those of their types."""
        if not isinstance(type, Constructor) or is_function(type):
            return
        known = self.values.setdefault(type, {})
        if len(known) < MOST_VALUES:
            known.setdefault(repr(value), value)
        if type.name == "list":
            for item in value:
                self._take(type.arguments[0], item)

    def pool(self, type: Type) -> list[Value]:
        """The values of a type; where the tasks have few, made of those of its parts. Empty where there are none to be had."""
        found = list(self.values.get(type, {}).values())
        if len(found) >= LEAST or type in PLAIN or not isinstance(type, Constructor):
            return found
        if type.name not in ("list", "pair"):
            return found
        parts = [self.pool(part) for part in type.arguments]
        if not all(parts):
            return found
        random = Random(f"{self.seed} {type}")
        for length in (0, 1, 2, 3, 3, 4, 5, 6, 7, 4, 5, 6):
            if type.name == "list":
                found.append(tuple(random.choice(parts[0]) for _ in range(length)))
            else:
                found.append(tuple(random.choice(part) for part in parts))
        return found

    def inputs(self, type: Type) -> list[tuple[object, ...]]:
        """Arguments for functions of a ground type: picked from those known, others like them, and the usual ones. Empty where a type
        has no values to draw from."""
        key = str(type)
        if key not in self._inputs:
            self._inputs[key] = self._drawn(arguments_of(type)[0])
        return self._inputs[key]

    def _drawn(self, types: Sequence[Type]) -> list[tuple[object, ...]]:
        plain = [type for type in types if not is_function(type)]
        pools = [self.pool(type) for type in plain]
        if not all(pools) or not all(self._callable(type) for type in types if is_function(type)):
            return []
        random = Random(f"{self.seed} {types}")
        picked = [tuple(self._pick(random, pool, type) for pool, type in zip(pools, plain)) for _ in range(self.count)]
        rows = [*usual_inputs(plain, picked[:8]), *probe_inputs(plain, picked, self.count // 2, self.seed), *picked]
        return [self._with_functions(types, row, number) for number, row in enumerate(rows[: self.count])]

    def _pick(self, random: Random, pool: Sequence[Value], type: Type) -> Value:
        """Numbers are small at times: they may be positions."""
        return random.randrange(5) if type == INT and random.random() < 0.5 else random.choice(pool)

    def _callable(self, type: Type) -> bool:
        types, result = arguments_of(type)
        return not any(map(is_function, types)) and bool(self.pool(result))

    def _with_functions(self, types: Sequence[Type], row: Sequence[Value], number: int) -> tuple[object, ...]:
        values = iter(row)
        return tuple(
            self._function(type, f"{number} {place}", number) if is_function(type) else next(values)
            for place, type in enumerate(types)
        )

    def _function(self, type: Type, name: str, number: int) -> Callable[[object], object]:
        """A curried function: every third time the last argument of the result's type as it is, if there is one, else a value by the
        text of the arguments."""
        types, result = arguments_of(type)
        alike = [place for place, each in enumerate(types) if each == result]
        pool = self.pool(result)[:LEAST]

        def value(*given: Value) -> Value:
            if alike and number % 3 == 0:
                return given[alike[-1]]
            return pool[zlib.crc32(f"{name} {given!r}".encode()) % len(pool)]

        return _curried(value, len(types))


def _curried(function: Callable[..., object], count: int, given: tuple[object, ...] = ()) -> Callable[[object], object]:
    def take(argument: object) -> object:
        now = (*given, argument)
        return function(*now) if len(now) == count else _curried(function, count, now)

    return take


def equal_words(
    given: Mapping[str, Comparable], sample: Sample, words: Mapping[str, Primitive], deadline: float = math.inf
) -> list[tuple[str, ...]]:
    """The groups of two or more names, in the order given, of words of one type that have the same value on the whole sample, and one at
    all on at least LEAST inputs, not always the same. Words with weights, effects or chance are equal to none. Nothing is
    found of what is not compared by the ``deadline`` (of the monotonic clock)."""
    alike: dict[str, list[str]] = {}
    for name, word in given.items():
        if _comparable(word, words):
            alike.setdefault(str(word.scheme), []).append(name)
    found = []
    for names in alike.values():
        if len(names) > 1:
            inputs = sample.inputs(_ground(given[names[0]].scheme.type))
            found += _same(names, given, inputs, words, deadline)
    order = {name: place for place, name in enumerate(given)}
    return sorted(found, key=lambda group: order[group[0]])


def _same(
    names: Sequence[str],
    given: Mapping[str, Comparable],
    inputs: Sequence[tuple[object, ...]],
    words: Mapping[str, Primitive],
    deadline: float,
) -> list[tuple[str, ...]]:
    """The groups of names that no input tells apart; what stands alone is run no more."""
    groups: dict[tuple[str, ...], list[str]] = {(): list(names)}
    for arguments in inputs:
        if time.monotonic() > deadline:
            return []
        finer: dict[tuple[str, ...], list[str]] = {}
        for values, members in groups.items():
            for name in members if len(members) > 1 else ():
                value = _value(given[name].body, arguments, words)
                finer.setdefault((*values, value), []).append(name)
        groups = finer
    return [tuple(members) for values, members in groups.items() if len(members) > 1 and _telling(values)]


def _telling(values: Sequence[str]) -> bool:
    whole = [value for value in values if value != FAILURE]
    return len(whole) >= LEAST and len(set(whole)) > 1


FAILURE = written(Failure("undefined", ""))


def _value(body: Term, arguments: Sequence[object], words: Mapping[str, Primitive]) -> str:
    return written(evaluate(body, arguments, words=words, fuel=Fuel(STEPS)))


def _comparable(word: Comparable, words: Mapping[str, Primitive]) -> bool:
    """Whether values tell what a word does: pure, without weights, from arguments to no function."""
    types, result = arguments_of(word.scheme.type)
    if not types or has_tensor(word.scheme.type) or any(map(is_function, subtypes(result))) or sites_of(word.body):
        return False
    return all(words[each.name].purity == PURE for each in words_in(expand(word.body, words)))


def _ground(type: Type) -> Type:
    """The type with int for every variable."""
    if isinstance(type, TypeVariable):
        return INT
    return Constructor(type.name, tuple(map(_ground, type.arguments))) if isinstance(type, Constructor) else type
