"""A term as stand-alone Python or PyTorch text that runs without this project and gives the same outputs.

The text holds the source of the words' own meanings, so there is no second definition of them to drift away. Where an
example has no value the text raises ``Undefined``, ``Overflow`` or another ``Failed``, which it defines too.
"""

from __future__ import annotations

from .harvest import SourceError
from .modules import to_source, write_source

__all__ = ["SourceError", "to_source", "write_source"]
