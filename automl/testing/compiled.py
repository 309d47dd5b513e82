"""What every word must do compiled: on batches it gives what the interpreter gives example by example."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.batch import collate, split
from primitives.binding import shift
from primitives.compile import compile_term
from primitives.inference import IllTyped, infer
from primitives.interpreter.interpret import evaluate
from primitives.primitive import EFFECTFUL, Primitive
from primitives.syntax import show
from primitives.term import Apply, Literal, Variable, apply, lambdas
from primitives.testing import applications, values
from primitives.types import (
    DimensionVariable,
    ShapeVariable,
    TensorType,
    TypeVariable,
    arguments_of,
    function,
    is_function,
    subtypes,
    tensor,
    variables_of,
)
from primitives.unify import rename
from primitives.values import Failure, Graph, Some, Table

from .interpreted import FUEL, QUICK, Words

BATCH = 3


def close(got, wanted):
    """Equal up to rounding; NaN equals NaN, and the Int sum of no Floats its Float."""
    if isinstance(got, Failure) or isinstance(wanted, Failure):
        return isinstance(got, Failure) and isinstance(wanted, Failure) and got.kind == wanted.kind
    if isinstance(wanted, bool) or isinstance(got, bool):
        return got is wanted
    if isinstance(wanted, (int, float)) and isinstance(got, (int, float)):
        if isinstance(wanted, int) and isinstance(got, int):
            return got == wanted
        return math.isclose(got, wanted, rel_tol=1e-5, abs_tol=1e-6) or (got != got and wanted != wanted)
    if isinstance(wanted, torch.Tensor):
        return got.shape == wanted.shape and torch.allclose(got, wanted, rtol=1e-4, atol=1e-5, equal_nan=True)
    if isinstance(wanted, tuple):
        return isinstance(got, tuple) and len(got) == len(wanted) and all(map(close, got, wanted))
    if isinstance(wanted, Some):
        return isinstance(got, Some) and close(got.value, wanted.value)
    if isinstance(wanted, Table):
        return isinstance(got, Table) and close(tuple(got), tuple(wanted))
    if isinstance(wanted, Graph):
        return isinstance(got, Graph) and close(got.edges, wanted.edges) and close(got.nodes, wanted.nodes)
    return got == wanted


def check_batch(term, type, examples, words):
    """Interpreter and compiled program on a batch of argument tuples."""
    program = compile_term(term, words, type, fuel=FUEL).eval()
    types, result = arguments_of(type)
    batches = [collate(column, t) for column, t in zip(zip(*examples, strict=True), types, strict=True)]
    weights = program.weights()
    wanted = []
    for arguments in examples:
        wanted.append(evaluate(term, arguments, words=words, weights=weights, fuel=FUEL))
        if isinstance(wanted[-1], Failure) and wanted[-1].kind == "out of fuel":
            return False
    got = split(program(*batches), result)
    for ours, theirs, arguments in zip(got, wanted, examples, strict=True):
        assert close(ours, theirs), f"{show(term)} of {arguments}: compiled {ours!r}, interpreted {theirs!r}"
    return any(not isinstance(value, Failure) for value in wanted)


@st.composite
def abstracted(draw, name, words):
    """The word applied to inputs where its arguments are constants, and a batch of those inputs."""
    term, type = draw(applications(words, name))
    parts = []
    while isinstance(term, Apply):
        parts.insert(0, term.argument)
        term = term.function
    places = [i for i, part in enumerate(parts) if isinstance(part, Literal)]
    count = len(places)
    inner = [
        Variable(count - 1 - places.index(i)) if i in places else shift(part, count) for i, part in enumerate(parts)
    ]
    inputs = [parts[i].type for i in places]
    examples = [tuple(parts[i].value for i in places)]
    examples += [tuple(draw(values(t)) for t in inputs) for _ in range(BATCH - 1)]
    return lambdas(count, apply(term, *inner)), function(*inputs, type), examples if count else [()]


@st.composite
def tensor_cases(draw, word):
    """The word with drawn settings and types of its arguments with small dimensions."""
    chosen = {}
    for setting in word.settings:
        if setting.choices:
            chosen[setting.name] = draw(st.sampled_from(setting.choices))
        elif isinstance(setting.default, int):
            chosen[setting.name] = draw(st.integers(int(setting.low), int(setting.low) + 4))
        else:
            chosen[setting.name] = draw(st.floats(setting.low, setting.high))
    renaming = {}
    for variable in variables_of(word.scheme.type):
        if isinstance(variable, DimensionVariable):
            renaming[variable] = chosen.get(variable.name) or draw(st.integers(1, 8))
        elif isinstance(variable, TypeVariable):
            renaming[variable] = tensor(draw(st.integers(1, 4)))
    types = []
    shapes = {
        v: tuple(draw(st.lists(st.integers(1, 5), max_size=3)))
        for v in variables_of(word.scheme.type)
        if isinstance(v, ShapeVariable)
    }
    for type in arguments_of(rename(word.scheme.type, renaming))[0]:
        types.append(_filled(type, shapes))
    return word.word(chosen, "1" if word.sited else None), tuple(types)


def _filled(type, shapes):
    if isinstance(type, TensorType):
        axes = [axis for part in type.shape for axis in (shapes[part] if isinstance(part, ShapeVariable) else (part,))]
        return TensorType(tuple(axes), type.dtype)
    if getattr(type, "arguments", ()):
        return type.__class__(type.name, tuple(_filled(part, shapes) for part in type.arguments))
    return type


class CompiledValues:
    """Of words on values."""

    def test_compiled_on_values(self, word: Primitive, words: Words):
        if word.purity == EFFECTFUL:
            pytest.skip("what it does beside its value is not compiled")
        met = {"value": not word.arity}

        cases = abstracted(word.name, words)

        def check(case):
            met["value"] |= check_batch(*case, words)

        def until_met(case):
            if not met["value"]:
                check(case)

        settings(QUICK, max_examples=6)(given(cases)(check))()
        for examples in (30, 300):  # a few words fail on nearly every argument
            if not met["value"]:
                settings(QUICK, max_examples=examples)(given(cases)(until_met))()
        assert met["value"], "it failed on every drawn argument"


class CompiledTensors:
    """Of words on tensors."""

    def test_compiled_on_tensors(self, word: Primitive, words: Words):
        met = {"value": False}

        @settings(QUICK, max_examples=15)
        @given(st.data())
        def check(data):
            head, types = data.draw(tensor_cases(word))
            if any(is_function(part) for type in types for part in subtypes(type)):
                return
            count = len(types)
            term = lambdas(count, apply(head, *(Variable(count - 1 - i) for i in range(count))))
            try:
                type = infer(term, words, function(*types, TypeVariable("result"))).type
            except IllTyped:
                return
            examples = (
                [tuple(data.draw(values(t, edges=False)) for t in types) for _ in range(BATCH)] if types else [()]
            )
            met["value"] |= check_batch(term, type, examples, words)

        check()
        assert met["value"], "no drawn shapes could run"
