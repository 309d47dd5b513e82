"""One suite over every word that is found: its declaration, its values, its purity, its laziness, its shapes."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from primitives.inference import IllTyped, infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.interpreter.storage import Storage
from primitives.primitive import EFFECTFUL, PURE, STATEFUL, STOCHASTIC, Primitive, builtin_words
from primitives.syntax import parse, show
from primitives.term import Apply, Lambda, Variable, Word, apply, lambdas
from primitives.testing import applications, fits, values
from primitives.types import (
    CLASSES,
    FLOAT,
    INT,
    DimensionVariable,
    ShapeVariable,
    TensorType,
    TypeVariable,
    arguments_of,
    function,
    has_tensor,
    list_of,
    parse_scheme,
    variables_of,
)
from primitives.unify import rename
from primitives.values import KINDS, Failure
from search.generation.costs import MOST

WORDS = builtin_words()
TENSOR_WORDS = sorted(n for n, w in WORDS.items() if w.geometric or has_tensor(w.scheme.type))
VALUE_WORDS = sorted(set(WORDS) - set(TENSOR_WORDS))
LAZY_WORDS = [name for name in VALUE_WORDS if WORDS[name].lazy]
FUEL = Fuel(steps=20_000)
QUICK = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def test_vocabulary_is_large_enough_to_be_the_real_one() -> None:
    assert len(VALUE_WORDS) > 120
    assert len(TENSOR_WORDS) > 30


@pytest.mark.parametrize("name", sorted(WORDS))
def test_declaration(name: str) -> None:
    word = WORDS[name]
    assert word.name == name
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


@pytest.mark.parametrize("name", sorted(WORDS))
def test_name_and_settings_can_be_written_and_read(name: str) -> None:
    word = WORDS[name]
    site = "1" if word.sited else None
    assert parse(name, WORDS) == word.word(site=site)
    for setting in word.settings:
        assert setting.name in word.keywords
        assert setting.check(name, setting.default) == setting.default
        assert re.fullmatch(r"[a-z_]+", setting.name)
        if setting.choices:
            assert setting.default in setting.choices
            candidates = setting.choices
        else:
            assert setting.low is not None and setting.high is not None, "the range is what a search samples"
            assert setting.low <= setting.default <= setting.high
            kind = int if isinstance(setting.default, int) else float
            candidates = (kind(setting.low), kind(setting.high))
        for value in candidates:
            term = word.word({setting.name: value}, site)
            assert parse(show(term), WORDS) == term


@pytest.mark.parametrize("name", VALUE_WORDS)
def test_inferred_type_of_the_bare_word_is_its_scheme(name: str) -> None:
    inference = infer(WORDS[name].word(), WORDS)
    assert len(inference.constraints) == len(WORDS[name].scheme.constraints)
    assert arguments_of(inference.type)[0].__len__() == len(arguments_of(WORDS[name].scheme.type)[0])


@pytest.mark.parametrize("name", VALUE_WORDS)
def test_values_fit_the_inferred_type(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Runs on drawn arguments: a value of the inferred type or a known failure, the same each time if the word is
    pure."""
    folder = tmp_path_factory.mktemp("memory")
    met = {"value": 0}

    def check(case: tuple) -> None:
        term, type = case
        assert infer(term, WORDS, type).type == type
        result = evaluate(term, words=WORDS, fuel=FUEL, storage=Storage(folder))
        if isinstance(result, Failure):
            assert result.kind in KINDS and result.kind not in ("error", "lost")
            assert result.word in WORDS or result.word == ""
        else:
            met["value"] += 1
            assert fits(result, type), f"{show(term)} gave {result!r}, which is no {type}"
        if WORDS[name].purity == PURE:
            assert repr(evaluate(term, words=WORDS, fuel=FUEL)) == repr(result)

    for examples in (20, 500):
        if met["value"] == 0:
            settings(QUICK, max_examples=examples)(given(applications(WORDS, name))(check))()
    assert met["value"] > 0, "it failed on every drawn argument"


@pytest.mark.parametrize("name", VALUE_WORDS)
def test_partial_application_gives_the_same(name: str) -> None:
    """The word under lambdas, and the word given its arguments one by one, are the word."""

    @settings(QUICK, max_examples=5)
    @given(applications(WORDS, name))
    def check(case: tuple) -> None:
        term, _ = case
        arguments = []
        while isinstance(term, Apply):
            arguments.insert(0, term.argument)
            term = term.function
        count = len(arguments)
        full = evaluate(apply(term, *arguments), words=WORDS, fuel=FUEL)
        expanded = lambdas(count, apply(term, *(Variable(count - 1 - i) for i in range(count))))
        curried = evaluate(apply(expanded, *arguments), words=WORDS, fuel=FUEL)
        held = term
        for argument in arguments:
            held = Apply(Word("id"), Apply(held, argument))
        one_by_one = evaluate(held, words=WORDS, fuel=FUEL)
        if not any(isinstance(r, Failure) and r.kind == "out of fuel" for r in (full, curried, one_by_one)):
            assert _shape(full) == _shape(curried) == _shape(one_by_one)

    if WORDS[name].purity == PURE:
        check()


