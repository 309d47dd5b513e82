"""Modules imported at their first use, so that inference and purely algorithmic work never wait for torch."""

from __future__ import annotations

import importlib
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


torch: Any = LazyModule("torch")
F: Any = LazyModule("torch.nn.functional")
Tensor = Any
"""Annotation of a torch tensor in files that must not import torch."""
