"""What every word must do by itself: its declaration, its values, its purity, its laziness, its shapes."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from primitives.inference import IllTyped, infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.interpreter.storage import Storage
from primitives.notation.types import parse_scheme
from primitives.primitive import EFFECTFUL, PURE, STATEFUL, STOCHASTIC, Primitive
from primitives.syntax import parse, show
from primitives.term import Apply, Term, Variable, Word, apply, lambdas, spine, words_in
from primitives.testing import applications, fits, values
from primitives.types import (
    CLASSES,
    FLOAT,
    INT,
    DimensionVariable,
    ShapeVariable,
    TensorType,
    Type,
    TypeVariable,
    arguments_of,
    function,
    is_function,
    subtypes,
    variables_of,
)
from primitives.unify import rename
from primitives.values import Failure, Outcome
from primitives.weights import initialise
from search.generation.costs import MOST

from ..reference.examples import evaluate_example

Words = Mapping[str, Primitive]
FAILURES = frozenset(Outcome) - {Outcome.OK, Outcome.ERROR, Outcome.LOST, Outcome.STOPPED, Outcome.UNSUITABLE}
"""What a term may come to in place of a value."""
QUICK = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


FUEL = Fuel(steps=20_000)


Case = tuple[Term, Type]
CASES = 20


def drawn_cases(word: Primitive, words: Words) -> tuple[Case, ...]:
    """The word applied to drawn arguments, with its type: the same for all tests of a word, for to draw them takes longer than to run
    them."""
    return _drawn(word, tuple(words.items()))


@functools.lru_cache(maxsize=1_000)
def _drawn(word: Primitive, words: tuple[tuple[str, Primitive], ...]) -> tuple[Case, ...]:
    cases: list[Case] = []

    @settings(QUICK, max_examples=CASES)
    @given(applications(dict(words), word.name))
    def draw(case: Case) -> None:
        cases.append(case)

    draw()
    return tuple(cases)


def _shape(result: object) -> str:
    return result.kind if isinstance(result, Failure) else repr(result)


@st.composite
def tensor_cases(draw: st.DrawFn, word: Primitive) -> tuple[Word, tuple, int]:
    """The word with drawn settings, types of its arguments with small dimensions, and a seed."""
    chosen: dict[str, object] = {}
    for setting in word.settings:
        if setting.choices:
            chosen[setting.name] = draw(st.sampled_from(setting.choices))
        elif isinstance(setting.default, int):
            low, high = int(setting.low or 0), int(setting.high or 0)
            chosen[setting.name] = draw(st.integers(low, min(high, low + 4)))
        else:
            chosen[setting.name] = draw(st.floats(setting.low, setting.high))
    renaming: dict = {}
    dimension = st.integers(1, 8)
    for variable in variables_of(word.scheme.type):
        if isinstance(variable, DimensionVariable):
            renaming[variable] = chosen.get(variable.name, draw(dimension))
        elif isinstance(variable, TypeVariable):
            renaming[variable] = draw(st.sampled_from((INT, FLOAT)))
    types = []
    shapes = {
        v: draw(st.lists(dimension, max_size=2)) for v in variables_of(word.scheme.type) if isinstance(v, ShapeVariable)
    }
    for argument in arguments_of(word.scheme.type)[0][: word.arity]:
        types.append(_with_shapes(rename(argument, renaming), shapes))
    return word.word(chosen, "1" if word.sited else None), tuple(types), draw(st.integers(0, 99))


def _with_shapes(type, shapes):
    if isinstance(type, TensorType):
        axes = []
        for axis in type.shape:
            axes.extend(shapes[axis] if isinstance(axis, ShapeVariable) else [axis])
        return TensorType(tuple(axes), type.dtype)
    if hasattr(type, "arguments"):
        return type.__class__(type.name, tuple(_with_shapes(part, shapes) for part in type.arguments))
    return type


class Declaration:
    """Of every word: what it declares, and that it can be written and read."""

    def test_declaration(self, word: Primitive, words: Words) -> None:
        assert words[word.name] is word
        assert len(word.doc.strip()) > 5, "the docstring of the meaning says what the word does"
        assert parse_scheme(str(word.scheme)) == word.scheme
        variables = {v.name for v in variables_of(word.scheme.type) if isinstance(v, TypeVariable)}
        assert set(word.scheme.constraints) <= variables
        assert set(word.scheme.constraints.values()) <= set(CLASSES)
        assert 0 <= word.arity <= len(arguments_of(word.scheme.type)[0])
        assert word.lazy <= set(range(word.arity))
        assert word.purity in (PURE, STOCHASTIC, STATEFUL, EFFECTFUL)
        assert word.prior.cost is None or 1 <= word.prior.cost <= MOST
        assert all(math.isfinite(word.prior.drawn(tensors)) for tensors in (False, True))
        assert ("storage" in word.keywords) == (word.purity == EFFECTFUL)

    def test_example(self, word: Primitive, words: Words) -> None:
        """What the reference shows of the word: a program in which it stands, with a value."""
        if not word.example:
            pytest.skip("the word declares no example")
        assert word.name in {each.name for each in words_in(parse(word.example, words))}
        assert evaluate_example(word, words).value

    def test_name_and_settings_can_be_written_and_read(self, word: Primitive, words: Words) -> None:
        site = "1" if word.sited else None
        assert parse(word.name, words) == word.word(site=site)
        for setting in word.settings:
            assert setting.name in word.keywords
            assert setting.check(word.name, setting.default) == setting.default
            assert re.fullmatch(r"[a-z_]+", setting.name)
            if setting.choices:
                assert setting.default in setting.choices
                candidates = setting.choices
            else:
                assert setting.low is not None and setting.high is not None, "the range is what a search samples"
                assert isinstance(setting.default, (int, float))
                assert setting.low <= setting.default <= setting.high
                kind = int if isinstance(setting.default, int) else float
                candidates = (kind(setting.low), kind(setting.high))
            for value in candidates:
                term = word.word({setting.name: value}, site)
                assert parse(show(term), words) == term


class InterpretedValues:
    """Of words on values: types, failures, partial application, laziness."""

    def test_inferred_type_of_the_bare_word_is_its_scheme(self, word: Primitive, words: Words) -> None:
        inference = infer(word.word(), words)
        assert len(inference.constraints) == len(word.scheme.constraints)
        assert arguments_of(inference.type)[0].__len__() == len(arguments_of(word.scheme.type)[0])

    def test_values_fit_the_inferred_type(
        self, word: Primitive, words: Words, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Runs on drawn arguments: a value of the inferred type or a known failure, the same each time if the word is
        pure."""
        folder = tmp_path_factory.mktemp("memory")
        met = {"value": 0}

        def check(case: Case) -> None:
            term, type = case
            assert infer(term, words, type).type == type, show(term)
            result = evaluate(term, words=words, fuel=FUEL, storage=Storage(folder))
            if isinstance(result, Failure):
                assert result.kind in FAILURES, show(term)
                assert result.word in words or result.word == "", show(term)
            else:
                met["value"] += 1
                assert fits(result, type), f"{show(term)} gave {result!r}, which is no {type}"
            if word.purity == PURE:
                assert repr(evaluate(term, words=words, fuel=FUEL)) == repr(result), show(term)

        for case in drawn_cases(word, words):
            check(case)
        for examples in (60, 500):  # a few words fail on nearly every argument
            if met["value"] == 0:
                settings(QUICK, max_examples=examples)(given(applications(words, word.name))(check))()
        assert met["value"] > 0, "it failed on every drawn argument"

    def test_partial_application_gives_the_same(self, word: Primitive, words: Words) -> None:
        """The word under lambdas, and the word given its arguments one by one, are the word."""
        met = {"compared": 0}

        def check(case: Case) -> None:
            head, arguments = spine(case[0])
            count = len(arguments)
            full = evaluate(apply(head, *arguments), words=words, fuel=FUEL)
            expanded = lambdas(count, apply(head, *(Variable(count - 1 - i) for i in range(count))))
            curried = evaluate(apply(expanded, *arguments), words=words, fuel=FUEL)
            held = head
            for argument in arguments:
                held = Apply(Word("id"), Apply(held, argument))
            one_by_one = evaluate(held, words=words, fuel=FUEL)
            if not any(isinstance(r, Failure) and r.kind == "out of fuel" for r in (full, curried, one_by_one)):
                met["compared"] += 1
                assert _shape(full) == _shape(curried) == _shape(one_by_one), show(case[0])

        if word.purity == PURE:
            for case in drawn_cases(word, words)[:5]:
                check(case)
            if met["compared"] == 0:
                settings(QUICK, max_examples=100)(given(applications(words, word.name))(check))()
            assert met["compared"] > 0, "it was out of fuel with every drawn argument"

    def test_strict_arguments_fail_and_lazy_ones_need_not(self, word: Primitive, words: Words) -> None:
        """With an undefined argument the word fails where it is strict; where it is lazy, it has a value for some other
        arguments."""
        undefined = parse("(head empty)", words)
        spared: set[int] = set()

        for term, _ in drawn_cases(word, words)[: CASES if word.lazy else 5]:
            head, parts = spine(term)
            for position in range(word.arity):
                broken = apply(head, *parts[:position], undefined, *parts[position + 1 :])
                result = evaluate(broken, words=words, fuel=FUEL)
                if position not in word.lazy:
                    assert isinstance(result, Failure), show(broken)
                elif not isinstance(result, Failure):
                    spared.add(position)
        assert spared == word.lazy


