"""The suites that every plug-in of this project meets, for yours: pytest and Hypothesis are needed here and nowhere else.

A suite is a class of tests. A subclass in a module of tests says by a fixture what is to be tested::

    class TestMine(TrainerSuite):
        @pytest.fixture
        def trainer(self):
            return MyTrainer
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

_HOMES = {
    "executors": ("ExecutorSuite",),
    "stores": ("StoreSuite",),
    "strategies": ("StrategySuite",),
    "tasks": ("TaskSuite",),
    "trainers": ("TrainerSuite",),
    "words": ("FittedWordSuite", "TensorWordSuite", "ValueWordSuite", "is_tensor_word", "words_of"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)

# So that a failed assertion shows its values, as in a module of tests.
pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (*_HOMES, "compiled", "fitted", "interpreted", "store_runs", "store_transactions", "store_words")
    )
)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)
