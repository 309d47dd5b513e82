"""The text of types and of schemes: ``list(int) -> int``, ``Ord a => list(a) -> list(a)``; see ``types`` for what may be written."""

from __future__ import annotations

import difflib
import re

from ..types import (
    ARITIES,
    CLASSES,
    Axis,
    Constructor,
    DimensionVariable,
    Scheme,
    ShapeVariable,
    TensorType,
    Type,
    TypeVariable,
    function,
)


class TypeSyntaxError(ValueError):
    """The text of a type cannot be read."""


_ELSEWHERE = {
    "array": "list", "boolean": "bool", "character": "char", "dict": "map", "dictionary": "map", "double": "float", "integer": "int",
    "number": "float", "optional": "option", "real": "float", "string": "str", "text": "str", "tuple": "pair",
}  # fmt: skip
"""What other languages call these types."""
_TOKEN = re.compile(r"\s*(->|=>|\.\.\.|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[()\[\],:?])")


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise TypeSyntaxError(f"type={text!r}: unexpected {text[position:].strip()[:1]!r} at column {position + 1}")
        tokens.append(match[1])
        position = match.end()
    return tokens


def _meant(name: str) -> str:
    """The type that an unknown name may stand for, for a message; "" where none is like it."""
    near = _ELSEWHERE.get(name.lower()) or next(iter(difflib.get_close_matches(name.lower(), ARITIES, n=1)), "")
    return f" (did you mean {near}?)," if near and near != name else ""


class _Reader:
    """Recursive descent over the tokens of one type."""

    MAX_DEPTH = 100

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeSyntaxError(f"type={text!r}: a type is text such as 'list(int) -> int'")
        self.text, self.tokens, self.position, self.depth = text, _tokens(text), 0, 0

    def fail(self, needed: str) -> TypeSyntaxError:
        got = self.tokens[self.position] if self.position < len(self.tokens) else "the end"
        return TypeSyntaxError(
            f"type={self.text!r}: got {got!r}{_meant(got) or ','} needed {needed}; for example 'list(int) -> int'"
        )

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self, needed: str | None = None) -> str:
        token = self.peek()
        if token is None or (needed is not None and token != needed):
            raise self.fail(repr(needed) if needed else "a type")
        self.position += 1
        return token

    def type(self) -> Type:
        self.depth += 1
        if self.depth > self.MAX_DEPTH:
            raise TypeSyntaxError(f"type={self.text[:40]!r}…: nested deeper than {self.MAX_DEPTH}")
        left = self.atom()
        if self.peek() == "->":
            self.take()
            left = function(left, self.type())
        self.depth -= 1
        return left

    def atom(self) -> Type:
        token = self.take()
        if token == "(":
            inner = self.type()
            self.take(")")
            return inner
        if token == "Tensor":
            return self.tensor()
        name = token.lower()
        if name in ARITIES:
            return Constructor(name, self.arguments(name))
        if re.fullmatch(r"[a-z]\d*", token) and self.peek() != "(":
            return TypeVariable(token)
        self.position -= 1
        raise self.fail(f"one of {', '.join(ARITIES)}, Tensor[…] or a variable such as a")

    def arguments(self, name: str) -> tuple[Type, ...]:
        if ARITIES[name] == 0:
            return ()
        self.take("(")
        arguments = [self.type()]
        while self.peek() == ",":
            self.take()
            arguments.append(self.type())
        self.take(")")
        if len(arguments) != ARITIES[name]:
            raise TypeSyntaxError(f"type={self.text!r}: {name} takes {ARITIES[name]} arguments, got {len(arguments)}")
        return tuple(arguments)

    def tensor(self) -> Type:
        self.take("[")
        shape: list[Axis] = []
        dtype = "float"
        while self.peek() not in ("]", ":", None):
            shape.append(self.axis())
            if self.peek() == ",":
                self.take()
            elif self.peek() not in ("]", ":"):
                raise self.fail("',' or ']'")
        if self.peek() == ":":
            self.take()
            dtype = self.take()
        self.take("]")
        if sum(isinstance(axis, ShapeVariable) for axis in shape) > 1:
            raise TypeSyntaxError(f"type={self.text!r}: a tensor has at most one whole-shape variable")
        return TensorType(tuple(shape), dtype)

    def axis(self) -> Axis:
        token = self.take()
        if token.isdigit():
            if len(token) > 12:
                raise TypeSyntaxError(f"type={self.text[:40]!r}…: dimension {token[:12]}… is too large")
            return int(token)
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", token):
            self.position -= 1
            raise self.fail("a dimension: an integer, a name, or a name followed by ...")
        if self.peek() == "...":
            self.take()
            return ShapeVariable(token)
        return DimensionVariable(token)

    def end(self) -> None:
        if self.peek() is not None:
            raise self.fail("the end of the type")


def parse_type(text: str) -> Type:
    """Read a type; raises TypeSyntaxError (a ValueError) with the place and what was needed."""
    reader = _Reader(text)
    type = reader.type()
    reader.end()
    return type


def parse_scheme(text: str) -> Scheme:
    """Read a scheme such as ``Ord a => list(a) -> list(a)`` (several constraints are separated by commas)."""
    if not isinstance(text, str) or "=>" not in text:
        return Scheme(parse_type(text))
    context, _, body = text.partition("=>")
    constraints = {}
    for item in context.split(","):
        kind, _, name = item.strip().partition(" ")
        if kind not in CLASSES or not re.fullmatch(r"[a-z]\d*", name.strip()):
            raise TypeSyntaxError(f"scheme={text!r}: constraint {item.strip()!r} must read like 'Ord a'")
        constraints[name.strip()] = kind
    return Scheme(parse_type(body), constraints)
