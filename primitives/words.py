"""Declaring primitives, and finding those declared.

A word is one function in one file of ``primitives/ops``, found by scanning::

    @word("sort", "Ord a => list(a) -> list(a)")
    def sort(xs):
        return tuple(sorted(xs))

    @geometric("dense", "Tensor[n] -> Tensor[units]", settings=(Setting("units", 32, 1, 4096, log=True),), parameters=...)
    def dense(x, *, weight, bias, units):
        return torch.nn.functional.linear(x, weight, bias)

The function of an algorithmic word works on values; functions among its arguments are curried callables; arguments at the positions in
``lazy`` arrive as callables without arguments. The function of a geometric word works on batches (a leading batch dimension), with
settings, parameters and buffers as keyword arguments: the interpreter calls it with a batch of one, the compiler with the real batch.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from .notation.types import parse_scheme
from .plugins import PluginKind, marked
from .primitive import Primitive


def word(name: str, scheme: str, **options: Any) -> Callable[[Callable], Callable]:
    """A decorator that declares a word whose meaning is the function; several may decorate one function.

    name: by which programs call it.
    scheme: its type, as ``"Ord a => list(a) -> list(a)"``.
    options: further fields of ``Primitive``, such as ``lazy`` (positions of arguments that are evaluated only when needed), ``settings``
        or ``prior``.
    """
    return _declare(name, scheme, options)


def geometric(name: str, scheme: str, **options: Any) -> Callable[[Callable], Callable]:
    """A decorator that declares a word on tensors: its function is given batches, and settings, parameters and buffers by name.

    name: by which programs call it.
    scheme: its type, as ``"Tensor[s...] -> Tensor[s...]"``; sizes are those of one example.
    options: further fields of ``Primitive``, such as ``settings``, ``parameters`` or ``shapes``.
    """
    return _declare(name, scheme, {"geometric": True, **options})


def _declare(name: str, scheme: str, options: dict) -> Callable[[Callable], Callable]:
    def declare(meaning: Callable) -> Callable:
        options.setdefault("doc", inspect.getdoc(meaning) or "")
        options["lazy"] = frozenset(options.get("lazy", ()))
        primitive = Primitive(name, parse_scheme(scheme), meaning, **options)
        meaning.__dict__.setdefault("primitives", []).append((name, primitive))
        return meaning

    return declare


WORDS: PluginKind[Primitive] = PluginKind("word", f"{__package__}.ops", marked("primitives"), "words")


def collect(modules: Iterable[ModuleType]) -> dict[str, Primitive]:
    """The words declared in the modules. Raises PluginError where a name occurs twice."""
    return dict(WORDS.collect(modules))


def builtin_words() -> Mapping[str, Primitive]:
    """All primitives of ``primitives/ops``, found by scanning the folder. Raises PluginError."""
    return WORDS.built_in()


def known_words() -> Mapping[str, Primitive]:
    """The built-in primitives and those from outside. Raises PluginError where two have one name."""
    return WORDS.found()