class InterpretedTensors:
    """Of words on tensors: what is inferred is what comes out."""

    def test_inferred_shapes_are_the_executed_shapes(self, word: Primitive, words: Words) -> None:
        """On drawn dimensions and settings: refused with a message that names the word, or run to exactly the inferred
        type."""
        met = {"value": 0}

        @settings(QUICK, max_examples=40)
        @given(st.data())
        def check(data: st.DataObject) -> None:
            head, types, seed = data.draw(tensor_cases(word))
            assume(not any(is_function(part) for type in types for part in subtypes(type)))
            count = len(types)
            term = lambdas(count, apply(head, *(Variable(count - 1 - i) for i in range(count))))
            try:
                inference = infer(term, words, function(*types, TypeVariable("result")))
            except IllTyped as error:
                assert word.name in str(error)
                return
            weights = initialise(inference.sites, seed)
            arguments = [data.draw(values(type, edges=False)) for type in types]
            result = evaluate(term, arguments, words=words, weights=weights)
            expected = arguments_of(inference.type)[1] if count else inference.type
            if isinstance(result, Failure):
                assert result.kind in FAILURES
                return
            met["value"] += 1
            assert fits(result, expected), f"{show(term)} of {', '.join(map(str, types))} is not {expected}"
            again = evaluate(term, arguments, words=words, weights=weights)
            assert repr(again) == repr(result), "in evaluation mode a word gives the same each time"

        check()
        assert met["value"] > 0, "no drawn shapes could run"
