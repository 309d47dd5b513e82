"""How the answers of one net on all images of a task's inputs become what a skeleton computes on, and the program that comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from primitives.binding import map_variables, shift, substitute
from primitives.term import Let, Term, Variable, Word, apply, lambdas
from primitives.types import INT, Constructor, TensorType, Type, arguments_of, is_function, is_ground, list_of

IMAGE_AXES = 3
MAP = "map"


@dataclass(frozen=True)
class ImageReading:
    """That a net reads every image of the inputs: ``inputs`` says of each whether it is a list of images or one; ``image`` is the type of
    an image, ``output`` that of the wanted program."""

    inputs: tuple[bool, ...]
    image: TensorType
    output: Type

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of a skeleton's inputs: a whole number an image."""
        return tuple(list_of(INT) if listed else INT for listed in self.inputs)

    def program(self, skeleton: Term, net: Term) -> Term:
        """The program that reads every image by the net and computes the skeleton of the answers.

        skeleton: a term over the answers, one free variable an input, the last innermost.
        net: a closed term from an image to a whole number.

        The answers on an input have a name where the skeleton looks at them in several places, or in a function: they are drawn once.
        """
        count, term = len(self.inputs), skeleton
        for place in reversed(range(count)):  # the innermost free variable stands for the answers of ``place``
            net_here, given = Variable(place), Variable(count)
            read = apply(Word(MAP), net_here, given) if self.inputs[place] else apply(net_here, given)
            term = substitute(term, read) if _once(term) else Let(read, term, "answers")
        return lambdas(count, Let(shift(net, count), term, "net"))


def reading_of(type: Type) -> ImageReading | None:
    """The reading of a task's inputs; None where one is no image nor list of images, or they are of several sizes.

    type: of the wanted program.
    """
    inputs, output = arguments_of(type)
    images = {_image(given) for given in inputs}
    image = images.pop() if len(images) == 1 else None
    if image is None or is_function(output):
        return None
    return ImageReading(tuple(given != image for given in inputs), image, output)


def _image(type: Type) -> TensorType | None:
    """The image that a type is, or is a list of."""
    found = type.arguments[0] if isinstance(type, Constructor) and type.name == "list" else type
    if not isinstance(found, TensorType) or len(found.shape) != IMAGE_AXES or found.dtype != "float":
        return None
    return found if is_ground(found) else None


def _once(term: Term) -> bool:
    """Whether the innermost free variable stands in one place at most, and in no function."""
    levels: list[int] = []

    def note(variable: Variable, level: int) -> Term:
        if variable.index == level:
            levels.append(level)
        return variable

    map_variables(term, note)
    return not levels or levels == [0]
