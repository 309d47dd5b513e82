"""Plug-ins: what is found, not listed.

A kind of plug-in has a folder. A plug-in is a value at the top of a module in that folder, which its kind recognises: a class that
implements the kind's interface, an instance of the kind's data class, or a function that a decorator marked. It is known by its name.
One value in two modules (one imports it from the other) is one plug-in; two with one name are an error.

The folder is given by its name and imported when it is first asked for, so that the module of the interface need not import those
that implement it. Modules from outside (see ``outside``) are looked through in the same way, before those of the folder.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Generic, Protocol, TypeVar

from .outside import PluginError, outside_modules, place, version

P = TypeVar("P")
Recognise = Callable[[Any], Iterable[tuple[str, P]]]
"""A value at the top of a module to the plug-ins that it is, each with its name: mostly none or one."""


class PluginKind(Generic[P]):
    """All plug-ins of one kind, by name."""

    def __init__(self, what: str, package: str, recognise: Recognise[P], group: str = "") -> None:
        """``what`` names the kind in messages ("strategy"), ``package`` the folder of its modules ("search.strategies"), ``group`` that
        of the entry points by which installed packages announce theirs (``words``: the group ``automl.words``; default: none)."""
        self.what, self.package, self.group, self._recognise = what, package, group, recognise
        self._built_in: Mapping[str, P] | None = None
        self._found: Mapping[str, P] = {}
        self._outside: Mapping[str, str] = {}
        self._version = -1

    def built_in(self) -> Mapping[str, P]:
        """The plug-ins of the folder by name, in the order of the modules' names. Raises PluginError."""
        if self._built_in is None:
            self._built_in = MappingProxyType(dict(self.collect(self._folder())))
        return self._built_in

    def found(self) -> Mapping[str, P]:
        """Every plug-in by name, those from outside too. Raises PluginError."""
        self._look()
        return self._found

    def each(self) -> Iterator[tuple[str, P]]:
        """Name and plug-in, those from outside first; each module of the folder is imported as the iteration comes to it. Raises
        PluginError."""
        outside = [module for module, _ in outside_modules(self.group)]
        return self.collect(itertools.chain(outside, self._folder()))

    def outside(self) -> Mapping[str, str]:
        """The digest of the module that each plug-in from outside is in, by the plug-in's name."""
        self._look()
        return self._outside

    def own(self, module: ModuleType) -> list[str]:
        """The names of the plug-ins in a module from outside, without those built-in ones that it imports."""
        return [name for name, plugin in self.collect([module]) if self.built_in().get(name) is not plugin]

    def _look(self) -> None:
        if self._version != version():
            self._found = MappingProxyType(dict(self.each()))
            outside = outside_modules(self.group)
            self._outside = {name: each.digest for module, each in outside for name in self.own(module)}
            self._version = version()

    def _folder(self) -> Iterator[ModuleType]:
        return (import_plugin(name, self.what) for name in module_names(self.package))

    def collect(self, modules: Iterable[ModuleType]) -> Iterator[tuple[str, P]]:
        """Name and plug-in of all in the modules. Raises PluginError where a name occurs twice."""
        found: dict[str, tuple[P, str]] = {}
        for module in modules:
            for value in list(vars(module).values()):
                for name, plugin in self._recognise(value):
                    if name not in found:
                        found[name] = plugin, place(module)
                        yield name, plugin
                    elif found[name][0] is not plugin:
                        raise PluginError(
                            f"{self.what}={name!r} is declared in {found[name][1]} and in {place(module)}; rename one"
                        )


def module_names(package: str) -> list[str]:
    """The full names of the modules in a package's folder, sorted, without those that begin with an underscore; none is imported."""
    folder = importlib.import_module(package)
    names = [module.name for module in pkgutil.iter_modules(folder.__path__)]
    return [f"{package}.{name}" for name in sorted(names) if not name.startswith("_")]


def import_plugin(module: str, what: str) -> ModuleType:
    """The module that holds a plug-in. Raises PluginError with what went wrong where it cannot be imported."""
    try:
        return importlib.import_module(module)
    except Exception as error:
        raise PluginError(
            f"{what}={module!r} cannot be imported: {type(error).__name__}: {error}; mend that module or take it away"
        ) from error


class Named(Protocol):
    """Whatever has a name of its own."""

    @property
    def name(self) -> str: ...


def classes(interface: type, attribute: str = "name") -> Recognise[Any]:
    """Recognises the classes that implement an interface; ``attribute`` of the class is its name."""

    def recognise(value: Any) -> Iterator[tuple[str, Any]]:
        if not isinstance(value, type) or not issubclass(value, interface) or inspect.isabstract(value):
            return
        name = getattr(value, attribute, None)
        if not isinstance(name, str):
            raise PluginError(
                f"class {value.__module__}.{value.__qualname__}: {attribute}={name!r}: a text is required; write "
                f'{attribute} = "…" in it'
            )
        yield name, value

    return recognise


def instances(kind: type[Named]) -> Recognise[Any]:
    """Recognises the instances of a class that have a ``name``."""

    def recognise(value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, kind):
            yield value.name, value

    return recognise


def marked(attribute: str) -> Recognise[Any]:
    """Recognises functions to which a decorator gave a list of (name, plug-in) as ``attribute``."""

    def recognise(value: Any) -> Iterable[tuple[str, Any]]:
        if not callable(value) or isinstance(value, type):
            return ()
        return getattr(value, "__dict__", {}).get(attribute, ())

    return recognise
