"""Modules imported at their first use, so that inference and purely algorithmic work never wait for torch."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any


class LazyModule:
    """Stands for a module; an attribute, once looked up, is kept, so later look-ups cost nothing."""

    def __init__(self, name: str) -> None:
        self.__dict__["_module_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        value = getattr(importlib.import_module(self._module_name), attribute)
        self.__dict__[attribute] = value
        return value


class Facade:
    """The public names of a package, each imported from its module when it is first asked for."""

    def __init__(self, package: str, homes: Mapping[str, tuple[str, ...]]) -> None:
        """``package`` is the package's ``__name__``, ``homes`` its modules, as named below it, with the names that are taken from each."""
        self._package = package
        self._home_of = {name: module for module, names in homes.items() for name in names}
        self.names = sorted(self._home_of)
        """The package's ``__all__``."""

    def get(self, name: str) -> Any:
        """What stands under the name; the package's ``__getattr__``. Raises AttributeError, with what there is, on any other name."""
        if name not in self._home_of:
            raise AttributeError(
                f"module {self._package!r} has no attribute {name!r}; it has {', '.join(self.names)}", name=name
            )
        return getattr(importlib.import_module(f".{self._home_of[name]}", self._package), name)


torch: Any = LazyModule("torch")
F: Any = LazyModule("torch.nn.functional")
Tensor = Any
"""Annotation of a torch tensor in files that must not import torch."""
