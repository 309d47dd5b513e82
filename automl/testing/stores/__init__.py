"""The suite for stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from library.store import AbstractStore

from .browsing import IsBrowsed
from .runs import KeepsRuns
from .transactions import KeepsTransactions
from .words import KeepsWords


class StoreSuite(KeepsRuns, KeepsTransactions, KeepsWords, IsBrowsed):
    """Tests for a kind of store. A subclass gives it by a fixture ``kind``, a subclass of AbstractStore whose ``example(folder)`` is
    the URL of an empty store."""

    @pytest.fixture
    def kind(self) -> type[AbstractStore]:
        """The kind of store to be tested."""
        raise NotImplementedError("give the kind of store by a fixture `kind`")

    @pytest.fixture
    def store(self, kind: type[AbstractStore], tmp_path: Path) -> Iterator[AbstractStore]:
        """An empty store of the kind."""
        url = kind.example(str(tmp_path))
        assert kind.accepts(url)
        with kind.open(url, create=True, blobs=None) as opened:
            assert type(opened) is kind
            yield opened