def _shape(result: object) -> str:
    return result.kind if isinstance(result, Failure) else repr(result)


@pytest.mark.parametrize("name", [n for n in VALUE_WORDS if WORDS[n].arity])
def test_strict_arguments_fail_and_lazy_ones_need_not(name: str) -> None:
    """With an undefined argument the word fails where it is strict; where it is lazy, it has a value for some other
    arguments."""
    word = WORDS[name]
    undefined = parse("(head empty)", WORDS)
    spared: set[int] = set()

    @QUICK
    @given(applications(WORDS, name))
    def check(case: tuple) -> None:
        term, _ = case
        parts = []
        while isinstance(term, Apply):
            parts.insert(0, term.argument)
            term = term.function
        for position in range(word.arity):
            broken = [*parts[:position], undefined, *parts[position + 1 :]]
            result = evaluate(apply(term, *broken), words=WORDS, fuel=FUEL)
            if position not in word.lazy:
                assert isinstance(result, Failure)
            elif not isinstance(result, Failure):
                spared.add(position)

    check()
    assert spared == word.lazy


@st.composite
def tensor_cases(draw: st.DrawFn, word: Primitive) -> tuple[Word, tuple, int]:
    """The word with drawn settings, types of its arguments with small dimensions, and a seed."""
    chosen: dict[str, object] = {}
    for setting in word.settings:
        if setting.choices:
            chosen[setting.name] = draw(st.sampled_from(setting.choices))
        elif isinstance(setting.default, int):
            chosen[setting.name] = draw(st.integers(int(setting.low), min(int(setting.high), int(setting.low) + 4)))
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


@pytest.mark.parametrize("name", TENSOR_WORDS)
def test_inferred_shapes_are_the_executed_shapes(name: str) -> None:
    """On drawn dimensions and settings: refused with a message that names the word, or run to exactly the inferred
    type."""
    from primitives.weights import initialise

    word = WORDS[name]
    met = {"value": 0}

    @settings(QUICK, max_examples=40)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        head, types, seed = data.draw(tensor_cases(word))
        assume(all(not any(map(_is_function, _parts(type))) for type in types))
        count = len(types)
        term = lambdas(count, apply(head, *(Variable(count - 1 - i) for i in range(count))))
        try:
            inference = infer(term, WORDS, function(*types, TypeVariable("result")))
        except IllTyped as error:
            assert name in str(error)
            return
        weights = initialise(inference.sites, seed)
        arguments = [data.draw(values(type, edges=False)) for type in types]
        result = evaluate(term, arguments, words=WORDS, weights=weights)
        expected = arguments_of(inference.type)[1] if count else inference.type
        if isinstance(result, Failure):
            assert result.kind in KINDS and result.kind not in ("error", "lost")
            return
        met["value"] += 1
        assert fits(result, expected), f"{show(term)} of {', '.join(map(str, types))} is not {expected}"
        again = evaluate(term, arguments, words=WORDS, weights=weights)
        assert repr(again) == repr(result), "in evaluation mode a word gives the same each time"

    check()
    assert met["value"] > 0, "no drawn shapes could run"


def _parts(type):
    from primitives.types import subtypes

    return subtypes(type)


def _is_function(type) -> bool:
    from primitives.types import is_function

    return is_function(type)


def test_words_without_storage_are_refused_clearly() -> None:
    for text in ('(remember "k" "v")', '(recall "k")', '(remember_ints "k" [1])', '(recall_floats "k")'):
        result = evaluate(parse(text, WORDS), words=WORDS)
        assert isinstance(result, Failure) and result.kind == "undefined"
        assert "folder" in result.detail


def test_a_word_added_by_a_user_meets_the_suite() -> None:
    """The generators take any vocabulary, so an author of words elsewhere can run the same checks."""
    from primitives.primitive import collect, word

    class Module:
        __name__ = "mine"

    @word("twice", "list(int) -> list(int)")
    def twice(xs):
        """Every element two times."""
        return tuple(x for x in xs for _ in range(2))

    twice.__module__ = "mine"
    module = Module()
    module.twice = twice
    words = {**WORDS, **collect([module])}

    @QUICK
    @given(applications(words, "twice", edges=False))
    def check(case: tuple) -> None:
        term, type = case
        assert type == list_of(INT)
        assert fits(evaluate(term, words=words), type)

    check()


def test_lambda_of_a_word_has_the_type_of_the_word() -> None:
    assert str(infer(Lambda(Apply(Word("head"), Variable(0))), WORDS).type) == "list(a) -> a"
