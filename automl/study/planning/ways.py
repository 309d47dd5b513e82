"""In which way longer trainings vary their pictures first: what searches of such pictures found is a recipe for the next."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from library.records import Direction, Run
from library.run_store import AbstractRunStore

from ...fitting.recipes import image_side
from ...tasks.data import ProblemData

if TYPE_CHECKING:
    from ..state import Standing

logger = logging.getLogger(__name__)
FOUND, RECIPE = "ways", "recipe"
"""Fields of a run's config: the scores of one program that was trained in both ways, and the recipe that the run began with."""
MIRRORED = "mirrored"


@dataclass(frozen=True)
class WayRecipe:
    """That the way called ``name`` goes first for data of a ``kind``: by how much the score was better with it, on the mean (``gain``), and
    the ``tasks`` by which that is known, each once."""

    name: str
    kind: str
    gain: float
    tasks: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Its fields as a run keeps them."""
        return {**asdict(self), "tasks": list(self.tasks)}


def kind_of_pictures(data: ProblemData) -> str:
    """What pictures have in common for which one way of training is likely to be the better: how many maps they have; "" for other data.

    data: of a task.
    """
    if image_side(data) is None:
        return ""
    maps = data.train.inputs[0].shape[1] if hasattr(data.train.inputs[0], "shape") else 0
    return f"pictures of {maps} {'map' if maps == 1 else 'maps'}"


def found_ways(standing: Standing, data: ProblemData) -> dict[str, Any] | None:
    """The scores of the first program that was trained for longer in both ways, with the kind of the data; None where none was.

    standing: of a search, at its end.
    data: of its task.
    """
    usual: dict[str, float] = {}
    varied: dict[str, float] = {}
    for ask in standing.refinements:
        evaluation = standing.evaluations[ask]
        score = standing.score(evaluation)
        if score is not None and not standing.is_view(evaluation):
            (varied if standing.settings_of(ask) else usual).setdefault(evaluation.term, score)
    both = next((term for term in usual if term in varied), None)
    if both is None:
        return None
    return {"kind": kind_of_pictures(data), "name": MIRRORED, "usual": usual[both], "varied": varied[both]}


def finished_runs(store: AbstractRunStore) -> tuple[Run, ...]:
    """The finished runs of a store, but for those whose records are damaged.

    store: that is open.
    """
    return store.runs(
        state="finished", unreadable=lambda run, error: logger.warning("run=%r is left out: %s", run, error)
    )


def way_recipe(runs: Iterable[Run], data: ProblemData) -> WayRecipe | None:
    """The recipe for data of a task from what finished searches of its kind found; None where there was none, or the usual way was no worse
    on the mean. Of several searches of one task the latest counts, and one of this very task does not.

    runs: of the store.
    data: of the task.
    """
    kind = kind_of_pictures(data)
    gains: dict[str, float] = {}
    for run in sorted(runs, key=lambda run: run.started):
        found = run.config.get(FOUND)
        if run.state == "finished" and isinstance(found, dict) and found.get("kind") == kind and run.task != data.name:
            gains[run.task] = Direction(run.direction).sign * (float(found["varied"]) - float(found["usual"]))
    gain = sum(gains.values()) / max(1, len(gains))
    if not kind or gain <= 0:
        return None
    logger.info("%s first: better by %g on %s (%s)", MIRRORED, gain, kind, ", ".join(gains))
    return WayRecipe(MIRRORED, kind, gain, tuple(gains))
