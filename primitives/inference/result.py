"""What inference finds, or refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..primitive import Parameter
from ..term import Term, Word
from ..types import (
    Constructor,
    Scheme,
    TensorType,
    Type,
    has_tensor,
)


class IllTyped(ValueError):
    """A term has no type: the message names the word, what it got, what it needs and what would mend it."""

    def __init__(self, message: str, word: str = "") -> None:
        super().__init__(message)
        self.word = word


class ShapeError(ValueError):
    """Raised by a word's shape function for argument shapes that it cannot take; the text says what would mend it."""


@dataclass(frozen=True)
class Site:
    """One place with weights: the word, its settings, the types of its arguments and the shapes of its parameters and
    buffers."""

    word: str
    settings: dict[str, Any]
    argument_types: tuple[Type, ...]
    parameters: dict[str, Parameter]
    buffers: dict[str, Parameter]

    @property
    def size(self) -> int:
        """Number of trainable numbers."""
        total = 0
        for parameter in self.parameters.values():
            count = 1
            for axis in parameter.shape:
                count *= axis
            total += count
        return total


Layer = tuple[Word, tuple[Type, ...], Type]
"""A word where it stands, with the types of its arguments and of its result."""


@dataclass(frozen=True)
class Inference:
    """What is known of a term: its principal type, the constraints of its variables, constraints that still wait, and
    its sites."""

    type: Type
    constraints: dict[str, str] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    sites: dict[str, Site] = field(default_factory=dict)
    layers: tuple[Layer, ...] = ()
    """Every word occurrence in order of evaluation, with the types of its arguments and of its result."""
    runs: tuple[int, ...] = ()
    """How often each layer runs for one case: one in a function that has a name as often as that is used, one for the elements of a list
    once."""
    subroutines: tuple[tuple[Word, Type], ...] = ()
    """Every occurrence of a subroutine on tensors, with its type there."""

    @property
    def scheme(self) -> Scheme:
        return Scheme(self.type, self.constraints)

    @property
    def parameters(self) -> int:
        """Number of trainable numbers; a shared site counts once."""
        return sum(site.size for site in self.sites.values())


class Observer(Protocol):
    """Told of every part of a term as its type is found."""

    def note(self, term: Term, type: Type) -> None:
        """A part and its type, in which variables may still stand for what is found later. A part that stands for a
        subroutine is followed by the parts of what it stands for."""

    def finish(self, resolve: Callable[[Type], Type]) -> None:
        """Inference has ended: ``resolve`` gives a noted type with all that is known filled in."""


class Rememberer(Protocol):
    """Knows parts of terms from before."""

    def known(self, term: Term, scope: tuple[Type, ...]) -> Type | None:
        """The type of an application among binders of such types, if it was told before: then the part is not looked into."""

    def settle(self, term: Term) -> None:
        """An application whose type has no variables, nor have those of the binders around it, so that nothing outside of it can tell
        more of the types inside it."""


def shape_of(type: Type) -> Any:
    """What shape functions see of an argument: a tensor's shape, a pair of those, ``[shape]`` for a list, else the
    type itself."""
    if isinstance(type, TensorType):
        return type.shape
    if isinstance(type, Constructor) and type.name == "pair":
        return tuple(shape_of(part) for part in type.arguments)
    if isinstance(type, Constructor) and type.name == "list" and has_tensor(type):
        return [shape_of(type.arguments[0])]
    return type
