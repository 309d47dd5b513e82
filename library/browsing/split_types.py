"""Types as a search compares them: split into arguments and result, each with what tells it from others (docs/dashboard.md)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from primitives.notation.types import TypeSyntaxError, parse_scheme
from primitives.types import (
    Constructor,
    DimensionVariable,
    Scheme,
    ShapeVariable,
    TensorType,
    Type,
    TypeVariable,
    arguments_of,
    subtypes,
    variables_of,
)
from primitives.unify import rename

Variable = TypeVariable | DimensionVariable | ShapeVariable


class TypePiece(NamedTuple):
    """An argument or a result, its outermost constructor and its variables, each as often as it stands there. ``outline`` is its text
    without the names of its variables and plain types, which are its ``atoms``; None where it is made of more than these."""

    type: Type
    head: str | None
    variables: tuple[Variable, ...]
    outline: str | None
    atoms: tuple[str, ...]


class SplitType(NamedTuple):
    """A scheme's arguments and result with their outermost constructors (None: a variable), its variables, and constraints on these.

    ``kinds`` are numbers of the arguments, equal for those that may change places without a difference. ``lone`` tells the variables that
    stand nowhere else, ``free`` those of them that have no constraint, so that anything unifies with them: of the arguments, and of the
    result last. ``several`` are variables that are more than one argument.
    """

    arguments: tuple[Type, ...]
    result: Type
    heads: tuple[str | None, ...]
    head: str | None
    variables: tuple[Variable, ...]
    constraints: dict[TypeVariable, str]
    kinds: tuple[int, ...]
    lone: tuple[bool, ...]
    free: tuple[bool, ...]
    several: tuple[Type, ...]
    pieces: tuple[TypePiece, ...]


def _outline(type: Type, atoms: list[str]) -> str | None:
    """The outline of a type, whose atoms are added to those before."""
    if isinstance(type, TypeVariable):
        atoms.append(type.name)
        return "?"
    if not isinstance(type, Constructor):
        return None
    if not type.arguments:
        atoms.append(type.name)
        return "#"
    parts = [_outline(each, atoms) for each in type.arguments]
    return None if None in parts else f"{type.name}({','.join(map(str, parts))})"


def _piece_of(type: Type) -> TypePiece:
    inside: list[Variable] = []
    for part in subtypes(type):
        if isinstance(part, TypeVariable):
            inside.append(part)
        elif isinstance(part, TensorType):
            inside += [axis for axis in part.shape if not isinstance(axis, int)]
    head = None if isinstance(type, TypeVariable) else type.name if isinstance(type, Constructor) else "Tensor"
    atoms: list[str] = []
    outline = _outline(type, atoms)
    return TypePiece(type, head, tuple(inside), outline, tuple(atoms))


def _split_parts(pieces: Sequence[TypePiece], constraints: dict[TypeVariable, str]) -> SplitType:
    variables = [variable for piece in pieces for variable in piece.variables]
    kinds: dict[object, int] = {}
    lone = [isinstance(piece.type, TypeVariable) and variables.count(piece.type) == 1 for piece in pieces]
    free = [each and piece.type not in constraints for each, piece in zip(lone, pieces, strict=True)]
    numbers = []
    for piece, alone in zip(pieces[:-1], lone, strict=False):  # variables that stand nowhere else are as good as equal
        alike = ("lone", constraints.get(TypeVariable(str(piece.type)))) if alone else piece.type
        numbers.append(kinds.setdefault(alike, len(kinds)))
    *arguments, result = pieces
    types = [piece.type for piece in arguments]
    return SplitType(
        tuple(types), result.type, tuple([piece.head for piece in arguments]), result.head,
        tuple(dict.fromkeys(variables)), constraints, tuple(numbers), tuple(lone), tuple(free),
        tuple({each for each in types if isinstance(each, TypeVariable) and types.count(each) > 1}), tuple(pieces),
    )  # fmt: skip


def split_scheme(scheme: Scheme) -> SplitType:
    """A scheme by its parts.

    scheme: such as one that is searched for.
    """
    arguments, result = arguments_of(scheme.type)
    constraints = {TypeVariable(name): kind for name, kind in scheme.constraints.items()}
    return _split_parts([*map(_piece_of, arguments), _piece_of(result)], constraints)


@lru_cache(maxsize=20_000)
def split_type(text: str) -> SplitType | None:
    """A type of a word, with other variables than any that is written; None where it cannot be read.

    text: as a subroutine has it.
    """
    try:
        if "=>" in text or has_function(text):
            scheme = parse_scheme(text)
            renaming = {each: type(each)(f"?{each.name}") for each in scheme.variables}
            return split_scheme(
                Scheme(rename(scheme.type, renaming), {f"?{name}": kind for name, kind in scheme.constraints.items()})
            )
        return _split_parts([_piece(piece.strip()) for piece in text.split("->")], {})
    except TypeSyntaxError:
        return None


@lru_cache(maxsize=20_000)
def _piece(text: str) -> TypePiece:
    """A part of a type, for most types are made of few: read once, it stands in all of them."""
    type = parse_scheme(text).type
    return _piece_of(rename(type, {each: each.__class__(f"?{each.name}") for each in variables_of(type)}))


@lru_cache(maxsize=20_000)
def has_function(text: str) -> bool:
    """Whether an arrow of a type may be inside parentheses: one comes after more that are opened than closed.

    text: of the type.
    """
    *before, last = text.split("->")
    for piece in before:
        if piece.count("(") != piece.count(")"):
            return True
    return last.lstrip().startswith("(")
