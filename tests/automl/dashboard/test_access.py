"""Who may read the dashboard, what every answer tells the browser, and that nothing comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="starlette is not installed: pip install -e '.[dev]'")
pytest.importorskip("httpx", reason="httpx is not installed: pip install -e '.[dev]'")

from starlette.testclient import TestClient

from automl.dashboard import pages
from automl.dashboard.app import create_app
from automl.dashboard.source import StoreSource

TOKEN = "2f6b0c5d9e1a4473"
OURS = Path(pages.__file__).parent


@pytest.fixture
def client(store):
    def make(token=None, base="http://127.0.0.1"):
        return TestClient(create_app(StoreSource(store.url), token), base_url=base, follow_redirects=False)

    return make


@pytest.mark.parametrize("base", ["http://127.0.0.1:8650", "http://localhost", "http://[::1]:99"])
def test_this_machine_reads(client, base):
    assert client(base=base).get("/runs").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8650", "", "a@b:c:d"])
def test_a_name_of_another_site_is_not_answered(client, host):
    answer = client().get("/runs", headers={"Host": host})
    assert answer.status_code == 400 and "localhost alone" in answer.text


def test_a_token_is_needed_and_kept_as_a_cookie(client):
    reader = client(TOKEN, base="http://example.org")
    for address in (
        "/",
        "/runs",
        "/static/style.css",
        "/runs?token=",
        f"/runs?token={TOKEN}x",
        f"/runs?token={TOKEN[:-1]}",
    ):
        assert reader.get(address).status_code == 401, address
    answer = reader.get(f"/runs?token={TOKEN}&page=1")
    assert answer.status_code == 303 and answer.headers["location"].endswith("/runs?page=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and TOKEN not in cookie
    assert reader.get("/runs").status_code == 200


def test_a_script_sends_the_token_as_a_header(client):
    reader = client(TOKEN)
    assert reader.get("/runs", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    for wrong in (f"Basic {TOKEN}", "Bearer", "Bearer é".encode("latin-1"), f"Bearer {TOKEN}1"):
        assert reader.get("/runs", headers={"Authorization": wrong}).status_code == 401
    assert reader.get("/runs", headers={"Cookie": f"automl_dashboard={TOKEN}"}).status_code == 401


@pytest.mark.parametrize("token", ["", "short", "with spaces in it", "ünicode-token-1", "a&b=cdefghijk"])
def test_a_token_that_can_be_guessed_or_garbled_is_refused(client, token):
    with pytest.raises(ValueError, match="at least 12 letters and digits"):
        client(token)


def test_every_answer_forbids_what_the_pages_do_not_need(client):
    for reader, address in (
        (client(), "/runs"),
        (client(), "/nothing"),
        (client(), "/static/style.css"),
        (client(TOKEN), "/runs"),
    ):
        headers = reader.get(address).headers
        assert (
            "default-src 'none'" in headers["content-security-policy"]
            and "unsafe" not in headers["content-security-policy"]
        )
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"


def test_nothing_describes_itself_by_scripts_from_elsewhere(client):
    for address in ("/docs", "/redoc", "/openapi.json"):
        assert client().get(address).status_code == 404


def test_templates_have_no_address_of_elsewhere_and_no_style_or_script_of_their_own():
    templates = sorted((OURS / "templates").glob("*.html"))
    assert len(templates) >= 6
    for path in [*templates, OURS / "static" / "style.css"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?:|//[a-z]|@import", text), path
        assert not re.search(r"style=|<style|\bon\w+=|<script(?! src=\"/static/)|\|\s*safe", text), path


def test_what_is_vendored_is_small_and_has_its_licence():
    assert (OURS / "static" / "htmx.min.js").stat().st_size <= 60_000
    assert "Zero-Clause BSD" in (OURS / "static" / "htmx.LICENSE.txt").read_text(encoding="utf-8")
