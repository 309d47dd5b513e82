"""One package under two names, with all in it: every module is loaded once, under its own name."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType


class _Aliases(MetaPathFinder, Loader):
    """Finds the modules of packages that stand for others."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}
        self._specs: dict[str, ModuleSpec | None] = {}

    def add(self, alias: str, real: str) -> None:
        self._real[alias] = real

    def real(self, name: str) -> str | None:
        """The name of the module for which ``name`` stands; None where it stands for none."""
        for alias, real in self._real.items():
            if name == alias or name.startswith(f"{alias}."):
                return real + name[len(alias) :]
        return None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        real = self.real(fullname)
        found = None if real is None else importlib.util.find_spec(real)
        if found is None:
            return None
        return ModuleSpec(fullname, self, is_package=found.submodule_search_locations is not None)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(str(self.real(spec.name)))
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just given it the alias's spec; its own says where it is and what it is called.
        assert module.__spec__ is not None
        module.__spec__ = self._specs.pop(module.__spec__.name)

    def get_code(self, fullname: str) -> CodeType | None:
        """What ``python -m`` runs."""
        spec = importlib.util.find_spec(str(self.real(fullname)))
        return None if spec is None or spec.loader is None else spec.loader.get_code(spec.name)  # type: ignore[attr-defined]


_aliases = _Aliases()


def stand_for(alias: str, real: str) -> None:
    """Let the package ``alias`` and all in it be the package ``real``, also for later imports of its modules.

    Called by the module ``alias`` while it is imported, or before.
    """
    _aliases.add(alias, real)
    if _aliases not in sys.meta_path:
        sys.meta_path.insert(0, _aliases)
    if alias in sys.modules:
        sys.modules[alias] = importlib.import_module(real)
