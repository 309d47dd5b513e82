"""A search for programs of learned words: these alone, and few built-in words to join what they give.

Where tasks build on each other a program is mostly learned words one after the other, and what the plain search spends its time on, the
bodies of lambdas, is in those words already. With none but short ones, that give a function of one argument to a word that takes such a
function (`map`), a term costs a tenth or less, so that programs of many words come within reach; and only so many words are offered,
however many a library has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from primitives.definitions import Definition
from primitives.interpreter.deadline import NEVER, Deadline
from primitives.primitive import PURE, Primitive
from primitives.types import Constructor, Type, TypeVariable, arguments_of, has_tensor, is_function
from primitives.values import Value

from ..enumeration.enumerator import Enumerator
from ..enumeration.settings import Settings
from ..generation.costs import Costs
from ..problem import Problem

FEWEST, MOST, JOINING = 3, 64, 6
"""Learned words below which there is no such search, and how many of them and of the built-in words it takes."""
LEARNED, BUILT_IN, VARIABLE = 2, 4, 1
"""What words and variables cost."""
APPLYING, APPLIED = 4, 2
"""How many words that take a function of one argument there are, and what they cost."""
SHARE = 10.0
"""Times as many terms as another search, which is about as much time as two others."""
PART = 4
"""The part of the memory that it has: its terms are short, and longer ones are made of them."""
HEAD_START = 2_000
"""Terms of the other searches before this one begins: the easiest tasks do without."""


def composing_costs(
    words: Mapping[str, Primitive], costs: Costs, weights: Mapping[str, float] | None, output: Type
) -> Costs | None:
    """The words of such a search with their costs; None where too few are learned.

    words: of the problem.
    costs: the plain ones; what they leave out stays out.
    weights: log weights in nats that earlier tasks taught (None: nothing is known); where words are too many the likeliest are taken.
    output: the type of what programs give; of built-in words those that can make it are taken before others.
    """

    def order(name: str) -> tuple[float, int]:
        return -(weights or {}).get(name, 0.0), costs.words[name]

    def joining_order(name: str) -> tuple[bool, float, int]:
        result = arguments_of(words[name].scheme.type)[1]
        return not (isinstance(result, TypeVariable) or _head(result) == _head(output)), *order(name)

    able = [name for name in costs.words if name in words and _makes_data_of_data(words[name])]
    learned = sorted((name for name in able if isinstance(words[name], Definition)), key=order)
    if len(learned) < FEWEST:
        return None
    joining = [name for name in able if name not in learned and len(arguments_of(words[name].scheme.type)[0]) > 1]
    applying = [name for name in costs.words if name in words and _applies(words[name])]
    table = dict.fromkeys(learned[:MOST], LEARNED) | dict.fromkeys(
        sorted(joining, key=joining_order)[:JOINING], BUILT_IN
    )
    table |= dict.fromkeys(sorted(applying, key=order)[:APPLYING], APPLIED)
    return Costs(table, VARIABLE, BUILT_IN)


def _makes_data_of_data(word: Primitive) -> bool:
    """Whether the word is pure, takes no functions and gives none, and knows no tensors."""
    arguments, result = arguments_of(word.scheme.type)
    return _is_plain(word) and bool(arguments) and not any(map(is_function, (*arguments, result)))


def _applies(word: Primitive) -> bool:
    """Whether the word makes data of data and one function of one argument from data to data."""
    arguments, result = arguments_of(word.scheme.type)
    functions = [each for each in arguments if is_function(each)]
    if not _is_plain(word) or len(functions) != 1 or len(arguments) < 2 or is_function(result):
        return False
    given, made = arguments_of(functions[0])
    return len(given) == 1 and not any(map(is_function, (*given, made)))


def _head(type: Type) -> str:
    """What a type is, whatever it is of."""
    return type.name if isinstance(type, Constructor) else str(type)


def _is_plain(word: Primitive) -> bool:
    return word.purity == PURE and not has_tensor(word.scheme.type) and not word.geometric


def composing(
    problem: Problem,
    costs: Costs,
    weights: Mapping[str, float] | None,
    settings: Settings,
    probes: Sequence[Sequence[Value]] = (),
    deadline: Deadline = NEVER,
) -> Enumerator | None:
    """The search for a problem with examples; None where its words are not such.

    problem: what is searched for.
    costs: its plain ones.
    weights: see ``composing_costs``.
    settings: of the enumeration; what they say of constants counts for nothing, and lambdas do not nest.
    probes: join the problem's own.
    deadline: for making it.

    Raises OutOfTime.
    """
    chosen = composing_costs(problem.runnable, costs, weights, arguments_of(problem.type)[1])
    if chosen is None:
        return None
    return Enumerator(
        problem.type, problem.examples or (), words=problem.runnable, costs=chosen, probes=(*problem.probes, *probes),
        settings=settings, deadline=deadline,
    )  # fmt: skip
