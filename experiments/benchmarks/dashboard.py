"""How quickly the dashboard answers over a store of many evaluations and many words.

    python -m experiments.benchmarks.dashboard [--evaluations 100000] [--words 10000] [--rounds 5] [--browser] [--json FILE]

A store is made with one run of so many evaluations (four log entries each, one in fifty trained longer, of 120 structures, each edited from
one of the latest 2,000), a hundred short runs and so many words of about half as many types, a tenth of them
made of others. Given is for each page the median of the processor seconds of an answer,
after one that is not counted: what a browser waits for on a machine that does nothing else. ``type_search`` is of the search alone,
without the page; ``type_search_first`` of the first one in a process, which reads the types; ``type_search_open`` of the slowest of types
with many variables (OPEN). ``additions`` is what five million additions in a loop took meanwhile, to compare machines by: where other work
shares the core it is higher, and so are the others.

``packages`` are those that the extra ``dashboard`` adds to what the project needs anyway, with their bytes without compiled caches, by
what is installed here.

``--browser`` adds ``first_paint``: wall seconds from the request to the first content on the screen (first-contentful-paint, W3C Paint
Timing) in a headless Chromium with an empty cache, at 1,440 by 900 pixels, of ``automl dashboard`` in a process of its own: the median,
and the least, which is nearer to the truth where other work shares the machine. ``picture_alone`` is that of a small picture, which the
server reads from a file: what the browser itself takes. It needs playwright (``pip install -e '.[browser]'``) and Chromium.
"""

from __future__ import annotations

import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from library.browsing.by_type import search_types
from library.digests import word_digest
from library.records import Evaluation, Event, Run, Subroutine, Use
from library.store import AbstractStore, open_store
from library.vocabulary import pinned_name
from primitives.syntax import parse

from .common import parser, report

AT_ONCE = 2000
ATOMS = ("int", "float", "bool", "str", "char", "a")
WANTED = "list(int) -> int -> list(int)"
OPEN = ("a -> b -> c -> d -> e", "a -> a -> b -> c -> d", "list(a) -> list(b) -> c -> d -> e")
LAYERS, ACTIVATIONS, RECENT = 4, ("relu", "tanh", "gelu"), 2000
"""Hidden layers of a net at most, what may follow each, and how many asks back its parent is at most."""
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
PAINTED = "performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)"
"""A list of the moment of the first paint in milliseconds from the request; empty before."""


def evaluated(run: str, first: int, count: int, draws: random.Random) -> tuple[list[Evaluation], list[Event]]:
    """Evaluations of so many asks from the first on, and their log."""
    evaluations, events = [], []
    for ask in range(first, first + count):
        units, scored = draws.randint(8, 512), draws.random() < 0.9
        inner = "(flatten $0)"
        for layer in range(draws.randint(1, LAYERS)):
            inner = f"({draws.choice(ACTIVATIONS)} (dense :units {units} @{layer + 2} {inner}))"
        term = f"(lambda (dense :units 10 @1 {inner}))"
        parents = [draws.randint(max(0, ask - RECENT), ask - 1)] if ask else []
        scores = {"accuracy": draws.betavariate(5, 2), "cross_entropy": draws.random()} if scored else {}
        outcome = "ok" if scored else "timed out"
        evaluations.append(
            Evaluation(run, ask, term, outcome, scores, seconds=draws.random(), parameters=75 * units + 10, size=9)
        )
        phase = "explore" if ask % 50 else "refine"
        logged: list[tuple[str, dict[str, object]]] = [
            ("asked", {"term": term, "phase": phase, "info": {"operator": "edit", "parents": parents}}), ("started", {}),
            ("finished", {"outcome": outcome, "elapsed": 0.1 * (ask + 1)}), ("told", {}),
        ]  # fmt: skip
        events += [Event(run, 4 * ask + n, kind, ask, payload) for n, (kind, payload) in enumerate(logged)]
    return evaluations, events


def add_runs(store: AbstractStore, count: int, draws: random.Random) -> None:
    """One run of so many evaluations and a hundred of ten, the first of these on the same task."""
    config = {"type": "Tensor[1,8,8] -> Tensor[10]", "workers": "1"}
    for number in range(101):
        size = 10 if number else count
        run = store.create_run(
            Run(
                f"run{number}",
                f"task {max(0, number - 1)}",
                "genetic",
                config=config,
                started=1e9 - number,
                metric="accuracy",
            )
        )
        for first in range(0, size, AT_ONCE):
            evaluations, events = evaluated(run.id, first, min(AT_ONCE, size - first), draws)
            store.record(*evaluations, events=events)


def made_words(count: int, draws: random.Random) -> Iterator[Subroutine]:
    """Words of various types, some made of those before."""
    known: list[Subroutine] = []
    for number in range(count):
        inner = pinned_name(draws.choice(known)) if known and number % 10 == 0 else "reverse"
        body = f"(lambda (take {number} ({inner} $0)))"
        atoms = [draws.choice(ATOMS) for _ in range(draws.randint(1, 4))]
        arguments = [f"list({atom})" if draws.random() < 0.6 else atom for atom in atoms]
        type = " -> ".join([*arguments, draws.choice([*ATOMS, "list(int)", "list(a)"])])
        known.append(
            Subroutine(f"word{number}", word_digest(parse(body)), type, "algorithmic", body, created=1e9 + number)
        )
        yield known[-1]


def seconds(function: Callable[[], object], rounds: int) -> float:
    """The median of the processor seconds of a call, after one that does not count."""
    function()
    found = []
    for _ in range(rounds):
        began = time.process_time()
        function()
        found.append(time.process_time() - began)
    return round(statistics.median(found), 4)


