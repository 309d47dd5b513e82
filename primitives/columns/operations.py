"""Words at ground types: polymorphic words instantiated over a bounded set of types."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from ..definitions import Definition
from ..primitive import PURE, Primitive
from ..types import (
    Constructor,
    TensorType,
    Type,
    TypeVariable,
    arguments_of,
    function,
    has_tensor,
    in_class,
    is_function,
    variables_of,
)
from ..unify import Mismatch, Unifier
from ..values import Failed, Failure
from .frame import Operation
from .kernels.registry import KernelEntry, find_kernel
from .lift import lift
from .subroutine import Unsupported, subroutine_kernel


def replace(type: Type, names: Mapping[Type, Type]) -> Type:
    """The type with variables replaced."""
    if type in names:
        return names[type]
    if isinstance(type, Constructor) and type.arguments:
        return Constructor(type.name, tuple(replace(argument, names) for argument in type.arguments))
    return type


def split_type(primitive: Primitive) -> tuple[tuple[Type, ...], Type]:
    """The types of the arguments that the meaning takes, and of what it returns (perhaps a function)."""
    arguments, result = arguments_of(primitive.scheme.type)
    return arguments[: primitive.arity], function(*arguments[primitive.arity :], result)


def operation(
    primitive: Primitive, arguments: tuple[Type, ...], result: Type, words: Mapping[str, Primitive]
) -> Operation:
    """The word at ground types, with its kernel or lifted."""
    if primitive.columns is not None:
        entry: KernelEntry | None = KernelEntry(primitive.columns)
    else:
        entry = find_kernel(primitive.name, arguments[0] if arguments else None)
    if isinstance(primitive, Definition):
        entry = _subroutine(primitive, arguments, result, words)
    if entry is None:
        slow = isinstance(primitive, Definition) or any(map(has_tensor, arguments))
        higher = any(map(is_function, arguments))
        entry = KernelEntry(
            lift(_meaning(primitive, words), primitive.lazy, remember=slow), bool(primitive.lazy), feeds_back=higher
        )
    return Operation(primitive.word(), arguments, result, entry.kernel, entry.lazy, entry.feeds_back, primitive)


def _subroutine(
    primitive: Definition, arguments: tuple[Type, ...], result: Type, words: Mapping[str, Primitive]
) -> KernelEntry | None:
    """The subroutine's body on columns, where it can be."""
    if primitive.geometric or not arguments:
        return None
    try:
        kernel = subroutine_kernel(
            primitive, arguments, result, words, lambda word, types, to: operation(word, types, to, words)
        )
    except Unsupported:
        return None
    return KernelEntry(kernel, feeds_back=any(map(is_function, arguments)))


def _meaning(primitive: Primitive, words: Mapping[str, Primitive]) -> Callable:
    """The scalar meaning on positional arguments with default settings; subroutines through the interpreter."""
    options = {setting.name: setting.default for setting in primitive.settings}
    if not isinstance(primitive, Definition) and not primitive.geometric:
        return (lambda *arguments: primitive.meaning(*arguments, **options)) if options else primitive.meaning
    known, term = {**words, primitive.name: primitive}, primitive.word()

    def call(*arguments: object) -> object:
        from ..interpreter.interpret import evaluate

        value = evaluate(term, arguments, words=known)
        if isinstance(value, Failure):
            raise Failed(value.detail)
        return value

    return call


def instances(primitive: Primitive, types: Iterable[Type]) -> Iterator[tuple[tuple[Type, ...], Type]]:
    """Ground argument and result types of the word such that all data types in them are among ``types``."""
    return iter(_instances(primitive, tuple(types)))


@lru_cache(maxsize=8192)
def _instances(primitive: Primitive, allowed: tuple[Type, ...]) -> tuple[tuple[tuple[Type, ...], Type], ...]:
    """The same, kept: a task is divided into many that have the same words and types."""
    return tuple(_ground_instances(primitive, allowed))


def _ground_instances(primitive: Primitive, allowed: tuple[Type, ...]) -> Iterator[tuple[tuple[Type, ...], Type]]:
    arguments, result = split_type(primitive)
    if primitive.purity != PURE or is_function(result):
        return
    variables = [v for v in variables_of(primitive.scheme.type) if isinstance(v, TypeVariable)]
    if len(variables) != len(variables_of(primitive.scheme.type)):
        yield from _tensor_instances(primitive, allowed)
        return
    if primitive.sited and not (isinstance(primitive, Definition) and primitive.load):
        return
    choices = []
    for variable in variables:
        kind = primitive.scheme.constraints.get(variable.name)
        choices.append([t for t in allowed if kind is None or in_class(t, kind)])
    for chosen in itertools.product(*choices):
        names: dict[Type, Type] = dict(zip(variables, chosen))
        ground = tuple(replace(argument, names) for argument in arguments), replace(result, names)
        if all(part in allowed for type in (*ground[0], ground[1]) for part in _data_types(type)):
            yield ground


def _tensor_instances(primitive: Primitive, allowed: tuple[Type, ...]) -> Iterator[tuple[tuple[Type, ...], Type]]:
    """Instances of a word without weights and shape function whose tensors are of any size, at the tensor types allowed."""
    arguments, _ = split_type(primitive)
    if primitive.sited or primitive.shapes or any(map(is_function, arguments)):
        return
    choices = [
        [t for t in allowed if isinstance(t, TensorType)] if isinstance(a, TensorType) else allowed for a in arguments
    ]
    for chosen in itertools.product(*choices):
        unifier = Unifier()
        settings = {setting.name: setting.default for setting in primitive.settings}
        type = unifier.instantiate(primitive.scheme, settings=settings)
        wanted, result = arguments_of(type)
        try:
            for one, other in zip(wanted, chosen):
                unifier.unify(one, other)
        except Mismatch:
            continue
        if (result := unifier.resolve(result)) in allowed:
            yield chosen, result


def _data_types(type: Type) -> Iterator[Type]:
    """The types of data that a type of value or function speaks of; functions of functions give none that is allowed."""
    if not is_function(type):
        yield type
        return
    arguments, result = arguments_of(type)
    yield from (*arguments, result)
