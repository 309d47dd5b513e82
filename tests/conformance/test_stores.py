"""Every kind of store that is found in library/stores meets the suite."""

from __future__ import annotations

import pytest

from automl.testing import StoreSuite
from library.records import StoreError
from library.store import AbstractStore, open_store, store_kinds

KINDS = list(store_kinds())


class TestStores(StoreSuite):
    @pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
    def kind(self, request: pytest.FixtureRequest) -> type[AbstractStore]:
        return request.param


def test_a_url_opens_the_kind_that_accepts_it(tmp_path):
    for kind in KINDS:
        with open_store(kind.example(str(tmp_path))) as opened:
            assert type(opened) is kind


def test_every_url_belongs_to_one_kind(tmp_path):
    urls = [kind.example(str(tmp_path)) for kind in KINDS]
    for url in [*urls, "a.db", "/a/b.db", "C:\\a.db", "sqlite:///a.db", "postgresql+psycopg://h/n", "postgresql://h/n"]:
        assert sum(kind.accepts(url) for kind in KINDS) == 1, url


@pytest.mark.parametrize("url", ["", "   ", "gopher://x/y", "memory:7", None])
def test_what_is_no_url_is_refused(url):
    with pytest.raises(StoreError, match="url="):
        open_store(url)
