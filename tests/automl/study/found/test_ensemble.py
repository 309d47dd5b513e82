"""An ensemble of what a search found is a program like any other, and never worse on the validation part than the best alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from automl.budget import Budget
from automl.errors import StudyError
from automl.evaluation.model import Model
from automl.fitting.losses import are_probabilities
from automl.study.found.blend import BlendPart, blend
from automl.study.found.ensemble import check_ensemble, ensemble_schedule
from automl.study.opening import Options, check_options, open_study, resume_options, run_study
from automl.study.planning.schedule import ENSEMBLE, REFINE, Schedule
from automl.study.result import Result
from automl.study.stored import find_result, load_model, stored_model
from automl.study.study import Study
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.store import open_store
from library.vocabulary import Vocabulary
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from search.bounds import Bounds
from search.strategy import AbstractStrategy

NETS = (
    "(lambda (x) (pipe x flatten (dense :units 3 @1)))",
    "(lambda (x) (pipe x flatten (dense :units 8 @1) relu (dense :units 3 @2)))",
    "(lambda (x) (pipe x flatten (dense :units 8 @1) tanh (dense :units 3 @2) softmax))",
    "(lambda (x) (pipe x (conv :maps 4 :kernel 3 @1) flatten (dense :units 3 @2)))",
)
VECTORS = "Tensor[3] -> Tensor[3]"
Searched = tuple[Study, Result]


def model(text: str, seed: int = 0) -> Model:
    """A program on vectors with fresh weights."""
    vocabulary, type = Vocabulary(), parse_type(VECTORS)
    term = vocabulary.read(text)
    program = compile_term(term, vocabulary.all_words, type, seed=seed)
    return Model(term, type, vocabulary, dict(program.weights()))


def test_a_blend_answers_with_the_sum_of_shares_and_shares_no_weights() -> None:
    dense, other = (model("(lambda (x) (dense :units 3 @1 x))", seed) for seed in (1, 2))
    whole = blend([BlendPart(dense, 0.5, True), BlendPart(other, 0.3, False), BlendPart(model("relu"), 0.2, False)])
    x = torch.randn(7, 3)
    expected = 0.5 * dense.module(x).softmax(1) + 0.3 * other.module(x) + 0.2 * x.relu()
    torch.testing.assert_close(whole.module(x), expected)
    assert len(whole.weights) == len(dense.weights) + len(other.weights)
    whole.check_weights()


def test_what_a_part_shares_within_itself_it_shares_in_the_blend() -> None:
    tied = model("(lambda (x) (let ((f (dense :units 3 @1))) (f (relu (f x)))))")
    whole = blend([BlendPart(tied, 0.5, False), BlendPart(tied, 0.5, False)])
    x = torch.randn(5, 3)
    torch.testing.assert_close(whole.module(x), tied.module(x))
    assert len(whole.weights) == 2 * len(tied.weights)


@pytest.fixture
def searched(
    strategies: Mapping[str, type[AbstractStrategy]], monkeypatch: pytest.MonkeyPatch, blobs: Task
) -> Searched:
    """A search through NETS whose result is an ensemble."""
    monkeypatch.setattr(strategies["fixed"], "texts", NETS)
    options = Options(Budget(None, 6), strategy="fixed", ensemble=3)
    study = open_study(blobs, open_store("memory:"), options, run_id="r")
    return study, run_study(study)


def test_the_result_is_a_blend_that_scores_no_worse_than_its_members(
    searched: Searched, blobs: Task, tmp_path: Path
) -> None:
    study, result = searched
    assert result.ask is not None and result.ensemble is not None and result.model is not None
    assert study.standing.phases[result.ask] == ENSEMBLE and not result.validation_seen
    assert 2 <= len(result.ensemble) <= 3
    assert sum(each.share for each in result.ensemble) == pytest.approx(1.0)
    refined = [each for each in study.evaluations.every() if study.standing.phase(each) == REFINE]
    assert refined and study.standing.worth(study.evaluations[result.ask]) >= max(map(study.standing.worth, refined))

    validation, expected = blobs.part("validation"), torch.zeros(())
    for each in result.ensemble:
        outputs = load_model(study.store, study.evaluations[each.ask], study.vocabulary, blobs).outputs(validation)
        assert isinstance(outputs, torch.Tensor)
        expected = expected + each.share * (outputs if are_probabilities(outputs) else outputs.softmax(1))
    torch.testing.assert_close(result.model.outputs(validation), expected)

    raw = np.random.default_rng(0).normal(size=(4, 1, 4, 4))
    result.model.save(tmp_path / "model")
    np.testing.assert_allclose(Model.load(tmp_path / "model").predict_proba(raw), result.model.predict_proba(raw))
    assert "softmax" in result.model.source()
    assert [row.ask for row in result.leaderboard() if row.is_result] == [result.ask]
    told = result.to_dict()["ensemble"]
    assert told == [{"ask": each.ask, "share": each.share, "score": each.score} for each in result.ensemble]


def test_the_blend_is_what_the_stored_run_means(searched: Searched, blobs: Task) -> None:
    study, result = searched
    record, found = study.store.run("r"), find_result(study.store, study.store.run("r"))
    assert found is not None and found.ask == result.ask
    assert stored_model(study.store, record, study.vocabulary).program == result.program
    again = run_study(open_study(blobs, study.store, resume_options(record), run=record))
    assert (again.ask, again.score, again.evaluations) == (result.ask, result.score, result.evaluations)


def test_nothing_is_blended_where_only_one_structure_was_found(
    strategies: Mapping[str, type[AbstractStrategy]], monkeypatch: pytest.MonkeyPatch, blobs: Task
) -> None:
    monkeypatch.setattr(strategies["fixed"], "texts", NETS[:1])
    study = open_study(blobs, open_store("memory:"), Options(Budget(None, 2), strategy="fixed", ensemble=2), run_id="r")
    result = run_study(study)
    assert result.ensemble == () and result.score is not None
    assert ENSEMBLE not in study.standing.phases.values()


@pytest.mark.parametrize(
    ("task", "count", "said"), [("digits", 1, "from 2 to 50"), ("digits", True, "from 2 to 50"), ("iris", 3, "folds=0")]
)
def test_what_cannot_be_is_refused(task: str, count: int, said: str) -> None:
    (found,) = load_tasks(task)
    with pytest.raises(StudyError, match=said):
        check_ensemble(count, found.data)


def test_a_blend_is_in_no_bounds(blobs: Task) -> None:
    options = Options(Budget(None, 2), ensemble=2, bounds=Bounds(parameters=100))
    with pytest.raises(StudyError, match="all of its parts together"):
        check_options(options, blobs.data)


def test_programs_on_values_have_no_mean(plus_three: Task) -> None:
    with pytest.raises(StudyError, match="leave it out"):
        check_ensemble(2, plus_three.data)


def test_in_planned_time_the_members_have_what_a_final_training_would() -> None:
    planned = Schedule(refine=0.75, final=0.45, explore_seconds=2.0, refine_seconds=6.0)
    schedule = ensemble_schedule(planned, 5, 120.0)
    assert (schedule.final, schedule.refine_seconds) == (0.0, 0.75 * 120.0 / 6)
    assert schedule.seconds_of(REFINE) == 15.0
    assert ensemble_schedule(Schedule(), 5, 60.0) == Schedule(final=0.0)
