"""A report: facts and pictures of a trained program, which it writes into a folder."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from primitives.brief import brief_repr

from .pictures import AbstractPicture


@dataclass(frozen=True, eq=False)
class ModelReport:
    """``name`` is what it reports (``diagnosis``, ``inspection``), ``facts`` are JSON-able (contents: docs/diagnostics.md), ``pictures``
    are by file name without its ending."""

    name: str
    facts: Mapping[str, object]
    pictures: Mapping[str, AbstractPicture] = field(default_factory=dict)

    __repr__ = brief_repr

    def to_dict(self) -> dict[str, object]:
        """The facts, as the commands print them with ``--json``."""
        return dict(self.facts)

    def save(self, folder: str | Path) -> list[Path]:
        """Write the facts as ``NAME.json`` and each picture as PNG into the folder, which is made; gives what was written."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        written = [target / f"{self.name}.json"]
        written[0].write_text(strict_json(self.facts, indent=1) + "\n", encoding="utf-8")
        for name, picture in self.pictures.items():
            written.append(target / f"{name}.png")
            picture.save(written[-1])
        return written


def strict_json(value: object, indent: int | None = None) -> str:
    """JSON text with ``null`` in place of NaN and the infinities, which JSON has not.

    value: plain data.
    indent: spaces a level (default: all in one line).
    """
    try:
        return json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), indent=indent, ensure_ascii=False, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
