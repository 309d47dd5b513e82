"""Evaluation is strict in functions too: a word fails with an expression for a function that fails, though it calls no function, by every
back end."""

from __future__ import annotations

import pytest

from automl.testing.compiled import check_batch
from primitives.columns.bank import Bank
from primitives.columns.operations import operation, replace
from primitives.columns.pools import FAIL, Values
from primitives.definitions import definition
from primitives.inference import IllTyped, infer
from primitives.interpreter.interpret import evaluate
from primitives.source import to_source
from primitives.syntax import parse, show
from primitives.term import Literal, Term, Variable, apply, lambdas
from primitives.types import BOOL, INT, Type, arguments_of, function, is_function, variables_of
from primitives.values import Failure, Table
from primitives.words import builtin_words

WORDS = builtin_words()
HIGHER = sorted(
    name for name, word in WORDS.items() if any(map(is_function, arguments_of(word.scheme.type)[0][: word.arity]))
)
FAILING = (
    "(head empty)",
    "(let ((y (head empty))) GOOD)",
    "((lambda (y) GOOD) (head empty))",
    "(if (head empty) GOOD GOOD)",
    "(second (pair (head empty) GOOD))",
    # Words with too few arguments: what is given is evaluated before there is a function.
    "(const (head empty))",
    "(+ (head empty))",
    "(flip const (head empty))",
    "(and (head empty))",
    "(if (head empty))",
    "(if (head empty) (head empty))",
)
NOTHING = {
    "int": 0,
    "bool": False,
    "char": "c",
    "str": "",
    "list": (),
    "option": None,
    "map": Table(()),
    "pair": (0, 0),
}
"""Data of each type with which words call no function, where they have a choice."""
Case = tuple[Term, Type, tuple]


def good(type: Type) -> Term:
    """A function of the type, always of the same value."""
    arguments, result = arguments_of(type)
    return lambdas(len(arguments), Literal(NOTHING[result.name], result))


def ground(type: Type, by: Type) -> Type:
    return replace(type, dict.fromkeys(variables_of(type), by))


def cases(name: str) -> list[Case]:
    """Programs of the word's data with an expression that fails for one of its functions, their types, and no data."""
    found = []
    for types, result in (arguments_of(ground(WORDS[name].scheme.type, by)) for by in (INT, BOOL)):
        data = [type for type in types if not is_function(type)]
        for position in (i for i, type in enumerate(types) if is_function(type)):
            for text in FAILING:
                failing = parse(text.replace("GOOD", show(good(types[position]))), WORDS)
                left = iter(reversed(range(len(data))))
                given = [good(type) if is_function(type) else Variable(next(left)) for type in types]
                given[position] = failing
                program, type = lambdas(len(data), apply(WORDS[name].word(), *given)), function(*data, result)
                try:
                    infer(program, WORDS, type)
                except IllTyped:
                    continue
                found.append((program, type, tuple(NOTHING[each.name] for each in data)))
    return found


def interpreted_and_compiled(program: Term, type: Type, data: tuple) -> bool:
    check_batch(program, type, [data, data], WORDS)
    return isinstance(evaluate(program, data, words=WORDS), Failure)


def on_columns(program: Term, type: Type, data: tuple) -> bool:
    types, result = arguments_of(type)
    routine, values = definition("routine", str(type), program), Values()
    columns = [values.encode([value], each) for value, each in zip(data, types, strict=True)]
    return Bank(values, (), (), 1).perform(operation(routine, types, result, WORDS), columns, 1)[0] == FAIL


def as_source(program: Term, type: Type, data: tuple) -> bool:
    space: dict = {"__name__": "__main__"}
    exec(to_source(program, WORDS, type), space)
    try:
        space["program"](*data)
    except space["Failed"]:
        return True
    return False


@pytest.mark.parametrize("name", HIGHER)
def test_a_word_fails_with_a_function_that_fails_though_it_calls_none(name: str) -> None:
    found = cases(name)
    assert len(found) > len(FAILING)
    for case in found:
        for fails in (interpreted_and_compiled, on_columns):
            assert fails(*case), f"{fails.__name__}: {show(case[0])}"
    for case in found if name == "repeat" else found[-1:]:  # harvesting the text of a word is what takes long
        assert as_source(*case), show(case[0])
