"""The meaning of programs over distributions: a net's answer inside a program is a random variable."""

from __future__ import annotations

from .blend import Blend, RandomOutput
from .planning import InferencePlan, plan
from .support import NotFinite, TooManyWorlds

__all__ = ["Blend", "InferencePlan", "NotFinite", "RandomOutput", "TooManyWorlds", "plan"]
