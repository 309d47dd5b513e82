"""Every trainer that is found in automl/fitting/trainers meets the suite."""

from __future__ import annotations

import inspect

import pytest

from automl.fitting.trainers import make_trainer, trainer_kinds
from automl.testing import TrainerSuite


class TestTrainers(TrainerSuite):
    @pytest.fixture(params=sorted(trainer_kinds()))
    def trainer(self, request):
        return trainer_kinds()[request.param]

    def test_its_module_needs_no_torch(self, trainer):
        source = inspect.getsource(inspect.getmodule(trainer))
        assert "\nimport torch" not in source.split("if TYPE_CHECKING")[0]

    def test_its_description_makes_it_again(self, trainer):
        described = trainer().to_json()
        assert make_trainer(described["trainer"], described["settings"]).to_json() == described
