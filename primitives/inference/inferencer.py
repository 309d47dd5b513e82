"""Inference proper: a type for every part of a term."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..definitions import Definition, ExpansionError, expand
from ..primitive import Primitive, SettingError
from ..syntax import show
from ..term import Apply, FreeSetting, Hole, Lambda, Let, Literal, OneOf, Term, Variable, Word, sites_of, spine
from ..types import (
    Constructor,
    Scheme,
    Type,
    TypeVariable,
    arguments_of,
    function,
    has_tensor,
    is_function,
    is_ground,
    variables_of,
)
from ..unify import Mismatch, Unifier
from .counting import PROGRAM, Uses, binders
from .messages import letters, remedy, renamed
from .result import IllTyped, Inference, Observer, Rememberer
from .shapes import Occurrence, Polymorphic, Waiting, sites_of_layers


def infer(
    term: Term,
    words: Mapping[str, Primitive],
    expected: Type | None = None,
    observer: Observer | None = None,
    rememberer: Rememberer | None = None,
) -> Inference:
    """The principal type of a closed term, with its sites and the constraints that wait. Nothing is run.

    term: a program without free variables.
    words: the meaning of each word in it, by name.
    expected: a type that it is to have (default: any).
    observer: told the type of every part (default: none).
    rememberer: spares a look into parts that it knows; only for terms without weights and shapes, of which nothing but types is wanted
        (default: none).

    Raises IllTyped.
    """
    inferencer = _Inferencer(words, observer, rememberer)
    try:
        inference = inferencer.run(term, expected)
    except Mismatch as mismatch:
        raise IllTyped(f"program: {mismatch}; use fewer pairs of pairs, or name fewer of them") from None
    except ExpansionError as error:
        raise IllTyped(str(error)) from None
    if observer is not None:
        observer.finish(inferencer.resolve)
    return inference


class _Inferencer:
    def __init__(
        self, words: Mapping[str, Primitive], observer: Observer | None = None, rememberer: Rememberer | None = None
    ) -> None:
        self.words, self.observer = words, observer
        self.unifier = Unifier()
        self.occurrences: list[Occurrence] = []
        self.subroutines: list[tuple[Word, Type]] = []
        self.waiting = Waiting(self.unifier)
        self.scope: list[Scheme] = []
        self.rememberer = rememberer
        self.grounds: list[tuple[Type, ...] | None] = [() if rememberer is not None else None]
        """The types in scope, None where one of them has variables or nobody remembers."""
        self.names: list[str] = []
        self.uses = Uses()
        self.bound: list[int] = []
        """Of each variable in scope the number of the name that it is, PROGRAM where it is none of a function that is known."""
        self.applied: list[int] = []
        """The names of the arguments that the lambdas which come next are applied to."""
        self.given = 0
        """Arguments of the word or variable that comes next."""

    def run(self, term: Term, expected: Type | None) -> Inference:
        type = self.check(term, expected) if expected is not None else self.infer(term)
        if expected is not None:
            try:
                self.unifier.unify(type, expected)
            except Mismatch:
                raise IllTyped(
                    f"program: got type {self.text(type)}, needed {expected}; {remedy(self.resolve(type), expected)}"
                ) from None
        self.waiting.settle(0)
        return self.result(type)

    def result(self, type: Type) -> Inference:
        resolved = self.resolve(type)
        names = letters(resolved)
        constraints = {
            names[v.name]: self.unifier.classes[v]
            for v in variables_of(resolved)
            if isinstance(v, TypeVariable) and v in self.unifier.classes
        }
        waiting = tuple(f"{o.word.name} waits for {', '.join(self.text(a) for a in o.arguments)}" for o in self.waiting)
        layers = tuple(
            (o.word, tuple(self.resolve(a) for a in o.arguments), self.resolve(o.result)) for o in self.occurrences
        )
        subroutines = tuple((word, self.resolve(type)) for word, type in self.subroutines)
        runs = tuple(map(self.uses.counts(), (o.runner for o in self.occurrences)))
        sites = sites_of_layers(layers, self.words)
        return Inference(renamed(resolved, names), constraints, waiting, sites, layers, runs, subroutines)

    def resolve(self, type: Type) -> Type:
        return self.unifier.resolve(type)

    def text(self, type: Type) -> str:
        resolved = self.resolve(type)
        return str(renamed(resolved, letters(resolved)))

    def check(self, term: Term, expected: Type) -> Type:
        """Infer with the wanted type pushed inwards, so that lambda variables have their types early."""
        expected = self.unifier.head(expected)
        if isinstance(term, Lambda) and is_function(expected):
            assert isinstance(expected, Constructor)
            argument, wanted = expected.arguments
            name = self.applied.pop(0) if self.applied else None
            before = self.uses.enter(self.uses.making if name is None else self.uses.here, self.uses.making)
            result = self.inside(Scheme(argument), term.hint, name or PROGRAM, lambda: self.check(term.body, wanted))
            self.uses.leave(before)
            type = function(argument, result)
            if self.observer is not None:
                self.observer.note(term, type)
            return type
        return self.infer(term)

    def infer(self, term: Term) -> Type:
        scope = self.grounds[-1] if self.rememberer is not None and isinstance(term, Apply) else None
        if self.rememberer is not None and scope is not None:
            known = self.rememberer.known(term, scope)
            type = self.resolve(self.synthesise(term)) if known is None else known
            if known is None and is_ground(type):
                self.rememberer.settle(term)
        else:
            type = self.synthesise(term)
        if self.observer is not None:
            self.observer.note(term, type)
        return type

    def synthesise(self, term: Term) -> Type:
        if isinstance(term, Apply):
            return self.application(term)
        if isinstance(term, Variable):
            return self.variable(term)
        if isinstance(term, Lambda):
            return self.check(term, function(self.unifier.fresh(), self.unifier.fresh()))
        if isinstance(term, Literal):
            return term.type
        if isinstance(term, Word):
            return self.word(term)
        if isinstance(term, Let):
            return self.let(term)
        if isinstance(term, OneOf):
            raise IllTyped(f"program: {self.shown(term)} is still free; choose one alternative")
        assert isinstance(term, Hole)
        return self.unifier.fresh()

    def variable(self, term: Variable) -> Type:
        if term.index >= len(self.scope):
            raise IllTyped(f"variable ${term.index} is not bound: {len(self.scope)} binders enclose it")
        scheme, name, given = self.scope[-1 - term.index], self.bound[-1 - term.index], self.taken()
        if name != PROGRAM:
            self.uses.use(name, given >= len(arguments_of(self.resolve(scheme.type))[0]))
        return self.unifier.instantiate(scheme, scheme.held) if isinstance(scheme, Polymorphic) else scheme.type

    def taken(self) -> int:
        """The number of arguments of the word or variable that is looked at."""
        given, self.given = self.given, 0
        return given

    def word(self, term: Word) -> Type:
        given = self.taken()
        primitive = self.words.get(term.name)
        if primitive is None:
            raise IllTyped(f"word={term.name!r} is not known; add it to the vocabulary or correct the name", term.name)
        if isinstance(primitive, Definition) and (primitive.geometric or has_tensor(primitive.scheme.type)):
            return self.definition(term, primitive, given >= primitive.arity)
        settings = dict(term.settings)
        for name, value in term.settings:
            if isinstance(value, FreeSetting):
                raise IllTyped(f"word={term.name!r}: setting {name}={value} is still free; choose a value", term.name)
        if len(settings) != len(primitive.settings):
            try:
                settings = dict(primitive.word(settings).settings)
            except SettingError as error:
                raise IllTyped(str(error), term.name) from None
        type = self.unifier.instantiate(primitive.scheme, settings=settings)
        if primitive.geometric or primitive.shapes:
            occurrence = Occurrence.of(term, primitive, type, self.uses.runner(given >= primitive.arity))
            self.occurrences.append(occurrence)
            if primitive.shapes:
                self.waiting.add(occurrence)
        return type

    def definition(self, term: Word, primitive: Definition, complete: bool) -> Type:
        """A subroutine on tensors has the type of its body where it stands, so its shapes are as exact as if it were
        written out; with the library's weights also the type that they fix."""
        before = self.uses.enter(self.uses.here, self.uses.runner(complete))
        type = self.infer(expand(term, self.words))
        self.uses.leave(before)
        self.subroutines.append((term, type))
        if primitive.weights and dict(term.settings).get("use") != "fresh":
            try:
                self.unifier.unify(type, self.unifier.instantiate(primitive.scheme))
            except Mismatch:
                raise IllTyped(
                    f"word={term.name!r} has weights for {primitive.scheme.type}, here its type is "
                    f"{self.unifier.resolve(type)}; change the shape before it, or write :use fresh",
                    term.name,
                ) from None
        return type

    def let(self, term: Let) -> Type:
        mark, name = len(self.waiting), self.uses.named()
        value = self.infer_named(name, term.value)
        self.waiting.settle(mark)
        scheme: Scheme = Scheme(value)
        if not sites_of(term.value) and len(self.waiting) == mark:
            scheme = self.generalise(value)
        return self.inside(scheme, term.hint, name, lambda: self.infer(term.body))

    def infer_named(self, name: int, term: Term) -> Type:
        """Infer what a name stands for."""
        before = self.uses.enter(self.uses.here, name)
        type = self.infer(term)
        self.uses.leave(before)
        return type

    def inside(self, scheme: Scheme, hint: str, name: int, work: Callable[[], Type]) -> Type:
        """Do the work with one more variable in scope."""
        outer = self.grounds[-1]
        if outer is not None:
            bound = self.resolve(scheme.type)
            self.grounds.append((*outer, bound) if is_ground(bound) else None)
        else:
            self.grounds.append(None)
        self.scope.append(scheme)
        self.names.append(hint)
        self.bound.append(name)
        type = work()
        self.grounds.pop()
        self.scope.pop()
        self.names.pop()
        self.bound.pop()
        return type

    def shown(self, term: Term) -> str:
        """The text of a part of the program, with the names of its variables, on one line."""
        if isinstance(term, Word):
            return term.name
        text = " ".join(show(term, scope=tuple(self.names)).split())
        return text if len(text) <= 60 else text[:59] + "…"

    def generalise(self, type: Type) -> Scheme:
        resolved = self.resolve(type)
        held = {v for scheme in self.scope for v in variables_of(self.resolve(scheme.type))}
        free = [v for v in variables_of(resolved) if v not in held]
        if not free:
            return Scheme(resolved)
        known = self.unifier.classes
        classes = {v.name: known[v] for v in free if isinstance(v, TypeVariable) and v in known}
        return Polymorphic(resolved, classes, frozenset(held))

    def application(self, term: Term) -> Type:
        head, arguments = spine(term)
        mark, named = len(self.waiting), binders(head, self.words)
        makers = self.makers(head, len(arguments), named)
        plain = {
            i: self.infer_named(maker, a)
            for i, (a, maker) in enumerate(zip(arguments, makers))
            if not isinstance(a, Lambda)
        }
        self.applied = makers[:named]
        self.given = len(arguments) if isinstance(head, Word | Variable) else 0
        type = self.head_type(head, plain)
        parameters: list[Type] = []
        for position in range(len(arguments)):
            type = self.unifier.head(type)
            if isinstance(type, TypeVariable):
                type = self.arrow(type, head, position, len(arguments))
            if not is_function(type):
                raise self.surplus(head, position, len(arguments))
            assert isinstance(type, Constructor)
            parameters.append(type.arguments[0])
            type = type.arguments[1]
        for position, got in plain.items():
            self.match(head, position, got, parameters[position], arguments[position])
        if len(self.waiting) > mark:
            self.waiting.settle(mark)
        for position, argument in enumerate(arguments):
            if position not in plain:
                before = self.uses.enter(self.uses.here, makers[position])
                got = self.check(argument, parameters[position])
                self.uses.leave(before)
                self.match(head, position, got, parameters[position], argument)
        if len(self.waiting) > mark:
            self.waiting.settle(mark)
        return type

    def makers(self, head: Term, count: int, named: int) -> list[int]:
        """Of each of ``count`` arguments the function that a lambda in it is part of: the name that it gets, as the first ``named`` do, or
        what runs it."""
        known = self.words.get(head.name) if isinstance(head, Word) else None
        runner = self.uses.runner(known is None or count >= known.arity)
        return [self.uses.named() if position < named else runner for position in range(count)]

    def head_type(self, head: Term, plain: dict[int, Type]) -> Type:
        """The type of what is applied. A lambda has its arguments' types from the start, so that shapes inside it need
        not wait."""
        if not isinstance(head, Lambda) or 0 not in plain:
            return self.infer(head)
        known = [plain[position] for position in range(len(plain)) if all(i in plain for i in range(position + 1))]
        return self.check(head, function(*known, self.unifier.fresh()))

    def surplus(self, head: Term, takes: int, count: int) -> IllTyped:
        name = self.shown(head)
        return IllTyped(f"word={name!r}: got {count} arguments, needed at most {takes}; remove {count - takes}", name)

    def arrow(self, variable: TypeVariable, head: Term, position: int, count: int) -> Type:
        """A function type for what is applied (to the argument at ``position`` of ``count``) but not known yet."""
        arrow = function(self.unifier.fresh(), self.unifier.fresh())
        try:
            self.unifier.unify(variable, arrow)
        except Mismatch:
            if position > 0:
                raise self.surplus(head, position, count) from None
            kind = self.unifier.classes.get(variable)
            raise IllTyped(
                f"word={self.shown(head)!r}: it is applied to an argument, but it must be in the class {kind}, "
                "needed a function; remove the argument, or do not compare or calculate with it",
                self.shown(head),
            ) from None
        return arrow

    def match(self, head: Term, position: int, got: Type, needed: Type, argument: Term) -> None:
        mark = self.unifier.mark()
        try:
            self.unifier.unify(got, needed)
        except Mismatch as mismatch:
            self.unifier.undo(mark)
            got, shown = self.resolve(got), self.text(needed)
            raise IllTyped(
                f"word={self.shown(head)!r}: argument {position + 1} ({self.shown(argument)}) has type "
                f"{self.text(got)}, needed {shown} ({mismatch}); {remedy(got, self.resolve(needed))}",
                self.shown(head),
            ) from None
