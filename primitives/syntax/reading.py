"""The text of a term to nested lists of tokens, and what single tokens stand for."""

from __future__ import annotations

import json
import re
from typing import Any

from ..notation.names import CONSTANTS
from ..term import MAX_DEPTH, FreeSetting, Literal
from ..types import BOOL, CHAR, FLOAT, INT, STRING
from ..values import MAX_INT, MAX_SIZE


class TermSyntaxError(ValueError):
    """The text of a term cannot be read."""


_TOKEN = re.compile(r'(?>\s*(?:;[^\n]*+\n?+\s*+)*+)(#?"(?:[^"\\]|\\.)*+"|[()\[\]]|[^\s()\[\]";]+)', re.DOTALL)
"""Possessive, for otherwise a run of comment marks takes exponential time."""
Tree = Any  # str (a token) or a list of trees; a list literal is a Brackets


class Brackets(list):
    """``[…]`` in the text."""


def read_tree(text: str) -> Tree:
    """The tree of one expression, read without recursion. Raises TermSyntaxError."""
    if not isinstance(text, str):
        raise TermSyntaxError(f"term={text!r}: a term is text such as '(lambda (x) (+ x 1))'")
    stack: list[list] = [[]]
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            if not text[position:].lstrip().startswith(";"):
                raise TermSyntaxError(
                    f"term: unexpected {text[position : position + 10]!r} at character {position + 1}"
                )
            break
        token, position = match[1], match.end()
        if token in "([":
            stack.append([] if token == "(" else Brackets())
            if len(stack) > MAX_DEPTH:
                raise TermSyntaxError(f"term: nested deeper than {MAX_DEPTH}")
        elif token in ")]":
            if len(stack) == 1 or isinstance(stack[-1], Brackets) != (token == "]"):
                raise TermSyntaxError(f"term: unbalanced {token!r} at character {position}")
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    if len(stack) != 1:
        raise TermSyntaxError(f"term={shorten(text)}: {len(stack) - 1} parentheses are not closed")
    if len(stack[0]) != 1:
        raise TermSyntaxError(f"term={shorten(text)}: needed one expression, got {len(stack[0])}")
    return stack[0][0]


def shorten(text: object, width: int = 60) -> str:
    """The text in quotes, cut off after ``width`` characters, for messages."""
    text = repr(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def tree_text(tree: Tree) -> str:
    """The text of a tree, on one line."""
    if isinstance(tree, str):
        return tree
    inner = " ".join(tree_text(part) for part in tree)
    return f"[{inner}]" if isinstance(tree, Brackets) else f"({inner})"


def constant(token: str) -> Literal | None:
    """The constant that a token stands for, or None. Raises TermSyntaxError where it is one that cannot be."""
    if token in CONSTANTS:
        return Literal(token == "true", BOOL)
    if token[0] in '"#' and token.endswith('"'):
        try:
            value = json.loads(token.lstrip("#"), strict=False)
        except ValueError as error:
            raise TermSyntaxError(f"term: string {shorten(token)}: {error}") from None
        if len(value) > MAX_SIZE:
            raise TermSyntaxError(f"term: a text of {len(value)} characters, at most {MAX_SIZE} are allowed")
        if token[0] == '"':
            return Literal(value, STRING)
        if len(value) != 1:
            raise TermSyntaxError(f"term: {token} must hold exactly one character")
        return Literal(value, CHAR)
    if re.fullmatch(r"[+-]?[0-9]+", token):
        if len(token) > 30 or abs(int(token)) > MAX_INT:
            raise TermSyntaxError(f"term: integer {shorten(token)} is beyond 2^53; write a float or a smaller one")
        return Literal(int(token), INT)
    if re.fullmatch(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][+-]?[0-9]+)?", token):
        return Literal(float(token), FLOAT)
    return None


def setting(token: str) -> object:
    """The value that a setting is given: a constant, else the token as text. Raises TermSyntaxError."""
    try:
        found = constant(token)
    except ValueError as error:
        raise TermSyntaxError(str(error)) from None
    return found.value if found is not None else token


def free_setting(name: str, tree: Tree) -> FreeSetting:
    """What a setting that is still to be chosen may be: ``(range 16 512)``, ``(range 16 512 log)`` or ``(choice 3 5)``.

    name: of the setting, for messages.
    tree: what stands for its value.

    Raises TermSyntaxError.
    """
    shown = f"term: setting {name} {shorten(tree_text(tree))}"
    parts = list(tree)
    if isinstance(tree, Brackets) or not parts or not all(isinstance(part, str) for part in parts):
        raise TermSyntaxError(
            f"{shown} has no value that can be read: needed one, (range low high), (range low high log) or (choice one other …)"
        )
    head, values = parts[0], [setting(part) for part in parts[1:]]
    if head == "choice" and len(values) >= 2:
        return FreeSetting(choices=tuple(values))
    log = len(values) == 3 and values[2] == "log"
    numbers = [each for each in values[:2] if isinstance(each, int | float) and not isinstance(each, bool)]
    if head != "range" or len(numbers) != 2 or not (len(values) == 2 or log):
        raise TermSyntaxError(
            f"{shown} has no value that can be read: needed one, (range low high), (range low high log) or (choice one other …)"
        )
    low, high = numbers
    if not low < high or (log and low <= 0):
        raise TermSyntaxError(f"{shown}: needed a low below the high{', and above 0 for its logarithm' if log else ''}")
    return FreeSetting(low, high, log)
