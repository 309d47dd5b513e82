"""A report: facts and pictures of a trained program, which it writes into a folder."""

from __future__ import annotations

import json
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
        written[0].write_text(json.dumps(self.facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for name, picture in self.pictures.items():
            written.append(target / f"{name}.png")
            picture.save(written[-1])
        return written
