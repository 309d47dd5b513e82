"""Stores that were not made just now: of earlier versions, damaged ones, and databases with a password."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("starlette", reason="starlette is not installed: pip install -e '.[dev]'")
pytest.importorskip("httpx", reason="httpx is not installed: pip install -e '.[dev]'")

from starlette.testclient import TestClient

from automl.dashboard import source
from automl.dashboard.app import create_app
from automl.dashboard.source import StoreSource
from library.records import Event, Run

EXAMPLES = Path(__file__).parents[2] / "library" / "examples"
LINK = re.compile(r'(?:href|data-hx-get)="(/[^"#]*)')


def client_of(url, **options):
    return TestClient(create_app(StoreSource(url)), base_url="http://127.0.0.1", **options)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_all_pages_of_an_earlier_version_are_shown(tmp_path, version):
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as made:
        made.executescript((EXAMPLES / f"store_v{version}.sql").read_text(encoding="utf-8"))
    made.close()
    reader, seen = client_of(str(path)), set[str]()
    asked = ["/runs", "/library", "/library?demoted=true", "/growth", "/tasks"]
    while asked:
        address = asked.pop()
        if address not in seen and not address.startswith(("/static", "/baselines")):
            seen.add(address)
            page = reader.get(address)
            assert page.status_code in (200, 204), (address, page.text)  # 204: nothing is new
            asked += [html.unescape(each) for each in LINK.findall(page.text)]
    assert len(seen) >= 12


def test_what_nobody_foresaw_is_a_page_as_any_other_and_ends_nothing(store):
    store.create_run(Run("g1", "growth of x", "growth", metric="solved"))
    store.append(Event("g1", 0, "search", 0, {"subject": "t"}))
    reader = client_of(store.url, raise_server_exceptions=False)
    page = reader.get("/runs/g1")
    assert page.status_code == 500 and "This cannot be shown" in page.text and "KeyError" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"] and reader.get("/runs").status_code == 200
    with pytest.raises(KeyError):  # the server's log has it
        client_of(store.url).get("/runs/g1")


def test_no_page_tells_the_password_of_a_database(store, monkeypatch):
    browser = SimpleNamespace(url="postgresql://me:***@there/words", browser=store.browser, history=store.history,
                              solutions=store.solutions, runs=store.runs)  # fmt: skip
    monkeypatch.setattr(source, "open_store", lambda url, create: browser)
    reader = client_of("postgresql://me:secret@there/words")
    for address in ("/runs", "/library", "/growth", "/tasks"):
        page = reader.get(address)
        assert page.status_code == 200 and "--library &#39;postgresql://me:***@there/words&#39;" in page.text
        assert "secret" not in page.text
