"""Types on the way: what a task's type does not speak of, but words make and other words take.

A look-up ``(unwrap (get key table))`` passes through an option that neither the inputs nor the output show. Trying every word at every
type that some word can make would slow all searches, so a type is added where it is a bridge, from what the task gives to what it wants
in two words, and in a small vocabulary, whose words are there for a reason, wherever one word makes it and another takes it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from primitives.columns.operations import instances, replace, split_type
from primitives.primitive import PURE, Primitive
from primitives.types import (
    Constructor,
    Type,
    TypeVariable,
    arguments_of,
    has_tensor,
    in_class,
    is_function,
    subtypes,
    variables_of,
)

SMALL = 40
"""Words of a vocabulary up to which all types on the way are added."""
MOST = 8
"""Types that are added at most."""
COMMON = frozenset("-> list str char int bool float".split())


def intermediate(
    words: Mapping[str, Primitive], types: Sequence[Type], inputs: Sequence[Type], output: Type
) -> tuple[Type, ...]:
    """Ground types to try words at beside ``types``, those of a task from ``inputs`` to ``output``; at most ``MOST``."""
    found: dict[Type, None] = {}
    for given, wanted in _ends(inputs, output):
        for made in _made(words, given):
            if made not in types and not _is_list(made) and wanted in set(_taken(words, made, types)):
                found.update(dict.fromkeys(_parts(made, types)))
    if len(words) <= SMALL:
        for made in _made(words, types):
            if made not in types and any(True for _ in _taken(words, made, types)):
                found.update(dict.fromkeys(_parts(made, types)))
    return tuple(itertools.islice(found, MOST))


def _ends(inputs: Sequence[Type], output: Type) -> Iterator[tuple[tuple[Type, ...], Type]]:
    """What is given and what is wanted: by the task, and by a part of it that goes through its lists element by element."""
    yield tuple(inputs), output
    if _is_list(output) and any(map(_is_list, inputs)):
        yield tuple(map(_element, inputs)), _element(output)


def _is_list(type: Type) -> bool:
    return _head(type) == "list"


def _element(type: Type) -> Type:
    """The type of the elements of a list; any other type is its own."""
    return type.arguments[0] if isinstance(type, Constructor) and type.name == "list" else type


def _made(words: Mapping[str, Primitive], types: Sequence[Type]) -> Iterator[Type]:
    """Types with a constructor that is not common, as words make them of data of the ``types``."""
    for word in words.values():
        arguments, result = split_type(word)
        if word.purity != PURE or word.geometric or has_tensor(word.scheme.type) or is_function(result):
            continue
        # What is put together of anything at all, such as a pair, can be taken apart again and is nothing new.
        if all(isinstance(argument, TypeVariable) for argument in arguments):
            continue
        for names in _choices(word, types):
            made = replace(result, names)
            if all(_known(replace(argument, names), types) for argument in arguments) and _parts(made, types):
                yield made


def _choices(word: Primitive, types: Sequence[Type]) -> Iterator[dict[Type, Type]]:
    """Types for the variables of a word's type."""
    variables = [variable for variable in variables_of(word.scheme.type) if isinstance(variable, TypeVariable)]
    kinds = [word.scheme.constraints.get(variable.name) for variable in variables]
    fitting = [[type for type in types if kind is None or in_class(type, kind)] for kind in kinds]
    for chosen in itertools.product(*fitting):
        yield dict(zip(variables, chosen, strict=True))


def _known(type: Type, types: Sequence[Type]) -> bool:
    """Whether data of the type are at hand; for a function, whether its arguments and its result are."""
    arguments, result = arguments_of(type)
    return all(part in types for part in (*arguments, result))


def _parts(made: Type, types: Sequence[Type]) -> list[Type]:
    """The types within one that are not at hand, itself among them; none where all its constructors are common."""
    inner = [part for part in subtypes(made) if isinstance(part, Constructor)]
    if all(part.name in COMMON for part in inner):
        return []
    return [part for part in inner if part not in types]


def _taken(words: Mapping[str, Primitive], made: Type, types: Sequence[Type]) -> Iterator[Type]:
    """What words that ask for such data make of one type more; those that take anything at all do not count."""
    wider = (*types, *_parts(made, types))
    for word in words.values():
        asked = [_head(argument) == _head(made) for argument in split_type(word)[0]]
        if any(asked) and not has_tensor(word.scheme.type):
            for arguments, result in instances(word, wider):
                if any(each and argument == made for each, argument in zip(asked, arguments, strict=True)):
                    yield result


def _head(type: Type) -> str:
    """The constructor of a type; "" of a variable."""
    return type.name if isinstance(type, Constructor) else ""
