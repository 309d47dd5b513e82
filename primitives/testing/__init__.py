"""Generators for tests: values of a type, well-typed terms and applications of a word, as Hypothesis strategies.

For the tests of this project and for authors of words, strategies and back ends elsewhere. Needs ``hypothesis``, which
is imported when a strategy is made.
"""

from __future__ import annotations

from .data import fits, floats, integers, tensors, texts, types, values
from .programs import algorithmic, applications, programs, terms

__all__ = [
    "algorithmic",
    "applications",
    "fits",
    "floats",
    "integers",
    "programs",
    "tensors",
    "terms",
    "texts",
    "types",
    "values",
]
