"""The dashboard in Chromium: it loads without complaint, brings itself up to date, and can be used by keyboard, on a narrow screen and
without scripts. Needs playwright and a Chromium; `make screenshots` keeps pictures of its pages."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from automl.testing.commands import subroutine
from library.records import Evaluation, Event
from library.store import open_store

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SIZES = [(360, "dark"), (1440, "light")]
EVIL = "<script>document.title = 'taken'</script>"


@pytest.fixture
def address(process, store, searched):
    """Of a dashboard in a process of its own, with runs of which one goes on, a word, and names that are no names."""
    pytest.importorskip("starlette", reason="starlette is not installed: pip install -e '.[dev]'")
    searched(store, "r1", [0.5])
    searched(store, "r2", [0.25 + n / 40 for n in range(30)], seed=1)
    searched(store, "evil", [0.5], task=EVIL, metric=EVIL)
    store.promote(
        [subroutine("total", "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))", "list(int) -> int", description=EVIL)]
    )
    started = process("dashboard", "--library", store.url, "--port", "0")
    found = re.search(r"http://127\.0\.0\.1:\d+", started.stdout.readline())
    yield found[0]
    started.send_signal(signal.SIGINT)
    started.communicate(timeout=60)


@pytest.fixture
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install 'automl-programs[browser]'"
    )
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def seen(page, address: str) -> list[str]:
    """What a page says that it should not: messages, errors, requests to elsewhere. It is filled as the page goes on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((address, "data:")) else said.append(request.url))
    return said


@pytest.mark.parametrize("width, scheme", SIZES)
def test_pages_load_without_complaint_and_fit(browser, address, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    said = seen(page, address)
    addresses = [
        "/runs", "/runs/r1", "/runs/r2/analysis", "/runs/r2/programs/7", "/runs/r2/programs/7/steps", "/compare?run=r1&run=r2", "/tasks",
        "/tasks/iris", "/library", "/library/total", "/growth", "/baselines", "/baselines/conv2", "/runs/evil", "/runs/evil/programs/0",
    ]  # fmt: skip
    for path in addresses:
        answer = page.goto(address + path)
        assert answer.status == 200, path
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert page.title() != "taken", path
    assert said == []


def test_what_is_new_arrives_and_what_takes_longer_is_fetched(browser, address, store):
    page = browser.new_page(viewport={"width": 1200, "height": 700})
    page.goto(f"{address}/runs/r1")
    net = "(lambda (dense :units 3 @1 (tanh $0)))"
    asked = Event("r1", 2, "asked", 1, {"term": net, "phase": "explore", "info": {}})
    store.record(Evaluation("r1", 1, net, "ok", {"accuracy": 0.875}, parameters=15), events=[asked])
    page.wait_for_selector("#progress >> text=0.8750", timeout=60_000)
    page.wait_for_selector("[aria-label=Leaderboard] >> text=tanh", timeout=90_000)
    page.goto(f"{address}/runs/r2")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_selector("#did", timeout=60_000)


def test_words_are_found_and_runs_compared_by_keyboard_alone(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/library")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.focus("#q")
    page.keyboard.type("list(int) -> int")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 word, the nearest types first")
    assert page.locator("tbody th a").all_text_contents() == ["total"]
    page.goto(f"{address}/runs")
    for run in ("r1", "r2"):
        page.focus(f"#compare-{run}")
        page.keyboard.press("Space")
    page.wait_for_timeout(3500)  # the list has brought itself up to date: what was chosen stays so
    page.focus("text=Compare")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1 >> text=Runs compared")
    assert sorted(page.locator("[aria-label='Compared runs'] tbody th a").all_text_contents()) == ["r1", "r2"]


def test_all_can_be_read_without_scripts(browser, address):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/runs/r2")
    page.click("text=In depth")
    assert page.locator("#did").count() == 1
    page.goto(f"{address}/runs/r2/programs/7")
    page.click("text=Values step by step")
    assert page.locator("h1").inner_text() == "Step by step"


@pytest.mark.skipif("AUTOML_SCREENSHOTS" not in os.environ, reason="`make screenshots` asks for it")
def test_screenshots_are_kept(browser):
    import uvicorn

    from automl.dashboard.app import create_app
    from automl.dashboard.source import StoreSource

    folder, library = Path(os.environ["AUTOML_SCREENSHOTS"]), os.environ.get("AUTOML_LIBRARY", "demo.db")
    folder.mkdir(parents=True, exist_ok=True)
    server = uvicorn.Server(uvicorn.Config(create_app(StoreSource(library)), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    for width, scheme in SIZES:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        for name, path in shown_pages(library).items():
            page.goto(address + path)
            page.wait_for_load_state("networkidle") if "runs" not in name else page.wait_for_timeout(800)
            picture = page.screenshot(full_page=True)
            keep(picture, folder / f"{name}-{width}.webp")
    server.should_exit = True
    thread.join(10)


def keep(picture: bytes, file: Path) -> None:
    """Writes a picture of a page, the upper 2,000 pixels of it, small enough for a document: WebP, half as large where it is broad."""
    from PIL import Image

    image = Image.open(BytesIO(picture)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, 2000)))
    if image.width > 1000:
        image = image.resize((image.width * 5 // 8, image.height * 5 // 8), Image.Resampling.LANCZOS)
    image.save(file, "WEBP", quality=50, method=6)


def shown_pages(library: str) -> dict[str, str]:
    """Addresses of every kind of page, of a library as `automl demo` leaves it, by the name of its picture."""
    found = {
        "runs": "/runs",
        "tasks": "/tasks",
        "library": "/library",
        "whole": "/growth",
        "baselines": "/baselines",
        "baseline": "/baselines/conv2",
    }
    with open_store(library, create=False) as store:
        searches = [each.run for each in store.browser().runs(0, 1000).rows if each.run.config.get("result")]
        words = store.browser().words(0, 1).rows
    if words:
        found["word"] = f"/library/{words[0].word.name}"
    if searches:
        nets = [run for run in searches if run.config["type"].startswith("Tensor")] or searches
        largest = max(nets, key=lambda run: (run.config["type"].partition("->")[0].count(","), run.started))
        lists = [run for run in searches if not run.config["type"].startswith("Tensor")] or searches
        for name, run in (("net", largest), ("algorithm", lists[-1])):
            program = f"/runs/{run.id}/programs/{run.config['result']['ask']}"
            found |= {f"{name}-program": program, f"{name}-steps": f"{program}/steps?part=train&case=1"}
        found |= {
            "run": f"/runs/{largest.id}",
            "analysis": f"/runs/{largest.id}/analysis",
            "task": f"/tasks/{largest.task}",
        }
        task, _ = Counter(run.task for run in searches).most_common(1)[0]
        found["compare"] = "/compare?" + "&".join(f"run={run.id}" for run in searches if run.task == task)
    return found
