"""Terms a processor second of ``automl.search`` on tasks that no program solves, where the seconds go, and how well the budget is held.

    python -m experiments.benchmarks.unsolved [--kinds lists,texts,floats] [--shapes 3x5,10x5,…] [--budget 10s]

A shape is a number of examples and the elements of an input. Inputs are random, and so are outputs, so that nothing is found and a
search uses its whole budget. ``terms`` are thousands a processor second of the whole call; ``over`` is how many seconds by the clock it
ran longer than its budget. The rest are shares of the processor time: *columns*, terms without functions; *higher*, words that take one;
*bodies* of lambdas; *ahead*, looking ahead; *checking* of candidates by the interpreter; *keeping* what is new; *rest*, reading the
examples and all else.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from automl import search
from automl.budget import parse_budget
from automl.tasks.kinds.examples import examples_task
from automl.tasks.task import Task
from primitives.types import is_function
from search.enumeration.answers import Answers
from search.enumeration.levels import BankGrowth
from search.enumeration.round import Round

from .common import parser, report

SHAPES = "3x5,10x5,10x20,20x20,200x20,10x1000,3x10000"
SECTIONS = ("columns", "higher", "bodies", "ahead", "checking", "keeping")
KINDS: dict[str, tuple[str, Callable[[random.Random, int], tuple[object, object]]]] = {
    "lists": ("list(int) -> list(int)", lambda rng, size: (_numbers(rng, size), _numbers(rng, max(2, size * 2 // 3)))),
    "numbers": ("list(int) -> int", lambda rng, size: (_numbers(rng, size), rng.randint(-999, 999))),
    "texts": ("str -> str", lambda rng, size: (_text(rng, size), _text(rng, max(2, size * 2 // 3)))),
    "floats": ("float -> float -> float", lambda rng, size: ((rng.uniform(-9, 9),) * 2, rng.uniform(-99, 99))),
    "float_lists": ("list(float) -> float", lambda rng, size: ([rng.uniform(-9, 9) for _ in range(size)], rng.gauss(0, 9))),
}  # fmt: skip


def _numbers(rng: random.Random, size: int) -> list[int]:
    """A list of about so many small numbers."""
    return [rng.randint(-20, 99) for _ in range(rng.randint(size * 4 // 5, size))]


def _text(rng: random.Random, size: int) -> str:
    """Words and numbers, about so many characters together."""
    found = ""
    while len(found) < size:
        found += "".join(rng.choice("abcdefgilmnoprstuy") for _ in range(rng.randint(2, 7))).title()
        found += rng.choice(" ,-. ") + (str(rng.randint(0, 99)) if rng.random() < 0.2 else "")
    return found[:size]


def unsolved_task(kind: str, examples: int, size: int, seed: int) -> Task:
    """A task of a kind with random outputs. Inputs are of about ``size`` elements (of floats there is none to choose)."""
    rng = random.Random(f"{kind} {examples} {size} {seed}")
    type, draw = KINDS[kind]
    pairs = [draw(rng, size) for _ in range(examples)]
    if kind == "floats":
        pairs = [((rng.uniform(-9, 9), rng.uniform(-9, 9)), output) for _, output in pairs]
    given = [(inputs if isinstance(inputs, tuple) else (inputs,), output) for inputs, output in pairs]
    return examples_task(f"{kind} {examples} x {size}", type, given)


class Sections:
    """Processor seconds by section, each without what is spent in another one within it."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(SECTIONS, 0.0)
        self._within: list[str] = []
        self._last = time.process_time()

    def _turn(self) -> None:
        now = time.process_time()
        if self._within:
            self.seconds[self._within[-1]] += now - self._last
        self._last = now

    @contextmanager
    def entered(self, name: str) -> Iterator[None]:
        """What runs within counts for the section."""
        self._turn()
        self._within.append(name)
        try:
            yield
        finally:
            self._turn()
            self._within.pop()

    def call(self, name: str, function: Callable) -> Callable:
        """The function, its calls counted."""

        def counted(*given: Any) -> Any:
            with self.entered(name):
                return function(*given)

        return counted

    def steps(self, name: Callable[..., str | None], function: Callable) -> Callable:
        """The generator function, its steps counted for the section that ``name`` says of its arguments (None: for none)."""

        def counted(*given: Any) -> Iterator[Any]:
            running, section = function(*given), name(*given)
            if section is None:
                yield from running
                return
            while True:
                with self.entered(section):
                    found = next(running, self)
                if found is self:
                    return
                yield found

        return counted

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Within it searches are looked at."""

        def of_batches(growth: BankGrowth, bank: Any, operation: Any, *rest: object) -> str | None:
            return None if bank.depth else "higher" if any(map(is_function, operation.arguments)) else "columns"

        kept = BankGrowth.absorb

        def absorb(growth: BankGrowth, bank: Any, *rest: Any) -> None:
            if bank.depth:
                kept(growth, bank, *rest)
            else:
                with self.entered("keeping"):
                    kept(growth, bank, *rest)

        counted = {
            (BankGrowth, "_batches"): self.steps(of_batches, BankGrowth._batches),
            (BankGrowth, "ensure"): self.call("bodies", BankGrowth.ensure),
            (BankGrowth, "absorb"): absorb,
            (Round, "_found"): self.steps(lambda *given: "ahead", Round._found),
            (Answers, "_met"): self.call("checking", Answers._met),
        }
        before = {(owner, name): getattr(owner, name) for owner, name in counted}
        for (owner, name), function in counted.items():
            setattr(owner, name, function)
        try:
            yield
        finally:
            for (owner, name), function in before.items():
                setattr(owner, name, function)


def measured(task: Task, budget: str, seed: int) -> dict[str, Any]:
    """One search: thousands of terms a processor second, seconds beyond the budget, shares of the processor time in percent."""
    sections, allowed = Sections(), parse_budget(budget).seconds or 0.0
    clock, used = time.monotonic(), time.process_time()
    with sections.measuring():
        found = search(task, budget, seed=seed)
    clock, used = time.monotonic() - clock, time.process_time() - used
    shares = {name: round(100 * seconds / used) for name, seconds in sections.seconds.items()}
    return {
        "solved": found.solved, "terms": round(found.evaluations / used / 1000), "cpu": round(used, 1),
        "over": round(clock - allowed, 2), **shares, "rest": 100 - sum(shares.values()),
    }  # fmt: skip


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--kinds", default="lists,numbers,texts,floats", help=", ".join(KINDS))
    options.add_argument("--shapes", default=SHAPES, help="examples x elements of an input")
    options.add_argument("--budget", default="10s", help="of each search")
    given = options.parse_args()
    started, figures = time.perf_counter(), {}
    measured(
        unsolved_task("lists", 3, 5, given.seed), "2s", given.seed
    )  # what is imported and compiled once is nobody's cost
    columns = ("terms", "cpu", "over", *SECTIONS, "rest")
    print(f"{'':24}" + "".join(f"{name:>9}" for name in columns), flush=True)
    for kind in given.kinds.split(","):
        for shape in given.shapes.split(","):
            examples, size = map(int, shape.split("x"))
            if kind == "floats" and size != 5:  # a number has no elements
                continue
            row = figures[f"{kind} {shape}"] = measured(
                unsolved_task(kind, examples, size, given.seed), given.budget, given.seed
            )
            print(f"{kind} {shape}".ljust(24) + "".join(f"{row[name]:>9}" for name in columns), flush=True)
    report("unsolved", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
