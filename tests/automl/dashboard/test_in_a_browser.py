"""The dashboard in Chromium: it loads without complaint, brings itself up to date, and can be used by keyboard, on a narrow screen and
without scripts. Needs playwright and a Chromium; `make screenshots` keeps pictures of its pages."""

from __future__ import annotations

import os
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from automl.testing.commands import subroutine
from experiments.benchmarks.dashboard import CHROMIUM, chromium, serving
from library.records import Evaluation, Event
from library.store import open_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SIZES = [(360, "dark"), (1440, "light")]
OTHERS = [(360, "light"), (1440, "dark")]
PATIENCE = 120_000
"""Milliseconds that a page may take where other work shares the machine: a page that needs a library is the first to import it."""
EVIL = "<script>document.title = 'taken'</script>"


@pytest.fixture
def address(store, searched):
    """Of a dashboard in a process of its own, with runs of which one goes on, a word, and names that are no names."""
    pytest.importorskip("starlette", reason="starlette is not installed: pip install -e '.[dev]'")
    searched(store, "r1", [0.5])
    searched(store, "r2", [0.25 + n / 40 for n in range(30)], seed=1)
    searched(store, "evil", [0.5], task=EVIL, metric=EVIL)
    store.promote(
        [subroutine("total", "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))", "list(int) -> int", description=EVIL)]
    )
    with serving(store.url) as found:
        yield found


@pytest.fixture
def browser():
    pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install 'automl-programs[browser]'"
    )
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with chromium() as opened:
        yield opened


def patient(browser, **options):
    """A page of its own, which waits as long as a busy machine needs."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def seen(page, address: str) -> list[str]:
    """What a page says that it should not: messages, errors, requests to elsewhere. It is filled as the page goes on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((address, "data:")) else said.append(request.url))
    return said


@pytest.mark.parametrize("width, scheme", SIZES)
def test_pages_load_without_complaint_and_fit(browser, address, width, scheme):
    page = patient(browser, viewport={"width": width, "height": 800}, color_scheme=scheme)
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
    page = patient(browser, viewport={"width": 1200, "height": 700})
    page.goto(f"{address}/runs/r1")
    net = "(lambda (dense :units 3 @1 (tanh $0)))"
    asked = Event("r1", 2, "asked", 1, {"term": net, "phase": "explore", "info": {}})
    store.record(Evaluation("r1", 1, net, "ok", {"accuracy": 0.875}, parameters=15), events=[asked])
    page.wait_for_selector("#progress >> text=0.8750")
    page.wait_for_selector("[aria-label=Leaderboard] >> text=tanh")
    page.goto(f"{address}/runs/r2")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_selector("#did")


def test_words_are_found_and_runs_compared_by_keyboard_alone(browser, address):
    page = patient(browser)
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
    page = patient(browser, java_script_enabled=False)
    page.goto(f"{address}/runs/r2")
    page.click("text=In depth")
    assert page.locator("#did").count() == 1
    page.goto(f"{address}/runs/r2/programs/7")
    page.click("text=Values step by step")
    assert page.locator("h1").inner_text() == "Step by step"


@pytest.mark.skipif("AUTOML_SCREENSHOTS" not in os.environ, reason="`make screenshots` asks for it")
@pytest.mark.timeout(3600)
def test_screenshots_are_kept(browser):
    folder, library = Path(os.environ["AUTOML_SCREENSHOTS"]), os.environ.get("AUTOML_LIBRARY", "demo.db")
    folder.mkdir(parents=True, exist_ok=True)
    with serving(library) as address:
        for width, scheme in (*SIZES, *OTHERS):
            page = patient(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
            for name, path in shown_pages(library).items():
                assert page.goto(address + path).status == 200, path
                picture = page.screenshot(full_page=True, animations="disabled", timeout=PATIENCE)
                keep(picture, folder / f"{name}-{width}{f'-{scheme}' if (width, scheme) in OTHERS else ''}.webp")


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
