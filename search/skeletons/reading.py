"""How the answers of one net on all images of a task's inputs become what a skeleton computes on, and the program that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from primitives.binding import map_variables, shift, substitute
from primitives.declarations import Role
from primitives.primitive import Primitive, word_in_role
from primitives.term import Lambda, Let, Term, Variable, apply, lambdas
from primitives.types import INT, Constructor, TensorType, Type, arguments_of, is_function, is_ground, list_of

IMAGE_AXES = 3
MOST_MAPS = 6
"""Maps of an image that are read each by itself, at most."""


@dataclass(frozen=True)
class ImageReading:
    """That a net reads every image of the inputs: ``inputs`` says of each whether it is a list of images or one, or (None) a whole number;
    ``image`` is the type of an image, ``output`` that of what the skeleton gives. ``maps``: the images are the maps of the only input, each
    by itself; ``classes``: the wanted program gives as many scores, and the skeleton the class (0: it gives what the skeleton gives)."""

    inputs: tuple[bool | None, ...]
    image: TensorType
    output: Type
    maps: bool = False
    classes: int = 0

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of a skeleton's inputs: a whole number an image."""
        return tuple(list_of(INT) if listed else INT for listed in self.inputs)

    def program(self, skeleton: Term, net: Lambda, words: Mapping[str, Primitive]) -> Term | None:
        """The program that reads every image by the net and computes the skeleton of the answers; None where a word for that is lacking.

        skeleton: a term over the answers, one free variable an input, the last innermost.
        net: a closed term from an image to a whole number.
        words: that it may be made of.

        The answers on an input have a name where the skeleton looks at them in several places, or in a function: they are drawn once.
        """
        each, indicator = word_in_role(words, Role.MAP), word_in_role(words, Role.INDICATOR, self.classes or 1)
        apart, shaped = word_in_role(words, Role.ROWS), word_in_role(words, Role.MAPS, *self.image.shape)
        if (each is None and any(self.inputs)) or (indicator is None and self.classes):
            return None
        if self.maps and (apart is None or shaped is None):
            return None
        count, term = len(self.inputs), skeleton
        if indicator is not None and self.classes:
            term = apply(indicator, term)
        for place in reversed(range(count)):  # the innermost free variable stands for the answers of ``place``
            net_here, given = Variable(place), Variable(count)
            if self.inputs[place] is None:
                term = substitute(term, given)
                continue
            if each is not None and self.inputs[place]:
                read = apply(each, net_here, apply(apart, given) if apart is not None and self.maps else given)
            else:
                read = apply(net_here, given)
            term = substitute(term, read) if _once(term) else Let(read, term, "answers")
        if self.maps and shaped is not None:
            net = _on(net, partial(apply, shaped))
        return lambdas(count, Let(shift(net, count), term, "net"))


def reading_of(type: Type) -> ImageReading | None:
    """The reading of a task's inputs; None where one is no image, list of images or whole number, or images are of several sizes.

    type: of the wanted program. Where it gives scores of classes for one image of several maps, these are read, each by itself.
    """
    inputs, output = arguments_of(type)
    images = {_image(given) for given in inputs if given != INT}
    image = images.pop() if len(images) == 1 else None
    if image is None or is_function(output):
        return None
    if not isinstance(output, TensorType):
        return ImageReading(tuple(None if given == INT else given != image for given in inputs), image, output)
    maps, *sides = image.shape
    classes = output.shape[0] if len(output.shape) == 1 else None
    if inputs != (image,) or not isinstance(maps, int) or not 2 <= maps <= MOST_MAPS or not isinstance(classes, int):
        return None
    return ImageReading((True,), TensorType((1, *sides), image.dtype), INT, True, classes)


def _image(type: Type) -> TensorType | None:
    """The image that a type is, or is a list of."""
    found = type.arguments[0] if isinstance(type, Constructor) and type.name == "list" else type
    if not isinstance(found, TensorType) or len(found.shape) != IMAGE_AXES or found.dtype != "float":
        return None
    return found if is_ground(found) else None


def _on(net: Lambda, change: Callable[[Term], Term]) -> Lambda:
    """A function of what ``change`` makes of its argument."""
    body = map_variables(net.body, lambda each, level: change(each) if each.index == level else each)
    return Lambda(body, net.hint)


def _once(term: Term) -> bool:
    """Whether the innermost free variable stands in one place at most, and in no function."""
    levels: list[int] = []

    def note(variable: Variable, level: int) -> Term:
        if variable.index == level:
            levels.append(level)
        return variable

    map_variables(term, note)
    return not levels or levels == [0]
