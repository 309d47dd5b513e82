"""Terms as Python statements: intermediate results get names, functions become lambdas or local definitions."""

from __future__ import annotations

import io
import keyword
import math
import re
import tokenize
from collections.abc import Callable, Mapping
from typing import Any

from ..declarations import Role
from ..primitive import Primitive
from ..term import Hole, Lambda, Let, Literal, OneOf, Term, Variable, Word, spine
from ..types import Type, arguments_of, is_function
from ..values import Graph, Some, Table
from .bounds import bounded, counter
from .harvest import Harvest, SourceError

_LONG = 70
"""An expression longer than this gets a name."""
_WIDTH = 110
_OPERATORS: dict[Role | None, str] = {Role.CONJUNCTION: "and", Role.DISJUNCTION: "or"}
Call = Callable[[Word, Primitive, list[str]], str]


class Emitter:
    """Writes statements into ``lines``; ``call`` writes the application of a word to all its arguments."""

    def __init__(self, words: Mapping[str, Primitive], harvest: Harvest, call: Call) -> None:
        self.words, self.harvest, self.call = words, harvest, call
        self.lines: list[str] = []
        self.indent = 0
        self.counted = ""
        """The name of what counts the steps of loops, where there are any."""

    def function(self, name: str, term: Term, count: int, first: tuple[str, ...] = ()) -> list[str]:
        """The lines of ``def name(first…, x, y): …`` for a term of ``count`` arguments."""
        scope: tuple[str, ...] = ()
        while isinstance(term, Lambda) and len(scope) < count:
            scope = (*scope, self.fresh(term.hint or "x"))
            term = term.body
        rest = tuple(self.fresh("x") for _ in range(count - len(scope)))
        self.indent = 1
        result = self.expression(term, scope)
        for argument in rest:
            result = f"{_callee(result)}({argument})"
        header = [f"def {name}({', '.join([*first, *scope, *rest])}):"]
        if self.counted:
            header = [f"@{self.harvest.function(bounded)}", *header]
            header.append(f"    {self.counted} = {self.harvest.function(counter)}()")
        lines, self.lines, self.indent = [*header, *self.lines, *wrapped(f"    return {result}")], [], 0
        return lines

    def fresh(self, hint: str) -> str:
        name = re.sub(r"\W", "_", hint.replace("'", "_")).strip("_").lower() or "x"
        if not name.isascii() or not name.isidentifier() or keyword.iskeyword(name):
            name = "x"
        return self.harvest.free(name)

    def write(self, line: str) -> None:
        self.lines.extend(wrapped("    " * self.indent + line))

    def bind(self, hint: str, expression: str) -> str:
        name = self.fresh(hint)
        self.write(f"{name} = {expression}")
        return name

    def short(self, expression: str, hint: str = "y") -> str:
        """The expression, or the name that it gets where it is long."""
        return expression if len(expression) <= _LONG and expression.count("(") < 5 else self.bind(hint, expression)

    def expression(self, term: Term, scope: tuple[str, ...]) -> str:
        """An expression with the value of the term, after the statements that it needs."""
        if isinstance(term, Variable):
            return scope[-1 - term.index]
        if isinstance(term, Literal):
            return self.short(self.literal(term.value, term.type), "constant")
        if isinstance(term, Lambda):
            return self.closure(term, scope)
        if isinstance(term, Let):
            name = self.bind(term.hint or "y", self.expression(term.value, scope))
            return self.expression(term.body, (*scope, name))
        if isinstance(term, Hole):
            raise SourceError(f"hole ?{term.name} has no source: fill it first")
        if isinstance(term, OneOf):
            raise SourceError("a choice has no source: choose an alternative first")
        head, arguments = spine(term)
        if isinstance(head, Word):
            return self.word(head, arguments, scope)
        if isinstance(head, Lambda) and arguments:
            name = self.bind(head.hint or "y", self.expression(arguments[0], scope))
            return self.applied(head.body, (*scope, name), arguments[1:], scope)
        return self.applied(head, scope, arguments, scope)

    def applied(self, head: Term, inner: tuple[str, ...], arguments: list[Term], scope: tuple[str, ...]) -> str:
        result = self.expression(head, inner)
        for argument in arguments:
            result = self.short(f"{_callee(result)}({self.expression(argument, scope)})")
        return result

    def block(self, term: Term, scope: tuple[str, ...]) -> tuple[list[str], str]:
        """The statements, one level further in, and the expression of a term that runs later."""
        outer, self.lines = self.lines, []
        self.indent += 1
        result = self.expression(term, scope)
        lines, self.lines = self.lines, outer
        self.indent -= 1
        return lines, result

    def later(self, header: str, parameters: str, term: Term, scope: tuple[str, ...]) -> str:
        """A function of the parameters (perhaps none) that gives the term's value: a lambda, or a local
        definition."""
        lines, result = self.block(term, scope)
        if not lines and len(result) <= _LONG:
            return f"lambda {parameters}: {result}" if parameters else f"lambda: {result}"
        name = self.fresh(header)
        self.write(f"def {name}({parameters}):")
        self.lines.extend(lines)
        self.write(f"    return {result}")
        return name

    def closure(self, term: Lambda, scope: tuple[str, ...]) -> str:
        name = self.fresh(term.hint or "x")
        return self.later("f", name, term.body, (*scope, name))

    def word(self, word: Word, arguments: list[Term], scope: tuple[str, ...]) -> str:
        primitive = self.words.get(word.name)
        if primitive is None:
            raise SourceError(f"word={word.name!r} is not known; add it to the vocabulary")
        given: list[str] = []
        for position, argument in enumerate(arguments[: primitive.arity]):
            if position in primitive.lazy:
                given.append(self.later("later", "", argument, scope))
            else:
                given.append(self.expression(argument, scope))
        missing = primitive.arity - len(given)
        if missing > 0:
            return self.partial(word, primitive, given, missing)
        result = self.saturated(word, primitive, given)
        for argument in arguments[primitive.arity :]:
            result = self.short(f"{_callee(result)}({self.expression(argument, scope)})")
        return result

    def partial(self, word: Word, primitive: Primitive, given: list[str], missing: int) -> str:
        """A word with too few arguments as nested lambdas; what is given is computed now, once."""
        kept = [item if i in primitive.lazy or _is_atom(item) else self.bind("y", item) for i, item in enumerate(given)]
        names = [self.fresh("x") for _ in range(missing)]
        start = len(given)
        rest = [f"lambda: {name}" if start + i in primitive.lazy else name for i, name in enumerate(names)]
        header = "".join(f"lambda {name}: " for name in names)
        expression = header + self.called(word, primitive, [*kept, *rest])
        return expression if len(expression) <= _LONG else self.bind("f", expression)

    def saturated(self, word: Word, primitive: Primitive, given: list[str]) -> str:
        if all(item.startswith("lambda: ") for item in given[1:]):
            later = [_callee(item.removeprefix("lambda: ")) for item in given]
            if primitive.role is Role.CHOICE:
                return self.short(f"({later[1]} if {later[0]} else {later[2]})")
            operator = _OPERATORS.get(primitive.role)
            if operator is not None:
                return self.short(f"({later[0]} {operator} {later[1]})")
        return self.short(self.called(word, primitive, given), primitive.meaning.__name__)

    def called(self, word: Word, primitive: Primitive, given: list[str]) -> str:
        """The word with all its arguments; what a loop calls is counted."""
        if primitive.unbounded:
            self.counted = self.counted or self.fresh("counted")
            types = arguments_of(primitive.scheme.type)[0]
            given = [
                f"{self.counted}({item})" if is_function(type) else item
                for item, type in zip(given, types, strict=False)
            ]
        return self.call(word, primitive, given)

    def literal(self, value: Any, type: Type) -> str:
        """Python text for a constant."""
        if isinstance(value, float) and not math.isfinite(value):
            return f'float("{value}")'
        if value is None or isinstance(value, (bool, int, float, str)):
            return repr(value)
        if isinstance(value, tuple):
            inner = ", ".join(self.literal(item, type) for item in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        if isinstance(value, Some):
            return f"{self.harvest.function(Some)}({self.literal(value.value, type)})"
        if isinstance(value, Table):
            return f"{self.harvest.function(Table)}({self.literal(tuple(value), type)})"
        if isinstance(value, Graph):
            nodes = self.literal(tuple(value.nodes), type)
            return f"{self.harvest.function(Graph)}({self.literal(tuple(value.edges), type)}, {nodes})"
        if hasattr(value, "tolist"):
            self.harvest.bind(("torch", "torch"), "torch", "import torch")
            return f"torch.tensor({value.tolist()!r}, dtype={value.dtype})"
        raise SourceError(f"literal {value!r} of type {type} has no source")


def _callee(expression: str) -> str:
    return f"({expression})" if expression.startswith("lambda") else expression


def _is_atom(expression: str) -> bool:
    return expression.isidentifier() or re.fullmatch(r"-?[\d.]+", expression) is not None


def wrapped(line: str) -> list[str]:
    """The line, or where it is long its outermost call with one argument a line."""
    if len(line) <= _WIDTH or not line.endswith(")"):
        return [line]
    space = line[: len(line) - len(line.lstrip())]
    text = line.lstrip()
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.OP]
    opening = next((t for t in tokens if t.string == "("), None)
    if opening is None:
        return [line]
    parts, begin, depth = [], opening.end[1], 0
    for token in tokens[tokens.index(opening) :]:
        depth += (token.string in "([{") - (token.string in ")]}")
        if depth == 0:
            if token.end[1] != len(text):
                return [line]
            parts.append(text[begin : token.start[1]])
        elif depth == 1 and token.string == ",":
            parts.append(text[begin : token.start[1]])
            begin = token.end[1]
    parts = [part.strip() for part in parts if part.strip()]
    if len(parts) < 2:
        return [line]
    return [space + text[: opening.end[1]], *(f"{space}    {part}," for part in parts), f"{space})"]
