"""Shapes and weights of words where they stand: what waits until its arguments are known, and the sites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..primitive import Primitive, shape_text
from ..term import Word
from ..types import (
    Constructor,
    Scheme,
    TensorType,
    Type,
    is_ground,
)
from ..unify import Mismatch, Unifier
from .messages import remedy
from .result import IllTyped, Layer, ShapeError, Site, shape_of


@dataclass
class Occurrence:
    """A word where it stands, with the (still growing) types of its arguments and result."""

    word: Word
    primitive: Primitive
    arguments: tuple[Type, ...]
    result: Type
    runner: int
    """The function with a name that runs it (``counting.Uses``)."""

    @staticmethod
    def of(word: Word, primitive: Primitive, type: Type, runner: int) -> Occurrence:
        """A word with its type where it stands."""
        arguments: list[Type] = []
        for _ in range(primitive.arity):
            assert isinstance(type, Constructor)
            arguments.append(type.arguments[0])
            type = type.arguments[1]
        return Occurrence(word, primitive, tuple(arguments), type, runner)


class Polymorphic(Scheme):
    """A let-bound scheme; variables in ``held`` belong to the scope and are not renamed."""

    held: frozenset

    def __init__(self, type: Type, constraints: dict[str, str], held: frozenset) -> None:
        super().__init__(type, constraints)
        object.__setattr__(self, "held", held)


def _dtype(type: Type) -> str:
    return type.dtype if isinstance(type, TensorType) else "float"


def _shapes(site: Site) -> str:
    kept = {**site.parameters, **site.buffers}
    return ", ".join(f"{name} {shape_text(parameter.shape)}" for name, parameter in kept.items())


class Waiting:
    """Words whose shape functions wait until the types of their arguments are known."""

    def __init__(self, unifier: Unifier) -> None:
        self.unifier = unifier
        self._occurrences: list[Occurrence] = []

    def __len__(self) -> int:
        return len(self._occurrences)

    def __iter__(self) -> Iterator[Occurrence]:
        return iter(self._occurrences)

    def add(self, occurrence: Occurrence) -> None:
        """One more, whose primitive has a shape function."""
        self._occurrences.append(occurrence)

    def settle(self, mark: int) -> None:
        """Evaluate the shape functions from number ``mark`` on whose arguments are known, until none is left or none moves.
        Raises IllTyped."""
        moved = True
        while moved and len(self._occurrences) > mark:
            moved = False
            for occurrence in self._occurrences[mark:]:
                arguments = [self.unifier.resolve(argument) for argument in occurrence.arguments]
                if not all(is_ground(argument) for argument in arguments):
                    continue
                self._apply(occurrence, arguments)
                self._occurrences.remove(occurrence)
                moved = True

    def _apply(self, occurrence: Occurrence, arguments: list[Type]) -> None:
        name = occurrence.word.name
        got = ", ".join(map(str, arguments))
        assert occurrence.primitive.shapes is not None
        try:
            shape = occurrence.primitive.shapes(*map(shape_of, arguments), **dict(occurrence.word.settings))
        except ShapeError as error:
            raise IllTyped(f"word={name!r}: got {got}; {error}", name) from None
        result = shape if isinstance(shape, Type) else TensorType(tuple(shape), _dtype(occurrence.result))
        if isinstance(result, TensorType) and any(isinstance(axis, int) and axis < 1 for axis in result.shape):
            raise IllTyped(
                f"word={name!r}: {got} would give {result}; needed every dimension to be at least 1: make the kernel "
                "or stride smaller, pad, or use fewer such words",
                name,
            )
        try:
            self.unifier.unify(occurrence.result, result)
        except Mismatch:
            needed = self.unifier.resolve(occurrence.result)
            raise IllTyped(
                f"word={name!r}: from {got} it gives {result}, needed {needed}; {remedy(result, needed)}",
                name,
            ) from None


def sites_of_layers(layers: Iterable[Layer], words: Mapping[str, Primitive]) -> dict[str, Site]:
    """The sites of word occurrences by name, those whose arguments' types are known. Raises IllTyped where one site would have
    weights of two shapes."""
    sites: dict[str, Site] = {}
    for word, arguments, _ in layers:
        primitive = words[word.name]
        if primitive.parameters is None or not all(is_ground(argument) for argument in arguments):
            continue
        settings = dict(word.settings)
        shapes = [shape_of(argument) for argument in arguments]
        buffers = primitive.buffers(*shapes, **settings) if primitive.buffers else {}
        site = Site(word.name, settings, arguments, primitive.parameters(*shapes, **settings), buffers)
        name = str(word.site)
        known = sites.get(name)
        if known is not None and (known.parameters, known.buffers) != (site.parameters, site.buffers):
            raise IllTyped(
                f"word={word.name!r} at site @{name}: weights of shapes {_shapes(known)} are shared with "
                f"a use that needs {_shapes(site)}; give this occurrence a site of its own",
                word.name,
            )
        sites.setdefault(name, site)
    return sites
