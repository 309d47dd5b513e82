"""Hand-designed systems: published beside measured, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from primitives.brief import brief_repr

from ..baselines.declaration import PROTOCOLS, Baseline
from ..baselines.reading import load, names
from ..baselines.results import Places
from ..baselines.table import rows
from ..charts.nets.graph import GraphNode, graph_of
from ..errors import TaskError
from .programs.typed import TypedPart, typed_parts


@dataclass(frozen=True)
class BaselineRun:
    """One training of a baseline: its protocol, and the columns of its ``curves`` (none of an ensemble)."""

    protocol: str
    seed: int
    test_score: float | None
    validation_score: float | None
    minutes: float
    curves: Mapping[str, Any]

    __repr__ = brief_repr


@dataclass(frozen=True)
class BaselineView:
    """What the page of a baseline shows; ``trouble`` says which results cannot be read, "" where all can."""

    baseline: Baseline
    type: str
    parameters: int
    parts: Sequence[TypedPart]
    graph: tuple[GraphNode, ...]
    runs: tuple[BaselineRun, ...]
    trouble: str = ""

    __repr__ = brief_repr


def list_baselines(library: str) -> tuple[list[dict[str, Any]], list[str]]:
    """A row a baseline, and why others cannot be read.

    library: its URL; results of one's own runs lie beside it.
    """
    refused: list[str] = []
    return rows(Places.at(library=library), refused), refused


def view_baseline(id: str, library: str) -> BaselineView | None:
    """What the page of a baseline shows; None where none is declared by that name.

    id: of the baseline.
    library: its URL; results of one's own runs lie beside it.
    """
    if id not in names():
        return None
    baseline, places = load(id), Places.at(library=library)
    inference, words = baseline.inference, baseline.words()
    runs, trouble = list[BaselineRun](), ""
    for protocol in PROTOCOLS:
        try:
            found = places.read(id, protocol) or {"runs": []}
        except TaskError as error:
            trouble = str(error)
            continue
        runs += [
            BaselineRun(
                protocol,
                run["seed"],
                run["test_score"],
                run["validation_score"],
                run["seconds"] / 60,
                run.get("curves", {}),
            )
            for run in found["runs"]
        ]
    return BaselineView(
        baseline, str(inference.type), inference.parameters, typed_parts(baseline.term(), words, inference.type),
        graph_of(baseline.term(), words, inference.type), tuple(runs), trouble,
    )  # fmt: skip
