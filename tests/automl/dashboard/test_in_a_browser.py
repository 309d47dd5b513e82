"""The dashboard in Chromium: its pages load without complaint, ask for nothing from elsewhere, and fit narrow and wide screens."""

from __future__ import annotations

import re
import shutil
import signal

import pytest

from automl.testing.commands import subroutine

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def address(process, store, searched):
    """Of a dashboard in a process of its own, with a run that goes on and a word."""
    pytest.importorskip("fastapi", reason="fastapi is not installed: pip install -e '.[dev]'")
    searched(store, "r1", [0.5])
    store.promote([subroutine("total", "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))", "list(int) -> int")])
    started = process("dashboard", "--library", store.url, "--port", "0")
    found = re.search(r"http://127\.0\.0\.1:\d+", started.stdout.readline())
    yield found[0]
    started.send_signal(signal.SIGINT)
    started.communicate(timeout=60)


@pytest.fixture
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.mark.parametrize("width, scheme", [(360, "dark"), (1440, "light")])
def test_pages_load_without_complaint_and_fit(browser, address, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith(address) else None)
    for path in ("/runs", "/runs/r1", "/library", "/library/total"):
        assert page.goto(address + path).status == 200
        page.wait_for_load_state("networkidle") if path.startswith("/library") else page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
    assert said == []
