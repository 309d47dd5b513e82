"""A subroutine on columns: its body at ground types, evaluated node by node with the kernels of its words.

The environment is one column a variable. A lambda that a word takes as argument becomes closures that are row numbers of the environment:
calling them gathers those rows, adds the arguments and evaluates the lambda's body, so captured variables and nesting need nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..binding import shift, substitute
from ..definitions import Definition, expand
from ..primitive import PURE, Primitive
from ..rewrite import is_value
from ..term import Lambda, Let, Literal, Term, Variable, Word, apply, spine
from ..types import BOOL, Type, arguments_of, function, is_function, is_ground, list_of
from ..unify import Mismatch, Unifier
from .building import FOLDS, Body, body_of, parts
from .frame import Frame, Kernel, Operation
from .hashing import Array
from .nodes import BuildingNode, Environment, Node, Scope, word_node
from .pools import FAIL

Build = Callable[[Primitive, tuple[Type, ...], Type], Operation]


class Unsupported(Exception):
    """The body has a form that columns do not evaluate; the caller lifts the scalar meaning instead."""


def subroutine_kernel(
    primitive: Definition, arguments: tuple[Type, ...], result: Type, words: Mapping[str, Primitive], build: Build
) -> Kernel:
    """The kernel of a subroutine at ground types. ``build`` makes the operations of its words. Raises Unsupported."""
    unifier = Unifier()
    count = len(arguments)
    body = _reduced(expand(primitive.body, words), words)
    missing = count
    while missing and isinstance(body, Lambda):
        body, missing = _reduced(body.body, words), missing - 1
    body = apply(shift(body, missing), *(Variable(missing - 1 - i) for i in range(missing)))
    compiler = _Compiler(unifier, words, build)
    try:
        finish = compiler.term(body, result, tuple(arguments), tuple(range(count)))
        node = finish()
    except Mismatch as mismatch:
        raise Unsupported from mismatch

    def kernel(frame: Frame, *columns: Array) -> Array:
        return node(Scope(frame), columns, len(columns[0]))

    return kernel


def _reduced(term: Term, words: Mapping[str, Primitive]) -> Term:
    """The term with functions put in for the variables to which it binds them at its head; other values are computed once."""
    while True:
        head, given = spine(term)
        if isinstance(term, Let) and is_value(term.value, words):
            term = substitute(term.body, term.value)
        elif isinstance(head, Lambda) and given and is_value(given[0], words):
            term = apply(substitute(head.body, given[0]), *given[1:])
        else:
            return term


class _Compiler:
    """Types first, nodes after: ``term`` unifies and returns what makes the node once all types are known."""

    def __init__(self, unifier: Unifier, words: Mapping[str, Primitive], build: Build) -> None:
        self.unifier, self.words, self.build = unifier, words, build

    def ground(self, type: Type) -> Type:
        resolved = self.unifier.resolve(type)
        if not is_ground(resolved):
            raise Unsupported
        return resolved

    def term(
        self, term: Term, wanted: Type, scope: tuple[Type, ...], parameters: tuple[int, ...]
    ) -> Callable[[], Node]:
        term = _reduced(term, self.words)
        if isinstance(term, Variable):
            position = len(scope) - 1 - term.index
            self.unifier.unify(scope[position], wanted)
            return lambda: lambda where, environment, count: environment[position]
        if isinstance(term, Literal):
            self.unifier.unify(term.type, wanted)
            value, type = term.value, term.type
            return lambda: (
                lambda where, environment, count: np.full(count, where.values.pool(type).encode(value), np.int64)
            )
        if isinstance(term, Let):
            return self.let(term, wanted, scope, parameters)
        head, given = spine(term)
        if isinstance(head, Lambda) and given:
            return self.let(
                Let(given[0], apply(head.body, *(shift(rest, 1) for rest in given[1:]))), wanted, scope, parameters
            )
        if isinstance(head, Word):
            return self.word(head, given, wanted, scope, parameters)
        if isinstance(head, Variable) and given:
            return self.parameter(head, given, wanted, scope, parameters)
        raise Unsupported

    def let(self, term: Let, wanted: Type, scope: tuple[Type, ...], parameters: tuple[int, ...]) -> Callable[[], Node]:
        bound = self.unifier.fresh()
        value = self.term(term.value, bound, scope, parameters)
        body = self.term(term.body, wanted, (*scope, bound), parameters)

        def finish() -> Node:
            if is_function(self.ground(bound)):
                raise Unsupported
            first, second = value(), body()

            def node(where: Scope, environment: Environment, count: int) -> Array:
                column = first(where, environment, count)
                found = second(where, [*environment, column], count)
                return np.where(column == FAIL, FAIL, found)

            return node

        return finish

    def word(
        self, head: Word, given: list[Term], wanted: Type, scope: tuple[Type, ...], parameters: tuple[int, ...]
    ) -> Callable[[], Node]:
        primitive = self.words.get(head.name)
        if primitive is None or not _is_supported(primitive, head) or len(given) != primitive.arity:
            raise Unsupported
        body = body_of(primitive, given, self.words)
        if body is not None:
            return self.building(body, FOLDS[primitive.role], given, wanted, scope, parameters)
        types, result = arguments_of(self.unifier.instantiate(primitive.scheme))
        types, result = types[: primitive.arity], function(*types[primitive.arity :], result)
        self.unifier.unify(result, wanted)
        # Data before functions: a lambda's argument types are mostly known from the data.
        makers: dict[int, Callable[[], Node]] = {}
        for position in sorted(range(len(types)), key=lambda i: isinstance(given[i], Lambda)):
            makers[position] = self.argument(given[position], types[position], scope, parameters)

        def finish() -> Node:
            ground = tuple(self.ground(type) for type in types)
            operation = self.build(primitive, ground, self.ground(result))
            return word_node(operation, {position: maker() for position, maker in makers.items()})

        return finish

    def building(
        self,
        body: Body,
        right: bool,
        given: list[Term],
        wanted: Type,
        scope: tuple[Type, ...],
        parameters: tuple[int, ...],
    ) -> Callable[[], Node]:
        """A fold that only puts elements before its state: see ``building``."""
        element, through = self.unifier.fresh(), self.unifier.fresh()
        self.unifier.unify(list_of(element), wanted)
        start, xs = (
            self.term(term, type, scope, parameters)
            for term, type in ((given[1], wanted), (given[2], list_of(through)))
        )
        inner = (*scope, through, wanted) if right else (*scope, wanted, through)
        items, tests = parts(body)
        makers = {term: self.term(term, BOOL, inner, parameters) for term in tests}
        makers |= {term: self.term(term, element, inner, parameters) for term in items}

        def finish() -> Node:
            first, second = start(), xs()
            nodes = {term: maker() for term, maker in makers.items()}
            return BuildingNode(first, second, nodes, body, right, self.ground(wanted), self.ground(list_of(through)))

        return finish

    def argument(
        self, term: Term, wanted: Type, scope: tuple[Type, ...], parameters: tuple[int, ...]
    ) -> Callable[[], Node]:
        """An argument; where a function is wanted, the node of its body over the environment and the function's arguments."""
        wanted = self.unifier.resolve(wanted)
        if not is_function(wanted):
            return self.term(term, wanted, scope, parameters)
        bound, result = arguments_of(wanted)
        body, open_binders = term, 0
        while isinstance(body, Lambda) and open_binders < len(bound):
            body, open_binders = body.body, open_binders + 1
        missing = len(bound) - open_binders
        if missing and not all(isinstance(given, (Variable, Literal)) for given in spine(body)[1]):
            raise Unsupported  # the interpreter evaluates them once, and fails with them even where the function is never called
        if missing:  # a word, a parameter or a partial application: give it the arguments that it lacks
            body = apply(shift(body, missing), *(Variable(missing - 1 - i) for i in range(missing)))
        return self.term(body, result, (*scope, *bound), parameters)

    def parameter(
        self, head: Variable, given: list[Term], wanted: Type, scope: tuple[Type, ...], parameters: tuple[int, ...]
    ) -> Callable[[], Node]:
        """A call of a function that the subroutine was given."""
        position = len(scope) - 1 - head.index
        if position not in parameters or not is_function(scope[position]):
            raise Unsupported
        types, result = arguments_of(scope[position])
        if len(types) != len(given):
            raise Unsupported
        self.unifier.unify(result, wanted)
        makers = [self.term(term, type, scope, parameters) for term, type in zip(given, types)]

        def finish() -> Node:
            nodes = [maker() for maker in makers]

            def node(where: Scope, environment: Environment, count: int) -> Array:
                columns = [inner(where, environment, count) for inner in nodes]
                return where.frame.call(position, environment[position], *columns)

            return node

        return finish


def _is_supported(primitive: Primitive, head: Word) -> bool:
    """Whether columns evaluate the word: it is pure, has no weights and takes no settings but its own."""
    plain = not (primitive.sited or primitive.geometric) and primitive.purity == PURE
    return plain and head == primitive.word()
