"""The suites that every plug-in of this project meets, for yours: pytest and Hypothesis are needed here and nowhere else.

A suite is a class of tests. A subclass in a module of tests says by a fixture what is to be tested::

    class TestMine(TrainerSuite):
        @pytest.fixture
        def trainer(self):
            return MyTrainer
"""

from __future__ import annotations

from typing import Any

import pytest

from primitives.lazy import Facade

_HOMES = {
    "columns": ("ColumnSuite",),
    "executors": ("ExecutorSuite",),
    "pages": ("PageSuite",),
    "stores": ("StoreSuite",),
    "strategies": ("StrategySuite",),
    "tasks": ("TaskSuite",),
    "trainers": ("TrainerSuite",),
    "words": ("FittedWordSuite", "TensorWordSuite", "ValueWordSuite", "is_tensor_word", "words_of"),
}
_FACADE = Facade(__name__, _HOMES)
__all__ = _FACADE.names

# So that a failed assertion shows its values, as in a module of tests.
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in (*_HOMES, "compiled", "fitted", "interpreted")))


def __getattr__(name: str) -> Any:
    return _FACADE.get(name)
