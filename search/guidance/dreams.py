"""Dreams: programs drawn from a grammar and run on inputs like those of the tasks, to learn from what was never asked (Ellis et al. 2021).

Half of them are small edits of solved programs, whose neighbours are likelier to be asked for than what the grammar alone gives.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from primitives.binding import free_variables
from primitives.declarations import TRIVIAL, Role
from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Literal, Term, Variable, Word, spine, subterms
from primitives.types import INT, Type, arguments_of, function
from primitives.values import Failure, Value

from ..generation.choosing import DeadEnd
from ..generation.grammar import Grammar
from ..generation.weights import CONSTANT, VARIABLE
from ..problem import Example, Problem
from ..randomness import Draws
from ..variation.mutation import Mutator

LARGEST, LONGEST = 10**5, 60
"""Greatest number and longest list in the output of a dream."""
FUEL = Fuel(steps=3_000)


@dataclass(frozen=True)
class Prompt:
    """What a dream is about: a type and inputs [examples][arguments]."""

    type: Type
    inputs: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Dream:
    """A program with what it does: a task with its solution."""

    type: Type
    examples: tuple[Example, ...]
    term: Term


class Dreamer:
    """Dreams over ``words``, drawn by ``weights`` (log, 0 for what is absent: see ``Problem.weights``)."""

    def __init__(
        self,
        words: Mapping[str, Primitive],
        weights: Mapping[str, float],
        *,
        seed: int = 0,
        size: int = 14,
        edits: float = 0.5,
    ) -> None:
        """``size`` bounds the programs, ``edits`` is the share of edits of solved programs where there are any."""
        self.words, self.weights, self.seed, self.size, self.edits = words, weights, seed, size, edits
        self.grammars: dict[Type, Grammar] = {}
        self.mutators: dict[Type, Mutator] = {}
        self.deadline = NEVER

    def grammar(self, type: Type) -> Grammar:
        """The grammar for programs of the type; made once.

        type: of whole programs.
        """
        if type not in self.grammars:
            offered = {name: word for name, word in self.words.items() if name in self.weights}
            special = {name: self.weights.get(name, 0.0) for name in (VARIABLE, CONSTANT)}
            numbers = tuple(Literal(value, INT) for value in range(-1, 11))
            problem = Problem(
                type,
                offered,
                weights={**self.weights, **special},
                max_size=self.size,
                constants=numbers,
                seed=self.seed,
            )
            self.grammars[type] = Grammar(problem)
        self.grammars[type].deadline = self.deadline
        return self.grammars[type]

    def dreams(
        self,
        prompts: Sequence[Prompt],
        count: int,
        *,
        solved: Iterable[tuple[Type, Term]] = (),
        seconds: float = 30.0,
    ) -> list[Dream]:
        """Dreams: programs run on prompts.

        prompts: types with the inputs on which programs are run.
        count: how many, at most.
        solved: programs of solved tasks with their types, of which some dreams are variants (default: none).
        seconds: after which what there is is given (default: 30).

        Of programs that do the same on a prompt the likeliest is kept, and none that is constant, gives an input back or fails on more
        than a third of the inputs.
        """
        if not prompts:
            return []
        self.deadline = Deadline(time.monotonic() + seconds)
        known: dict[Type, list[Term]] = {}
        for type, term in solved:
            known.setdefault(type, []).append(term)
        outputs = list(dict.fromkeys(arguments_of(prompt.type)[1] for prompt in prompts))
        best: dict[tuple[int, tuple[Value, ...]], tuple[float, Dream]] = {}
        for number in range(20 * count):
            if len(best) >= count or self.deadline.passed:
                break
            draws = Draws(self.seed, 7, number)
            place = draws.integers(len(prompts))
            try:
                found = self._dream(prompts[place], outputs, known, draws)
            except OutOfTime:
                break
            if found is None:
                continue
            key = place, (str(found.type), *(output for _, output in found.examples))
            cost = self._cost(found.term)
            if key not in best or cost < best[key][0]:
                best[key] = cost, found
        return [dream for _, dream in best.values()]

    def _dream(
        self, prompt: Prompt, outputs: Sequence[Type], known: Mapping[Type, Sequence[Term]], draws: Draws
    ) -> Dream | None:
        type = prompt.type
        if draws.random() < 0.2:
            type = function(*arguments_of(type)[0], draws.choice(outputs))
        try:
            if known.get(type) and draws.random() < self.edits:
                term = self._edited(type, draws.choice(known[type]), draws)
            else:
                term = self.grammar(type).sample(type, draws, attempts=4)
        except (DeadEnd, ValueError):
            return None
        if _wasteful(term, self.words):
            return None
        return remembered(type, prompt.inputs, term, self.words)

    def _edited(self, type: Type, term: Term, draws: Draws) -> Term:
        grammar = self.grammar(type)
        if type not in self.mutators:
            self.mutators[type] = Mutator(grammar)
        for _ in range(1 + (draws.random() < 0.4)):
            term = self.mutators[type].mutate(term, draws).term
        return term

    def _cost(self, term: Term) -> float:
        """Nats by which the program's words are unlikely, with a little for size."""
        words = (part for part in subterms(term) if isinstance(part, (Word, Variable, Literal)))
        return sum(4.0 - (self.weights.get(part.name, 0.0) if isinstance(part, Word) else 1.5) for part in words)


def remembered(
    type: Type, inputs: Iterable[tuple[Value, ...]], term: Term, words: Mapping[str, Primitive]
) -> Dream | None:
    """What a program does on the inputs, as a task; None where that teaches nothing.

    type: of the program.
    inputs: of the type's arguments.
    term: the program.
    words: what its words mean.
    """
    examples: list[Example] = []
    failed = 0
    for given in inputs:
        result = evaluate(term, given, words=words, fuel=FUEL)
        if isinstance(result, Failure) or not bearable(result):
            failed += 1
            if failed > 4:
                return None
            continue
        examples.append((given, result))
    if len(examples) < 2 or failed * 2 > len(examples):
        return None
    results = [result for _, result in examples]
    if all(result == results[0] for result in results):
        return None
    for position in range(len(examples[0][0])):
        if all(given[position] == result for given, result in examples):
            return None
    return Dream(type, tuple(examples), term)


def bearable(value: Value) -> bool:
    """Whether a value is one that a person might give as an example.

    value: of data.
    """
    if isinstance(value, bool):
        return True
    if isinstance(value, (int, float)):
        return math.isfinite(value) and abs(value) <= LARGEST
    if isinstance(value, (tuple, str)):
        return len(value) <= LONGEST and (isinstance(value, str) or all(map(bearable, value)))
    return value is None


def _wasteful(term: Term, words: Mapping[str, Primitive]) -> bool:
    """Whether a part is computed from constants alone, or has two branches that are equal."""
    for part in subterms(term):
        if not isinstance(part, Apply):
            continue
        head, arguments = spine(part)
        if not isinstance(head, Word) or head.name not in words or len(arguments) < words[head.name].arity:
            continue
        if not any(isinstance(inner, (Variable, Lambda)) for inner in subterms(part)):
            return True
        if words[head.name].role is Role.CHOICE and arguments[1] == arguments[2]:
            return True
        if words[head.name].twice == TRIVIAL and len(arguments) == 2 and arguments[0] == arguments[1]:
            return True
    return bool(free_variables(term))
