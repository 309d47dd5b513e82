"""Well-typed terms and applications of words."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..primitive import PURE, Primitive
from ..term import Apply, Lambda, Let, Literal, Term, Variable, apply
from ..types import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    Constructor,
    Type,
    TypeVariable,
    has_tensor,
    in_class,
    is_function,
    list_of,
    option_of,
    pair_of,
    variables_of,
)
from ..unify import Mismatch, Unifier, rename
from .data import types, values

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy


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
