"""Declared nets to begin a search with, in TOML (experiments/starts); a net's name is that of its file.

title = "Two convolutions with pooling, and two dense layers"
source = "Nielsen, Neural networks and deep learning (2015), ch. 6"
type = "Tensor[c,h,w] -> Tensor[n]"       # of the tasks that it is for
program = "(lambda (x) (pipe x flatten (dense :units {n})))"      # {n}: a dimension of the type

They are not in the way of a search that finds nets from words alone: ``starts="none"`` leaves them out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from primitives.inference import IllTyped, infer
from primitives.notation.types import parse_type
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term
from primitives.types import TensorType, Type, arguments_of

AUTO, NONE = "auto", "none"
STARTS = (AUTO, NONE)
"""What a search may begin with: what suits the task, or nothing but its words."""


@dataclass(frozen=True)
class DeclaredNet:
    """A net for tasks of one type; ``template`` has its dimensions in braces."""

    name: str
    title: str
    source: str
    type: Type
    template: str

    def term(self, wanted: Type, words: Mapping[str, Primitive]) -> Term | None:
        """The net for tasks of the type ``wanted``, with inferred shapes; None where it fits none of them, or ``words`` lack one of its."""
        sizes = dimensions(self.type, wanted)
        if sizes is None:
            return None
        text = self.template
        for name, size in sizes.items():
            text = text.replace(f"{{{name}}}", str(size))
        try:
            term = parse(text, words)
            inference = infer(term, words, wanted)
        except (IllTyped, ValueError):
            return None
        return None if inference.waiting else term


def folder() -> Path:
    """Where the declarations lie: beside the installed package."""
    return Path(__file__).resolve().parents[3] / "experiments" / "starts"


def declared_nets() -> list[DeclaredNet]:
    """All declared nets by their names."""
    found = []
    for path in sorted(folder().glob("*.toml")):
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(
            DeclaredNet(path.stem, given["title"], given["source"], parse_type(given["type"]), given["program"])
        )
    return found


def declared_starts(type: Type, words: Mapping[str, Primitive]) -> tuple[Term, ...]:
    """The declared nets that are programs of the ground ``type`` made of ``words``, those of fewer weights first."""
    found = [(net.term(type, words), net.name) for net in declared_nets()]
    sized = [(infer(term, words, type).parameters, name, term) for term, name in found if term is not None]
    return tuple(term for _, _, term in sorted(sized, key=lambda entry: entry[:2]))


def dimensions(pattern: Type, ground: Type) -> dict[str, int] | None:
    """What the names in the pattern's shapes stand for, where ``ground`` is of its form; None where it is not."""
    sizes: dict[str, int] = {}
    patterns, wanted = ([*arguments_of(each)[0], arguments_of(each)[1]] for each in (pattern, ground))
    if len(patterns) != len(wanted):
        return None
    for one, other in zip(patterns, wanted, strict=True):
        if not isinstance(one, TensorType) or not isinstance(other, TensorType) or len(one.shape) != len(other.shape):
            return None
        for name, size in zip(one.shape, other.shape, strict=True):
            if not isinstance(size, int) or sizes.setdefault(str(name), size) != size:
                return None
    return sizes