def pages_of(words: int, last: str) -> dict[str, str]:
    """The address of a page of each kind, by its name.

    words: how many the store has.
    last: the name of the last one.
    """
    return {
        "runs": "/runs",
        "runs_found": "/runs?q=task+7",
        "run": "/runs/run0",
        "run_in_depth": "/runs/run0/analysis",
        "program": "/runs/run0/programs/99",
        "comparison": "/compare?run=run0&run=run1",
        "short_run": "/runs/run7",
        "tasks": "/tasks",
        "task": "/tasks/task%200",
        "library_as_a_whole": "/growth",
        "library": "/library",
        "library_far": f"/library?page={max(1, words // 100)}",
        "library_text": "/library?q=word77",
        "library_type": "/library?" + urlencode({"q": WANTED}),
        "word": f"/library/{last}",
    }


def answered(file: str, pages: Mapping[str, str], rounds: int) -> dict[str, float]:
    """The processor seconds of an answer of each page, by name.

    file: of the store.
    pages: addresses by name.
    rounds: how many answers each figure is the median of.
    """
    from starlette.testclient import TestClient

    from automl.dashboard.app import create_app
    from automl.dashboard.serving import collect_seldom
    from automl.dashboard.source import StoreSource

    collect_seldom()  # as the dashboard's server does
    client = TestClient(create_app(StoreSource(file)), base_url="http://127.0.0.1")

    def read(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text[:500]

    return {name: seconds(partial(read, address), rounds) for name, address in pages.items()}


@contextmanager
def serving(file: str) -> Iterator[str]:
    """The address of a dashboard of the store, in a process that ends with the block.

    file: of the store.
    """
    command = [sys.executable, "-m", "automl", "dashboard", "--library", file, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found is None:
                raise RuntimeError(f"line={line!r}: the address of a dashboard is required; see what it says above")
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium as playwright drives it. Raises ImportError or FileNotFoundError where one of them is missing."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        raise FileNotFoundError("chromium is not installed: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def painted(file: str, pages: Mapping[str, str], rounds: int) -> dict[str, dict[str, float]]:
    """The wall seconds until each page has its first content on the screen, by name.

    file: of the store.
    pages: addresses by name.
    rounds: how many loads each figure is of, after one that is not counted.
    """

    def load(browser: Any, address: str) -> float:
        with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
            page = context.new_page()
            page.goto(address)
            while not (found := page.evaluate(PAINTED)):  # pages forbid what `wait_for_function` would do
                page.wait_for_timeout(20)
            return float(found[0]) / 1000

    wanted = {**pages, "picture_alone": "/static/icon.svg"}
    with serving(file) as address, chromium() as browser:
        loads = {name: [load(browser, address + path) for _ in range(rounds + 1)][1:] for name, path in wanted.items()}
    return {
        name: {"median": round(statistics.median(each), 4), "least": round(min(each), 4)}
        for name, each in loads.items()
    }


def needed(requirements: Iterable[str]) -> dict[str, Distribution]:
    """The packages that requirements lead to, as they are installed here, by name. Raises PackageNotFoundError for one that is not."""
    found: dict[str, Distribution] = {}
    wanted = [(Requirement(each), "") for each in requirements]
    seen = set[tuple[str, str]]()
    while wanted:
        requirement, extra = wanted.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for each in {"", *requirement.extras}:
            if (name, each) not in seen:
                seen.add((name, each))
                found[name] = distribution(name)
                wanted += [(Requirement(line), each) for line in found[name].requires or []]
    return found


def added(extra: str) -> dict[str, int]:
    """The bytes of the packages that an extra of this project adds, by name, without compiled caches.

    extra: its name.
    """
    lines = distribution("automl-programs").requires or []
    base = [line for line in lines if "extra ==" not in line]
    with_it = [
        line for line in lines if (marker := Requirement(line).marker) is None or marker.evaluate({"extra": extra})
    ]
    new = needed(line.partition(";")[0] for line in with_it).keys() - needed(base).keys()
    files = {
        name: [each.locate() for each in distribution(name).files or [] if each.suffix != ".pyc"]
        for name in sorted(new)
    }
    return {
        name: sum(Path(str(each)).stat().st_size for each in given if Path(str(each)).exists())
        for name, given in files.items()
    }


def measure(file: str, evaluations: int, words: int, rounds: int, seed: int, browser: bool) -> dict[str, object]:
    """The figures over a store that is made in a file."""
    draws = random.Random(seed)
    with open_store(file) as store:
        add_runs(store, evaluations, draws)
        made = list(made_words(words, draws))
        store.promote(made, [Use(each.digest, f"task {draws.randint(0, 100)}") for each in made])
        types = store.browser().types()
    began = time.process_time()
    search_types(WANTED, types)
    first = round(time.process_time() - began, 4)
    pages = pages_of(words, made[-1].name if made else "")
    painting = {"first_paint": painted(file, pages, rounds)} if browser else {}
    found = answered(file, pages, rounds)
    found["type_search"] = seconds(lambda: search_types(WANTED, types), rounds)
    found["type_search_first"] = first
    found["type_search_open"] = max(seconds(partial(search_types, wanted, types), rounds) for wanted in OPEN)
    found["additions"] = seconds(lambda: sum(number + 1 for number in range(5_000_000)), 3)
    return {"seconds": found, **painting, "packages": added("dashboard")}


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--evaluations", type=int, default=100_000)
    arguments.add_argument("--words", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--browser", action="store_true", help="measure the first paint in Chromium too")
    given = arguments.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(
            str(Path(folder) / "many.db"), given.evaluations, given.words, given.rounds, given.seed, given.browser
        )
    figures = {"evaluations": given.evaluations, "words": given.words, **found}
    report("dashboard", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
