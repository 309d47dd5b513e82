"""What is enumerated for a task: the types at which words are tried, the words at those types with their costs, and constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from primitives.columns.bank import Bank
from primitives.columns.frame import Operation
from primitives.columns.operations import instances, operation
from primitives.columns.pools import Values
from primitives.definitions import Definition
from primitives.interpreter.deadline import NEVER, Deadline
from primitives.primitive import Primitive
from primitives.types import (
    BOOL,
    CHAR,
    FLOAT,
    INT,
    STRING,
    Constructor,
    Type,
    TypeVariable,
    arguments_of,
    is_function,
    list_of,
    subtypes,
)
from primitives.values import Value

from ..generation.constants import Constant, mined
from ..generation.costs import Costs
from .answers import Example
from .domain import Domains
from .intermediate import intermediate
from .levels import Leaf, Plan
from .settings import Settings


@dataclass(frozen=True, eq=False)
class Space:
    """``types`` are the ground types at which words are tried, ``familiar`` those of them that the task speaks of or leads over."""

    inputs: tuple[Type, ...]
    output: Type
    examples: Sequence[Example]
    probes: Sequence[Sequence[Value]]
    words: Mapping[str, Primitive]
    settings: Settings
    values: Values
    types: tuple[Type, ...]
    familiar: frozenset[Type]
    domains: Domains
    plan: Plan

    def on(self, chosen: Sequence[int]) -> Space:
        """The space with some of the examples alone: what values may grow to and what bodies are tried on follow from them.

        chosen: their numbers.

        Raises OutOfTime.
        """
        if list(chosen) == list(range(len(self.examples))):
            return self
        examples, deadline = [self.examples[number] for number in chosen], self.values.deadline
        self.values.bound(*_fuel(examples, self.probes, self.settings, deadline))
        samples = list(_samples(self.inputs, self.output, examples, self.probes, deadline))
        return replace(self, examples=examples, domains=Domains(self.values, samples))

    def root(self) -> Bank:
        """An outer bank without terms: a world for each example, then one for each probe."""
        rows = [given for given, _ in self.examples] + [list(given) for given in self.probes]
        columns = [self.values.encode([row[i] for row in rows], type) for i, type in enumerate(self.inputs)]
        return Bank(self.values, self.inputs, columns, len(rows))


def space_of(
    type: Type, examples: Sequence[Example], words: Mapping[str, Primitive], costs: Costs, probes: Sequence[Sequence[Value]],
    constants: Sequence[Constant], settings: Settings, deadline: Deadline = NEVER, known: Mapping[str, Primitive] | None = None,
) -> Space:  # fmt: skip
    """The space of programs of ``type`` over ``words``. ``constants`` are (value, type, cost); ``known`` is what learned words may be made
    of (default: ``words``). Raises OutOfTime."""
    inputs, output = arguments_of(type)
    values = _values(examples, probes, settings, deadline)
    familiar = _spoken_of(inputs, output, words)
    text = _is_text(inputs, output)
    listed = () if _is_formula(inputs, output) else (list_of(CHAR if text else BOOL),)
    types = tuple(dict.fromkeys([*familiar, *listed, *settings.types]))
    spoken = frozenset([*familiar, *settings.types])
    domains = Domains(values, list(_samples(inputs, output, examples, probes, deadline)))
    operations = _operations(words, costs, types, output, spoken, settings, deadline, words if known is None else known)
    literals = [*costs.literals, *constants, *(mined(examples, output, deadline) if settings.mine else ())]
    plan = Plan(
        operations, _leaves(values, types, literals), costs.variable, settings.lambda_depth, settings.body_worlds,
        settings.max_worlds, settings.exact, settings.nested,
    )  # fmt: skip
    return Space(inputs, output, examples, probes, words, settings, values, types, spoken, domains, plan)


def _values(
    examples: Sequence[Example], probes: Sequence[Sequence[Value]], settings: Settings, deadline: Deadline
) -> Values:
    """Pools with the fuel that values as long as those of the examples need."""
    limit, steps = _fuel(examples, probes, settings, deadline)
    values = Values(limit, steps=steps, cells=min(1 << 18, max(1 << 13, settings.memory >> 12)))
    values.deadline = deadline
    return values


def _fuel(
    examples: Sequence[Example], probes: Sequence[Sequence[Value]], settings: Settings, deadline: Deadline
) -> tuple[int, int]:
    """How long a sequence may be, and how many steps a loop may take."""
    longest = max([8, *(len(part) for part in _sequences(examples, probes, deadline))])
    return min(max(settings.max_length, 2 * longest), 4 * longest + 64), settings.max_steps or longest + 8


def _is_text(inputs: Sequence[Type], output: Type) -> bool:
    return any(part == STRING for whole in (*inputs, output) for part in subtypes(whole))


def _is_formula(inputs: Sequence[Type], output: Type) -> bool:
    """Whether a task is about Floats alone, or these and truth values."""
    return FLOAT in (*inputs, output) and {FLOAT, BOOL}.issuperset((*inputs, output))


def _spoken_of(inputs: Sequence[Type], output: Type, words: Mapping[str, Primitive]) -> tuple[Type, ...]:
    """The types of the task's values, those that go with them, and those between them."""
    # A task about texts seldom needs lists of numbers, but lists of words.
    text = _is_text(inputs, output)
    # One about Floats alone needs no lists: whatever is made of a list of Ints there would be most of the terms.
    plain = (INT, BOOL) if _is_formula(inputs, output) else (INT, BOOL, list_of(INT))
    found = dict.fromkeys((INT, BOOL, CHAR, STRING) if text else plain)
    if text and any(list_of(STRING) in subtypes(word.scheme.type) for word in words.values()):
        found[list_of(STRING)] = None
    if text and not any(_joins_texts(word) for word in words.values()):
        # Texts can only be put together as lists of characters.
        found[list_of(CHAR)] = None
    for part in (*inputs, output):
        found.update(dict.fromkeys(t for t in subtypes(part) if not is_function(t)))
    found.update(dict.fromkeys(intermediate(words, tuple(found), inputs, output)))
    return tuple(found)


