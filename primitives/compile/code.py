"""From a term to Python closures, made once: running them costs little more than the tensor operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from ..binding import free_variables, map_variables, shift
from ..interpreter.code import IncompleteTerm
from ..primitive import Primitive
from ..term import Hole, Lambda, Let, Literal, OneOf, Term, Variable, Word, apply, lambdas, spine
from ..types import TensorType, Type, arguments_of
from ..values import Failed, Failure
from . import control, folds, lists, numbers  # noqa: F401  (they declare forms)
from .batches import Batch, Code, Constant, Function, Objects, has_failures
from .conversion import coerce, wrap
from .forms import FORMS
from .forward_pass import ForwardPass


class Compiler:
    """Closures ``code(run, scope) -> batch``; variable 0 is the last batch of the scope."""

    def __init__(self, words: Mapping[str, Primitive], frozen: frozenset[str] = frozenset()) -> None:
        self.words, self.frozen = words, frozen

    def code(self, term: Term) -> Code:
        if isinstance(term, Variable):
            position = -1 - term.index
            return lambda run, scope: scope[position]
        if isinstance(term, Literal):
            constant = Constant(term.value)
            return lambda run, scope: constant
        if isinstance(term, Lambda):
            return self.function(term)
        if isinstance(term, Let):
            return self.let(term)
        if isinstance(term, Hole):
            raise IncompleteTerm(f"hole ?{term.name} cannot be compiled: fill it first")
        if isinstance(term, OneOf):
            raise IncompleteTerm("a choice cannot be compiled: choose an alternative first")
        head, arguments = spine(term)
        if isinstance(head, Word):
            return self.word(head, arguments)
        return self.application(head, arguments)

    def close(self, term: Term) -> tuple[Term, Callable[[tuple], tuple]]:
        """The term over a scope of its free variables only, and how to take that scope out of the full one."""
        free = sorted(free_variables(term), reverse=True)
        if free == list(range(len(free) - 1, -1, -1)):
            closed = term
        else:
            place = {index: len(free) - 1 - position for position, index in enumerate(free)}
            closed = map_variables(
                term, lambda v, level: Variable(level + place[v.index - level]) if v.index >= level else v
            )
        positions = tuple(-1 - index for index in free)
        return closed, lambda scope: tuple([scope[position] for position in positions])

    def function(self, term: Lambda) -> Code:
        reduced = eta_reduced(term)
        if reduced is not None:
            return self.code(reduced)
        return self.code_of_lambda(term)

    def delayed(self, term: Term) -> Code:
        closed, take = self.close(term)
        code = self.code(closed)
        return lambda run, scope: Function(code, 0, take(scope), closed)

    def let(self, term: Let) -> Code:
        value, body = self.code(term.value), self.code(term.body)

        def code(run: ForwardPass, scope: tuple) -> Batch:
            batch = value(run, scope)
            if type(batch) is Objects and has_failures(batch):
                return run.strictly(lambda inner, *full: body(inner, full), *scope, batch)
            return body(run, (*scope, batch))

        return code

    def application(self, head: Term, arguments: list[Term]) -> Code:
        function, codes = self.code(head), [self.code(argument) for argument in arguments]

        def code(run: ForwardPass, scope: tuple) -> Batch:
            applied = function(run, scope)
            if has_failures(applied):
                return run.strictly(lambda inner, f, *full: _apply(inner, f, codes, full), applied, *scope)
            return _apply(run, applied, codes, scope)

        return code

    def word(self, word: Word, arguments: list[Term]) -> Code:
        primitive = self.words.get(word.name)
        if primitive is None:
            raise IncompleteTerm(f"word={word.name!r} is not known; add it to the vocabulary")
        missing = primitive.arity - len(arguments)
        if missing > 0:
            return self.partial(word, primitive, arguments, missing)
        taken = arguments[: primitive.arity]
        codes = [self.delayed(a) if i in primitive.lazy else self.code(a) for i, a in enumerate(taken)]
        code = self.saturated(word, primitive, codes)
        rest = [self.code(argument) for argument in arguments[primitive.arity :]]
        if not rest:
            return code

        def applied(run: ForwardPass, scope: tuple) -> Batch:
            return run.apply(code(run, scope), *[argument(run, scope) for argument in rest])

        return applied

    def partial(self, word: Word, primitive: Primitive, arguments: list[Term], missing: int) -> Code:
        """A word with too few arguments is a function; where a lazy one is given, that function is written out."""
        if any(i in primitive.lazy for i in range(len(arguments))):
            return self.code(_written_out(word, primitive, arguments, missing))
        total = len(arguments) + missing
        variables = [_variable(total - 1 - i) for i in range(total)]
        code = self.saturated(word, primitive, variables)
        given = [self.code(argument) for argument in arguments]
        source = apply(word, *(Variable(len(arguments) - 1 - i) for i in range(len(arguments))))
        if not given:
            function = Function(code, total, (), source)
            return lambda run, scope: function

        def closure(run: ForwardPass, scope: tuple) -> Batch:
            captured = tuple([argument(run, scope) for argument in given])
            if any(map(has_failures, captured)):
                return run.strictly(lambda inner, *good: Function(code, missing, good, source), *captured)
            return Function(code, missing, captured, source)

        return closure

    def code_of_lambda(self, term: Term) -> Code:
        closed, take = self.close(term)
        arity, body = 0, closed
        while isinstance(body, Lambda):
            arity, body = arity + 1, body.body
        code = self.code(body)
        return lambda run, scope: Function(code, arity, take(scope), closed)

    def saturated(self, word: Word, primitive: Primitive, arguments: list[Code]) -> Code:
        """A word with all its arguments."""
        if primitive.geometric:
            return self.geometric(word, primitive, arguments)
        form = primitive.batched or FORMS.get(word.name)
        settings = dict(word.settings)
        lazy = primitive.lazy

        def on_batches(run: ForwardPass, *batches: Batch) -> Batch:
            if form is not None and not all(type(batch) is Constant for batch in batches):
                try:
                    result = form(run, *batches, **settings)
                except Failed as failed:
                    return Objects([Failure(failed.kind, failed.word or word.name, str(failed))] * run.size)
                if result is not NotImplemented:
                    return result
            return run.fall_back(word, lazy, batches)

        def code(run: ForwardPass, scope: tuple) -> Batch:
            batches = [argument(run, scope) for argument in arguments]
            for batch in batches:
                if type(batch) is Objects and has_failures(batch):
                    return run.strictly(on_batches, *batches)
            return on_batches(run, *batches)

        return code

    def geometric(self, word: Word, primitive: Primitive, arguments: list[Code]) -> Code:
        """A geometric word: its function on the batches, with the weights that its site has now."""
        types, result = arguments_of(primitive.scheme.type)
        frozen = word.site in self.frozen
        on_batches = _on_batches(word, primitive, types, result, frozen)
        if not arguments:
            return lambda run, scope: on_batches(run)
        if all(isinstance(type, TensorType) for type in (*types, result)):
            return _on_tensors(word, primitive, arguments, on_batches, frozen)
        return self._general(arguments, on_batches)

    def _general(self, arguments: list[Code], on_batches: Callable[..., Batch]) -> Code:
        def code(run: ForwardPass, scope: tuple) -> Batch:
            batches = [argument(run, scope) for argument in arguments]
            if any(map(has_failures, batches)):
                return run.strictly(on_batches, *batches)
            return on_batches(run, *batches)

        return code


def _on_tensors(
    word: Word, primitive: Primitive, arguments: list[Code], on_batches: Callable[..., Batch], frozen: bool
) -> Code:
    """A geometric word of tensors alone: called on them as they are; on any other batch ``on_batches`` is."""
    meaning, site, settings = primitive.meaning, word.site, dict(word.settings)
    trains = "training" in primitive.keywords and not frozen
    if "training" in primitive.keywords:
        settings["training"] = False
    fitted = primitive.fitted is not None

    def code(run: ForwardPass, scope: tuple) -> Batch:
        batches = [argument(run, scope) for argument in arguments]
        if fitted and run.program.observer is not None:
            seen = run.program.observer(str(site), batches[0])
            if seen is not None:
                return seen
        for batch in batches:
            if not isinstance(batch, torch.Tensor):
                if any(map(has_failures, batches)):
                    return run.strictly(on_batches, *batches)
                return on_batches(run, *batches)
        options = settings
        if site is not None:
            node = run.nodes[site]
            options = {**settings, **node._parameters, **node._buffers}
        if trains and run.training:
            options = {**options, "training": True}
        return meaning(*batches, **options)

    return code


def _on_batches(
    word: Word, primitive: Primitive, types: tuple[Type, ...], result: Type, frozen: bool
) -> Callable[..., Batch]:
    settings = dict(word.settings)
    trains = "training" in primitive.keywords

    def call(run: ForwardPass, *batches: Batch) -> Batch:
        options: dict[str, Any] = dict(settings)
        if word.site is not None:
            node = run.nodes[word.site]
            options.update(node._parameters)
            options.update(node._buffers)
        if trains:
            options["training"] = run.training and not frozen
        given = [coerce(batch, type, run.size, run.device) for batch, type in zip(batches, types, strict=True)]
        try:
            output = primitive.meaning(*given, **options)
        except Failed:
            return run.fall_back(word, frozenset(), batches)
        if not types:
            return Constant(output[0]) if run.device is None else Constant(output[0].to(run.device))
        return wrap(output, result)

    return call


def _apply(run: ForwardPass, function: Batch, codes: list[Code], scope: tuple) -> Batch:
    return run.apply(function, *[code(run, scope) for code in codes])


def _written_out(word: Word, primitive: Primitive, arguments: list[Term], missing: int) -> Term:
    """``(lambda (x) (word given x))``: what the word is strict in is bound before, so that it is evaluated once, whether or not the
    function is called, and its lazy arguments at each call."""
    strict = [i for i in range(len(arguments)) if i not in primitive.lazy]
    depth = len(strict) + missing
    given = [
        Variable(depth - 1 - strict.index(i)) if i in strict else shift(argument, depth)
        for i, argument in enumerate(arguments)
    ]
    term = lambdas(missing, apply(word, *given, *(Variable(missing - 1 - i) for i in range(missing))))
    for outside, i in reversed(list(enumerate(strict))):
        term = Let(shift(arguments[i], outside), term)
    return term


def _variable(index: int) -> Code:
    position = -1 - index
    return lambda run, scope: scope[position]


def eta_reduced(term: Lambda) -> Term | None:
    """``f`` for ``(lambda (x y) (f x y))`` where f is a word with its site, so that fused kernels see the word
    itself."""
    count = 0
    body: Term = term
    while isinstance(body, Lambda):
        count, body = count + 1, body.body
    head, arguments = spine(body)
    if not isinstance(head, Word) or head.site is None or len(arguments) != count:
        return None
    expected = [Variable(count - 1 - i) for i in range(count)]
    return head if arguments == expected else None
