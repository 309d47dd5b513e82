"""Generators for tests: values of a type, well-typed terms and applications of a word, as Hypothesis strategies.

For the tests of this project and for authors of words, strategies and back ends elsewhere. Needs ``hypothesis``, which
is imported when a strategy is made.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .primitive import PURE, Primitive
from .term import Apply, Lambda, Let, Literal, Term, Variable, apply
from .types import (
    BOOL,
    CHAR,
    FLOAT,
    INT,
    STRING,
    UNIT,
    Constructor,
    TensorType,
    Type,
    TypeVariable,
    graph_of,
    has_tensor,
    in_class,
    is_function,
    list_of,
    map_of,
    option_of,
    pair_of,
    variables_of,
)
from .unify import Mismatch, Unifier, rename
from .values import MAX_INT, MAX_SIZE, Graph, Some, Table, Value

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

BASE = (BOOL, INT, FLOAT, CHAR, STRING)


def types(depth: int = 2, kind: str | None = None) -> SearchStrategy[Type]:
    """Ground types of data, nested up to ``depth``, of the class ``kind`` if given."""
    from hypothesis import strategies as st

    base = st.sampled_from((*BASE, UNIT))
    strategy: Any = base
    for _ in range(depth):
        inner = strategy
        key = base.filter(lambda type: type != FLOAT)
        strategy = st.one_of(
            base,
            inner.map(list_of),
            inner.map(option_of),
            st.builds(pair_of, inner, inner),
            st.builds(map_of, key, inner),
            key.map(graph_of),
        )
    return strategy if kind is None else strategy.filter(lambda type: in_class(type, kind))


def integers() -> SearchStrategy[int]:
    """Ints, mostly small, the bounds among them."""
    from hypothesis import strategies as st

    small = st.integers(-9, 9)
    return st.one_of(
        st.integers(0, 3), small, small, st.integers(-1000, 1000), st.sampled_from((MAX_INT, -MAX_INT, MAX_INT - 1))
    )


def floats() -> SearchStrategy[float]:
    """Floats, mostly ordinary, with infinities and NaN among them."""
    from hypothesis import strategies as st

    ordinary = st.floats(-100, 100, width=32)
    return st.one_of(ordinary, ordinary, ordinary, st.sampled_from((0.0, -0.0, 1e308, math.inf, -math.inf, math.nan)))


def texts() -> SearchStrategy[str]:
    """Short texts of letters, digits, white space, separators and a few characters beyond ASCII."""
    from hypothesis import strategies as st

    return st.text('abcXYZ019 ,-."\\\n' + "éßǅ٣", max_size=8)


def values(type: Type, size: int = 4, edges: bool = True) -> SearchStrategy[Value]:
    """Values of a ground type of data; lists, tables and graphs hold up to ``size`` elements. Without ``edges``, no
    value is a NaN, an infinity or near the bound of Int."""
    from hypothesis import strategies as st

    inner = functools.partial(values, size=size, edges=edges)
    if type == BOOL:
        return st.booleans()
    if type == INT:
        return integers() if edges else st.integers(-9, 9)
    if type == FLOAT:
        return floats() if edges else st.floats(-100, 100, width=32)
    if type == CHAR:
        return texts().filter(bool).map(lambda text: text[0])
    if type == STRING:
        return texts()
    if type == UNIT:
        return st.just(())
    if isinstance(type, TensorType):
        return tensors(type)
    if not isinstance(type, Constructor) or is_function(type):
        raise ValueError(f"type={type}: needed a ground type of data")
    parts = type.arguments
    if type.name == "list":
        return st.lists(inner(parts[0]), max_size=size).map(tuple)
    if type.name == "option":
        return st.one_of(st.none(), inner(parts[0]).map(Some))
    if type.name == "pair":
        return st.tuples(inner(parts[0]), inner(parts[1]))
    key = values(parts[0], size, edges=False)
    if type.name == "map":
        return st.lists(st.tuples(key, inner(parts[1])), max_size=size).map(Table)
    return st.builds(Graph, st.lists(st.tuples(key, key), max_size=2 * size), st.lists(key, max_size=2))


def tensors(type: TensorType) -> SearchStrategy[Any]:
    """Tensors of a type whose dimensions are integers: standard normal Floats, or Ints from 0 to 9."""
    from hypothesis import strategies as st

    def make(seed: int) -> Any:
        import torch

        generator = torch.Generator().manual_seed(seed)
        shape = tuple(int(axis) for axis in type.shape)  # type: ignore[arg-type]
        if type.dtype == "int":
            return torch.randint(0, 10, shape, generator=generator)
        return torch.randn(shape, generator=generator)

    return st.integers(0, 1000).map(make)


def fits(value: Value, type: Type) -> bool:
    """Whether a value is one of the ground type, within the bounds of size. An Int counts as a Float: the sum of no
    Floats is 0."""
    if isinstance(type, TensorType):
        return tuple(value.shape) == type.shape and value.is_floating_point() == (type.dtype == "float")
    if is_function(type):
        return callable(value)
    assert isinstance(type, Constructor)
    if type in _CHECKS:
        return _CHECKS[type](value)
    parts = type.arguments
    if type.name == "option":
        return value is None or (isinstance(value, Some) and fits(value.value, parts[0]))
    if type.name == "pair":
        return isinstance(value, tuple) and len(value) == 2 and all(map(fits, value, parts))
    if type.name == "list":
        return isinstance(value, tuple) and len(value) <= MAX_SIZE and all(fits(item, parts[0]) for item in value)
    if type.name == "map":
        return (
            isinstance(value, Table) and len(value) <= MAX_SIZE and all(fits(item, pair_of(*parts)) for item in value)
        )
    return isinstance(value, Graph) and all(fits(node, parts[0]) for node in value.nodes)


def _is_int(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INT


_CHECKS: dict[Type, Callable[[Value], bool]] = {
    BOOL: lambda value: isinstance(value, bool),
    INT: _is_int,
    FLOAT: lambda value: isinstance(value, float) or _is_int(value),
    CHAR: lambda value: isinstance(value, str) and len(value) == 1,
    STRING: lambda value: isinstance(value, str) and len(value) <= MAX_SIZE,
    UNIT: lambda value: value == (),
}


def algorithmic(words: Mapping[str, Primitive]) -> dict[str, Primitive]:
    """The words that are pure and work on values without tensors."""
    return {
        name: word
        for name, word in words.items()
        if word.purity == PURE and not word.geometric and not has_tensor(word.scheme.type)
    }


def terms(
    words: Mapping[str, Primitive], type: Type | None = None, size: int = 12, edges: bool = False
) -> SearchStrategy[Term]:
    """Closed well-typed terms over the words (those without tensors are used), of the ground type, or of any if none is
    given.

    ``size`` is a soft bound: arguments that do not fit any more are constants, variables or constant functions.
    """
    from hypothesis import strategies as st

    vocabulary = _vocabulary(tuple(words.items()))

    @st.composite
    def build(draw: DrawFn) -> Term:
        wanted = type if type is not None else draw(programs())
        return _Builder(draw, vocabulary, size, edges).term(wanted, ())

    return build()


def programs() -> SearchStrategy[Type]:
    """Ground types of programs: of zero to two arguments that are data, and of a result that is data."""
    from hypothesis import strategies as st

    data = st.one_of(st.sampled_from((INT, list_of(INT), BOOL, list_of(list_of(INT)), STRING)), types(2))
    return st.builds(lambda arguments, result: _function(arguments, result), st.lists(data, max_size=2), data)


def _function(arguments: Iterable[Type], result: Type) -> Type:
    for argument in reversed(tuple(arguments)):
        result = Constructor("->", (argument, result))
    return result


def applications(words: Mapping[str, Primitive], name: str, size: int = 4, edges: bool = True) -> SearchStrategy[tuple]:
    """``(term, type)``: the word applied to all its arguments at a drawn instance of its scheme; data are constants,
    functions terms."""
    from hypothesis import strategies as st

    vocabulary = _vocabulary(tuple(words.items()))

    @st.composite
    def build(draw: DrawFn) -> tuple[Term, Type]:
        primitive = words[name]
        builder = _Builder(draw, vocabulary, 0, edges)
        unifier = Unifier()
        instance = builder.ground(unifier, unifier.instantiate(primitive.scheme))
        term: Term = primitive.word()
        for _ in range(primitive.arity):
            assert isinstance(instance, Constructor)
            argument, instance = instance.arguments
            builder.budget = size
            term = Apply(term, builder.term(argument, ()) if is_function(argument) else builder.literal(argument))
        return term, instance

    return build()


@functools.lru_cache(maxsize=8)
def _vocabulary(words: tuple[tuple[str, Primitive], ...]) -> _Vocabulary:
    """One vocabulary for all terms over the same words: which words give a type is the dear part of a draw, and most
    drawn terms ask about the same types."""
    return _Vocabulary(algorithmic(dict(words)))


class _Vocabulary:
    """The words, looked up by the type that they can give."""

    def __init__(self, words: Mapping[str, Primitive]) -> None:
        self.words = words
        self._found: dict[Type, tuple[tuple[str, int], ...]] = {}
        self._results = [
            (name, count, result)
            for name, word in words.items()
            for count, result in enumerate(_results(word.scheme.type))
            if not (count == 0 and isinstance(result, TypeVariable))
        ]

    def giving(self, type: Type) -> tuple[tuple[str, int], ...]:
        """Words and numbers of arguments with which they can give the type."""
        if type not in self._found:
            self._found[type] = tuple(
                (name, count)
                for name, count, result in self._results
                if _may_be(result, type) and self.split(name, count, type) is not None
            )
        return self._found[type]

    def split(self, name: str, count: int, type: Type) -> tuple[Unifier, list[Type]] | None:
        """Types of ``count`` arguments with which the word gives the type."""
        unifier, arguments = Unifier(), []
        result = unifier.instantiate(self.words[name].scheme)
        for _ in range(count):
            assert isinstance(result, Constructor)
            arguments.append(result.arguments[0])
            result = result.arguments[1]
        try:
            unifier.unify(result, type)
        except Mismatch:
            return None
        return (
            None if any(_holds_functions(unifier.resolve(argument)) for argument in arguments) else (unifier, arguments)
        )


def _results(type: Type) -> Iterator[Type]:
    """What is left of the type of a word after none, one, two … arguments."""
    yield type
    while is_function(type):
        assert isinstance(type, Constructor)
        type = type.arguments[1]
        yield type


def _may_be(pattern: Type, type: Type) -> bool:
    """Whether a ground type could be an instance of the pattern, from its constructors alone: cheap, and right for
    nine of ten that are not."""
    if not isinstance(pattern, Constructor):
        return True
    return (
        isinstance(type, Constructor)
        and pattern.name == type.name
        and all(map(_may_be, pattern.arguments, type.arguments))
    )


def _holds_functions(type: Type) -> bool:
    """Whether data of the type hold functions, of which there are no constants."""
    if not isinstance(type, Constructor):
        return False
    return any((is_function(part) and not is_function(type)) or _holds_functions(part) for part in type.arguments)


class _Builder:
    """Draws one term, from its type inwards; ``budget`` is what is left of its size."""

    def __init__(self, draw: DrawFn, vocabulary: _Vocabulary, budget: int, edges: bool) -> None:
        self.draw, self.vocabulary, self.budget, self.edges = draw, vocabulary, budget, edges

    def pick(self, options: Iterable[Any]) -> Any:
        from hypothesis import strategies as st

        return self.draw(st.sampled_from(tuple(options)))

    def ground(self, unifier: Unifier, type: Type) -> Type:
        """The type with its free variables replaced by drawn types of their classes."""
        type = unifier.resolve(type)
        chosen: dict = {}
        for variable in variables_of(type):
            assert isinstance(variable, TypeVariable), "no tensors here"
            kind = unifier.classes.get(variable)
            options = [INT, INT, FLOAT, BOOL, STRING, list_of(INT), pair_of(INT, STRING), option_of(INT)]
            chosen[variable] = self.pick(option for option in options if kind is None or in_class(option, kind))
            unifier.unify(variable, chosen[variable])
        return rename(type, chosen)

    def literal(self, type: Type) -> Term:
        return Literal(self.draw(values(type, 3, self.edges)), type)

    def term(self, type: Type, scope: tuple[Type, ...]) -> Term:
        """A term of the ground type; ``scope`` holds the types of the variables, innermost last."""
        self.budget -= 1
        bound = [Variable(len(scope) - 1 - i) for i, known in enumerate(scope) if known == type]
        ways: list[Callable[[], Term]] = [lambda: self.pick(bound)] * (2 if bound else 0)
        if is_function(type):
            ways += [lambda: self.function(type, scope)] * 2
        elif not bound or self.budget > 0:
            ways.append(lambda: self.literal(type))
        if self.budget > 0:
            ways += [lambda: self.application(type, scope)] * 5
            ways.append(lambda: self.binding(type, scope))
        return self.pick(ways)()

    def function(self, type: Type, scope: tuple[Type, ...]) -> Term:
        assert isinstance(type, Constructor)
        argument, result = type.arguments
        return Lambda(self.term(result, (*scope, argument)), self.pick(("", "x", "xs", "map", "lambda")))

    def application(self, type: Type, scope: tuple[Type, ...]) -> Term:
        options = self.vocabulary.giving(type)
        if not options:
            return self.function(type, scope) if is_function(type) else self.literal(type)
        name, count = self.pick(options)
        found = self.vocabulary.split(name, count, type)
        assert found is not None
        unifier, arguments = found
        parts = [self.term(self.ground(unifier, argument), scope) for argument in arguments]
        return apply(self.vocabulary.words[name].word(), *parts)

    def binding(self, type: Type, scope: tuple[Type, ...]) -> Term:
        """A let, or a lambda that is applied at once."""
        inner = self.pick((INT, list_of(INT), BOOL, _function((INT,), INT)))
        value = self.term(inner, scope)
        body = self.term(type, (*scope, inner))
        return Let(value, body, self.pick(("", "y"))) if self.pick((True, False)) else Apply(Lambda(body, "z"), value)
