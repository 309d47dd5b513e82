"""A search on many pictures: it begins with declared nets, trains the best for longer, and ends with one training of all."""

from __future__ import annotations

import numpy as np
import pytest

from automl.budget import Budget
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import EXPLORE, FINAL, PHASES
from automl.study.planning.starts import declared_starts
from automl.study.study import Study
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task
from library.records import Evaluation
from library.store import open_store
from primitives.term import show_canonical
from search.strategy import START


@pytest.fixture(scope="module")
def sides() -> Task:
    """Pictures of 12 × 12 that are brighter on the left, or on the right."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 150, size=(4000, 1, 12, 12), dtype=np.uint8), np.arange(4000) % 2
    x[y == 0, :, :, :6] += 20
    x[y == 1, :, :, 6:] += 20
    return labelled_task("sides", x, y)


def _explored(study: Study) -> list[Evaluation]:
    return [each for each in study.evaluations.every() if study.standing.phase(each) == EXPLORE]


@pytest.mark.slow
def test_a_planned_search_goes_through_its_phases(sides: Task) -> None:
    store = open_store("memory:")
    study = open_study(sides, store, Options(Budget(15.0)), run_id="r")
    found = run_study(study)
    nets = [show_canonical(term) for term in declared_starts(sides.data.type, study.strategy.problem.words)]
    assert nets and all(each.term == net for each, net in zip(_explored(study), nets, strict=False))
    phases = [study.standing.phase_of(each.ask) for each in found.history]
    assert phases == sorted(phases, key=PHASES.index) and phases[-1] == FINAL
    assert found.score is not None and found.score > 0.9 and found.test_score is not None and found.test_score > 0.9
    # A final training that had too little time, on a busy machine, does not count.
    assert found.validation_seen == (found.ask == found.history[-1].ask)


@pytest.mark.slow
@pytest.mark.parametrize("options", [Options(Budget(4.0), starts="none"), Options(Budget(None, 2))], ids=str)
def test_nothing_but_words_where_no_start_is_wanted_or_nothing_is_planned(sides: Task, options: Options) -> None:
    study = open_study(sides, open_store("memory:"), options, run_id="r")
    assert study.strategy.problem.starts == ()
    run_study(study)
    asked = [event for event in study.store.events("r") if event.kind == "asked" and event.payload["phase"] == EXPLORE]
    assert asked and all(event.payload["info"]["operator"] != START for event in asked)
