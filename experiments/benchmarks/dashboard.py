"""How quickly the dashboard answers over a store of many evaluations and many words.

    python -m experiments.benchmarks.dashboard [--evaluations 100000] [--words 10000] [--rounds 5] [--json FILE]

A store is made with one run of so many evaluations (four log entries each, one in fifty trained longer), a hundred short runs and so many
words of some hundred types, a tenth of them made of others. Given is for each page the median of the processor seconds of an answer,
after one that is not counted: what a browser waits for on a machine that does nothing else. ``type_search`` is of the search alone,
without the page. ``additions`` is what five million additions in a loop took meanwhile, to compare machines by: where other work
shares the core it is higher, and so are the others.
"""

from __future__ import annotations

import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

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


def evaluated(run: str, first: int, count: int, draws: random.Random) -> tuple[list[Evaluation], list[Event]]:
    """Evaluations of so many asks from the first on, and their log."""
    evaluations, events = [], []
    for ask in range(first, first + count):
        units, scored = draws.randint(8, 512), draws.random() < 0.9
        term = f"(lambda (dense :units 10 @1 (relu (dense :units {units} @2 (flatten $0)))))"
        scores = {"accuracy": draws.betavariate(5, 2), "cross_entropy": draws.random()} if scored else {}
        outcome = "ok" if scored else "timed out"
        evaluations.append(
            Evaluation(run, ask, term, outcome, scores, seconds=draws.random(), parameters=75 * units + 10, size=9)
        )
        phase = "explore" if ask % 50 else "refine"
        logged: list[tuple[str, dict[str, object]]] = [
            ("asked", {"term": term, "phase": phase, "info": {}}), ("started", {}),
            ("finished", {"outcome": outcome, "elapsed": 0.1 * (ask + 1)}), ("told", {}),
        ]  # fmt: skip
        events += [Event(run, 4 * ask + n, kind, ask, payload) for n, (kind, payload) in enumerate(logged)]
    return evaluations, events


def add_runs(store: AbstractStore, count: int, draws: random.Random) -> None:
    """One run of so many evaluations, and a hundred of ten."""
    config = {"type": "Tensor[1,8,8] -> Tensor[10]", "workers": "1"}
    for number in range(101):
        size = 10 if number else count
        run = store.create_run(
            Run(f"run{number}", f"task {number}", "genetic", config=config, started=1e9 - number, metric="accuracy")
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


def measure(file: str, evaluations: int, words: int, rounds: int, seed: int) -> dict[str, float]:
    """The figures over a store that is made in a file."""
    from fastapi.testclient import TestClient

    from automl.dashboard.app import create_app
    from automl.dashboard.source import StoreSource

    draws = random.Random(seed)
    with open_store(file) as store:
        add_runs(store, evaluations, draws)
        made = list(made_words(words, draws))
        store.promote(made, [Use(each.digest, f"task {draws.randint(0, 100)}") for each in made])
        types = store.browser().types()
    gc.freeze()  # as the dashboard's server does
    client = TestClient(create_app(StoreSource(file)), base_url="http://127.0.0.1")

    def read(address: str, **options: str) -> None:
        answer = client.get(address, params=options)
        assert answer.status_code == 200, answer.text[:500]

    last = made[-1].name if made else ""
    pages: dict[str, Callable[[], None]] = {
        "runs": lambda: read("/runs"),
        "runs_found": lambda: read("/runs", q="task 7"),
        "run": lambda: read("/runs/run0"),
        "run_in_depth": lambda: read("/runs/run0/analysis"),
        "program": lambda: read("/runs/run0/programs/99"),
        "comparison": lambda: read("/compare?run=run0&run=run0"),
        "short_run": lambda: read("/runs/run7"),
        "tasks": lambda: read("/tasks"),
        "task": lambda: read("/tasks/task 0"),
        "library_as_a_whole": lambda: read("/growth"),
        "library": lambda: read("/library"),
        "library_far": lambda: read("/library", page=str(max(1, words // 100))),
        "library_text": lambda: read("/library", q="word77"),
        "library_type": lambda: read("/library", q=WANTED),
        "word": lambda: read(f"/library/{last}"),
    }
    found = {name: seconds(page, rounds) for name, page in pages.items()}
    found["type_search"] = seconds(lambda: search_types(WANTED, types), rounds)
    return {**found, "additions": seconds(lambda: sum(number + 1 for number in range(5_000_000)), 3)}


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--evaluations", type=int, default=100_000)
    arguments.add_argument("--words", type=int, default=10_000)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(str(Path(folder) / "many.db"), given.evaluations, given.words, given.rounds, given.seed)
    figures = {"evaluations": given.evaluations, "words": given.words, "seconds": found}
    report("dashboard", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
