"""A term as a torch module, batched, as fast as the hand-written one."""

from __future__ import annotations

from .program import Program, batch_size, compile_term

__all__ = ["Program", "batch_size", "compile_term"]
