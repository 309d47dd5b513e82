"""What every page of an inspection must do: facts that are JSON, pictures that can be drawn, the same for the same seed, on any program."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from library.vocabulary import Vocabulary

from ..errors import TaskError
from ..evaluation.model import Model
from ..reports.inspection.cases import InspectionSettings
from ..reports.inspection.page import Page, ShownTable
from ..reports.inspection.report import inspect_model
from ..reports.pictures import AbstractPicture
from ..tasks.kinds.labelled import labelled_task
from ..tasks.task import Task

QUICK = InspectionSettings(epsilons=(0.0, 0.2), cases=10, closest=2, classes=2, shown=4)


def _classes() -> tuple[Model, Task]:
    """A linear program that tells two classes of points apart, and errs on some."""
    draws = np.random.default_rng(0)
    points = draws.normal(size=(60, 2)).astype(np.float32)
    classes = (points.sum(1) + 0.5 * draws.normal(size=60) > 0).astype(np.int64)
    return _model("dense :units 2 @1", {"1.weight": [[-2.0, -2.0], [2.0, 2.0]], "1.bias": [0.0, 0.0]}, points, classes)


def _numbers() -> tuple[Model, Task]:
    """The same for a number."""
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    return _model("dense :units 1 @1", {"1.weight": [[1.0, -0.5]], "1.bias": [0.0]}, points, points[:, :1] * 3.0)


def _model(layer: str, weights: dict[str, list], points: np.ndarray, targets: np.ndarray) -> tuple[Model, Task]:
    task, vocabulary = labelled_task("points", points, targets), Vocabulary()
    term = vocabulary.read(f"(lambda (x) ({layer} x))")
    tensors = {name: torch.tensor(value) for name, value in weights.items()}
    return Model(term, task.type, vocabulary, tensors, task.preprocessing), task


def _facts(page: Page, model: Model, task: Task | None) -> dict[str, Any]:
    found = inspect_model(model, task, [page.name], QUICK).facts[page.name]
    assert isinstance(found, dict)
    return found


class PageSuite:
    """A subclass says by the fixture ``page`` which ``Page`` is tested; it must be known (``use_plugins`` for one of your own)."""

    @pytest.mark.parametrize("given", [_classes, _numbers], ids=["classes", "numbers"])
    def test_its_facts_are_json_the_same_for_the_same_seed_and_said_to_people(self, page: Page, given):
        model, task = given()
        facts = _facts(page, model, task)
        assert facts, "a page finds something, or says the reason"
        assert json.dumps(_facts(page, model, task)) == json.dumps(facts)
        said = list(page.show(facts))
        assert said or "reason" in facts, "people are told something"
        for each in said:
            if isinstance(each, ShownTable):
                assert each.rows and all(len(row) == len(each.columns) for row in each.rows)
            else:
                assert isinstance(each, str) and each

    def test_its_pictures_can_be_drawn_under_names_of_files(self, page: Page, tmp_path):
        report = inspect_model(*_classes(), [page.name], QUICK)
        assert all(name.isidentifier() and isinstance(each, AbstractPicture) for name, each in report.pictures.items())
        assert [path.name for path in report.save(tmp_path)[1:]] == [f"{name}.png" for name in report.pictures]

    def test_it_says_whether_it_needs_data(self, page: Page):
        model, _ = _classes()
        if page.needs_data:
            with pytest.raises(TaskError, match="the data .* is required"):
                inspect_model(model, None, [page.name], QUICK)
        else:
            assert _facts(page, model, None)

    def test_a_file_of_facts_is_enough_to_show_it(self, page: Page):
        """What is shown comes from the facts as they are stored, not from objects among them."""
        facts = _facts(page, *_classes())
        assert list(page.show(json.loads(json.dumps(facts)))) == list(page.show(facts))
