"""Which of the programs that meet the examples is the right one: how likely each is, and on what they agree.

Few examples leave a choice. The probability of a program is proportional to exp(w · f) for features f of its text (description length,
constants, arguments left out) and of its values on probes (failures, results unlike those of the examples). w is fitted by a conditional
logit to list tasks of DreamCoder and of Rule et al. and to text tasks of DreamCoder, half of their families, with two to four of their
examples, the other cases saying which programs are right (experiments/fitting/ranking.py). Programs that agree on the probes add up: the
one told first is that with which the others, weighed by their probability, agree most (Bayes' choice under a loss that asks for all of a
handful of new inputs to be right).

Whether any of them is right is another question: a program as long as the outputs that it explains meets them by accident. The
confidence weighs the bits of the outputs against the length of the program, by a logistic regression.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib import resources

import numpy as np

from primitives.binding import mentions
from primitives.declarations import Role
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Let, Literal, Term, Variable, Word, spine
from primitives.values import Failure, Value

from ..generation.costs import Costs

FEATURES = (
    "words", "variables", "literals", "literal_bits", "long_literals", "unused", "idle", "lambdas", "branches", "repeats",
    "fails", "fails_usual", "same", "empties", "sizes",
)  # fmt: skip
FITTED = json.loads(resources.files(__package__).joinpath("fitted.json").read_text(encoding="utf-8"))
"""What ``python -m experiments.fitting.ranking --write`` found: its command, the data and the part of them that it was fitted on."""
WEIGHTS = tuple(FITTED["ranking"][name] for name in FEATURES)
HANDFUL = 2
"""New inputs on which a program should be right all at once."""
MOST_BITS, NAMED_BITS = 20.0, 5.0
"""Of a number that has many digits, and of one that has a name."""
CONFIDENCE = tuple(FITTED["confidence"])
"""Of the logistic regression: one, agreement, bits of the outputs, weight of the program, logarithm of the number of examples."""
MOST_EVIDENCE = 120.0
LONGEST = 200
"""Characters of a value that is compared as it is written."""


@dataclass(frozen=True)
class Shape:
    """Counts over one term."""

    words: float
    variables: int
    literals: int
    literal_bits: float
    long_literals: int
    unused: int
    """Arguments left out by a program that uses others; one that uses none is a constant, which is another matter."""
    idle: int
    lambdas: int
    branches: int
    repeats: int


def shape_of(term: Term, arity: int, costs: Costs, words: Mapping[str, Primitive]) -> Shape:
    """The counts of a program.

    term: the program.
    arity: its arguments; their lambdas are not counted.
    costs: of its words; one without is counted as 3.
    words: what they mean.
    """
    body = term
    for _ in range(arity):
        assert isinstance(body, Lambda)
        body = body.body
    parts = list(_within(body, 0))
    names = [part.name for part, _ in parts if isinstance(part, Word)]
    values = [part.value for part, _ in parts if isinstance(part, Literal)]
    used = {part.index - depth for part, depth in parts if isinstance(part, Variable) and part.index >= depth}
    inner = [part for part, _ in parts if isinstance(part, Lambda)]
    compound = [part for part, _ in parts if isinstance(part, Apply) and isinstance(spine(part)[0], Word)]
    return Shape(
        words=float(sum(costs.of(name) or 3 for name in names)),
        variables=sum(isinstance(part, Variable) for part, _ in parts),
        literals=len(values),
        literal_bits=sum(map(bits, values)),
        long_literals=sum(isinstance(value, (tuple, str)) for value in values),
        unused=arity - len(used) if used else 0,
        idle=sum(not mentions(each.body, 1) for each in inner),
        lambdas=len(inner) - sum(isinstance(each.body, Lambda) for each in inner),
        branches=sum(name in words and words[name].role is Role.CHOICE for name in names),
        repeats=len(compound) - len(set(compound)),
    )


def _within(term: Term, depth: int) -> Iterator[tuple[Term, int]]:
    """All parts with the number of lambdas around each."""
    yield term, depth
    if isinstance(term, Lambda):
        yield from _within(term.body, depth + 1)
    elif isinstance(term, Apply):
        yield from _within(term.function, depth)
        yield from _within(term.argument, depth)
    elif isinstance(term, Let):
        yield from _within(term.value, depth)
        yield from _within(term.body, depth + 1)


def bits(value: Value) -> float:
    """About how many bits it takes to write a value down.

    value: of data; what is neither number, text nor list counts as MOST_BITS, and so at most does a Float.
    """
    if isinstance(value, bool):
        return 1.0
    if isinstance(value, int):
        return 1.0 + 2.0 * math.log2(1 + abs(value)) if abs(value) > 1 else 1.0
    if isinstance(value, float):
        return _float_bits(value)
    if isinstance(value, str):
        return 4.0 * len(value) + 2.0
    if isinstance(value, tuple):
        return 2.0 + sum(bits(item) + 1.0 for item in value)
    return MOST_BITS


def _float_bits(value: float) -> float:
    """As for the Int that its shortest decimal digits make, and one more for every place that the point is away from their end; a name
    that it has is short."""
    if value in (math.pi, math.e):
        return NAMED_BITS
    if not math.isfinite(value):
        return MOST_BITS
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    whole = int("".join(map(str, digits)))
    written = bits(whole) - exponent if exponent < 0 else bits(whole * 10 ** min(exponent, 6))
    return min(MOST_BITS, written)


@dataclass(frozen=True)
class Outputs:
    """The outputs of the examples, and what is reckoned from them once: there may be many, and long ones."""

    values: tuple[Value, ...]

    @classmethod
    def of(cls, wanted: Sequence[Value] | Outputs) -> Outputs:
        """The outputs, once.

        wanted: those of the examples, or what was made of them before.
        """
        return wanted if isinstance(wanted, Outputs) else cls(tuple(wanted))

    @cached_property
    def bits(self) -> dict[str, float]:
        """The bits of each different output."""
        return {written(value): bits(value) for value in self.values}

    @cached_property
    def sizes(self) -> tuple[float, float]:
        """The least and the greatest size."""
        found = [_size(value) for value in self.values]
        return min(found), max(found)

    @cached_property
    def hollow(self) -> bool:
        """Whether one of them is empty."""
        return any(map(_hollow, self.values))


def evidence(wanted: Sequence[Value] | Outputs) -> float:
    """About how many bits it takes to write the outputs down, each different one once.

    wanted: the outputs of the examples.
    """
    outputs = Outputs.of(wanted)
    return sum(outputs.bits.values()) + len(outputs.values) - len(outputs.bits)


def features(
    shape: Shape, wanted: Sequence[Value] | Outputs, near: Sequence[Value], usual: Sequence[Value], meets_empty: bool
) -> np.ndarray:
    """The features in the order of FEATURES, float64.

    shape: the counts of the program.
    wanted: the outputs of the examples.
    near: the program's values on inputs like those of the examples.
    usual: its values on inputs that every user will have.
    meets_empty: whether the examples have empty inputs.
    """
    whole, outputs = [value for value in near if not isinstance(value, Failure)], Outputs.of(wanted)
    low, high = outputs.sizes
    spread = [max(low - _size(value), _size(value) - high, 0.0) for value in whole]
    same = len(outputs.bits) > 1 and len(whole) > 1 and len(set(map(written, whole))) == 1
    return np.array([
        shape.words, shape.variables, shape.literals, min(shape.literal_bits, 4 * MOST_BITS), shape.long_literals, shape.unused,
        shape.idle, shape.lambdas, shape.branches, shape.repeats,
        sum(isinstance(value, Failure) for value in near) / max(len(near), 1),
        0.0 if meets_empty else sum(isinstance(value, Failure) for value in usual) / max(len(usual), 1),
        float(same), 0.0 if outputs.hollow else sum(map(_hollow, whole)) / max(len(near), 1),
        sum(min(s, 4.0) for s in spread) / max(len(near), 1),
    ])  # fmt: skip


def _hollow(value: Value) -> bool:
    return isinstance(value, (tuple, str)) and len(value) == 0


def _size(value: Value) -> float:
    """Logarithm of a length or a magnitude."""
    if isinstance(value, (tuple, str)):
        return math.log2(1 + len(value))
    return math.log2(1 + abs(value)) if isinstance(value, int) else 0.0


@dataclass(frozen=True)
class Entry:
    """A program that meets the examples with its values on the probes; ``weight`` is w · f."""

    term: Term
    near: tuple[Value, ...]
    usual: tuple[Value, ...]
    weight: float

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Texts that equal values on the probes share."""
        return tuple(map(written, (*self.near, *self.usual)))