def _joins_texts(word: Primitive) -> bool:
    """Whether a word, one that was not learned, makes a text of two."""
    arguments, result = arguments_of(word.scheme.type)
    return not isinstance(word, Definition) and result == STRING and arguments.count(STRING) > 1


def _operations(
    words: Mapping[str, Primitive], costs: Costs, types: Sequence[Type], output: Type, familiar: frozenset[Type],
    settings: Settings, deadline: Deadline, known: Mapping[str, Primitive],
) -> tuple[tuple[Operation, int], ...]:  # fmt: skip
    """The words at the types, with their costs: those of the goal's type first, for a level's terms of other types only matter to the
    next level."""
    found = []
    for name, primitive in words.items():
        cost = costs.of(name)
        if cost is None:
            continue
        for arguments, result in instances(primitive, types):
            deadline.check()
            strange = settings.strange_type * _strange(primitive, arguments, result, familiar)
            found.append((operation(primitive, arguments, result, known), cost + strange))
    return tuple(sorted(found, key=lambda entry: (entry[0].result != output, entry[1])))


def _strange(word: Primitive, arguments: Sequence[Type], result: Type, familiar: frozenset[Type]) -> int:
    """How many types an instance has that the task does not speak of, and one more for the order of what is no scalar: of texts too."""
    parts = {part for type in (*arguments, result) for part in subtypes(type) if not is_function(part)}
    odd = _compares(word) and isinstance(arguments[0], Constructor) and bool(arguments[0].arguments)
    odd |= arguments[:1] == (STRING,) and _compares(word, ("Ord",))
    return len(parts - familiar) + odd


def _compares(word: Primitive, kinds: Sequence[str] = ("Eq", "Ord")) -> bool:
    """Whether all that the word takes are values of one type that it needs to be equal or in order (``kinds``)."""
    arguments, _ = arguments_of(word.scheme.type)
    first = arguments[0] if len(arguments) > 1 else None
    kind = word.scheme.constraints.get(first.name) if isinstance(first, TypeVariable) else None
    return kind in kinds and all(argument == first for argument in arguments)


def _leaves(values: Values, types: Sequence[Type], literals: Sequence[Constant]) -> tuple[Leaf, ...]:
    """The constants of the types, each at its least cost."""
    known, leaves = frozenset(types), dict[tuple[int, Type], int]()
    for value, type, cost in literals:
        values.deadline.check()
        if type in known:
            code = values.pool(type).encode(value)
            leaves[code, type] = min(cost, leaves.get((code, type), cost))
    return tuple(Leaf(code, type, cost) for (code, type), cost in leaves.items())


def _samples(
    inputs: Sequence[Type], output: Type, examples: Sequence[Example], probes: Sequence[Sequence[Value]], deadline: Deadline
) -> Iterator[list[tuple[Value, Type]]]:  # fmt: skip
    """The values of each example and probe with their types."""
    for given, result in examples:
        deadline.check()
        yield [*zip(given, inputs), (result, output)]
    for given in probes:
        yield [*zip(given, inputs)]


def _sequences(
    examples: Sequence[Example], probes: Sequence[Sequence[Value]], deadline: Deadline
) -> Iterator[Sequence]:
    """All lists and strings of the examples, inner ones too."""
    waiting: list[Value] = [value for given, result in examples for value in (*given, result)]
    waiting += [value for given in probes for value in given]
    waiting = [value for value in waiting if isinstance(value, (tuple, str))]
    while waiting:
        value = waiting.pop()
        deadline.check()
        yield value
        if isinstance(value, tuple):
            waiting.extend(part for part in value if isinstance(part, (tuple, str)))
