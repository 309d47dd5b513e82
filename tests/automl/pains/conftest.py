"""What the tests of other people's pains share: an empty folder to be in, and a search by the command and in Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from automl.testing.commands import Found

Searched = Callable[..., Found]
TINY = ("--evaluations", "1", "--library", "memory:")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def searched(automl: Callable[..., Found]) -> Searched:
    """Runs the command with one evaluation and nothing kept."""
    return lambda spec, *more: automl("search", spec, *TINY, *more)