@dataclass(frozen=True)
class Ranked:
    """``probability`` among the programs known; ``agreement``: that a handful of new inputs get the outputs that are right."""

    entry: Entry
    probability: float
    agreement: float


def ranked(entries: Sequence[Entry]) -> list[Ranked]:
    """The programs, the one to choose first.

    entries: each with its values on the same probes.
    """
    if not entries:
        return []
    weights = np.array([entry.weight for entry in entries])
    probabilities = np.exp(weights - weights.max())
    probabilities /= probabilities.sum()
    agreement = shares_alike(entries) ** HANDFUL @ probabilities
    order = sorted(range(len(entries)), key=lambda i: (-round(float(agreement[i]), 9), -weights[i], i))
    return [Ranked(entries[i], float(probabilities[i]), float(agreement[i])) for i in order]


def confidence(best: Ranked, wanted: Sequence[Value] | Outputs, nats: float = 0.0) -> float:
    """The probability that a program is right.

    best: the first of a ranking.
    wanted: the outputs of the examples.
    nats: by which more is known to speak for it (default: 0).
    """
    outputs = Outputs.of(wanted)
    bits_of_outputs = min(evidence(outputs), MOST_EVIDENCE)
    terms = (1.0, best.agreement, bits_of_outputs, best.entry.weight + nats, math.log(max(len(outputs.values), 1)))
    total = sum(a * b for a, b in zip(CONFIDENCE, terms, strict=True))
    return 1.0 / (1.0 + math.exp(-min(max(total, -50.0), 50.0)))


def shares_alike(entries: Sequence[Entry]) -> np.ndarray:
    """The share of probes on which two programs have the same value, for all pairs: float64 [programs, programs].

    entries: each with its values on the same probes.
    """
    count = len(entries[0].near)
    if count == 0:
        return np.ones((len(entries), len(entries)))
    total = np.zeros((len(entries), len(entries)))
    for probe in range(count):
        numbers: dict[str, int] = {}
        codes = np.array([numbers.setdefault(entry.names[probe], len(numbers)) for entry in entries])
        total += codes[:, None] == codes[None, :]
    return total / count


def written(value: Value) -> str:
    """A text that equal values share, a digest for long ones; failures of all kinds are alike.

    value: of data, or a Failure.
    """
    text = "failure" if isinstance(value, Failure) else repr(value)
    return text if len(text) <= LONGEST else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
