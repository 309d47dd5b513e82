"""An empty store."""

from __future__ import annotations

import pytest

from library.store import AbstractStore, open_store


@pytest.fixture
def store() -> AbstractStore:
    return open_store("memory:")
